//! Verify Legacy (v1): a form in, and the meaning is the `status` field of a JSON body under HTTP 200.

use reqwest::StatusCode;
use serde::Serialize;
use serde_json::Value;

use crate::{
    attempt::RequestId,
    verify::{
        Cancelled, Checked, Found, NextStep, VerifyClient, VerifyError,
        exchange::{Answer, is_about, request_id, string},
        facts::v1_workflow,
        scrub::scrub,
    },
};
use crate::{channel::Channels, code::Pin, phone::PhoneNumber};

#[derive(Serialize)]
struct Request<'a> {
    number: &'a str,
    brand: &'a str,
    code_length: u8,
    lg: &'static str,
    pin_expiry: u64,
    /// The expiry must be a multiple of it, or the provider changes the expiry without a word. One that lasts for
    /// all steps keeps one code.
    next_event_wait: u64,
    workflow_id: u8,
}

#[derive(Serialize)]
struct Check<'a> {
    request_id: &'a str,
    code: &'a str,
}

#[derive(Serialize)]
struct Control<'a> {
    request_id: &'a str,
    cmd: &'static str,
}

#[derive(Serialize)]
struct Search<'a> {
    request_id: &'a str,
}

pub(super) async fn request(
    client: &VerifyClient,
    phone: &PhoneNumber,
    steps: Channels,
) -> Result<RequestId, VerifyError> {
    let settings = &client.settings;
    let workflow_id = v1_workflow(steps)
        .ok_or_else(|| VerifyError::Parameter(format!("there is no workflow for {steps}")))?;
    let body = Request {
        number: phone.digits(),
        brand: &settings.brand,
        code_length: settings.code_length,
        lg: "en-us",
        pin_expiry: client.runs_for(steps).as_secs(),
        next_event_wait: client.first_step(steps).as_secs(),
        workflow_id,
    };
    let answer = client.send(client.post(&["verify", "json"])?.form(&body)).await?;

    let reply = Reply::read(&answer)?;
    Err(match reply.status.as_str() {
        "0" => return reply.request_id.ok_or_else(|| answer.unreadable()),
        "3" if reply.names_the_number() => VerifyError::InvalidNumber(reply.describe()),
        "6" => VerifyError::NotRoutable(reply.describe()),
        "7" => VerifyError::Blocked(reply.describe()),
        "10" => VerifyError::AlreadyRunning(reply.request_id),
        "15" => VerifyError::NetworkUnsupported(reply.describe()),
        "20" => VerifyError::CustomCode(reply.describe()),
        "29" => VerifyError::NotApproved(reply.describe()),
        _ => reply.refusal(),
    })
}

pub(super) async fn check(client: &VerifyClient, id: &RequestId, pin: &Pin) -> Result<Checked, VerifyError> {
    let body = Check { request_id: id.as_str(), code: pin.as_str() };
    let answer = client.send(client.post(&["verify", "check", "json"])?.form(&body)).await?;

    let reply = Reply::read(&answer)?;
    match reply.status.as_str() {
        "0" if is_about(&answer.object()?, id) => Ok(Checked::Right),
        "0" => Err(answer.contradictory(&reply.status, false)),
        "6" => Ok(Checked::Gone),
        "16" => Ok(Checked::Wrong),
        "17" => Ok(Checked::TooMany),
        _ => Err(reply.refusal()),
    }
}

pub(super) async fn cancel(client: &VerifyClient, id: &RequestId) -> Result<Cancelled, VerifyError> {
    let body = Control { request_id: id.as_str(), cmd: "cancel" };
    let answer = client.send(client.post(&["verify", "control", "json"])?.form(&body)).await?;

    let reply = Reply::read(&answer)?;
    match reply.status.as_str() {
        "0" if reply.is_to("cancel") => Ok(Cancelled::Done),
        "6" => Ok(Cancelled::Gone),
        // One status for three situations: only the text tells them apart.
        "19" if reply.says("first 30 seconds") => Ok(Cancelled::TooEarly),
        "19" if reply.says("too many attempts") || reply.says("cancelled now") => Ok(Cancelled::TooLate),
        "19" => Ok(Cancelled::Refused),
        _ => Err(reply.refusal()),
    }
}

