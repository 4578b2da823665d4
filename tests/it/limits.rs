//! Limits: how many codes are sent, to whom and for whom.

use std::net::{IpAddr, Ipv4Addr};

use futures_util::future::join_all;
use phonegate::testing::sign_in::{Refusal, Start};

use phonegate_testing::{BEGUN, PHONE, TestApp, each_store, logged, secs, test_app};

/// British mobile numbers, all of them valid, a thousand to a block.
fn number(block: u32, last: u32) -> String {
    format!("+447400{block:03}{last:03}")
}

fn address(last: u8) -> IpAddr {
    Ipv4Addr::new(198, 51, 100, last).into()
}

/// What refused, or nothing.
fn refused(start: &Start) -> Option<String> {
    match start {
        Start::Sent | Start::Resumed | Start::UnderWay => None,
        Start::Refused(Refusal::Guard(refused)) => Some(refused.to_string()),
        Start::Refused(refusal) => panic!("{refusal:?}"),
    }
}

#[tokio::test]
async fn a_refusal_says_when_to_come_back_and_keeps_what_was_typed() {
    for store in each_store().await {
        let app = test_app().guarded().store(store.as_deref()).spawn().await;
        app.waiting_for_code(PHONE).await;

        app.clock.advance(secs(12));
        let answer = app.browser().await.post("/verify", &[("phone", PHONE)]).await;

        answer.assert_page(
            429,
            "This number has had as many codes as we can send for now. Try again in 18 seconds.",
        );
        assert_eq!(answer.header("retry-after"), Some("18"));
        assert!(answer.body.contains(&format!("value=\"{PHONE}\"")), "{}", answer.body);
        assert_eq!(app.provider.calls("start"), 1);
        let log = logged();
        let line = log.lines().find(|line| line.contains("LIMIT_NUMBER 1/30s")).unwrap();
        for part in ["refused", "+1 •••• ••••50", "US", "127.0.0.1", "again=\"2027-01-15T08:00:30Z\""]
        {
            assert!(line.contains(part), "{part} is not in {line}");
        }
    }
}

#[tokio::test]
async fn each_limit_refuses_for_itself() {
    for (setting, value, allowed) in [
        ("LIMIT_NUMBER", "2/10m", [true, true, false, true, true]),
        ("LIMIT_ADDRESS", "2/10m", [true, true, false, false, true]),
        ("LIMIT_PREFIX", "2/10m", [true, true, false, true, true]),
        ("LIMIT_TOTAL", "2/10m", [true, true, false, false, false]),
        ("LIMIT_TOTAL", "off", [true; 5]),
    ] {
        let app = test_app().set(setting, value).provider_without_limits().await.spawn().await;
        let sends = [
            (1, number(1, 1)),
            (1, number(1, 1)),
            (1, number(1, 1)),
            (1, "+447500000001".to_owned()),
            (2, "+447500000002".to_owned()),
        ];
        for ((from, phone), allowed) in sends.into_iter().zip(allowed) {
            let refused = refused(&app.ask_from(address(from), &phone).await);
            assert_eq!(refused, (!allowed).then(|| format!("{setting} {value}")), "{phone} from {from}");
        }
    }
}

#[tokio::test]
async fn a_window_starts_with_the_first_send_and_a_refused_one_is_not_counted() {
    for store in each_store().await {
        let app = test_app().store(store.as_deref()).set("LIMIT_ADDRESS", "2/10m").spawn().await;
        // Minutes and seconds, and whether that send passes. Nothing happens at full minutes of the clock.
        for (last, (at, passes)) in [
            (0, true),
            (540, true),
            (599, false),
            (600, true),
            (601, true),
            (602, false),
            (1_199, false),
            (1_200, true),
        ]
        .into_iter()
        .enumerate()
        {
            let now = app.clock.now();
            app.clock.advance(secs(at).saturating_sub(now.since(BEGUN)));
            let start = app.ask_from(address(1), &number(0, u32::try_from(last).unwrap())).await;
            assert_eq!(refused(&start).is_none(), passes, "after {at} s");
        }
        assert_eq!(app.provider.calls("start"), 5);
    }
}

#[tokio::test]
async fn an_ipv6_visitor_is_counted_by_network() {
    let app = test_app().set("LIMIT_ADDRESS", "3/10m").spawn().await;
    let mut sent = 0;
    for host in 0..20_u32 {
        let address: IpAddr = format!("2001:db8:1:2:{host:x}::{host:x}").parse().unwrap();
        sent += u32::from(refused(&app.ask_from(address, &number(0, host)).await).is_none());
    }
    assert_eq!(sent, 3);
    let neighbour: IpAddr = "2001:db8:1:3::1".parse().unwrap();
    assert_eq!(refused(&app.ask_from(neighbour, &number(0, 99)).await), None);

    let mapped: IpAddr = "::ffff:198.51.100.7".parse().unwrap();
    let mut sent = 0;
    for last in 100..110 {
        let from = if last % 2 == 0 { mapped } else { address(7) };
        sent += u32::from(refused(&app.ask_from(from, &number(0, last)).await).is_none());
    }
    assert_eq!(sent, 3, "an IPv4 address is one, however it is written");
}

