//! What an app is asked and told, and what becomes of a sign-in that it does not want.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use futures_util::future::join_all;
use phonegate::{
    AppState, Builder, Deny, SignedOut, SigningIn,
    testing::{clock::Clock, keys::Token, phone::PhoneError},
};
use phonegate_testing::{Answer, BEGUN, Browser, CREDENTIALS, Provider, each_store, secs};

use super::{Club, NUMBER, config};

const SENTENCE: &str = "Your membership has ended. Ask <Ann> at the door.";
/// As a page shows it.
const SHOWN: &str = "Your membership has ended. Ask &lt;Ann&gt; at the door.";

/// Counts how often it is asked, and turns everybody away.
fn turns_away(asked: &Arc<AtomicU32>) -> impl FnOnce(Builder) -> Builder {
    let asked = asked.clone();
    move |builder| {
        builder.on_sign_in(move |_| {
            asked.fetch_add(1, Ordering::Relaxed);
            async { Err(Deny::Because(SENTENCE.to_owned())) }
        })
    }
}

fn sets_session(answer: &Answer) -> bool {
    answer
        .headers
        .get_all("set-cookie")
        .iter()
        .any(|cookie| cookie.to_str().unwrap().starts_with("phonegate="))
}

#[tokio::test]
async fn whoever_the_app_turns_away_reads_why_and_has_no_session() {
    let asked = Arc::default();
    let club = Club::opens("/login", turns_away(&asked)).await;
    let visitor = &club.visitor;
    let id = club.asks_for_a_code(visitor, NUMBER).await;
    let code = club.code(NUMBER).await;

    let answer = club.types_code(visitor, &id, &code).await;
    answer.assert_page(403, SHOWN);
    answer.assert_page(403, "href=\"&#x2f;login\"");
    assert!(!sets_session(&answer) && !club.is_signed_in(visitor).await);
    let logged = answer.logged().join("\n");
    assert!(logged.contains("sign_in_failed") && logged.contains("Your membership has ended"), "{logged}");
    assert!(!logged.contains(&code) && !logged.contains("5550150"), "{logged}");

    // Twenty times more, with another code too: the answer stands, and nobody is asked again.
    let copy = visitor.copy();
    let again = join_all((0..20).map(|_| club.types_code(&copy, &id, &code))).await;
    for answer in again.iter().chain([&club.types_code(visitor, &id, "000000").await]) {
        answer.assert_page(403, SHOWN);
        assert!(!sets_session(answer));
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    visitor.get("/login/verify").await.assert_redirect("/login");
    assert!(club.state.end_sessions(&NUMBER.parse().unwrap()).await.unwrap() == 0, "no session anywhere");
}

#[tokio::test]
async fn clicks_at_once_on_two_instances_ask_once() {
    for store in each_store().await {
        let folder = tempfile::tempdir().unwrap();
        let store = store.unwrap_or_else(|| format!("sqlite:{}", folder.path().join("two.db").display()));
        let clock = Clock::fixed(BEGUN);
        let provider = Provider::start(&clock).await;
        let base_url = provider.base_url.to_string();
        let settings = config(&[
            ("VERIFY_BASE_URL", base_url.as_str()),
            ("VONAGE_API_KEY", CREDENTIALS.0),
            ("VONAGE_API_SECRET", CREDENTIALS.1),
            ("STORE_URL", store.as_str()),
        ]);
        let asked: Arc<AtomicU32> = Arc::default();
        let mut doors = Vec::new();
        for _ in 0..2 {
            let builder = AppState::builder().settings(settings.clone()).clock(clock.clone());
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            doors.push(format!("http://{}/", listener.local_addr().unwrap()));
            let state = turns_away(&asked)(builder).build().await.unwrap();
            tokio::spawn(async move { axum::serve(listener, phonegate::router(state)).await });
        }
        let here = Browser::at(&doors[0]);
        here.get("/").await;
        here.post("/verify", &[("phone", NUMBER)]).await.assert_redirect("/verify");
        let id = here.get("/verify").await.request_id();
        let code = provider.code(NUMBER).await;
        let there = here.copy().moved_to(&doors[1]);

        let clicks = join_all([&here, &there, &here, &there].map(|browser| browser.check(&id, &code))).await;

        for click in clicks {
            click.assert_page(403, SHOWN);
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }
}

#[tokio::test]
async fn a_hook_that_fails_lets_nobody_in_and_the_next_sign_in_may_work() {
    let asked = Arc::new(AtomicU32::new(0));
    let hook = asked.clone();
    let club = Club::opens("/", |builder| {
        builder.on_sign_in(move |visitor: SigningIn| {
            let number = hook.fetch_add(1, Ordering::Relaxed);
            async move {
                match number {
                    0 => panic!("the hook of a test"),
                    1 => Err(Deny::Failed("no connection to +1 202 555 0150".to_owned())),
                    _ => {
                        assert_eq!((visitor.phone.as_str(), visitor.user_id.len()), (NUMBER, 32));
                        Ok(())
                    }
                }
            }
        })
    })
    .await;
    let visitor = &club.visitor;

    for why in ["it panicked", "no connection to +•••"] {
        let id = club.asks_for_a_code(visitor, NUMBER).await;
        let code = club.code(NUMBER).await;
        let answer = club.types_code(visitor, &id, &code).await;
        answer.assert_page(503, "could not let you in just now");
        let logged = answer.logged().join("\n");
        assert!(logged.contains("ERROR") && logged.contains(why), "{logged}");
        let again = club.types_code(visitor, &id, &code).await;
        again.assert_page(503, "could not let you in just now");
        assert!(!club.is_signed_in(visitor).await);
        club.clock.advance(secs(60));
    }
    assert_eq!(asked.load(Ordering::Relaxed), 2, "each sign-in once");
    club.signs_in().await;
    assert!(club.is_signed_in(visitor).await);
    assert_eq!(asked.load(Ordering::Relaxed), 3);
}

/// Writes down whose session has ended.
fn notes(told: &Arc<Mutex<Vec<SignedOut>>>) -> impl FnOnce(Builder) -> Builder {
    let told = told.clone();
    move |builder| {
        builder.on_sign_out(move |session| {
            told.lock().unwrap().push(session);
            async {}
        })
    }
}

#[tokio::test]
async fn the_app_is_told_of_each_session_that_ends_and_of_each_once() {
    let told: Arc<Mutex<Vec<SignedOut>>> = Arc::default();
    let club = Club::opens("/login", notes(&told)).await;
    let count = || std::mem::take(&mut *told.lock().unwrap()).len();
    let (first, second, third) = (club.visitor.clone(), club.other(), club.other());
    for browser in [&first, &second, &third] {
        club.clock.advance(secs(60));
        club.signs_in_as(browser, NUMBER).await.assert_redirect("/login/result");
    }
    assert_eq!(count(), 0);

    join_all((0..5).map(|_| first.post("/login/signout", &[]))).await;
    {
        let told = told.lock().unwrap();
        let [session] = &told[..] else { panic!("{told:?}") };
        assert_eq!((session.phone.as_str(), session.at), (NUMBER, club.clock.now()));
        assert_eq!(session.at.since(session.signed_in_at), secs(120));
    }
    assert_eq!(count(), 1);
    second.post("/login/sessions", &[("others", "1")]).await.assert_redirect("/login/sessions");
    assert_eq!(count(), 1, "the third");
    club.clock.advance(secs(60));
    club.signs_in_as(&third, NUMBER).await.assert_redirect("/login/result");
    second.post("/login/signout", &[("everywhere", "1")]).await.assert_redirect("/login");
    assert_eq!(count(), 2);
    assert!(!club.is_signed_in(&third).await);
}

#[tokio::test]
async fn an_app_ends_all_sessions_of_a_number_for_the_gate_too() {
    let told: Arc<Mutex<Vec<SignedOut>>> = Arc::default();
    let club = Club::opens("/login", notes(&told)).await;
    let other = club.other();
    club.signs_in().await;
    club.clock.advance(secs(60));
    club.signs_in_as(&other, NUMBER).await.assert_redirect("/login/result");
    club.clock.advance(secs(60));
    let stranger = club.other();
    club.signs_in_as(&stranger, "+12025550151").await.assert_redirect("/login/result");
    for browser in [&club.visitor, &other, &stranger] {
        assert_eq!(browser.get("/login/auth").await.status, 200);
    }
    let token = Token::parse(&club.visitor.cookie("phonegate").unwrap()).unwrap();

    assert_eq!(club.state.end_sessions(&NUMBER.parse().unwrap()).await.unwrap(), 2);

    for browser in [&club.visitor, &other] {
        assert_eq!(browser.get("/login/auth").await.status, 401, "not from the cache either");
        assert!(!club.is_signed_in(browser).await);
    }
    assert!(club.state.core.store.session(&token.hash()).await.unwrap().is_none());
    assert!(club.is_signed_in(&stranger).await);
    assert_eq!(told.lock().unwrap().len(), 2);
    assert_eq!(club.state.end_sessions(&NUMBER.parse().unwrap()).await.unwrap(), 0);
    for (text, why) in [
        ("12025550150", PhoneError::NoCountryCode),
        ("+1 202 555 0150", PhoneError::BadCharacter),
        ("+1202", PhoneError::TooShort),
        ("+12025550150123456", PhoneError::TooLong),
        ("", PhoneError::NoCountryCode),
        ("+", PhoneError::TooShort),
    ] {
        assert_eq!(text.parse::<phonegate::PhoneNumber>(), Err(why), "{text:?}");
    }
}
