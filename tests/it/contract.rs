//! Each documented answer of the provider, through the whole app: status, page, and what the operator reads.

use phonegate_testing::{Answer, Fault, PHONE, TestApp, logged, logged_of, test_app};

/// What the app answers: status, words of the page, words of its log.
type Told = (u16, &'static str, &'static str);

/// An answer with a detail, as v2 gives it.
const fn says(status: u16, detail: &'static str) -> Fault {
    Fault::Detail(status, detail)
}

const UNAVAILABLE: &str = "Phone sign-in is unavailable right now";
const BUSY: &str = "Many people are signing in right now";
const IN_DOUBT: &str = "We may have sent you a code";
const RUNNING: &str = "You already asked for a code on another device.";
const NOT_CHECKED: &str = "could not check your code";
const UNCLEAR: &str = "We could not find out whether your code is right.";
const NOT_RESENT: &str = "We could not send it again just now. The code you have still works.";

/// 2.5, to a start.
const V2_STARTS: [(Fault, Told); 13] = [
    (Fault::Status(400), (502, IN_DOUBT, "its documents do not list: HTTP 400")),
    (Fault::Status(401), (503, UNAVAILABLE, "check key and secret, or application, private key")),
    (Fault::Status(402), (503, UNAVAILABLE, "the balance is too low")),
    (Fault::Status(403), (503, UNAVAILABLE, "enable the product, or ask why the account is suspended")),
    (Fault::Status(404), (502, IN_DOUBT, "HTTP 404")),
    (Fault::Status(409), (429, RUNNING, "runs already at the provider, and none of ours")),
    (Fault::Status(412), (503, UNAVAILABLE, "silent authentication is not possible")),
    (Fault::Invalid("to", "Invalid number"), (422, "does not recognise that number", "to: Invalid number")),
    (
        Fault::Invalid("workflow[0].to", "is not routable"),
        (422, "We cannot reach that number", "is not routable"),
    ),
    (Fault::Invalid("brand", "Too long"), (503, UNAVAILABLE, "a parameter of ours: HTTP 422")),
    (Fault::Status(429), (503, BUSY, "the provider limits our rate")),
    (Fault::Status(500), (502, IN_DOUBT, "a fault of its own: HTTP 500")),
    (Fault::Status(503), (502, IN_DOUBT, "a fault of its own: HTTP 503")),
];

/// 3.1
const V1_STARTS: [(&str, Told); 14] = [
    ("1", (503, BUSY, "the provider limits our rate: status 1")),
    ("2", (503, UNAVAILABLE, "a parameter of ours: status 2")),
    ("3", (503, UNAVAILABLE, "a parameter of ours: status 3")),
    ("4", (503, UNAVAILABLE, "check key and secret")),
    ("5", (502, IN_DOUBT, "a fault of its own: status 5")),
    ("6", (422, "We cannot reach that number", "cannot reach the number: status 6")),
    ("7", (422, "We cannot send codes to that number", "check the conversion rate and look for abuse")),
    ("8", (503, UNAVAILABLE, "the account is barred")),
    ("9", (503, UNAVAILABLE, "the balance is too low")),
    ("10", (429, RUNNING, "runs already at the provider, and none of ours")),
    ("15", (422, "to that country or phone network", "enable its country or drop it")),
    ("20", (503, UNAVAILABLE, "the account may not choose its own codes")),
    ("29", (422, "approved beforehand", "add funds or approve the number")),
    ("99", (502, IN_DOUBT, "its documents do not list: status 99")),
];

/// 2.5, to a check.
const V2_CHECKS: [(Fault, Told); 10] = [
    (Fault::Status(400), (422, "That is not the code we sent. You have 2 tries left.", "")),
    (Fault::Status(401), (503, NOT_CHECKED, "check key and secret, or application, private key")),
    (Fault::Status(402), (503, NOT_CHECKED, "the balance is too low")),
    (Fault::Status(403), (503, NOT_CHECKED, "enable the product")),
    (Fault::Status(404), (410, "The code has expired or was used already.", "does not know request")),
    (Fault::Status(409), (422, "Your code is still on its way.", "a mistake of ours")),
    (Fault::Status(410), (410, "The code was wrong too many times", "too many wrong codes")),
    (Fault::Status(422), (503, NOT_CHECKED, "a parameter of ours: HTTP 422")),
    (Fault::Status(429), (503, NOT_CHECKED, "the provider limits our rate")),
    (Fault::Status(500), (502, UNCLEAR, "a fault of its own: HTTP 500")),
];

