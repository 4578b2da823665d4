//! Verify v2: JSON, and HTTP statuses that mean what they say.

mod fields;
mod order;
pub(super) mod problem;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::json;

use self::{
    fields::Fields,
    problem::{InvalidParameter, Kind, Problem},
};
use super::{
    Simulator,
    auth::Caller,
    channel::Channel,
    special::{self, Special},
    verification::{Api, Cancel, Check, Next, Plan},
};

/// The documents end the start's path in `/`, the clients do not.
pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/v2/verify", post(start))
        .route("/v2/verify/", post(start))
        .route("/v2/verify/{id}", post(check).delete(cancel))
        .route("/v2/verify/{id}/next_workflow", post(next))
}

async fn start(State(simulator): State<Simulator>, _: Caller, body: Bytes) -> Result<Response, Problem> {
    let plan = order::read(&body).map_err(|invalid| Problem::invalid(&simulator, invalid))?;
    if plan.steps.is_empty() {
        return Err(Problem::new(&simulator, Kind::NoSilentAuth));
    }
    let special = special_of(&plan);
    if special == Some(Special::BadGateway) {
        return Ok(special::bad_gateway());
    }
    if let Some(problem) = special.and_then(|special| refused(&simulator, special)) {
        return Err(problem);
    }

    let silent = plan.steps.first().is_some_and(|step| step.channel == Channel::SilentAuth);
    match simulator.with_state(|state, now| state.start(plan, now)) {
        Ok(id) => {
            let mut answer = json!({ "request_id": &*id });
            if silent {
                // A host that exists nowhere: the simulated network never confirms.
                answer["check_url"] = format!("https://silent-auth.invalid/{id}").into();
            }
            let answer = (StatusCode::ACCEPTED, Json(answer)).into_response();
            Ok(special::spoil(special, simulator.options().slow_answer, answer).await)
        }
        Err(running) => Err(Problem::concurrent(&simulator, (*running).to_owned())),
    }
}

fn special_of(plan: &Plan) -> Option<Special> {
    plan.steps.first().and_then(|step| Special::of(&step.to))
}

/// What a start to a special number is refused with.
fn refused(simulator: &Simulator, special: Special) -> Option<Problem> {
    let invalid = |name: &str, reason: &str| {
        let parameter = InvalidParameter { name: name.to_owned(), reason: reason.to_owned() };
        Problem::invalid(simulator, vec![parameter])
    };
    let kind = match special {
        Special::BrandMissing => return Some(invalid("brand", "Brand is required")),
        Special::NumberInvalid => return Some(invalid(TO, "The number is invalid")),
        Special::NotRoutable => return Some(invalid(TO, "The number is not routable")),
        Special::UnsupportedNetwork => {
            return Some(invalid(TO, "The number is not in a supported network"));
        }
        Special::NoCustomCode => return Some(invalid("code", "This account may not set the code")),
        Special::Running => return Some(Problem::concurrent(simulator, simulator.unknown_id(Api::V2))),
        Special::RunningUnnamed => Kind::Concurrent,
        Special::Throttled => Kind::Throttled,
        Special::BadCredentials => Kind::Unauthorized,
        Special::InternalError => Kind::Internal,
        Special::Barred => Kind::Forbidden,
        Special::NoCredit => Kind::LowBalance,
        Special::DemoAccount => Kind::DemoAccount,
        Special::Blocked
        | Special::Slow
        | Special::Cut
        | Special::BadGateway
        | Special::Undelivered
        | Special::VoiceOnly => return None,
    };
    Some(Problem::new(simulator, kind))
}

const TO: &str = "workflow[0].to";

async fn check(
    State(simulator): State<Simulator>,
    _: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Response, Problem> {
    let mut fields = Fields::read(&body);
    let code = fields.required("code", 4..=10, |sign| sign.is_ascii_alphanumeric());
    let code = fields.finish(code).map_err(|invalid| Problem::invalid(&simulator, invalid))?;

    let kind = match simulator.with_state(|state, now| state.check(Api::V2, &id, &code, now)) {
        Check::Right => return Ok(Json(json!({ "request_id": id, "status": "completed" })).into_response()),
        Check::Wrong => Kind::WrongCode,
        Check::TooMany => Kind::TooManyWrong,
        Check::NoCode => Kind::NoCode,
        Check::Unknown => Kind::NotFound,
    };
    Err(Problem::new(&simulator, kind))
}

async fn cancel(
    State(simulator): State<Simulator>,
    _: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let kind = match simulator.with_state(|state, now| state.cancel(Api::V2, &id, now)) {
        Cancel::Done => return Ok(StatusCode::NO_CONTENT),
        Cancel::TooEarly => Kind::CancelTooEarly,
        Cancel::TooLate => Kind::CancelTooLate,
        Cancel::Unknown => Kind::NotFound,
    };
    Err(Problem::new(&simulator, kind))
}

async fn next(
    State(simulator): State<Simulator>,
    _: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let lag = simulator.options().next_lag;
    let taken = simulator.with_state(|state, now| {
        let found =
            state.find(Api::V2, &id, now).filter(|found| found.end.is_none() && found.has_step_left());
        let newest = found.and_then(|found| found.taken.last());
        let behind = newest.is_some_and(|taken| now.since(taken.at) < lag);
        (!behind).then(|| state.next(Api::V2, &id, now))
    });
    let kind = match taken.ok_or_else(|| Problem::new(&simulator, Kind::NotYet))? {
        Next::Done => return Ok(StatusCode::OK),
        Next::NoneLeft => Kind::NoStepLeft,
        Next::Unknown => Kind::NotFound,
    };
    Err(Problem::new(&simulator, kind))
}
