//! Visitors who click whatever they like, on a provider that fails however it likes: nobody gets stuck, nobody gets a
//! message that was not asked for.
//!
//! `SEQUENCES` says how many (default 300), `SEED` where to begin. A finding names its seed and tells its story; a run
//! with `SEED=… SEQUENCES=1` repeats it. Odd seeds are told on a Postgres, where there is one.

mod actions;
mod at_once;
mod finish;
mod visitor;
mod wire;
mod world;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use phonegate::testing::random::Random;
use phonegate_testing::{postgres_store, sql};
use tokio::runtime::Runtime;

use actions::Story;

/// What callbacks are signed with.
const SECRET: &str = "d2f8dd0a6d8b4c0a9e1f";
/// The first seed, unless another is asked for.
const SEED: u64 = 1;

#[test]
fn nobody_gets_stuck_and_nobody_gets_a_message_unasked() {
    let number = |name: &str| {
        #[expect(clippy::disallowed_methods, reason = "tells the test, not the app")]
        std::env::var(name).ok().map(|value| value.parse::<u64>().expect(name))
    };
    let (count, first) = (number("SEQUENCES").unwrap_or(300), number("SEED").unwrap_or(SEED));
    let next = AtomicU64::new(0);
    let findings = Mutex::new(Vec::new());

    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let postgres = runtime().block_on(postgres_store());
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count || !findings.lock().unwrap().is_empty() {
                        return;
                    }
                    let seed = first + index;
                    if let Err(finding) = tell(seed, postgres.as_deref().filter(|_| seed % 2 == 1)) {
                        findings.lock().unwrap().push(finding);
                    }
                }
            });
        }
    });

    let findings = findings.into_inner().unwrap();
    assert!(findings.is_empty(), "{}", findings.join("\n\n"));
    println!("{count} sequences from seed {first}");
}

/// For the next story: to make the tables anew would take longer than to tell it.
const EMPTY: &str = "TRUNCATE verifications, sessions, guard_counters, verified_days, known_browsers; \
                     DELETE FROM meta WHERE name <> 'version'";

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Tells one story to its end; what is wrong with it, with all that led there.
fn tell(seed: u64, postgres: Option<&str>) -> Result<(), String> {
    let lines = Mutex::new(Vec::new());
    let told = catch_unwind(AssertUnwindSafe(|| {
        runtime().block_on(async {
            let mut story = Story::begin(Random::seeded(seed), &lines, postgres).await;
            story.happens().await?;
            let ended = story.ends_well().await;
            if let Some(url) = postgres {
                sql(url, EMPTY).await;
            }
            ended
        })
    }));
    let problem = match told {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(problem)) => problem,
        Err(panic) => match panic.downcast_ref::<String>() {
            Some(text) => text.clone(),
            None => panic.downcast_ref::<&str>().map_or("a panic", |text| *text).to_owned(),
        },
    };
    let lines = lines.lock().unwrap_or_else(std::sync::PoisonError::into_inner).join("\n");
    Err(format!("seed {seed}:\n{lines}\n{problem}"))
}
