//! What v1 tells of a verification: `search`, and the receipt of a right code.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{params::Params, refusal::Refusal};
use crate::{
    Options, Simulator,
    channel::Channel,
    clock::Timestamp,
    verification::{Api, End, Verification},
};

const PRICE: &str = "0.10000000";

/// One id answers with the verification itself, `request_ids` with a list.
pub(super) async fn search(State(simulator): State<Simulator>, params: Params) -> Result<Response, Refusal> {
    if params.get("request_ids").is_none() {
        let id = params.request_id()?;
        return found(&simulator, id).map(|found| Json(found).into_response()).ok_or_else(not_found);
    }
    let ids: Vec<_> = params.all("request_ids").collect();
    if ids.len() > 10 {
        return Err(Refusal::invalid("request_ids"));
    }
    let all: Vec<_> = ids.into_iter().filter_map(|id| found(&simulator, id)).collect();
    if all.is_empty() {
        return Err(not_found());
    }
    Ok(Json(json!({ "verification_requests": all })).into_response())
}

fn not_found() -> Refusal {
    Refusal::new("101", "No response found")
}

fn found(simulator: &Simulator, id: &str) -> Option<Value> {
    simulator.with_state(|state, now| {
        let lag = simulator.options().search_lag;
        let found = state.find(Api::V1, id, now);
        let found = found.filter(|found| found.end.is_none_or(|(at, _)| now.since(at) >= lag));
        found.map(|found| report(simulator.options(), id, found))
    })
}

/// The answer to a right code.
pub(super) fn receipt(simulator: &Simulator, id: &str) -> Response {
    let (event, messages) = simulator.with_state(|state, now| {
        let verification = state.find(Api::V1, id, now);
        let last = verification.and_then(|verification| verification.taken.last());
        (last.map(|taken| taken.id.clone()), verification.map_or(0, |verification| verification.taken.len()))
    });
    Json(json!({
        "request_id": id,
        "event_id": event.unwrap_or_default(),
        "status": "0",
        "price": PRICE,
        "currency": "EUR",
        "estimated_price_messages_sent": price_of_messages(messages),
    }))
    .into_response()
}

fn report(options: &Options, id: &str, verification: &Verification) -> Value {
    let (finalized, status) = match verification.end {
        None => (None, "IN PROGRESS"),
        Some((at, End::Completed)) => (Some(at), "SUCCESS"),
        Some((at, End::Failed | End::Blocked)) => (Some(at), "FAILED"),
        Some((at, End::Expired)) => (Some(at), "EXPIRED"),
        Some((at, End::Cancelled)) => (Some(at), "CANCELLED"),
    };
    let step = verification.plan.steps.first();
    let checks = verification.tries.iter().map(|tried| {
        json!({
            "date_received": date(tried.at),
            "code": tried.code,
            "status": if tried.right { "VALID" } else { "INVALID" },
            "ip_address": "",
        })
    });
    let events = verification.taken.iter().map(|taken| {
        json!({ "id": taken.id, "type": if taken.channel == Channel::Voice { "tts" } else { "sms" } })
    });
    json!({
        "request_id": id,
        "account_id": options.credentials.as_ref().map_or("simulator", |(key, _)| key),
        "number": step.map(|step| &step.to),
        "sender_id": step.map(|step| &step.from),
        "date_submitted": date(verification.started_at),
        "date_finalized": finalized.map(date).unwrap_or_default(),
        "checks": checks.collect::<Vec<_>>(),
        "first_event_date": verification.taken.first().map(|taken| date(taken.at)).unwrap_or_default(),
        "last_event_date": verification.taken.last().map(|taken| date(taken.at)).unwrap_or_default(),
        "price": if status == "SUCCESS" { PRICE } else { "0.00000000" },
        "currency": "EUR",
        "status": status,
        "events": events.collect::<Vec<_>>(),
        "estimated_price_messages_sent": price_of_messages(verification.taken.len()),
    })
}

/// Each message costs 0.0333.
fn price_of_messages(messages: usize) -> String {
    let cost = 333 * messages;
    format!("{}.{:04}0000", cost / 10_000, cost % 10_000)
}

/// `YYYY-MM-DD HH:MM:SS`.
fn date(at: Timestamp) -> String {
    at.to_string().replace('T', " ").trim_end_matches('Z').to_owned()
}
