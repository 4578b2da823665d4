//! Tokens: what they say, how long they are used, and when a fresh one is tried.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::{
    encoding::AsDer,
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use secrecy::SecretString;
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, Request, Respond, ResponseTemplate,
    matchers::{any, method},
};

use super::{Call, Credentials, ID, VerifyApi, basic_auth, outcome, settings};
use crate::{
    clock::{Clock, Timestamp},
    random::Random,
    verify::{
        Application, VerifyClient,
        application::{BadKey, Tokens},
    },
};

const START: Timestamp = Timestamp::from_millis(1_790_000_005_000);
const EXPIRED: &str = "https://developer.vonage.com/en/api-errors#jwt-expired";

fn key_pair() -> KeyPair {
    KeyPair::generate(KeySize::Rsa2048).unwrap()
}

fn pem(pair: &KeyPair) -> String {
    let der: aws_lc_rs::encoding::Pkcs8V1Der = pair.as_der().unwrap();
    let text = BASE64.encode(der.as_ref());
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
}

/// A key as the provider's dashboard gives it out.
pub(crate) fn private_key() -> String {
    pem(&key_pair())
}

fn application(key: &str) -> Application {
    Application::new("0f9c2d5e-1111-4222-8333-444455556666", &key.into()).unwrap()
}

/// A client with an application besides key and secret.
fn client(api: VerifyApi, base_url: &str, clock: &Clock) -> VerifyClient {
    let mut settings = settings(api, base_url);
    settings.credentials.application = Some(application(&private_key()));
    settings.clock = clock.clone();
    VerifyClient::new(settings)
}

fn claims(token: &str) -> Value {
    let claims = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(claims.as_bytes()).unwrap()).unwrap()
}

#[test]
fn a_token_says_who_calls_and_since_when() {
    use secrecy::ExposeSecret;

    let pair = key_pair();
    let tokens = Tokens::new(application(&pem(&pair)), Clock::fixed(START), Random::seeded(1));
    let token = tokens.current().unwrap();

    let mut rules = Validation::new(Algorithm::RS256);
    // Judged by the machine's clock, which is not the test's.
    rules.validate_exp = false;
    let public = DecodingKey::from_rsa_der(pair.public_key().as_ref());
    let data = decode::<Value>(token.expose_secret(), &public, &rules).unwrap();
    assert_eq!(data.header.typ.as_deref(), Some("JWT"));
    let mut claims = data.claims;
    let jti = claims["jti"].take();
    assert_eq!(
        claims,
        json!({"application_id": "0f9c2d5e-1111-4222-8333-444455556666", "iat": 1_790_000_000, "exp": 1_790_000_900, "jti": null})
    );
    let jti = jti.as_str().unwrap();
    assert_eq!((jti.len(), &jti[14..15], jti.matches('-').count()), (36, "4", 4), "{jti}");
}

#[test]
fn a_token_is_used_until_shortly_before_its_end() {
    use secrecy::ExposeSecret;

    let clock = Clock::fixed(START);
    let tokens = Tokens::new(application(&private_key()), clock.clone(), Random::seeded(1));
    let text = || tokens.current().unwrap().expose_secret().to_owned();
    let first = text();

    clock.advance(Duration::from_secs(834));
    assert_eq!(text(), first);
    clock.advance(Duration::from_secs(1));
    let second = text();
    assert_ne!(claims(&second)["jti"], claims(&first)["jti"]);
    clock.set_back(Duration::from_mins(1));
    assert_ne!(text(), second, "none from the future");
}

#[test]
fn only_a_private_rsa_key_will_do() {
    for text in ["", "key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"] {
        assert_eq!(Application::new("id", &text.into()).err(), Some(BadKey), "{text:?}");
    }
    let key = private_key();
    let shown = format!("{:?}", application(&key));
    assert!(!shown.contains(&key[60..100]) && shown.contains("0f9c2d5e"), "{shown}");
}

/// Refuses the tokens of the test's first second with this body, and moves the clock on with each answer.
struct Moving(Clock, Value);

impl Respond for Moving {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        self.0.advance(Duration::from_secs(1));
        let token = request.headers["authorization"].to_str().unwrap();
        if claims(token)["iat"] == 1_790_000_000 {
            return ResponseTemplate::new(401).set_body_json(&self.1);
        }
        ResponseTemplate::new(202).set_body_json(json!({"request_id": ID}))
    }
}

