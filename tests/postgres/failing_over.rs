//! The server dies under load, and the one that has followed it takes its place.

use std::time::{Duration, Instant};

use phonegate_testing::{
    Browser, Crowd,
    postgres::{Postgres, url},
};

use crate::world;

/// How long after the promotion visitors may have to wait.
const BACK_WITHIN: Duration = Duration::from_secs(5);

async fn signed_in(visitors: Vec<Browser>, base: &str) -> usize {
    let mut there = 0;
    for visitor in visitors {
        let answer = visitor.moved_to(base).get("/result").await;
        assert!(matches!(answer.status, 200 | 303), "{answer:?}");
        there += usize::from(answer.status == 200);
    }
    there
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_dies_under_load_takes_nobody_with_it_who_was_told_of_success() {
    let mut first = Postgres::start(&[]);
    let second = first.standby();
    first.wait_for_standby();
    let provider = world::provider().await;
    let store = url(&[&first, &second]);
    let phonegate = world::phonegate(&provider, &store, &[]);
    let crowd = Crowd::at(&phonegate.base());
    let gate = crowd.sign_in().await.unwrap();
    let _coming = crowd.keeps_coming(16);
    crowd.more(200).await;

    first.kill();
    let before = crowd.signed_in();
    assert_eq!(gate.get("/readyz").await.status, 503);
    second.promote();

    let promoted = Instant::now();
    let sign_ins = crowd.more(1).await;
    assert!(sign_ins < BACK_WITHIN, "back after {sign_ins:?}");
    for path in ["/readyz", "/auth", "/result"] {
        while gate.get(path).await.status != 200 {
            assert!(promoted.elapsed() < BACK_WITHIN, "{path}");
        }
    }
    println!("{} signed in before, and the next {sign_ins:?} after the promotion", before.len());
    crowd.more(200).await;
    // One that remembers nothing, and comes when the first server is gone: it finds its way as well.
    let other = world::phonegate(&provider, &store, &[]);
    let many = before.len();
    assert_eq!(signed_in(before, &other.base()).await, many);
    let all = crowd.signed_in();
    assert!(all.len() >= many + 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_comes_back_is_used_again_without_a_restart() {
    let mut server = Postgres::start(&[]);
    let provider = world::provider().await;
    let phonegate = world::phonegate(&provider, &server.url(), &[]);
    let crowd = Crowd::at(&phonegate.base());
    let _coming = crowd.keeps_coming(8);
    crowd.more(50).await;

    server.kill();
    let before = crowd.signed_in();
    let many = before.len();
    server.start_again();

    let back = crowd.more(1).await;
    assert!(back < BACK_WITHIN, "back after {back:?}");
    assert_eq!(signed_in(before, &phonegate.base()).await, many);
}

/// What `docs/postgres.md` says of a standby that nobody waits for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_standby_has_not_heard_of_when_the_server_dies_is_as_if_it_had_not_been() {
    let mut first = Postgres::start(&[]);
    let mut second = first.standby();
    let provider = world::provider().await;
    let phonegate = world::phonegate(&provider, &url(&[&first, &second]), &[]);
    let crowd = Crowd::at(&phonegate.base());
    let (kept, signed_out) = (crowd.sign_in().await.unwrap(), crowd.sign_in().await.unwrap());
    let wal = first.sql("SELECT pg_current_wal_lsn()");
    first.until(&format!("SELECT flush_lsn >= '{wal}' FROM pg_stat_replication"), "t");

    second.kill();
    let lost = crowd.sign_in().await.unwrap();
    let its_copy = signed_out.copy();
    signed_out.post("/signout", &[]).await.assert_redirect("/");
    first.kill();
    second.start_again();
    second.promote();

    let promoted = Instant::now();
    while kept.get("/result").await.status != 200 {
        assert!(promoted.elapsed() < BACK_WITHIN);
    }
    lost.get("/result").await.assert_redirect("/");
    assert_eq!(its_copy.get("/result").await.status, 200, "the sign-out was not heard of either");
    let again = crowd.sign_in().await.unwrap();
    assert_eq!(again.get("/result").await.status, 200);
}
