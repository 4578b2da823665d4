//! The gate under load, while visitors come and go: none of its answers is wrong.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use phonegate::testing::clock::Clock;
use reqwest::Client;

use crate::world::{COOKIE, sign_in, start_phonegate};
use phonegate_testing::{Binary, Provider};

/// 2,000 checks a second for 5 s, so that the whole run stays short.
const RATE: u32 = 2_000;
const SECONDS: u32 = 5;
const WORKERS: u32 = 16;
const SESSIONS: usize = 24;

/// A cookie, and the number that it must be answered with, or nobody.
type Expected = (String, Option<String>);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn none_of_ten_thousand_checks_is_wrong_while_visitors_sign_in_and_out() {
    let provider = Provider::start(&Clock::system()).await;
    let phonegate = start_phonegate(&provider, &[("COOKIE_DOMAIN", "example.com")]);
    let sessions = Arc::new(sessions(&phonegate, &provider).await);
    let done = AtomicBool::new(false);
    let gate = phonegate.address();

    let start = Instant::now();
    let checks = async {
        let workers = (0..WORKERS).map(|worker| tokio::spawn(check(gate, sessions.clone(), worker, start)));
        let mut checks = 0;
        for worker in workers.collect::<Vec<_>>() {
            checks += worker.await.unwrap();
        }
        done.store(true, Ordering::SeqCst);
        (checks, start.elapsed())
    };
    let ((checks, took), churned) = tokio::join!(checks, churn(&phonegate, &provider, &done));

    println!("{checks} checks in {took:?} next to {churned} sign-ins, none wrong");
    assert_eq!(checks, RATE * SECONDS);
    assert!(churned > 0, "nobody came meanwhile");
}

/// Sessions of as many numbers, some of which have ended, and cookies that never opened any.
async fn sessions(phonegate: &Binary, provider: &Provider) -> Vec<Expected> {
    let mut sessions = Vec::new();
    for number in 0..SESSIONS {
        let phone = format!("+1 202 555 01{}", 50 + number);
        let (visitor, token) = sign_in(phonegate, provider, &phone).await;
        let ended = number % 4 == 3;
        if ended {
            visitor.post("/signout", &[]).await.assert_redirect("/");
        }
        sessions.push((token, (!ended).then(|| phone.replace(' ', ""))));
        sessions.push((format!("{number:A>43}"), None));
    }
    sessions
}

/// Its share of the checks, each at its time or as soon after it as the machine allows.
async fn check(gate: SocketAddr, sessions: Arc<Vec<Expected>>, worker: u32, start: Instant) -> u32 {
    let client = Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
    let mut checks = 0;
    for turn in (worker..RATE * SECONDS).step_by(WORKERS as usize) {
        let due = start + Duration::from_secs(1) * turn / RATE;
        tokio::time::sleep_until(due.into()).await;
        let (token, expected) = &sessions[turn as usize % sessions.len()];
        let request = client.get(format!("http://{gate}/auth")).header("cookie", format!("{COOKIE}={token}"));
        let response = request.send().await.unwrap();
        let phone = response.headers().get("remote-phone").map(|phone| phone.to_str().unwrap());
        let status = if expected.is_some() { 200 } else { 401 };
        assert_eq!((response.status().as_u16(), phone), (status, expected.as_deref()), "check {turn}");
        response.bytes().await.unwrap();
        checks += 1;
    }
    checks
}

/// Visitors who sign in, are let in at once, sign out, and are turned away at once.
async fn churn(phonegate: &Binary, provider: &Provider, done: &AtomicBool) -> usize {
    let client = Client::builder().build().unwrap();
    let mut number = 0;
    loop {
        if done.load(Ordering::SeqCst) {
            return number;
        }
        let phone = format!("+44 7400 {number:06}");
        let (visitor, token) = sign_in(phonegate, provider, &phone).await;
        let status = async || {
            let request = client.get(format!("http://{}/auth", phonegate.address()));
            request.header("cookie", format!("{COOKIE}={token}")).send().await.unwrap().status()
        };
        assert_eq!(status().await, 200);
        visitor.post("/signout", &[]).await.assert_redirect("/");
        assert_eq!(status().await, 401);
        number += 1;
    }
}