#[tokio::test]
async fn of_two_hundred_sends_at_once_exactly_as_many_leave_as_a_limit_allows() {
    for store in each_store().await {
        for (setting, allowed) in
            [("LIMIT_NUMBER", 7), ("LIMIT_ADDRESS", 7), ("LIMIT_PREFIX", 7), ("LIMIT_TOTAL", 50)]
        {
            let store = if store.is_some() { phonegate_testing::postgres_store().await } else { None };
            let app = test_app().set(setting, &format!("{allowed}/1h")).store(store.as_deref());
            let app = app.provider_without_limits().await.spawn().await;
            let starts = join_all((0..200_u32).map(|send| {
                let phone = if setting == "LIMIT_NUMBER" { number(0, 0) } else { number(0, send) };
                let from = if setting == "LIMIT_ADDRESS" { 1 } else { u8::try_from(send).unwrap() };
                let app = &app;
                async move { app.ask_from(address(from), &phone).await }
            }))
            .await;

            let sent = starts.iter().filter(|start| refused(start).is_none()).count();
            assert_eq!((sent, app.provider.calls("start")), (allowed, allowed), "{setting}");
        }
    }
}

#[tokio::test]
async fn a_clock_set_back_by_an_hour_opens_nothing_and_freezes_nothing() {
    for store in each_store().await {
        let app = test_app().guarded().store(store.as_deref()).provider_without_limits().await.spawn().await;
        let send = async || refused(&app.ask_from(address(1), PHONE).await);
        assert_eq!(send().await, None);
        app.clock.advance(secs(29));

        app.clock.set_back(secs(3_600));
        let limit = || Some("LIMIT_NUMBER 1/30s".to_owned());
        assert_eq!(send().await, limit(), "the window still runs");
        app.clock.advance(secs(29));
        assert_eq!(send().await, limit());
        app.clock.advance(secs(1));
        assert_eq!(send().await, None, "thirty seconds after it was looked at, and not an hour");
        assert_eq!(app.provider.calls("start"), 2);
    }
}

#[tokio::test]
async fn an_observing_guard_logs_what_it_would_have_refused_and_sends() {
    let app = test_app().set("LIMIT_ADDRESS", "1/1h").set("GUARD_MODE", "observe").spawn().await;
    for last in 0..3 {
        assert_eq!(refused(&app.ask_from(address(233), &number(0, last)).await), None);
    }
    assert_eq!(app.provider.calls("start"), 3);
    let log = logged();
    let lines = log.lines().filter(|line| line.contains("198.51.100.233"));
    assert_eq!(lines.filter(|line| line.contains("would have been refused: LIMIT_ADDRESS 1/1h")).count(), 2);
}

#[tokio::test]
async fn a_refused_number_leaves_the_code_that_was_sent_before() {
    let app = test_app().set("LIMIT_ADDRESS", "1/1h").spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;

    let answer = browser.post("/verify", &[("phone", "+1 202 555 0151")]).await;
    answer.assert_page(429, "Too many codes were requested from your network. Try again in 60 minutes.");

    browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    browser.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/result");
}

#[tokio::test]
async fn what_may_have_been_sent_is_counted_when_it_is_repeated() {
    let app = test_app().set("LIMIT_NUMBER", "1/1h").spawn().await;
    let cut = "+1 202 555 0131";
    let browser = app.browser().await;
    browser.post("/verify", &[("phone", cut)]).await.assert_page(502, "We may have sent you a code");
    app.pass(secs(30)).await;

    browser.post("/verify", &[("phone", cut)]).await.assert_page(429, "Try again in 60 minutes.");
    assert_eq!(app.provider.calls("start"), 1);
}

#[tokio::test]
async fn a_store_that_is_busy_or_gone_sends_nothing() {
    let app = test_app().spawn().await;
    let browser = app.browser().await;
    // Another process holds the file for longer than the app waits.
    let holder = rusqlite::Connection::open(app.store_url().trim_start_matches("sqlite:")).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();

    let answer = browser.post("/verify", &[("phone", PHONE)]).await;
    answer.assert_page(503, "Sign-in is not available right now. Please try again in a few minutes.");
    assert_eq!(app.provider.all_calls(), 0);

    holder.execute_batch("ROLLBACK").unwrap();
    browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    gone(app).await;
}

async fn gone(app: TestApp) {
    let browser = app.browser().await;
    app.state().sign_in.core.store.close().await;
    let answer = browser.post("/verify", &[("phone", "+1 202 555 0151")]).await;
    answer.assert_page(503, "We will be back soon");
    assert_eq!(app.provider.calls("start"), 1);
}