async fn tokens_sent(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    let header = |request: &Request| {
        let values: Vec<_> = request.headers.get_all("authorization").iter().collect();
        assert_eq!(values.len(), 1, "one scheme in a request");
        values[0].to_str().unwrap().to_owned()
    };
    requests.iter().map(header).collect()
}

#[tokio::test]
async fn an_application_is_preferred_for_v2_and_v1_never_sees_a_token() {
    for (api, status, body) in [
        (VerifyApi::V2, 202, json!({"request_id": ID})),
        (VerifyApi::V1, 200, json!({"request_id": ID, "status": "0"})),
    ] {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(status).set_body_json(body);
        Mock::given(method("POST")).respond_with(answer).expect(2).mount(&server).await;
        let client = client(api, &server.uri(), &Clock::fixed(START));

        outcome(&client, Call::Request, ID).await;
        outcome(&client, Call::Request, ID).await;

        let sent = tokens_sent(&server).await;
        assert_eq!(sent[0], sent[1], "one token for many requests");
        assert_eq!(sent[0].starts_with("Bearer "), api == VerifyApi::V2, "{api:?}");
        assert_eq!(sent[0] == basic_auth(), api == VerifyApi::V1, "{api:?}");
    }
}

#[tokio::test]
async fn a_token_that_is_too_old_for_the_provider_is_replaced_once() {
    let clock = Clock::fixed(START);
    let server = MockServer::start().await;
    let expired = json!({"title": "You did not provide correct credentials.", "type": EXPIRED});
    Mock::given(any()).respond_with(Moving(clock.clone(), expired)).expect(3).mount(&server).await;
    let client = client(VerifyApi::V2, &server.uri(), &clock);

    assert_eq!(outcome(&client, Call::Request, ID).await, format!("Started {ID}"));
    assert_eq!(outcome(&client, Call::Request, ID).await, format!("Started {ID}"));

    let sent = tokens_sent(&server).await;
    assert_ne!(claims(&sent[0])["jti"], claims(&sent[1])["jti"]);
    assert_eq!(sent[1], sent[2], "the fresh one is kept");
}

#[tokio::test]
async fn a_provider_that_takes_no_token_is_asked_twice_and_no_more() {
    for (kind, requests) in [(EXPIRED, 2), ("https://developer.vonage.com/api-errors#unauthorized", 1)] {
        let server = MockServer::start().await;
        let refusal = ResponseTemplate::new(401).set_body_json(json!({"title": "No", "type": kind}));
        Mock::given(any()).respond_with(refusal).expect(requests).mount(&server).await;
        let client = client(VerifyApi::V2, &server.uri(), &Clock::system());

        assert_eq!(outcome(&client, Call::Check, ID).await, "Credentials");
    }
}

#[tokio::test]
async fn many_requests_at_once_share_the_fresh_token() {
    let clock = Clock::fixed(START);
    let server = MockServer::start().await;
    let expired = json!({"title": "Unauthorized", "type": EXPIRED});
    Mock::given(any()).respond_with(Moving(clock.clone(), expired)).mount(&server).await;
    let client = Arc::new(client(VerifyApi::V2, &server.uri(), &clock));

    let all = futures_util::future::join_all((0..8).map(|_| outcome(&client, Call::Request, ID))).await;

    assert!(all.iter().all(|told| *told == format!("Started {ID}")), "{all:?}");
    let mut fresh: Vec<_> =
        tokens_sent(&server).await.iter().map(|token| claims(token)["jti"].to_string()).collect();
    fresh.sort();
    fresh.dedup();
    assert_eq!(fresh.len(), 2);
}

#[tokio::test]
async fn an_application_alone_is_enough_for_v2() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(202).set_body_json(json!({"request_id": ID}));
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let mut settings = settings(VerifyApi::V2, &server.uri());
    let application = Some(application(&private_key()));
    settings.credentials = Credentials { basic: None::<(String, SecretString)>, application };

    let client = VerifyClient::new(settings);
    assert_eq!(outcome(&client, Call::Request, ID).await, format!("Started {ID}"));
}
