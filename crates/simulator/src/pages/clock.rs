//! The simulator's clock, set ahead by hand.

use std::{collections::HashMap, time::Duration};

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use url::form_urlencoded;

use super::{Mount, mount, query};
use crate::{Simulator, clock::Timestamp, is_json, state};

/// How far it may be set ahead at once: ten years, in seconds.
const FARTHEST: u64 = 315_360_000;

#[derive(Deserialize)]
struct Advance {
    advance_s: u64,
}

/// Takes a form or JSON. A form that names a `phone`, even an empty one, leads back to its page: after a 204 a browser
/// stays where it is and no longer refreshes.
pub(super) async fn clock(
    State(simulator): State<Simulator>,
    place: Mount,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fields: HashMap<_, _> = form_urlencoded::parse(&body).collect();
    let advance = match serde_json::from_slice::<Advance>(&body) {
        Ok(advance) if is_json(&headers) => Some(advance.advance_s),
        _ => fields.get("advance_s").and_then(|seconds| seconds.parse().ok()),
    };
    let Some(seconds) = advance.filter(|seconds| *seconds <= FARTHEST) else {
        let text = "advance_s must be a whole number of seconds, at most ten years.";
        return (StatusCode::UNPROCESSABLE_ENTITY, text).into_response();
    };
    let by = Duration::from_secs(seconds);
    if simulator.now() + by > Timestamp::LAST {
        let text = "advance_s leads past the year 9999; restart the simulator to set its clock back.";
        return (StatusCode::UNPROCESSABLE_ENTITY, text).into_response();
    }

    simulator.options().clock.advance(by);
    simulator.with_state(state::State::run_until);
    match fields.get("phone") {
        None => StatusCode::NO_CONTENT.into_response(),
        Some(phone) if phone.is_empty() => Redirect::to(&format!("{}/phone", mount(&place))).into_response(),
        Some(phone) => Redirect::to(&format!("{}/phone?{}", mount(&place), query(phone))).into_response(),
    }
}
