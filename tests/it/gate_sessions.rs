//! How soon the gate knows of sessions that begin and end, and which are none.

use std::time::Duration;

use phonegate::testing::keys::Token;

use super::gate::{app, app_with, ask, assert_let_in, assert_turned_away};
use phonegate_testing::{PHONE, each_store, secs, test_app};

#[tokio::test]
async fn the_limits_of_a_session_hold_for_the_gate_and_its_visits_count() {
    let app = app_with(&[("SESSION_IDLE", "1h"), ("SESSION_MAX", "3h")]).await;
    let visitor = app.signed_in(PHONE).await;

    for _ in 0..3 {
        app.pass(secs(50 * 60)).await;
        assert_let_in(&ask(&visitor, "/auth", &[]).await, "+12025550150");
    }
    app.clock.advance(secs(30 * 60));
    assert_turned_away(&ask(&visitor, "/auth", &[]).await, None);

    let visitor = app.signed_in(PHONE).await;
    assert_let_in(&ask(&visitor, "/auth", &[]).await, "+12025550150");
    app.clock.advance(secs(3600));
    assert_turned_away(&ask(&visitor, "/auth", &[]).await, None);
}

#[tokio::test]
async fn signing_out_ends_it_for_the_gate_at_once() {
    let app = app().await;
    let (one, two) = (app.signed_in(PHONE).await, app.signed_in(PHONE).await);
    for visitor in [&one, &two] {
        assert_let_in(&ask(visitor, "/auth", &[]).await, "+12025550150");
    }
    let stolen = one.copy();

    one.post("/signout", &[]).await.assert_redirect("/");
    assert_turned_away(&ask(&stolen, "/auth", &[]).await, None);
    assert_let_in(&ask(&two, "/auth", &[]).await, "+12025550150");

    let three = app.signed_in(PHONE).await;
    assert_let_in(&ask(&three, "/auth", &[]).await, "+12025550150");
    two.post("/signout", &[("everywhere", "1")]).await.assert_redirect("/");
    assert_turned_away(&ask(&three, "/auth", &[]).await, None);
}

#[tokio::test]
async fn a_session_that_ends_elsewhere_is_let_in_for_five_seconds_at_most() {
    for store in each_store().await {
        let app = test_app().store(store.as_deref()).spawn().await;
        let elsewhere = test_app().set("STORE_URL", &app.store_url()).beside(&app).spawn().await;
        let visitor = app.signed_in(PHONE).await;
        let same_there = elsewhere.stranger();
        same_there.set_cookie("phonegate", &visitor.cookie("phonegate").unwrap());
        assert_let_in(&ask(&same_there, "/auth", &[]).await, "+12025550150");

        visitor.post("/signout", &[]).await.assert_redirect("/");

        app.clock.advance(Duration::from_millis(4_999));
        assert_let_in(&ask(&same_there, "/auth", &[]).await, "+12025550150");
        app.clock.advance(Duration::from_millis(1));
        assert_turned_away(&ask(&same_there, "/auth", &[]).await, None);
    }
}

#[tokio::test]
async fn a_number_that_is_taken_off_the_list_is_turned_away_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("numbers.txt");
    std::fs::write(&list, format!("{PHONE}\n+1 202 555 0151\n")).unwrap();
    let app = app_with(&[("ALLOWED_NUMBERS", list.to_str().unwrap())]).await;
    let (one, other) = (app.signed_in(PHONE).await, app.signed_in("+1 202 555 0151").await);
    for visitor in [&one, &other] {
        assert_eq!(ask(visitor, "/auth", &[]).await.status, 200);
    }

    std::fs::write(&list, "+1 202 555 0151\n").unwrap();
    app.state().sign_in.reload_allowed().await.unwrap();

    assert_turned_away(&ask(&one, "/auth", &[]).await, None);
    assert_let_in(&ask(&other, "/auth", &[]).await, "+12025550151");
}

#[tokio::test]
async fn without_a_cache_the_store_is_asked_each_time() {
    let app = app_with(&[("AUTH_CACHE", "0s")]).await;
    let visitor = app.signed_in(PHONE).await;
    assert_let_in(&ask(&visitor, "/auth", &[]).await, "+12025550150");

    let hash = Token::parse(&visitor.cookie("__Secure-phonegate").unwrap()).unwrap().hash();
    app.state().sign_in.core.store.end_session(&hash).await.unwrap();
    assert_turned_away(&ask(&visitor, "/auth", &[]).await, None);
}

#[tokio::test]
async fn a_sign_in_elsewhere_counts_at_once() {
    let app = test_app().spawn().await;
    let elsewhere = test_app().set("STORE_URL", &app.store_url()).beside(&app).spawn().await;
    let stranger = elsewhere.stranger();
    assert_turned_away(&ask(&stranger, "/auth", &[]).await, None);

    let visitor = app.signed_in(PHONE).await;
    stranger.set_cookie("phonegate", &visitor.cookie("phonegate").unwrap());
    assert_let_in(&ask(&stranger, "/auth", &[]).await, "+12025550150");
}

#[tokio::test]
async fn while_the_store_is_away_known_visitors_pass_for_a_moment_and_nobody_else() {
    let app = app().await;
    let (known, new) = (app.signed_in(PHONE).await, app.signed_in("+1 202 555 0151").await);
    assert_let_in(&ask(&known, "/auth", &[]).await, "+12025550150");
    app.state().sign_in.core.store.close().await;

    assert_let_in(&ask(&known, "/auth", &[]).await, "+12025550150");
    assert_eq!(ask(&new, "/auth", &[]).await.status, 503);
    assert_turned_away(&ask(&app.stranger(), "/auth", &[]).await, None);
    app.clock.advance(secs(5));
    let answer = ask(&known, "/auth", &[]).await;
    assert_eq!((answer.status, answer.header("remote-phone")), (503, None));
}

#[tokio::test]
async fn a_planted_token_is_not_signed_in_by_its_victim() {
    let app = app().await;
    let thief = app.browser().await;
    let (victim, id) = app.waiting_for_code(PHONE).await;
    // The thief has the victim start from tokens that the thief knows.
    let planted = thief.cookie("__Host-phonegate-browser").unwrap();
    victim.set_cookie("__Secure-phonegate", &planted);
    victim.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/result");

    thief.set_cookie("__Secure-phonegate", &planted);
    assert_turned_away(&ask(&thief, "/auth", &[]).await, None);
    assert_ne!(victim.cookie("__Secure-phonegate"), Some(planted));
}

#[tokio::test]
async fn a_session_of_another_server_key_is_worth_nothing() {
    let first = test_app().set("SERVER_KEY", &"a".repeat(32)).spawn().await;
    let visitor = first.signed_in(PHONE).await;
    let user = ask(&visitor, "/auth", &[]).await.header("remote-user").unwrap().to_owned();

    let other = test_app()
        .set("SERVER_KEY", &"b".repeat(32))
        .set("STORE_URL", &first.store_url())
        .beside(&first)
        .spawn()
        .await;
    let stranger = other.stranger();
    stranger.set_cookie("phonegate", &visitor.cookie("phonegate").unwrap());
    assert_turned_away(&ask(&stranger, "/auth", &[]).await, None);
    stranger.get("/result").await.assert_redirect("/");
    let known_there = other.signed_in(PHONE).await;
    assert_ne!(ask(&known_there, "/auth", &[]).await.header("remote-user"), Some(&*user));
}