pub(super) async fn next(client: &VerifyClient, id: &RequestId) -> Result<NextStep, VerifyError> {
    let body = Control { request_id: id.as_str(), cmd: "trigger_next_event" };
    let answer = client.send(client.post(&["verify", "control", "json"])?.form(&body)).await?;

    let reply = Reply::read(&answer)?;
    match reply.status.as_str() {
        "0" if reply.is_to("trigger_next_event") => Ok(NextStep::Sent),
        "6" => Ok(NextStep::Gone),
        "19" => Ok(NextStep::NoneLeft),
        _ => Err(reply.refusal()),
    }
}

/// The body holds the number and the codes that were tried: nothing of it is kept but the meaning.
pub(super) async fn search(client: &VerifyClient, id: &RequestId) -> Result<Found, VerifyError> {
    let query = Search { request_id: id.as_str() };
    let answer = client.send(client.get(&["verify", "search", "json"])?.query(&query)).await?;

    let reply = Reply::read(&answer)?;
    let found = match reply.status.as_str() {
        "IN PROGRESS" => Found::InProgress,
        "SUCCESS" => Found::Success,
        "FAILED" => Found::Failed,
        "EXPIRED" => Found::Expired,
        "CANCELLED" => Found::Cancelled,
        "101" => return Ok(Found::Unknown),
        _ => return Err(reply.refusal()),
    };
    // It may let someone in: here the id is never left out.
    let object = answer.object()?;
    let about = object.contains_key("request_id") && is_about(&object, id);
    if about { Ok(found) } else { Err(answer.contradictory(&reply.status, about)) }
}

/// The body of any answer.
struct Reply {
    status: String,
    error_text: String,
    request_id: Option<RequestId>,
    network: Option<String>,
    command: Option<String>,
}

impl Reply {
    fn read(answer: &Answer) -> Result<Self, VerifyError> {
        if answer.status != StatusCode::OK {
            return Err(VerifyError::Unexpected(answer.problem()?.text));
        }
        let object = answer.object()?;
        // A string by the documents; the sister APIs send a number.
        let status = match object.get("status") {
            Some(Value::String(status)) => status.trim().to_owned(),
            Some(Value::Number(status)) => status.to_string(),
            _ => return Err(answer.unreadable()),
        };
        Ok(Self {
            status,
            error_text: string(&object, "error_text").unwrap_or_default().to_owned(),
            request_id: request_id(&object),
            network: string(&object, "network").map(str::to_owned),
            command: string(&object, "command").map(str::to_owned),
        })
    }

    /// The statuses that mean the same for every call.
    fn refusal(&self) -> VerifyError {
        let text = self.describe();
        match self.status.as_str() {
            "1" => VerifyError::Throttled(text),
            "2" | "3" => VerifyError::Parameter(text),
            "4" => VerifyError::Credentials(text),
            "5" => VerifyError::Fault(text),
            "8" => VerifyError::Barred(text),
            "9" => VerifyError::Balance(text),
            _ => VerifyError::Unexpected(text),
        }
    }

    /// Status, text and network, as far as they are there.
    fn describe(&self) -> String {
        let mut text = format!("status {}", scrub(&self.status));
        if !self.error_text.is_empty() {
            text = format!("{text}, {}", scrub(&self.error_text));
        }
        // Country and operator, written apart as is usual: this number names a network, not a person.
        if let Some((country, operator)) =
            self.network.as_deref().and_then(|network| network.split_at_checked(3))
            && matches!(operator.len(), 2 | 3)
            && country.bytes().chain(operator.bytes()).all(|b| b.is_ascii_digit())
        {
            text = format!("{text}, network {country}-{operator}");
        }
        text
    }

    /// Whether it answers that command, as far as it says.
    fn is_to(&self, command: &str) -> bool {
        self.command.as_deref().is_none_or(|answered| answered == command)
    }

    fn says(&self, words: &str) -> bool {
        self.error_text.to_lowercase().contains(words)
    }

    fn names_the_number(&self) -> bool {
        self.error_text.split(|c: char| !c.is_alphanumeric()).any(|word| word.eq_ignore_ascii_case("number"))
    }
}
