//! Stores of a test's own.

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::Executor;

/// A database of its own on the server that `TEST_POSTGRES_URL` names, or a word on what was skipped.
pub async fn postgres_store() -> Option<String> {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    #[expect(clippy::disallowed_methods, reason = "tells the test, not the app")]
    let Ok(url) = std::env::var("TEST_POSTGRES_URL") else {
        println!("skipped on Postgres: TEST_POSTGRES_URL is not set (tests/run sets it)");
        return None;
    };
    let schema = format!("it_{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
    sqlx::any::install_default_drivers();
    let pool = sqlx::AnyPool::connect(&url).await.unwrap();
    pool.execute(sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).await.unwrap();
    pool.close().await;
    Some(format!("{url}?options=-c%20search_path%3D{schema}"))
}

/// `None` for a SQLite file, and a Postgres where there is one.
pub async fn each_store() -> Vec<Option<String>> {
    let postgres = postgres_store().await;
    if postgres.is_some() { vec![None, postgres] } else { vec![None] }
}
