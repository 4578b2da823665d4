//! A stranger who wants a number that is somebody else's, again and again.

use futures_util::future::join_all;
use phonegate::testing::{
    guard::{By, Counted, Kind, Subject},
    phone::PhoneNumber,
    sign_in::{Refusal, Start},
};

use phonegate_testing::{Fault, PHONE, each_store, postgres_store, secs, test_app};

/// A stranger asks for a code to the owner's number each 31 s, each time in a new browser at a new address.
#[tokio::test]
async fn a_stranger_that_asks_again_and_again_ends_one_attempt_an_hour_and_uses_up_nothing_of_the_number() {
    for store in each_store().await {
        let app = test_app().guarded().store(store.as_deref()).set("CODE_LIFETIME", "600").spawn().await;
        app.waiting_for_code(PHONE).await;
        for last in 0..18 {
            app.pass(secs(31)).await;
            let start = app.ask_from([203, 0, 113, last], PHONE).await;
            if last == 0 {
                assert!(matches!(start, Start::UnderWay), "{start:?}");
            } else {
                assert!(matches!(start, Start::Refused(Refusal::Running { .. })), "{last}: {start:?}");
            }
        }
        assert_eq!((app.provider.calls("cancel"), app.provider.messages(PHONE).await.len()), (1, 2));
        // What counts are the two messages.
        let hash = app.state().sign_in.core.keys.phone(&PhoneNumber::from_store("+12025550150".to_owned()));
        let number = Kind::Sends { by: By::Number, known: false }.of(&hash);
        let counters = app.state().sign_in.core.store.counters(&[number]).await.unwrap();
        assert_eq!(counters.iter().map(|counter| counter.count).max(), Some(2), "{counters:?}");
    }
}

#[tokio::test]
async fn a_takeover_is_counted_by_number_and_by_address_and_not_if_it_came_to_nothing() {
    let app = test_app().spawn().await;
    let other = "+1 202 555 0151";
    let cancels = || app.provider.calls("cancel");
    app.waiting_for_code(PHONE).await;
    app.waiting_for_code(other).await;
    app.pass(secs(31)).await;
    app.provider.fault("cancel", Fault::Status(500), 1);
    let start = app.ask_from([203, 0, 113, 1], PHONE).await;
    assert!(matches!(start, Start::Refused(Refusal::Provider(_))), "{start:?}");
    assert!(matches!(app.ask_from([203, 0, 113, 1], PHONE).await, Start::UnderWay));
    assert_eq!(cancels(), 2);

    let start = app.ask_from([203, 0, 113, 1], other).await;
    let Start::Refused(Refusal::Running { wait }) = start else { panic!("{start:?}") };
    assert_eq!((wait, cancels()), (secs(284), 2), "the address, until the attempt is over");
    assert!(matches!(app.ask_from([203, 0, 113, 2], other).await, Start::UnderWay));

    app.pass(secs(3600)).await;
    app.waiting_for_code(PHONE).await;
    app.pass(secs(31)).await;
    assert!(matches!(app.ask_from([203, 0, 113, 1], PHONE).await, Start::UnderWay), "an hour later");
}

