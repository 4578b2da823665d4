//! Verify v2: JSON in and out, and the HTTP status is the meaning.

use reqwest::{StatusCode, header::CONTENT_TYPE};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    attempt::RequestId,
    verify::{
        Cancelled, Checked, NextStep, VerifyClient, VerifyError,
        exchange::{Problem, is_about, request_id, string},
        facts::v2_name,
        scrub::scrub,
    },
};
use crate::{channel::Channels, code::Pin, phone::PhoneNumber};

#[derive(Serialize)]
struct Request<'a> {
    brand: &'a str,
    workflow: Vec<Step<'a>>,
    channel_timeout: u64,
    code_length: u8,
}

#[derive(Serialize)]
struct Step<'a> {
    channel: &'static str,
    to: &'a str,
    /// Else a later step has a code of its own, and the first one no longer counts.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reuse_code: bool,
}

#[derive(Serialize)]
struct Check<'a> {
    code: &'a str,
}

pub(super) async fn request(
    client: &VerifyClient,
    phone: &PhoneNumber,
    steps: Channels,
) -> Result<RequestId, VerifyError> {
    let settings = &client.settings;
    let to = phone.digits();
    let reuse_code = steps.second().is_some();
    let body = Request {
        brand: &settings.brand,
        workflow: steps.iter().map(|channel| Step { channel: v2_name(channel), to, reuse_code }).collect(),
        channel_timeout: client.first_step(steps).as_secs(),
        code_length: settings.code_length,
    };
    let answer = client.send(client.post(&["v2", "verify"])?.json(&body)).await?;

    if answer.status.is_success() {
        return request_id(&answer.object()?).ok_or_else(|| answer.unreadable());
    }
    let problem = answer.problem()?;
    Err(match answer.status {
        StatusCode::CONFLICT => VerifyError::AlreadyRunning(request_id(&problem.object)),
        StatusCode::PRECONDITION_FAILED => VerifyError::SilentAuth(problem.text),
        // One source has the conflict under this status.
        StatusCode::UNPROCESSABLE_ENTITY if is_conflict(&problem.object) => {
            VerifyError::AlreadyRunning(request_id(&problem.object))
        }
        StatusCode::UNPROCESSABLE_ENTITY => invalid_parameters(&problem),
        _ => VerifyError::Unexpected(problem.text),
    })
}

pub(super) async fn check(client: &VerifyClient, id: &RequestId, pin: &Pin) -> Result<Checked, VerifyError> {
    let body = Check { code: pin.as_str() };
    let answer = client.send(client.post(&["v2", "verify", id.as_str()])?.json(&body)).await?;

    // A 200 alone does not sign anybody in: the documents have one word for a right code, an SDK's fixture the other.
    if answer.status == StatusCode::OK {
        let object = answer.object()?;
        let (said, about) = (string(&object, "status").unwrap_or("missing"), is_about(&object, id));
        let right = about && matches!(said, "completed" | "complete");
        return if right { Ok(Checked::Right) } else { Err(answer.contradictory(said, about)) };
    }
    let problem = answer.problem()?;
    match answer.status {
        StatusCode::BAD_REQUEST => Ok(Checked::Wrong),
        StatusCode::NOT_FOUND => Ok(Checked::Gone),
        StatusCode::CONFLICT => Ok(Checked::NotYet),
        StatusCode::GONE => Ok(Checked::TooMany),
        StatusCode::UNPROCESSABLE_ENTITY => Err(VerifyError::Parameter(with_parameters(&problem))),
        _ => Err(VerifyError::Unexpected(problem.text)),
    }
}

pub(super) async fn cancel(client: &VerifyClient, id: &RequestId) -> Result<Cancelled, VerifyError> {
    let answer = client.send(client.delete(&["v2", "verify", id.as_str()])?).await?;

    if answer.status == StatusCode::NO_CONTENT {
        return Ok(Cancelled::Done);
    }
    let problem = answer.problem()?;
    match answer.status {
        StatusCode::NOT_FOUND => Ok(Cancelled::Gone),
        // With which status a cancel is too early or too late, no source says.
        status if status.is_client_error() => Ok(Cancelled::Refused),
        _ => Err(VerifyError::Unexpected(problem.text)),
    }
}

pub(super) async fn next(client: &VerifyClient, id: &RequestId) -> Result<NextStep, VerifyError> {
    let path = ["v2", "verify", id.as_str(), "next_workflow"];
    let answer = client.send(client.post(&path)?.header(CONTENT_TYPE, "application/json")).await?;

    // No document says what is in it.
    if answer.status == StatusCode::OK {
        let about = answer.is_empty() || is_about(&answer.object()?, id);
        return if about { Ok(NextStep::Sent) } else { Err(answer.contradictory("OK", about)) };
    }
    let problem = answer.problem()?;
    match answer.status {
        StatusCode::NOT_FOUND => Ok(NextStep::Gone),
        // One status for two situations: only the text tells that one of them will pass.
        StatusCode::CONFLICT if problem.text.to_lowercase().contains("later") => Ok(NextStep::TryLater),
        StatusCode::CONFLICT => Ok(NextStep::NoneLeft),
        _ => Err(VerifyError::Unexpected(problem.text)),
    }
}

fn is_conflict(problem: &Map<String, Value>) -> bool {
    string(problem, "title").is_some_and(|title| title.eq_ignore_ascii_case("conflict"))
}

/// The parameters that were turned down, as pairs of name and reason: a list, or one alone.
fn parameters(problem: &Problem) -> Vec<(&str, &str)> {
    let list = match problem.object.get("invalid_parameters") {
        Some(Value::Array(list)) => list.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let fields = list.iter().filter_map(Value::as_object);
    fields
        .map(|field| (string(field, "name").unwrap_or_default(), string(field, "reason").unwrap_or_default()))
        .collect()
}

fn with_parameters(problem: &Problem) -> String {
    let list: Vec<_> = parameters(problem).iter().map(|(name, reason)| format!("{name}: {reason}")).collect();
    if list.is_empty() {
        problem.text.clone()
    } else {
        format!("{} [{}]", problem.text, scrub(&list.join("; ")))
    }
}

/// The visitor's number alone is the visitor's mistake; anything else in the list is ours.
fn invalid_parameters(problem: &Problem) -> VerifyError {
    let text = with_parameters(problem);
    let parameters = parameters(problem);
    let reasons: String = parameters.iter().map(|(_, reason)| reason.to_lowercase()).collect();

    if parameters.is_empty() || !parameters.iter().all(|(name, _)| is_number(name)) {
        VerifyError::Parameter(text)
    } else if ["routable", "routed", "unsupported", "not supported"].iter().any(|word| reasons.contains(word))
    {
        VerifyError::NotRoutable(text)
    } else {
        VerifyError::InvalidNumber(text)
    }
}

/// `to`, `workflow`, `workflow[0]` and `workflow[0].to`, but not `workflow[0].channel`.
fn is_number(name: &str) -> bool {
    let last = name.rsplit(['.', '/']).find(|part| !part.bytes().all(|b| b.is_ascii_digit()));
    last.is_some_and(|last| last == "to" || last.starts_with("workflow"))
}
