//! Callbacks as the provider signs them, and as nobody should take them.

use data_encoding::HEXUPPER;
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::*;
use crate::verify::tests::application::private_key;

const SECRET: &str = "d2f8dd0a6d8b4c0a";
const NOW: i64 = 1_800_000_000;
const BODY: &[u8] = br#"{"request_id":"c11236f4-00bf-4b89-84ba-88b25df97315"}"#;

fn hash(body: &[u8]) -> String {
    HEXLOWER.encode(digest::digest(&digest::SHA256, body).as_ref())
}

fn claims(iat: i64, payload_hash: &str) -> Value {
    json!({"iat": iat, "jti": "1", "iss": "Vonage", "api_key": "abcd1234", "payload_hash": payload_hash})
}

fn signed(algorithm: Algorithm, secret: &str, claims: &Value) -> String {
    let key = EncodingKey::from_secret(secret.as_bytes());
    format!("Bearer {}", encode(&Header::new(algorithm), claims, &key).unwrap())
}

fn good() -> String {
    signed(Algorithm::HS256, SECRET, &claims(NOW, &hash(BODY)))
}

fn verify(authorization: Option<&str>, body: &[u8]) -> Result<(), CallbackError> {
    let clock = Clock::fixed(Timestamp::from_millis(NOW * 1_000));
    Verifier::new(&SECRET.into(), clock).verify(authorization, body)
}

#[test]
fn a_signature_over_the_very_bytes_is_good_for_five_minutes() {
    for iat in [NOW - 300, NOW, NOW + 300] {
        let header = signed(Algorithm::HS256, SECRET, &claims(iat, &hash(BODY)));
        assert_eq!(verify(Some(&header), BODY), Ok(()), "{iat}");
    }
    for iat in [NOW - 301, NOW + 301, 0, i64::MAX, i64::MIN] {
        let header = signed(Algorithm::HS256, SECRET, &claims(iat, &hash(BODY)));
        assert_eq!(verify(Some(&header), BODY), Err(CallbackError::Stale), "{iat}");
    }
    let upper = HEXUPPER.encode(digest::digest(&digest::SHA256, BODY).as_ref());
    assert_eq!(verify(Some(&signed(Algorithm::HS256, SECRET, &claims(NOW, &upper))), BODY), Ok(()));
    assert_eq!(verify(Some(&good().replace("Bearer", "bearer")), BODY), Ok(()));

    let spaced = [BODY, b" "].concat();
    assert_eq!(verify(Some(&good()), &spaced), Err(CallbackError::OtherBody));
}

#[test]
fn an_end_or_an_audience_in_the_token_is_no_reason_to_refuse() {
    let mut claims = claims(NOW, &hash(BODY));
    claims["exp"] = json!(NOW + 60);
    claims["aud"] = json!("somebody");
    assert_eq!(verify(Some(&signed(Algorithm::HS256, SECRET, &claims)), BODY), Ok(()));
}

