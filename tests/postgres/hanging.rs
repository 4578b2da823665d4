//! A server that takes connections and answers nothing, as when its disk hangs or its machine is cut off.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::Method;
use tokio::task::JoinSet;

use phonegate_testing::{Browser, Crowd, new_number, postgres::Postgres};

use crate::world;

/// No visitor and no proxy waits longer for any answer.
const LONGEST: Duration = Duration::from_secs(10);

/// A path, who asks for it, and how: with what in a form.
type Asked = (String, Browser, Method, Vec<(String, String)>);

/// Asks for everything that needs the store; what was asked for, what came back, and after how long.
async fn everything(signed_in: &Browser, waiting: &Browser, id: &str) -> Vec<(String, u16, Duration)> {
    let number = new_number();
    let get = |browser: &Browser, path: &str| (path.to_owned(), browser.clone(), Method::GET, Vec::new());
    let post = |browser: &Browser, path: &str, form: &[(&str, &str)]| {
        let form = form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        (path.to_owned(), browser.clone(), Method::POST, form)
    };
    let stranger = waiting.copy();
    stranger.set_cookie("phonegate-browser", &"A".repeat(43));
    let asked: Vec<Asked> = vec![
        get(signed_in, "/auth"),
        get(signed_in, "/result"),
        get(signed_in, "/sessions"),
        get(signed_in, "/readyz"),
        get(signed_in, "/"),
        get(waiting, "/verify"),
        get(waiting, "/verify/status"),
        post(&stranger, "/verify", &[("phone", &number)]),
        post(waiting, "/check", &[("request_id", id), ("pin", "000000")]),
        post(waiting, "/resend", &[("request_id", id), ("channel", "voice")]),
        post(waiting, "/cancel", &[("request_id", id)]),
        post(signed_in, "/signout", &[]),
    ];
    let mut answers = JoinSet::new();
    for (path, browser, method, form) in asked {
        answers.spawn(async move {
            let begun = Instant::now();
            let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let answer = if method == Method::GET {
                browser.get(&path).await
            } else {
                browser.post(&path, &form).await
            };
            (format!("{method} {path}"), answer.status, begun.elapsed())
        });
    }
    answers.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_server_hangs_every_answer_comes_in_time_and_after_that_all_is_well() {
    let server = Postgres::start(&[]);
    let provider = world::provider().await;
    let phonegate = world::phonegate(&provider, &server.url(), &[]);
    let crowd = Crowd::at(&phonegate.base());
    let (signed_in, waiting) = (crowd.sign_in().await.unwrap(), crowd.visitor());
    assert_eq!(waiting.get("/").await.status, 200);
    waiting.post("/verify", &[("phone", &new_number())]).await.assert_redirect("/verify");
    let id = Arc::new(waiting.get("/verify").await.request_id());

    server.freeze();
    // More than there are connections, so that some wait for others.
    let mut visitors = JoinSet::new();
    for _ in 0..8 {
        let (signed_in, waiting, id) = (signed_in.copy(), waiting.copy(), id.clone());
        visitors.spawn(async move { everything(&signed_in, &waiting, &id).await });
    }
    let answers: Vec<_> = visitors.join_all().await.into_iter().flatten().collect();
    // Those who come when it has hung for a while.
    let late = everything(&signed_in, &waiting, &id).await;
    for (asked, status, took) in answers.iter().chain(&late) {
        assert!(*took < LONGEST, "{asked} was answered {status} after {took:?}");
        assert!(*status == 503 || asked == "GET /", "{asked} was answered {status}");
    }
    let longest = answers.iter().chain(&late).max_by_key(|(_, _, took)| *took).unwrap();
    println!("the longest of {} answers: {longest:?}", answers.len() + late.len());

    server.thaw();
    let thawed = Instant::now();
    for path in ["/readyz", "/auth", "/result"] {
        while signed_in.get(path).await.status != 200 {
            assert!(thawed.elapsed() < LONGEST, "{path}");
        }
    }
    crowd.sign_in().await.unwrap();
}
