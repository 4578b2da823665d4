//! The tables in parts, as the page on scale makes them.

use phonegate_testing::{Crowd, postgres::Postgres};

use crate::world;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn visitors_sign_in_and_stay_so_with_tables_in_parts() {
    let server = Postgres::start(&["fsync=off"]);
    let provider = world::provider().await;
    let phonegate = world::phonegate(&provider, &server.url(), &[]);
    let from_before = Crowd::at(&phonegate.base()).sign_in().await.unwrap();

    let page = include_str!("../../docs/scale.md");
    let lines = page.split("```sql").nth(1).unwrap().split("```").next().unwrap();
    server.sql(lines);

    let crowd = Crowd::at(&phonegate.base());
    let coming = crowd.keeps_coming(8);
    crowd.more(40).await;
    drop(coming);
    assert_eq!(from_before.get("/result").await.status, 200);
    for visitor in crowd.signed_in() {
        assert_eq!(visitor.get("/auth").await.status, 200);
        visitor.post("/signout", &[("everywhere", "1")]).await.assert_redirect("/");
        assert_eq!(visitor.get("/auth").await.status, 401);
    }
    let parts = server.sql("SELECT count(*) FROM pg_inherits");
    let used = server.sql("SELECT count(DISTINCT tableoid) > 8 FROM guard_counters");
    assert!(parts.parse::<u32>().unwrap() >= 48 && used == "t", "{parts} {used}");
}
