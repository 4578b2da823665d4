//! Behind `PgBouncer` in transaction mode, which gives each transaction whichever connection is free.

use futures_util::future::join_all;

use phonegate_testing::{
    Crowd, PHONE, TestApp,
    postgres::{Bouncer, Postgres},
    secs, test_app,
};

use crate::world;

/// So few that each is shared.
const CONNECTIONS: u16 = 3;

/// Two instances in front of one provider, on one clock.
async fn two_instances(pool: &Bouncer) -> (TestApp, TestApp) {
    let app = || test_app().store(Some(&pool.url())).set("AUTH_CACHE", "0s");
    let one = app().spawn().await;
    let two = app().beside(&one).spawn().await;
    (one, two)
}

#[tokio::test]
async fn a_visitor_of_two_instances_does_all_that_there_is_to_do() {
    let server = Postgres::start(&["fsync=off"]);
    let pool = Bouncer::start(&server, CONNECTIONS);
    let (one, two) = two_instances(&pool).await;
    let (here, id) = one.waiting_for_code(PHONE).await;
    let there = here.clone().moved_to(two.url("/").as_str());

    there.check(&id, "000000").await.assert_page(422, "2 tries left");
    assert_eq!(here.resend(&id, "voice").await.status, 429);
    one.clock.advance(secs(30));
    one.provider.clock.advance(secs(30));
    there.resend(&id, "voice").await.assert_redirect("/verify");
    for _ in 0..4 {
        one.clock.advance(secs(15));
        one.provider.clock.advance(secs(15));
        tokio::join!(one.run_jobs(), two.run_jobs());
    }
    assert_eq!(one.provider.messages(PHONE).await.len(), 2);

    let id = here.get("/verify").await.request_id();
    here.cancel(&id).await.assert_redirect("/");
    there.get("/verify").await.assert_redirect("/");
    // The cancel is taken back: the code that was sent is still good.
    there.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    assert_eq!(one.provider.messages(PHONE).await.len(), 2);
    let id = here.get("/verify").await.request_id();
    let code = one.provider.code(PHONE).await;
    let clicks = join_all((0..10).flat_map(|_| [here.check(&id, &code), there.check(&id, &code)])).await;
    for click in clicks {
        click.assert_redirect("/result");
    }
    assert_eq!(one.provider.calls("check"), 2, "the wrong code and the right one");

    there.get("/result").await.assert_page(200, "You are signed in");
    here.get("/sessions").await.assert_page(200, "This device");
    assert_eq!(there.get("/auth").await.status, 200);
    here.post("/signout", &[("everywhere", "1")]).await.assert_redirect("/");
    assert_eq!(there.get("/auth").await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_serve_a_crowd_over_fewer_connections_than_either_would_take() {
    let server = Postgres::start(&["fsync=off"]);
    let pool = Bouncer::start(&server, CONNECTIONS);
    let provider = world::provider().await;
    let instances =
        [world::phonegate(&provider, &pool.url(), &[]), world::phonegate(&provider, &pool.url(), &[])];
    let crowds = instances.each_ref().map(|instance| Crowd::at(&instance.base()));

    let coming = crowds.each_ref().map(|crowd| crowd.keeps_coming(8));
    join_all(crowds.iter().map(|crowd| crowd.more(50))).await;

    let others = "SELECT count(*) FROM pg_stat_activity \
                  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
    assert_eq!(server.sql(others), CONNECTIONS.to_string());
    drop(coming);
    for (crowd, other) in crowds.iter().zip(instances.iter().rev()) {
        for visitor in crowd.signed_in() {
            assert_eq!(visitor.moved_to(&other.base()).get("/auth").await.status, 200);
        }
    }
}
