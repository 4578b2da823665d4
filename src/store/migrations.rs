//! The tables, compiled in. A migration that has been released is never edited: a change is a new one.

use std::borrow::Cow;

use sqlx::{
    SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};

/// Version, description and statements, in the order in which they are applied.
const MIGRATIONS: [(i64, &str, &str); 1] = [(1, "sign-in", include_str!("0001_sign_in.sql"))];

pub(super) fn all() -> Migrator {
    let migrations = MIGRATIONS.map(|(version, description, sql)| {
        let description = Cow::Borrowed(description);
        Migration::new(version, description, MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.into())
}
