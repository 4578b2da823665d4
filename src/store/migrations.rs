//! The tables, compiled in. A migration that has been released is never edited: a change is a new one.

use std::borrow::Cow;

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Error, SqlSafeStr,
    any::AnyConnectOptions,
    migrate::{Migration, MigrationType, Migrator},
};

/// Version, description and statements, in the order in which they are applied.
const MIGRATIONS: [(i64, &str, &str); 7] = [
    (1, "sign-in", include_str!("0001_sign_in.sql")),
    (2, "guard", include_str!("0002_guard.sql")),
    (3, "gate", include_str!("0003_gate.sql")),
    (4, "delivery", include_str!("0004_delivery.sql")),
    (5, "reserve", include_str!("0005_reserve.sql")),
    (6, "outsiders", include_str!("0006_outsiders.sql")),
    (7, "denied", include_str!("0007_denied.sql")),
];

/// What follows this in a line is for SQLite alone.
const ON_SQLITE: &str = "-- on SQLite: ";

pub(super) fn all(sqlite: bool) -> Migrator {
    let migrations = MIGRATIONS.map(|(version, description, sql)| {
        let sql = if sqlite { Cow::Owned(sql.replace(ON_SQLITE, "")) } else { Cow::Borrowed(sql) };
        let description = Cow::Borrowed(description);
        Migration::new(version, description, MigrationType::Simple, AssertSqlSafe(sql).into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.into())
}

/// What is said of a store that a newer version has changed.
pub(super) const NEWER: &str = "a newer version of phonegate has been here; use that one";
const OLDER: &str =
    "the store is of an earlier version; phonegate itself brings it up to date when it starts";

/// Which versions a store has, if it is one of ours; looks and changes nothing.
pub(super) async fn applied(url: &str) -> Result<Option<Vec<i64>>, Error> {
    sqlx::any::install_default_drivers();
    let mut options: AnyConnectOptions = url.parse()?;
    let tables = if url.starts_with("sqlite:") {
        options.database_url.query_pairs_mut().append_pair("mode", "ro");
        "SELECT count(*) FROM sqlite_master WHERE name = '_sqlx_migrations'"
    } else {
        "SELECT count(*) FROM information_schema.tables \
         WHERE table_name = '_sqlx_migrations' AND table_schema = current_schema()"
    };
    let mut connection = options.disable_statement_logging().connect().await?;
    let tables: i64 = sqlx::query_scalar(tables).fetch_one(&mut connection).await?;
    let versions = if tables == 0 {
        None
    } else {
        let all = sqlx::query_scalar("SELECT version FROM _sqlx_migrations ORDER BY version");
        Some(all.fetch_all(&mut connection).await?)
    };
    connection.close().await?;
    Ok(versions)
}

/// Whether this version can use the tables as they are.
pub(super) fn are_ours(versions: &[i64]) -> Result<(), &'static str> {
    let [.., (newest, ..)] = MIGRATIONS;
    match versions.last() {
        Some(last) if *last > newest => Err(NEWER),
        Some(last) if *last == newest => Ok(()),
        _ => Err(OLDER),
    }
}
