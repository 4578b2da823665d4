//! The same messages as JSON, for programs.

use axum::{
    extract::{Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::To;
use crate::{Simulator, inbox::Message};

#[derive(Serialize)]
struct MessageJson<'a> {
    to: &'a str,
    channel: &'static str,
    text: &'a str,
    code: &'a str,
    sent_at: String,
}

impl<'a> From<&'a Message> for MessageJson<'a> {
    fn from(message: &'a Message) -> Self {
        Self {
            to: &message.to,
            channel: message.channel.as_str(),
            text: &message.text,
            code: &message.code,
            sent_at: message.sent_at.to_string(),
        }
    }
}

/// Newest first.
pub(super) async fn messages(State(simulator): State<Simulator>, Query(to): Query<To>) -> Response {
    let wanted = to.wanted();
    let list = simulator.with_state(|state, now| {
        let list: Vec<_> = state.inbox(now).newest(wanted.as_deref()).map(MessageJson::from).collect();
        serde_json::to_string(&list)
    });
    match list {
        Ok(list) => ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], list)
            .into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
