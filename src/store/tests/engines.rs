//! What each engine does when others want the same, or when what it works on is taken away.

use std::{fs, path::Path};

use secrecy::SecretString;

use super::{after, attempt, sent, stores, success};
use crate::{
    attempt::State,
    store::{
        CounterKey, Store, StoreError,
        engine::{Change, Kind, query},
    },
};

const INSERT: &str = "INSERT INTO meta (name, value) VALUES ($1, 'x')";

fn at(path: &Path) -> SecretString {
    format!("sqlite:{}", path.display()).into()
}

#[tokio::test]
async fn of_many_jobs_at_once_those_that_fail_take_nothing_of_the_others() {
    for store in stores().await {
        let jobs = (0..64_i64).map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                let name = format!("job {number}");
                let first = query(INSERT).bind(&name);
                let change = match number % 4 {
                    // Both, or none: the second is there already, or changes nothing that is needed.
                    0 => Change::new(first).and(query(INSERT).bind("version")),
                    1 => Change::only_if(first).and_needs(query("DELETE FROM meta WHERE name = 'none'")),
                    2 => Change::new(first).and(query(INSERT).bind(format!("second {number}"))),
                    _ => Change::new(first),
                };
                (number, store.change(change).await)
            })
        });
        for job in jobs.collect::<Vec<_>>() {
            let (number, done) = job.await.unwrap();
            assert_eq!(
                match done {
                    Ok(Some(_)) => 2,
                    Ok(None) => 1,
                    Err(_) => 0,
                },
                (number % 4).min(2),
                "{number}"
            );
            let there = store.remembered(&format!("job {number}")).await.unwrap().is_some();
            assert_eq!(there, number % 4 >= 2, "{number}");
        }
    }
}

#[tokio::test]
async fn a_file_that_was_deleted_takes_nothing_more_until_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("a.db"), folder.path().join("copy.db"));
    let first = Store::open(&at(&path)).await.unwrap();
    sent(&first, "a", "b").await;
    first.close().await;
    fs::copy(&path, &copy).unwrap();
    let store = Store::open(&at(&path)).await.unwrap();
    assert_eq!(store.attempts_of_browser("b").await.unwrap().len(), 1);

    fs::remove_file(&path).unwrap();
    let error = store.insert(&attempt("c", "d")).await.unwrap_err();
    assert!(error.to_string().contains("was deleted or replaced"), "{error}");
    let StoreError::Database(trouble) = error else { panic!("{error:?}") };
    assert_eq!(trouble.kind(), Kind::Gone);

    // As a backup is put back.
    for log in ["a.db-wal", "a.db-shm"] {
        let _ = fs::remove_file(folder.path().join(log));
    }
    fs::rename(&copy, &path).unwrap();
    assert!(store.insert(&attempt("e", "f")).await.unwrap());
    assert_eq!(store.attempts_of_browser("f").await.unwrap().len(), 1, "readers see the new file too");
    store.close().await;
    let again = Store::open(&at(&path)).await.unwrap();
    assert_eq!(again.attempts_of_browser("f").await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_told_in_words_that_help() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.db");
    fs::write(&text, "this is no database, however long one reads in it".repeat(100)).unwrap();
    let error = Store::open(&at(&text)).await.unwrap_err().to_string();
    assert!(error.ends_with("text.db is no SQLite database"), "{error}");

    let error = Store::open(&at(folder.path())).await.unwrap_err().to_string();
    assert!(error.contains(" cannot be used: "), "{error}");
}

#[tokio::test]
async fn a_reader_sees_what_was_just_written_and_waits_for_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let store = Store::open(&at(&path)).await.unwrap();
    let row = sent(&store, "a", "b").await;
    let holder = rusqlite::Connection::open(&path).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();

    assert_eq!(store.attempts_of_browser("b").await.unwrap().len(), 1);
    let error = store.insert(&attempt("c", "d")).await.unwrap_err();
    assert!(error.to_string().contains("locked"), "{error}");

    holder.execute_batch("ROLLBACK").unwrap();
    assert!(store.verify(&row, "pin", &success("t")).await.unwrap());
    assert_eq!(store.attempts_of_browser("b").await.unwrap()[0].state, State::Verified);
}

#[tokio::test]
async fn what_is_deleted_leaves_no_trace_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let store = Store::open(&at(&path)).await.unwrap();
    let row = sent(&store, "a", "b").await;
    assert!(store.verify(&row, "pin", &success("a-token-that-can-be-found")).await.unwrap());
    assert!(store.session("a-token-that-can-be-found").await.unwrap().is_some());
    assert!(store.end_session("a-token-that-can-be-found").await.unwrap());
    store.forget_browser("known a-token-that-can-be-found").await.unwrap();
    store.close().await;
    let bytes = fs::read(&path).unwrap();
    let trace = b"a-token-that-can-be-found";
    assert!(!bytes.windows(trace.len()).any(|window| window == trace));
}

#[tokio::test]
async fn of_many_that_start_at_once_one_makes_the_tables() {
    let folder = tempfile::tempdir().unwrap();
    let file = at(&folder.path().join("a.db"));
    let postgres = phonegate_testing::postgres_store().await.map(SecretString::from);
    for url in [Some(file), postgres].into_iter().flatten() {
        let starts = (0..8).map(|_| {
            let url = url.clone();
            tokio::spawn(async move { Store::open(&url).await.unwrap() })
        });
        for start in starts.collect::<Vec<_>>() {
            assert!(start.await.unwrap().session("t").await.unwrap().is_none());
        }
    }
}

#[tokio::test]
async fn a_closed_store_says_so() {
    for store in stores().await {
        store.close().await;
        store.close().await;
        for error in
            [store.session("t").await.unwrap_err(), store.touch_session("t", after(1)).await.unwrap_err()]
        {
            assert_eq!(error.to_string(), "the store is closed");
        }
        assert!(store.counters(&[CounterKey::new("a")]).await.is_err());
    }
}