/// 3.2
const V1_CHECKS: [(&str, Told); 9] = [
    ("1", (503, NOT_CHECKED, "the provider limits our rate")),
    ("2", (503, NOT_CHECKED, "a parameter of ours: status 2")),
    ("3", (503, NOT_CHECKED, "a parameter of ours: status 3")),
    ("4", (503, NOT_CHECKED, "check key and secret")),
    ("5", (502, UNCLEAR, "a fault of its own: status 5")),
    ("6", (410, "The code has expired or was used already.", "does not know request")),
    ("16", (422, "That is not the code we sent. You have 2 tries left.", "")),
    ("17", (410, "The code was wrong too many times", "too many wrong codes")),
    ("99", (502, UNCLEAR, "its documents do not list: status 99")),
];

fn tells(what: &str, answer: &Answer, (status, text, operator): Told) {
    assert_eq!(answer.status, status, "{what}: {}", answer.body);
    assert!(answer.body.contains(text), "{what}: {text:?} is not in {}", answer.body);
    let lines = logged_of(answer.header("x-request-id").unwrap()).join("\n");
    assert!(lines.contains(operator), "{what}: {operator:?} is not in {lines}");
    assert!(!answer.body.contains("status ") && !answer.body.contains("HTTP"), "{what}: {}", answer.body);
}

async fn start(api: &str, fault: Fault, told: Told) {
    let app = test_app().api(api).spawn().await;
    app.provider.fault("start", fault, 1);
    let answer = app.browser().await.post("/verify", &[("phone", PHONE)]).await;
    tells(&format!("{api} start {fault:?}"), &answer, told);
    if matches!(answer.status, 429) || told.1 == BUSY || told.1 == IN_DOUBT {
        assert!(answer.header("retry-after").is_some(), "{api} {fault:?}");
    }
}

async fn check(api: &str, fault: Fault, told: Told) {
    let app = test_app().api(api).spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    app.provider.fault("check", fault, 9);
    let answer = browser.check(&id, &app.provider.code(PHONE).await).await;
    tells(&format!("{api} check {fault:?}"), &answer, told);
    browser.get("/result").await.assert_redirect("/");
}

#[tokio::test]
async fn a_check_is_right_only_by_the_words_that_mean_it() {
    for word in ["pending", "expired", "failed", "user_rejected", ""] {
        let app = test_app().spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        let code = app.provider.code(PHONE).await;
        app.provider.fault("check", Fault::Word(word), 2);

        let answer = browser.check(&id, &code).await;
        let operator = if word.is_empty() { "HTTP 200, status missing" } else { word };
        tells(&format!("200 {word:?}"), &answer, (502, UNCLEAR, operator));
        browser.get("/result").await.assert_redirect("/");

        // Nothing was counted as a wrong code, and the code is still good.
        let sign_in = &app.state().sign_in;
        let phone = phonegate::testing::phone::PhoneNumber::from_store("+12025550150".to_owned());
        let key = phonegate::testing::guard::Kind::wrong_number(false).of(&sign_in.core.keys.phone(&phone));
        assert_eq!(sign_in.core.store.counters(&[key]).await.unwrap()[0].count, 0);
        browser.check(&id, &code).await.assert_redirect("/result");
    }
}

#[tokio::test]
async fn each_answer_to_a_start() {
    for (fault, told) in V2_STARTS {
        start("v2", fault, told).await;
    }
    for (status, told) in V1_STARTS {
        start("v1", Fault::Legacy(status), told).await;
    }
}

#[tokio::test]
async fn each_answer_to_a_check() {
    for (fault, told) in V2_CHECKS {
        check("v2", fault, told).await;
    }
    for (status, told) in V1_CHECKS {
        check("v1", Fault::Legacy(status), told).await;
    }
}

