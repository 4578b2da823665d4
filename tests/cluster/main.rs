//! A cluster as operators have it: three Postgres servers under Patroni, which lose their leader under load. Twice.
//!
//! `tests/cluster/run` installs what it takes and prints what came of it. It is no part of `cargo test`: it needs
//! a minute or two, most of them for Patroni to be sure that a leader is gone.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

#[path = "../postgres/world.rs"]
mod world;

use std::time::{Duration, Instant};

use phonegate_testing::{Crowd, postgres::Cluster};

/// How long after the promotion visitors may have to wait.
const BACK_WITHIN: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_that_is_killed_under_load_takes_nobody_with_it_who_was_told_of_success() {
    let mut cluster = Cluster::start(3);
    let provider = world::provider().await;
    let phonegate = world::phonegate(&provider, &cluster.url(), &[]);
    let crowd = Crowd::at(&phonegate.base());

    for round in 1..=2 {
        let coming = crowd.keeps_coming(8);
        crowd.more(200).await;
        let leader = cluster.leader().unwrap();
        cluster.kill(leader);
        let (killed, before) = (Instant::now(), crowd.signed_in());
        cluster.until("there is another leader", |cluster| cluster.leader().is_some());

        let election = killed.elapsed();
        let wait = crowd.more(1).await;
        assert!(wait < BACK_WITHIN, "back after {wait:?}");
        crowd.more(50).await;
        drop(coming);
        let many = before.len();
        for visitor in before {
            visitor.get("/result").await.assert_page(200, "You are signed in");
        }
        println!(
            "round {round}: Patroni promoted another member {election:.1?} after the kill, the next visitor was in \
             {wait:.1?} after that, all {many} who had signed in before still are"
        );
        cluster.start_again(leader);
        cluster.until("the one that was killed follows again", |cluster| cluster.streaming() == 2);
    }
}
