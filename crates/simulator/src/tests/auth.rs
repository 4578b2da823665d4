//! Tokens are judged by form and age; requests are counted if asked for.

use aws_lc_rs::hmac;
use axum::http::{Request, StatusCode, header};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde_json::{Value, json};

use super::{Answer, BEGUN, NUMBER, Sim, options, v2_body};
use crate::{
    Options,
    clock::Timestamp,
    jwt::{self, Verdict},
};

const NOW: i64 = 1_795_514_400;

fn token(algorithm: &str, claims: &Value, signature: &str) -> String {
    let header = json!({ "alg": algorithm, "typ": "JWT" }).to_string();
    [header, claims.to_string(), signature.to_owned()]
        .map(|part| BASE64URL_NOPAD.encode(part.as_bytes()))
        .join(".")
}

#[test]
fn a_token_is_judged_by_its_form_and_age() {
    let now = Timestamp::from_millis(NOW * 1_000);
    for (claims, expected) in [
        (json!({ "iat": NOW - 5, "exp": NOW + 900 }), Verdict::Good),
        (json!({ "exp": NOW + 1 }), Verdict::Good),
        (json!({ "exp": NOW }), Verdict::Expired),
        (json!({ "iat": NOW - 899 }), Verdict::Good),
        (json!({ "iat": NOW - 900 }), Verdict::Expired),
        (json!({ "iat": NOW - 86_399, "exp": NOW + 900 }), Verdict::Good),
        (json!({ "iat": NOW - 86_400, "exp": NOW + 900 }), Verdict::Expired),
        (json!({ "jti": "x" }), Verdict::Bad),
        (json!({ "exp": "soon" }), Verdict::Bad),
        (json!({ "exp": i64::MAX }), Verdict::Good),
        (json!([]), Verdict::Bad),
    ] {
        assert_eq!(jwt::judge(&token("RS256", &claims, "s"), now), expected, "{claims}");
    }
    let good = json!({ "exp": NOW + 900 });
    for wrong in [
        token("HS256", &good, "s"),
        token("none", &good, ""),
        token("RS256", &good, ""),
        token("RS256", &good, "s") + ".x",
        "a.b.c".to_owned(),
        "not a token".to_owned(),
        String::new(),
    ] {
        assert_eq!(jwt::judge(&wrong, now), Verdict::Bad, "{wrong}");
    }
}

#[test]
fn a_signed_token_carries_the_hash_of_the_body() {
    let token = jwt::sign("secret", json!({ "iat": NOW }), b"body");
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let part = |part: &str| -> Value {
        serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()).unwrap()
    };
    let (header, claims) = signed.split_once('.').unwrap();

    let key = hmac::Key::new(hmac::HMAC_SHA256, b"secret");
    let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
    hmac::verify(&key, signed.as_bytes(), &signature).unwrap();
    assert_eq!(part(header), json!({ "alg": "HS256", "typ": "JWT" }));
    let hash = "230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5";
    assert_eq!(part(claims), json!({ "iat": NOW, "payload_hash": hash }));
    assert_eq!(HEXLOWER.decode(hash.as_bytes()).unwrap().len(), 32);
}

#[tokio::test]
async fn v2_takes_tokens_that_are_not_expired() {
    let now = BEGUN / 1_000;
    let fresh = token("RS256", &json!({ "iat": now - 5, "exp": now + 900 }), "s");
    let stale = token("RS256", &json!({ "iat": now - 905, "exp": now - 5 }), "s");
    for sim in [Sim::guarded(), Sim::new()] {
        let start = async |token: &str| -> Answer {
            let request =
                Request::post("/v2/verify").header(header::AUTHORIZATION, format!("Bearer {token}"));
            sim.send(request.body(v2_body(NUMBER).to_string().into()).unwrap()).await
        };
        assert_eq!(start(&fresh).await.status, StatusCode::ACCEPTED);
        sim.pass(3_600);
        assert_eq!(start(&fresh).await.status, StatusCode::ACCEPTED);
        let expired = start(&stale).await;
        assert_eq!(expired.status, StatusCode::UNAUTHORIZED);
        assert!(expired.json()["type"].as_str().unwrap().ends_with("#jwt-expired"));
        let garbage = start("garbage").await;
        assert_eq!(garbage.status, StatusCode::UNAUTHORIZED);
        assert!(garbage.json()["type"].as_str().unwrap().ends_with("#unauthorized"));
    }
}

#[tokio::test]
async fn v1_takes_no_tokens() {
    let now = BEGUN / 1_000;
    let fresh = token("RS256", &json!({ "exp": now + 900 }), "s");
    let request = Request::get(format!("/verify/json?number={NUMBER}&brand=Acme"));
    let request = request.header(header::AUTHORIZATION, format!("Bearer {fresh}"));

    let answer = Sim::guarded().send(request.body("".into()).unwrap()).await;

    assert_eq!(answer.json()["status"], "4");
}

#[tokio::test]
async fn a_throttled_simulator_takes_thirty_requests_a_second() {
    let sim = Sim::with(Options { throttle: true, ..options() });
    for _ in 0..15 {
        assert_eq!(sim.check_v2("x", "1234").await.status, StatusCode::NOT_FOUND);
        assert_eq!(sim.check_v1("x", "1234").await["status"], "6");
    }

    assert_eq!(sim.check_v1("x", "1234").await["status"], "1");
    assert_eq!(sim.check_v2("x", "1234").await.status, StatusCode::TOO_MANY_REQUESTS);
    sim.pass(1);
    assert_eq!(sim.check_v2("x", "1234").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn without_throttle_there_is_no_limit() {
    let sim = Sim::new();
    for _ in 0..100 {
        assert_eq!(sim.check_v2("x", "1234").await.status, StatusCode::NOT_FOUND);
    }
}
