//! Stores of a test's own, and a way past the app to what is in them.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio_postgres::NoTls;

/// The server that `TEST_POSTGRES_URL` names, or a word on what was skipped.
pub fn postgres_server() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "tells the test, not the app")]
    let url = std::env::var("TEST_POSTGRES_URL").ok();
    if url.is_none() {
        println!("skipped on Postgres: TEST_POSTGRES_URL is not set (tests/run sets it)");
    }
    url
}

/// A schema of its own on that server, so that tests do not meet.
pub async fn postgres_store() -> Option<String> {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let url = postgres_server()?;
    let schema = format!("test_{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
    sql(&url, &format!("CREATE SCHEMA {schema}")).await;
    Some(format!("{url}?options=-c%20search_path%3D{schema}"))
}

/// `None` for a SQLite file, and a Postgres where there is one.
pub async fn each_store() -> Vec<Option<String>> {
    let postgres = postgres_store().await;
    if postgres.is_some() { vec![None, postgres] } else { vec![None] }
}

/// Runs statements of a test's own on a store.
pub async fn sql(url: &str, statements: &str) {
    if let Some(path) = url.strip_prefix("sqlite:") {
        rusqlite::Connection::open(path).unwrap().execute_batch(statements).unwrap();
        return;
    }
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    client.batch_execute(statements).await.unwrap();
    drop(client);
    connection.await.unwrap().unwrap();
}
