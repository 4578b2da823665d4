//! The client against servers that answer as documented, and as no document allows.

pub(crate) mod application;
mod openapi;
mod pages;
mod steps;
mod transport;
mod v1;
mod v2;

use std::time::Duration;

use data_encoding::BASE64;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use super::*;
use crate::{channel::Channel, phone::Fiction};

const KEY: &str = "abcd1234";
const SECRET: &str = "Tr0ub4dor&3";
const NUMBER: &str = "447700900123";
const CODE: &str = "482913";
const SMS: Channels = Channels::only(Channel::Sms);
const ID: &str = "c11236f4-00bf-4b89-84ba-88b25df97315";

#[derive(Debug, Clone, Copy, PartialEq)]
enum Call {
    Request,
    Check,
    Cancel,
    Next,
    Search,
}

fn settings(api: VerifyApi, base_url: &str) -> VerifySettings {
    VerifySettings {
        api,
        base_url: base_url.parse().unwrap(),
        credentials: Credentials { basic: Some((KEY.to_owned(), SECRET.into())), application: None },
        brand: "A&B Ltd".to_owned(),
        code_length: 6,
        lifetime: Duration::from_mins(5),
        connect_timeout: Duration::from_secs(5),
        timeout: Duration::from_secs(10),
        clock: Clock::system(),
        random: Random::seeded(7),
    }
}

fn client(api: VerifyApi, base_url: &str) -> VerifyClient {
    VerifyClient::new(settings(api, base_url))
}

fn basic_auth() -> String {
    format!("Basic {}", BASE64.encode(format!("{KEY}:{SECRET}").as_bytes()))
}

/// What a call came to, in a word; on the way, that it tells no secret.
async fn outcome(client: &VerifyClient, call: Call, id: &str) -> String {
    let phone = PhoneNumber::parse(&format!("+{NUMBER}"), None, Fiction::Allowed).unwrap();
    let pin = Pin::parse(CODE, 6).unwrap();
    let id = RequestId::parse(id).unwrap();
    let result = match call {
        Call::Request => {
            client.request(&phone, SMS).await.map(|started| format!("Started {}", started.as_str()))
        }
        Call::Check => client.check(&id, &pin).await.map(|checked| format!("{checked:?}")),
        Call::Cancel => client.cancel(&id).await.map(|cancelled| format!("{cancelled:?}")),
        Call::Next => client.next(&id).await.map(|next| format!("{next:?}")),
        Call::Search => client.search(&id).await.map(|found| format!("{found:?}")),
    };
    match result {
        Ok(outcome) => outcome,
        Err(VerifyError::AlreadyRunning(Some(id))) => format!("AlreadyRunning {}", id.as_str()),
        Err(error) => {
            let told = format!("{error} {error:?} {client:?}");
            for secret in [SECRET, NUMBER, CODE, &basic_auth()[6..]] {
                assert!(!told.contains(secret), "{told}");
            }
            let name = format!("{error:?}");
            name.split('(').next().unwrap_or_default().to_owned()
        }
    }
}

/// A server with one answer, that expects one request.
async fn answering(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).expect(1).mount(&server).await;
    server
}

async fn outcome_of(api: VerifyApi, call: Call, answer: ResponseTemplate) -> String {
    let server = answering(answer).await;
    outcome(&client(api, &server.uri()), call, ID).await
}

fn all_errors() -> Vec<VerifyError> {
    let text = || "status 1, said".to_owned();
    vec![
        VerifyError::AlreadyRunning(RequestId::parse(ID)),
        VerifyError::InvalidNumber(text()),
        VerifyError::NotRoutable(text()),
        VerifyError::Blocked(text()),
        VerifyError::NetworkUnsupported(text()),
        VerifyError::NotApproved(text()),
        VerifyError::Throttled(text()),
        VerifyError::Credentials(text()),
        VerifyError::Barred(text()),
        VerifyError::Forbidden(text()),
        VerifyError::Balance(text()),
        VerifyError::Parameter(text()),
        VerifyError::CustomCode(text()),
        VerifyError::SilentAuth(text()),
        VerifyError::Fault(text()),
        VerifyError::Unreachable(text()),
        VerifyError::TimedOut,
        VerifyError::Lost(text()),
        VerifyError::Unreadable(text()),
        VerifyError::NotTheApi(text()),
        VerifyError::Unexpected(text()),
    ]
}

#[test]
fn each_error_has_its_own_sentence_with_what_the_provider_said() {
    let sentences: std::collections::HashSet<_> = all_errors().iter().map(ToString::to_string).collect();
    assert_eq!(sentences.len(), all_errors().len());
    let silent = sentences.iter().filter(|sentence| !sentence.ends_with("status 1, said")).count();
    assert_eq!(silent, 2, "the number's own request and a time-out have no text");
    assert!(sentences.iter().all(|sentence| !sentence.contains(ID)));
}

/// Whether something is wrong between us and the provider, and not with one number: what the operator is to be
/// alerted of.
fn is_trouble(error: &VerifyError) -> bool {
    use VerifyError as E;
    !matches!(
        error,
        E::AlreadyRunning(_)
            | E::InvalidNumber(_)
            | E::NotRoutable(_)
            | E::Blocked(_)
            | E::NetworkUnsupported(_)
            | E::NotApproved(_)
    )
}

/// The words of the alert `ProviderFails` are all that mean trouble, and no others.
#[test]
fn the_alert_in_the_page_on_metrics_has_every_word_for_trouble() {
    let page = include_str!("../../docs/metrics.md");
    let alert = page.split("- alert: ProviderFails").nth(1).unwrap();
    let words = alert.split("result=~\"").nth(1).unwrap().split('"').next().unwrap();
    let mut told: Vec<_> = words.split('|').collect();
    let errors = all_errors();
    let trouble = errors.iter().filter(|error| is_trouble(error)).map(VerifyError::kind);
    let mut trouble: Vec<_> = trouble.collect();
    told.sort_unstable();
    trouble.sort_unstable();
    assert_eq!(told, trouble);
    assert!(trouble.contains(&"unreadable") && !trouble.contains(&"already_running"));
}

#[test]
fn only_what_is_in_doubt_may_have_sent() {
    let doubtful: Vec<_> = all_errors().into_iter().filter(VerifyError::may_have_sent).collect();
    let names: Vec<_> = doubtful.iter().map(|error| format!("{error:?}")).collect();
    let names: Vec<_> = names.iter().filter_map(|name| name.split('(').next()).collect();
    assert_eq!(names, ["Fault", "TimedOut", "Lost", "Unreadable", "Unexpected"]);
}

#[test]
fn a_request_id_from_the_wire_is_an_id_or_nothing() {
    for id in [ID, "abcdef0123456789abcdef0123456789", "a", &"a".repeat(64)] {
        assert_eq!(RequestId::parse(id).as_ref().map(RequestId::as_str), Some(id));
    }
    for bad in ["", &"a".repeat(65), "a/b", "..", "a b", "é", "a\r\n", "a?b"] {
        assert_eq!(RequestId::parse(bad), None, "{bad:?}");
    }
}
