//! phonegate in another axum app: the example, driven.

use std::net::SocketAddr;

use phonegate::{
    AppState,
    clock::{Clock, Timestamp},
    config::{Config, Environment, Invocation},
    random::Random,
    store::Store,
    verify::{Credentials, VerifyApi, VerifyClient, VerifySettings},
};
use reqwest::Method;
use tokio::net::TcpListener;

use phonegate_testing::{Answer, Browser, CREDENTIALS, PHONE, Provider, secs};

#[expect(dead_code, reason = "its main is what the test does otherwise")]
#[path = "../../examples/embed.rs"]
mod embed;

fn config(variables: &[(&str, &str)]) -> Config {
    let environment: Environment = variables.iter().copied().collect();
    match Invocation::read([], &environment).unwrap() {
        Invocation::Serve(config) => *config,
        other => panic!("{other:?}"),
    }
}

/// The example's app on a free port, with a visitor who has seen its first page.
async fn club(builder: phonegate::web::builder::Builder) -> (Browser, AppState) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let state = builder.address(address).build().await.unwrap();
    let service = embed::club(state.clone()).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    (Browser::at(&format!("http://localhost:{}/", address.port())), state)
}

async fn navigate(visitor: &Browser, path: &str) -> Answer {
    visitor.send(visitor.request(Method::GET, path).header("sec-fetch-mode", "navigate")).await
}

#[tokio::test]
async fn the_examples_page_leads_to_sign_in_and_back() {
    let settings = config(&[("PORT", "0"), ("STORE_URL", "sqlite::memory:")]);
    let (visitor, state) = club(AppState::builder().settings(settings)).await;
    let members = format!("{}members?from=a+friend", state.public_url());

    let answer = navigate(&visitor, "/members?from=a+friend").await;
    answer.assert_redirect(&format!(
        "{}?return_to={}",
        state.public_url(),
        members
            .replace(':', "%3A")
            .replace('/', "%2F")
            .replace('?', "%3F")
            .replace('=', "%3D")
            .replace('+', "%2B")
    ));
    let start = answer.location().unwrap().to_owned();
    let return_to = visitor.get(&start).await.hidden("return_to").unwrap();
    visitor.post("/verify", &[("phone", PHONE), ("return_to", &return_to)]).await.assert_redirect("/verify");
    let id = visitor.get("/verify").await.request_id();
    let messages: serde_json::Value =
        serde_json::from_str(&visitor.get("/simulator/messages?to=%2B12025550150").await.body).unwrap();
    visitor.check(&id, messages[0]["code"].as_str().unwrap()).await.assert_redirect(&members);

    navigate(&visitor, "/members").await.assert_page(200, "Welcome to the club, +1");
    visitor.get("/api/me").await.assert_page(200, "signed_in_since");
    visitor.post("/signout", &[]).await.assert_redirect("/");
    assert_eq!(navigate(&visitor, "/members").await.status, 303);
}

#[tokio::test]
async fn scripts_and_forms_get_401_and_the_apps_other_paths_are_its_own() {
    let settings = config(&[("PORT", "0"), ("STORE_URL", "sqlite::memory:")]);
    let (visitor, _) = club(AppState::builder().settings(settings)).await;

    let script = visitor.request(Method::GET, "/api/me").header("sec-fetch-mode", "cors");
    let answer = visitor.send(script).await;
    assert_eq!((answer.status, answer.location()), (401, None));
    assert!(answer.header("www-authenticate").is_some());
    let answer = visitor.get("/nowhere").await;
    assert_eq!((answer.status, answer.body.as_str()), (404, ""), "no page of ours");
}

#[tokio::test]
async fn an_app_brings_its_own_store_client_and_clock() {
    let clock = Clock::fixed(Timestamp::from_millis(1_800_000_000_000));
    let provider = Provider::start(&clock).await;
    let base_url = provider.base_url.to_string();
    let (key, secret) = CREDENTIALS;
    let settings = config(&[
        ("PORT", "0"),
        ("VERIFY_BASE_URL", &base_url),
        ("VONAGE_API_KEY", "not"),
        ("VONAGE_API_SECRET", "used"),
        ("STORE_URL", "postgres://nowhere.test/"),
    ]);
    let store = Store::open(&"sqlite::memory:".into()).await.unwrap();
    let client = VerifyClient::new(VerifySettings {
        api: VerifyApi::V2,
        base_url: provider.base_url.clone(),
        credentials: Credentials { basic: Some((key.to_owned(), secret.into())), application: None },
        brand: "the club".to_owned(),
        code_length: 6,
        lifetime: secs(300),
        connect_timeout: secs(5),
        timeout: secs(5),
        clock: clock.clone(),
        random: Random::system(),
    });
    let builder = AppState::builder().settings(settings).store(store.clone()).clock(clock);
    let (visitor, _) = club(builder.verify(client.unwrap())).await;

    visitor.get("/").await;
    visitor.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    let id = visitor.get("/verify").await.request_id();
    visitor.check(&id, &provider.code(PHONE).await).await.assert_redirect("/result");

    visitor.get("/api/me").await.assert_page(200, "2027-01-15T08:00:00Z");
    // Behind one that another host has set.
    visitor.set_cookie("a", &format!("1; phonegate={}; phonegate=deleted", "a".repeat(43)));
    visitor.get("/api/me").await.assert_page(200, "2027-01-15T08:00:00Z");
    let token = phonegate::keys::Token::parse(&visitor.cookie("phonegate").unwrap()).unwrap();
    assert!(store.session(&token.hash()).await.unwrap().is_some(), "it is in the app's own store");
}