#[test]
fn what_is_not_signed_so_is_refused() {
    let good = good();
    let token = good.strip_prefix("Bearer ").unwrap();
    let (head, _) = token.rsplit_once('.').unwrap();
    let (_, payload) = head.split_once('.').unwrap();
    let encode_part = |part: &Value| data_encoding::BASE64URL_NOPAD.encode(part.to_string().as_bytes());
    let unsigned = encode_part(&json!({"alg": "none", "typ": "JWT"}));

    let rsa = EncodingKey::from_rsa_pem(private_key().as_bytes()).unwrap();
    let rs256 = encode(&Header::new(Algorithm::RS256), &claims(NOW, &hash(BODY)), &rsa).unwrap();
    let without = |name: &str| {
        let mut claims = claims(NOW, &hash(BODY));
        claims.as_object_mut().unwrap().remove(name);
        signed(Algorithm::HS256, SECRET, &claims)
    };
    for (header, refused) in [
        (None, CallbackError::Unsigned),
        (Some(String::new()), CallbackError::Unsigned),
        (Some("Bearer".to_owned()), CallbackError::Unsigned),
        (Some(token.to_owned()), CallbackError::Unsigned),
        (Some(format!("Basic {token}")), CallbackError::Unsigned),
        (Some("Bearer ".to_owned()), CallbackError::BadSignature),
        (Some("Bearer a.b.c".to_owned()), CallbackError::BadSignature),
        (Some(format!("Bearer {head}.")), CallbackError::BadSignature),
        (Some(format!("Bearer {unsigned}.{payload}.")), CallbackError::BadSignature),
        (Some(format!("Bearer {rs256}")), CallbackError::BadSignature),
        (Some(signed(Algorithm::HS256, "another", &claims(NOW, &hash(BODY)))), CallbackError::BadSignature),
        (Some(signed(Algorithm::HS512, SECRET, &claims(NOW, &hash(BODY)))), CallbackError::BadSignature),
        (Some(signed(Algorithm::HS256, SECRET, &claims(NOW, ""))), CallbackError::OtherBody),
        (Some(without("payload_hash")), CallbackError::BadSignature),
        (Some(without("iat")), CallbackError::BadSignature),
    ] {
        assert_eq!(verify(header.as_deref(), BODY), Err(refused), "{header:?}");
    }
    assert_eq!(format!("{:?}", Verifier::new(&SECRET.into(), Clock::system())), "Verifier(…)");
}

fn troubles(body: &Value) -> Vec<(Option<Channel>, Trouble)> {
    let mut body = body.clone();
    body["request_id"] = json!("c11236f4-00bf-4b89-84ba-88b25df97315");
    read(body.to_string().as_bytes()).unwrap().troubles
}

#[test]
fn an_event_tells_of_one_message() {
    let event = |channel: &str, status: &str| json!({"type": "event", "channel": channel, "status": status, "triggered_at": "2026-01-01T14:00:00.000Z"});
    for (channel, status, expected) in [
        ("sms", "failed", vec![(Some(Channel::Sms), Trouble::Failed)]),
        ("voice", "rejected", vec![(Some(Channel::Voice), Trouble::Rejected)]),
        ("sms", "user_rejected", vec![(Some(Channel::Sms), Trouble::Rejected)]),
        ("sms", "blocked", vec![(Some(Channel::Sms), Trouble::Blocked)]),
        ("sms", "completed", vec![]),
        ("sms", "delivered_by_pigeon", vec![]),
        ("whatsapp", "failed", vec![]),
    ] {
        assert_eq!(troubles(&event(channel, status)), expected, "{channel} {status}");
    }
}

#[test]
fn a_summary_tells_of_each_message_or_of_the_whole_request() {
    let step = |channel: &str, status: &str| json!({"channel": channel, "status": status});
    let summary =
        |status: &str, workflow: Value| json!({"type": "summary", "status": status, "workflow": workflow});
    for (body, expected) in [
        (summary("blocked", json!([step("sms", "blocked")])), vec![(Some(Channel::Sms), Trouble::Blocked)]),
        (
            summary("failed", json!([step("sms", "failed"), step("voice", "user_rejected")])),
            vec![(Some(Channel::Sms), Trouble::Failed), (Some(Channel::Voice), Trouble::Rejected)],
        ),
        (
            summary("completed", json!([step("sms", "failed"), step("voice", "completed")])),
            vec![(Some(Channel::Sms), Trouble::Failed)],
        ),
        (summary("blocked", json!([])), vec![(None, Trouble::Blocked)]),
        (json!({"status": "failed"}), vec![(None, Trouble::Failed)]),
        (summary("expired", json!([step("sms", "expired"), step("voice", "unused")])), vec![]),
        (json!({"type": "something", "status": "new"}), vec![]),
        (json!({}), vec![]),
    ] {
        assert_eq!(troubles(&body), expected, "{body}");
    }
}

#[test]
fn what_is_no_report_is_none() {
    for body in
        ["", "[]", "null", "{", r#"{"status":"failed"}"#, r#"{"request_id":"../x"}"#, r#"{"request_id":7}"#]
    {
        assert_eq!(read(body.as_bytes()), None, "{body}");
    }
}
