//! What was acknowledged outlives the process, however that ends, and nothing is half there.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::Duration,
};

use phonegate_testing::postgres_store;
use secrecy::SecretString;
use tokio::runtime::Runtime;

use super::{NOW, attempt, success};
use crate::{
    attempt::{Attempt, State},
    store::{CounterKey, Counting, Quota, Store},
};

/// The process that is killed is this program again, with the address of its store in this variable.
const WRITES_TO: &str = "PHONEGATE_TEST_WRITES_TO";
const TASKS: usize = 64;
const ROUNDS: usize = 10;

#[test]
fn what_was_acknowledged_outlives_ten_kills_in_mid_group() {
    let runtime = Runtime::new().unwrap();
    #[expect(clippy::disallowed_methods, reason = "tells the test, not the app")]
    if let Ok(url) = std::env::var(WRITES_TO) {
        runtime.block_on(write_until_killed(&url.into()));
    }
    let folder = tempfile::tempdir().unwrap();
    let file = Some(format!("sqlite:{}", folder.path().join("a.db").display()));
    for url in [file, runtime.block_on(postgres_store())].into_iter().flatten() {
        let url = SecretString::from(url);
        runtime.block_on(async { Store::open(&url).await.unwrap().close().await });
        let mut all = BTreeMap::new();
        for round in 0..ROUNDS {
            let acknowledged = kill_in_mid_group(&url, 100 + 37 * round, &runtime);
            for (task, written) in acknowledged {
                // Each round begins with numbers of its own.
                assert!(all.insert(task, written).is_none());
            }
            runtime.block_on(all_is_there(&url, &all));
        }
    }
}

/// How far each task of one process got: `round-task` and the number of its last acknowledged step.
fn kill_in_mid_group(url: &SecretString, after: usize, runtime: &Runtime) -> BTreeMap<String, usize> {
    use secrecy::ExposeSecret;
    let name = "store::tests::crash::what_was_acknowledged_outlives_ten_kills_in_mid_group";
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(WRITES_TO, url.expose_secret())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let (mut acknowledged, mut number, mut line) = (BTreeMap::new(), 0, String::new());
    while lines.read_line(&mut line).unwrap() > 0 {
        // What is told when the process ends in the middle of a line was not told.
        if let Some(told) = line.strip_prefix("acknowledged ").and_then(|it| it.strip_suffix('\n')) {
            let (task, step) = told.split_once(' ').unwrap();
            acknowledged.insert(task.to_owned(), step.parse().unwrap());
            number += 1;
            if number == after / 2 {
                runtime.block_on(another_process_reads_and_writes(url));
            }
            if number == after {
                child.kill().unwrap();
            }
        }
        line.clear();
    }
    child.wait().unwrap();
    assert!(number >= after, "it ended by itself after {number}");
    acknowledged
}

/// As a command does while the program runs.
async fn another_process_reads_and_writes(url: &SecretString) {
    let store = Store::open_existing(url).await.unwrap();
    assert!(!store.counters(&[CounterKey::new("total")]).await.unwrap().is_empty());
    store.remember("command", "done").await.unwrap();
    store.close().await;
}

fn counting(most: i64) -> Counting<&'static str> {
    let quota = |key, most| Quota { key, span: Duration::from_hours(10_000), most };
    Counting::new(&[quota("total", i64::MAX), quota("full", most)], &[], true, |_| 1)
}

fn attempt_of(task: &str, step: usize) -> Attempt {
    let id = format!("{task}-{step}");
    Attempt { state: State::Sent, browser_hash: format!("browser {id}"), ..attempt(&id, "") }
}

async fn write_until_killed(url: &SecretString) {
    let store = Store::open(url).await.unwrap();
    let tasks = (0..TASKS).map(|number| {
        let store = store.clone();
        let task = format!("{}-{number}", std::process::id());
        tokio::spawn(async move {
            for step in 0.. {
                let new = attempt_of(&task, step);
                let full = counting(0);
                let fits = store.insert_first(&new, full.of("", CounterKey::new)).await.unwrap();
                assert!(!fits, "it was counted nowhere, and not written down");
                let counting = counting(i64::MAX);
                assert!(store.insert_first(&new, counting.of("", CounterKey::new)).await.unwrap());
                assert!(!store.insert(&new).await.unwrap(), "it is there already");
                assert!(store.verify(&new, "pin", &success(&new.attempt_id)).await.unwrap());
                println!("acknowledged {task} {step}");
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
}

async fn all_is_there(url: &SecretString, acknowledged: &BTreeMap<String, usize>) {
    let store = Store::open_existing(url).await.unwrap();
    let mut attempts = 0;
    for (task, last) in acknowledged {
        // The one after the last may be there or not, and be verified or not.
        for step in 0..=last + 1 {
            let new = attempt_of(task, step);
            let row = store.attempts_of_browser(&new.browser_hash).await.unwrap().pop();
            let session = store.session(&new.attempt_id).await.unwrap();
            let known = store.is_known(&success(&new.attempt_id).known, NOW).await.unwrap();
            let verified = row.as_ref().is_some_and(|row| row.state == State::Verified);
            assert_eq!([session.is_some(), known], [verified; 2], "{task} {step} is half there");
            assert!(verified || step > *last, "{task} {step} was acknowledged and is not there");
            attempts += i64::from(row.is_some());
        }
    }
    // Tasks of which nothing was acknowledged yet have written too: at most one attempt each.
    let counters = store.counters(&[CounterKey::new("total")]).await.unwrap();
    let rows = store.number_of_attempts().await;
    assert_eq!(counters[0].count, rows, "counted if and only if written down");
    assert!(rows >= attempts);
    store.close().await;
}
