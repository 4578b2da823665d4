//! Changes that are made together or not at all, in one trip to the database.
//!
//! What this module promises:
//! * Each step acts only if the one before it changed something; all that did are committed at once.
//! * On Postgres they are one statement, on SQLite a transaction whose statements are sent in one go. What a step wrote
//!   only the latter shows to those after it: they must not depend on it but by [`BEFORE`].

use std::{fmt::Write, sync::Arc};

use sqlx::{Any, AssertSqlSafe, any::AnyArguments, query::Query};

use super::Store;

/// A statement on its way.
pub(super) type Statement<'q> = Query<'q, Any, AnyArguments>;

/// Stands in a step, but for the first, where it asks whether the one before it changed something.
pub(super) const BEFORE: &str = "{before}";

/// The statement for each engine. The parameters are numbered through all steps.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    sqlite: Arc<str>,
    postgres: Arc<str>,
}

impl Chain {
    pub(super) fn new(steps: &[&str]) -> Self {
        let (mut sqlite, mut postgres) = (String::from("BEGIN IMMEDIATE; "), String::new());
        for (number, step) in steps.iter().enumerate() {
            let told = if number == 0 { " RETURNING 1" } else { "" };
            let with = if number == 0 { "WITH" } else { "," };
            let before = format!("EXISTS (SELECT 1 FROM step{})", number.saturating_sub(1));
            // Writing to a string cannot fail.
            let _ = write!(sqlite, "{}{told}; ", step.replace(BEFORE, "changes() > 0"));
            let _ =
                write!(postgres, "{with} step{number} AS ({} RETURNING 1)", step.replace(BEFORE, &before));
        }
        sqlite.push_str("COMMIT");
        postgres.push_str(" SELECT 1 FROM step0");
        Self { sqlite: sqlite.into(), postgres: postgres.into() }
    }
}

impl Store {
    /// Says whether the first step changed something.
    pub(super) async fn run<'q>(
        &self,
        chain: &Chain,
        bind: impl FnOnce(Statement<'q>) -> Statement<'q>,
    ) -> Result<bool, sqlx::Error> {
        let sql = if self.connections.is_sqlite() { &chain.sqlite } else { &chain.postgres };
        let query = bind(sqlx::query(AssertSqlSafe(Arc::clone(sql))));
        Ok(!self.hold().await?.fetch_whole(query).await?.is_empty())
    }
}