/// Asks for a call, as often as the app does before it gives up; what the page says then, and the log.
async fn next_step(api: &str, fault: Fault) -> (TestApp, Answer, String) {
    let app = test_app().api(api).spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    app.pass(phonegate_testing::secs(30)).await;
    app.provider.fault("next", fault, 9);
    let asked = browser.resend(&id, "voice").await;
    asked.assert_redirect("/verify");
    let log = logged_of(asked.header("x-request-id").unwrap()).join("\n");
    for _ in 0..4 {
        app.pass(phonegate_testing::secs(5)).await;
    }
    let page = browser.get("/verify").await;
    (app, page, log)
}

#[tokio::test]
async fn each_answer_to_a_next_step() {
    let both_out = "We have texted and called you.";
    for (api, fault, text, operator, calls) in [
        ("v2", Fault::Status(401), NOT_RESENT, "check key and secret", 1),
        ("v2", Fault::Status(402), NOT_RESENT, "the balance is too low", 1),
        ("v2", Fault::Status(403), NOT_RESENT, "enable the product", 1),
        ("v2", Fault::Status(422), NOT_RESENT, "its documents do not list: HTTP 422", 4),
        ("v2", says(409, "There are no more events left to trigger."), both_out, "has no step left", 1),
        ("v2", says(409, "Please try again later."), NOT_RESENT, "not yet", 4),
        ("v2", Fault::Status(429), NOT_RESENT, "the provider limits our rate", 4),
        ("v2", Fault::Status(500), NOT_RESENT, "a fault of its own", 4),
        ("v1", Fault::Legacy("1"), NOT_RESENT, "the provider limits our rate", 4),
        ("v1", Fault::Legacy("4"), NOT_RESENT, "check key and secret", 1),
        ("v1", Fault::Legacy("5"), NOT_RESENT, "a fault of its own", 4),
        ("v1", Fault::Legacy("9"), NOT_RESENT, "the balance is too low", 1),
        ("v1", Fault::Legacy("2"), NOT_RESENT, "a parameter of ours: status 2", 1),
        ("v1", Fault::Legacy("3"), NOT_RESENT, "a parameter of ours: status 3", 1),
        ("v1", Fault::Legacy("8"), NOT_RESENT, "the account is barred", 1),
        ("v1", Fault::Legacy("19"), both_out, "has no step left", 1),
    ] {
        let (app, page, log) = next_step(api, fault).await;
        assert!(page.body.contains(text), "{api} {fault:?}: {text:?} is not in {}", page.body);
        assert!(log.contains(operator), "{api} {fault:?}: {operator:?} is not in {log}");
        assert_eq!(app.provider.calls("next"), calls, "{api} {fault:?}");
    }
}

#[tokio::test]
async fn each_answer_to_a_cancel_is_nothing_to_the_visitor() {
    const REFUSED: &str = "the provider did not cancel; asked again while that helps";
    const GONE: &str = "nothing was left to cancel";
    for (api, fault, calls, operator) in [
        ("v2", Fault::Status(401), 2, "check key and secret, or application"),
        ("v2", Fault::Status(404), 1, GONE),
        ("v2", Fault::Status(409), 2, REFUSED),
        ("v2", Fault::Status(500), 2, "a fault of its own: HTTP 500"),
        ("v1", Fault::Legacy("4"), 2, "check key and secret"),
        ("v1", Fault::Legacy("5"), 2, "a fault of its own: status 5"),
        ("v1", Fault::Legacy("6"), 1, GONE),
        ("v1", Fault::Legacy("19"), 2, REFUSED),
    ] {
        let app = test_app().api(api).spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        app.provider.fault("cancel", fault, 1);
        browser.cancel(&id).await.assert_redirect("/");
        browser.get("/").await.assert_page(200, "You cancelled signing in.");

        app.pass(phonegate_testing::secs(30)).await;
        app.pass(phonegate_testing::secs(10)).await;
        app.pass(phonegate_testing::secs(60)).await;
        assert_eq!(app.provider.calls("cancel"), calls, "{api} {fault:?}");
        let mark = format!("request_id=\"{}\"", &id[..8]);
        let log: Vec<_> = logged().lines().filter(|line| line.contains(&mark)).map(str::to_owned).collect();
        assert!(
            log.iter().any(|line| line.contains(operator)),
            "{api} {fault:?}: {operator:?} is not in {log:?}"
        );
    }
}