/// Nothing was sent, so nothing is used up but of those who ask: else whoever asks for one number shuts out its neighbours.
#[tokio::test]
async fn asking_for_a_number_that_is_taken_uses_up_the_limit_of_the_address_alone() {
    for store in each_store().await {
        let app = test_app().guarded().store(store.as_deref()).spawn().await;
        app.waiting_for_code(PHONE).await;
        app.pass(secs(31)).await;
        app.provider.fault("cancel", Fault::Status(500), 1);
        let start = app.ask_from([203, 0, 120, 1], PHONE).await;
        assert!(matches!(start, Start::Refused(Refusal::Provider(_))), "{start:?}");
        assert!(matches!(app.ask_from([203, 0, 120, 1], PHONE).await, Start::UnderWay));
        app.pass(secs(31)).await;
        let asked = app.provider.calls("start");
        for count in 0..29 {
            let start = app.ask_from([203, 0, 113 + count / 10, 1], PHONE).await;
            assert!(matches!(start, Start::Refused(Refusal::Running { .. })), "{count}: {start:?}");
        }
        assert!(matches!(app.ask_from([203, 0, 113, 1], PHONE).await, Start::Refused(Refusal::Guard(_))));
        assert_eq!(app.provider.calls("start"), asked + 29, "not for whoever is past the address's limit");

        let sign_in = &app.state().sign_in;
        let phone = PhoneNumber::from_store("+12025550150".to_owned());
        let subject = Subject::new(&sign_in.core.keys, &phone, [203, 0, 113, 1].into());
        let keys = [By::Address, By::Number, By::Prefix, By::Total];
        let keys = keys.map(|by| subject.key(Kind::Sends { by, known: false }));
        let counters = sign_in.core.store.counters(&keys).await.unwrap();
        let counted = keys.map(|key| {
            let counts = counters.iter().filter(|counter| counter.key == key);
            counts.map(|counter| counter.count).max()
        });
        assert_eq!(counted, [Some(10), Some(2), Some(2), Some(2)], "{counters:?}");
        assert!(matches!(app.ask_from([203, 0, 121, 1], "+1 202 555 0151").await, Start::Sent));
    }
}

#[tokio::test]
async fn of_many_takeovers_at_once_one_is_made() {
    for store in each_store().await {
        let app = test_app().store(store.as_deref()).spawn().await;
        app.waiting_for_code(PHONE).await;
        app.pass(secs(31)).await;
        let asked = (0..20).map(|last| app.ask_from([203, 0, 113, last], PHONE));
        let taken = join_all(asked).await;
        let taken = taken.iter().filter(|start| matches!(start, Start::UnderWay)).count();
        assert_eq!((taken, app.provider.calls("cancel")), (1, 1));
    }
}

/// Whatever a stranger's attempt is at, the owner's browser asks for a code and types it.
#[tokio::test]
async fn a_known_browser_has_the_code_that_a_stranger_asked_for() {
    for api in ["v1", "v2"] {
        for (age, both_out) in [(1, false), (29, false), (45, false), (31, true), (200, true)] {
            let store = if api == "v2" { postgres_store().await } else { None };
            let app = test_app().api(api).store(store.as_deref());
            let app = app.set("RETURN_TO_ORIGINS", "https://wiki.example").spawn().await;
            let owner = app.signed_in(PHONE).await;
            owner.post("/signout", &[]).await.assert_redirect("/");
            app.pass(secs(60)).await;
            let stranger = app.browser().await;
            let form = [("phone", PHONE), ("return_to", "https://wiki.example/theirs")];
            stranger.post("/verify", &form).await.assert_redirect("/verify");
            let id = stranger.get("/verify").await.request_id();
            app.pass(secs(30.min(age))).await;
            if both_out {
                stranger.resend(&id, "voice").await.assert_redirect("/verify");
            }
            app.pass(secs(age.saturating_sub(30))).await;
            let sent = app.provider.messages(PHONE).await.len();

            owner.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
            let page = owner.get("/verify").await;
            page.assert_page(200, "We already sent a code to this number, and it still works.");
            assert_eq!((app.provider.messages(PHONE).await.len(), page.request_id()), (sent, id.clone()));
            // It is the stranger's no more, and no stranger's again.
            let code = app.provider.code(PHONE).await;
            stranger.check(&id, &code).await.assert_redirect("/");
            app.pass(secs(31)).await;
            let start = app.ask_from([203, 0, 113, 1], PHONE).await;
            assert!(matches!(start, Start::Refused(Refusal::Running { .. })), "{start:?}");
            owner.check(&id, &code).await.assert_redirect("/result");
            stranger.get("/result").await.assert_redirect("/");
        }
    }
}
