//! The tables, compiled in. A migration that has been released is never edited: a change is a new one.

use std::borrow::Cow;

use sqlx::{
    AssertSqlSafe, SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};

/// Version, description and statements, in the order in which they are applied.
const MIGRATIONS: [(i64, &str, &str); 4] = [
    (1, "sign-in", include_str!("0001_sign_in.sql")),
    (2, "guard", include_str!("0002_guard.sql")),
    (3, "gate", include_str!("0003_gate.sql")),
    (4, "delivery", include_str!("0004_delivery.sql")),
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
