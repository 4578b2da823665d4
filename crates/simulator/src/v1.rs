//! Verify v1 ("Legacy"): every answer is a 200, and `status` in its body tells what happened.

mod order;
pub(super) mod params;
pub(super) mod refusal;
mod search;

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;

use self::{params::Params, refusal::Refusal};
use super::{
    Simulator,
    special::{self, Special},
    verification::{Api, Cancel, Check, Next},
};

pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/verify/json", get(start).post(start))
        .route("/verify/check/json", get(check).post(check))
        .route("/verify/control/json", get(control).post(control))
        .route("/verify/search/json", get(search::search).post(search::search))
}

async fn start(State(simulator): State<Simulator>, params: Params) -> Response {
    let (number, plan) = match order::read(&params) {
        Ok(order) => order,
        Err(refusal) => return refusal.into_response(),
    };
    let special = Special::of(&number);
    if special == Some(Special::BadGateway) {
        return special::bad_gateway();
    }
    if let Some(refusal) = special.and_then(|special| refused(&simulator, special)) {
        return refusal.into_response();
    }

    match simulator.with_state(|state, now| state.start(plan, now)) {
        Ok(id) => {
            let answer = Json(json!({ "request_id": &*id, "status": "0" })).into_response();
            special::spoil(special, simulator.options().slow_answer, answer).await
        }
        Err(running) => Refusal::running(Some((*running).to_owned())).into_response(),
    }
}

/// What a start to a special number is refused with.
fn refused(simulator: &Simulator, special: Special) -> Option<Refusal> {
    Some(match special {
        Special::Throttled => Refusal::throttled(),
        Special::BrandMissing => Refusal::missing("brand"),
        Special::NumberInvalid => Refusal::invalid("number"),
        Special::BadCredentials => Refusal::bad_credentials(),
        Special::InternalError => Refusal::new("5", "Internal Error"),
        Special::NotRoutable => Refusal::new("6", unable("The request could not be routed.")),
        Special::Blocked => Refusal {
            network: Some("310260"),
            ..Refusal::new("7", "The number you are trying to verify is blacklisted for verification.")
        },
        Special::Barred => Refusal::new(
            "8",
            "The api_key you supplied is for an account that has been barred from submitting messages.",
        ),
        Special::NoCredit => Refusal::new("9", "Partner quota exceeded"),
        Special::Running => Refusal::running(Some(simulator.unknown_id(Api::V1))),
        Special::RunningUnnamed => Refusal::running(None),
        Special::UnsupportedNetwork => {
            Refusal::new("15", "The destination number is not in a supported network")
        }
        Special::NoCustomCode => no_custom_code(),
        Special::DemoAccount => Refusal::new(
            "29",
            "Your Vonage account is still in demo mode. While in demo mode you must add target numbers to the \
             approved list for your account. Add funds to your account to remove this limitation.",
        ),
        Special::Slow | Special::Cut | Special::BadGateway | Special::Undelivered | Special::VoiceOnly => {
            return None;
        }
    })
}

fn no_custom_code() -> Refusal {
    Refusal::new("20", "This account does not support the parameter: pin_code.")
}

fn unable(reason: &str) -> String {
    format!("The Vonage platform was unable to process this message for the following reason: {reason}")
}

async fn check(State(simulator): State<Simulator>, params: Params) -> Result<Response, Refusal> {
    let id = params.request_id()?;
    let code = params.required("code")?;
    if !(4..=6).contains(&code.chars().count()) {
        return Err(Refusal::invalid("code"));
    }

    match simulator.with_state(|state, now| state.check(Api::V1, id, code, now)) {
        Check::Right => Ok(search::receipt(&simulator, id)),
        Check::Wrong => Err(Refusal {
            request_id: Some(id.to_owned()),
            ..Refusal::new("16", "The code inserted does not match the expected value")
        }),
        Check::TooMany => Err(Refusal {
            request_id: Some(id.to_owned()),
            ..Refusal::new("17", "The wrong code was provided too many times. Request terminated")
        }),
        Check::NoCode | Check::Unknown => Err(Refusal::new(
            "6",
            unable(&format!("Request '{id}' was not found or it has been verified already.")),
        )),
    }
}

async fn control(State(simulator): State<Simulator>, params: Params) -> Result<Response, Refusal> {
    let id = params.request_id()?;
    let command = params.required("cmd")?;
    let gone = || Refusal::new("6", format!("The requestId '{id}' does not exist or its no longer active."));
    let refused = |text: String| Refusal::new("19", text);

    match command {
        "cancel" => match simulator.with_state(|state, now| state.cancel(Api::V1, id, now)) {
            Cancel::Done => {}
            Cancel::TooEarly => {
                return Err(refused(format!(
                    "Verification request ['{id}'] can't be cancelled within the first 30 seconds."
                )));
            }
            Cancel::TooLate => {
                return Err(refused(format!(
                    "Verification request  ['{id}'] can't be cancelled now. \
                     Too many attempts to re-deliver have already been made."
                )));
            }
            Cancel::Unknown => return Err(gone()),
        },
        "trigger_next_event" => match simulator.with_state(|state, now| state.next(Api::V1, id, now)) {
            Next::Done => {}
            Next::NoneLeft => {
                return Err(refused(format!("No more events are left to execute for the request ['{id}']")));
            }
            Next::Unknown => return Err(gone()),
        },
        _ => return Err(Refusal::invalid("cmd")),
    }
    Ok(Json(json!({ "status": "0", "command": command })).into_response())
}
