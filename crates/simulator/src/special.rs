//! The special numbers, `+1 202 555 01NN`: each makes the start answer, or fail, in its own way.
//!
//! What this module promises: one table serves the start of both APIs and the page that explains it.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use http_body::Frame;

use super::verification::Delivery;

const PREFIX: &str = "120255501";

/// What a special number stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Special {
    Throttled,
    BrandMissing,
    NumberInvalid,
    BadCredentials,
    InternalError,
    NotRoutable,
    Blocked,
    Barred,
    NoCredit,
    Running,
    RunningUnnamed,
    UnsupportedNetwork,
    NoCustomCode,
    DemoAccount,
    Slow,
    Cut,
    BadGateway,
    Undelivered,
    VoiceOnly,
}

/// A row of the table: `NN`, the meaning, and what each API does, for the page.
pub(super) struct Row(pub &'static str, pub Special, pub &'static str, pub &'static str);

pub(super) const TABLE: [Row; 19] = [
    Row("01", Special::Throttled, "status 1", "429"),
    Row("02", Special::BrandMissing, "status 2", "422 that names brand"),
    Row("03", Special::NumberInvalid, "status 3", "422 that names workflow[0].to"),
    Row("04", Special::BadCredentials, "status 4", "401"),
    Row("05", Special::InternalError, "status 5", "500"),
    Row("06", Special::NotRoutable, "status 6", "422 that names workflow[0].to: not routable"),
    Row("07", Special::Blocked, "status 7 with a network", "202, then a blocked callback"),
    Row("08", Special::Barred, "status 8", "403"),
    Row("09", Special::NoCredit, "status 9", "402"),
    Row("10", Special::Running, "status 10 with an id", "409 with an id"),
    Row("11", Special::RunningUnnamed, "status 10 without an id", "409 without an id"),
    Row(
        "15",
        Special::UnsupportedNetwork,
        "status 15",
        "422 that names workflow[0].to: network not supported",
    ),
    Row("20", Special::NoCustomCode, "status 20", "422 that names code"),
    Row("29", Special::DemoAccount, "status 29", "403"),
    Row("30", Special::Slow, "sends, answers after 20 s", "the same"),
    Row("31", Special::Cut, "sends, then cuts the connection", "the same"),
    Row("32", Special::BadGateway, "an HTML 502, nothing is sent", "the same"),
    Row("33", Special::Undelivered, "sends, the delivery fails after 2 s", "the same, with a callback"),
    Row("34", Special::VoiceOnly, "calls arrive, all else fails as with 33", "the same"),
];

impl Special {
    /// What `number`, in digits, stands for, if it is a special one.
    pub(super) fn of(number: &str) -> Option<Self> {
        let ending = number.strip_prefix(PREFIX)?;
        TABLE.iter().find(|row| row.0 == ending).map(|row| row.1)
    }

    /// What becomes of the messages to `special`.
    pub(super) fn delivery(special: Option<Self>) -> Delivery {
        match special {
            Some(Self::Blocked) => Delivery::Blocked,
            Some(Self::Undelivered) => Delivery::Fails,
            Some(Self::VoiceOnly) => Delivery::VoiceOnly,
            _ => Delivery::Arrives,
        }
    }
}

/// The answer of a proxy whose server is away.
pub(super) fn bad_gateway() -> Response {
    let page = "<html>\n<head><title>502 Bad Gateway</title></head>\n\
                <body><center><h1>502 Bad Gateway</h1></center></body>\n</html>\n";
    (StatusCode::BAD_GATEWAY, Html(page)).into_response()
}

/// Holds back or loses the answer to a start that has sent its message.
pub(super) async fn spoil(special: Option<Special>, slow: Duration, answer: Response) -> Response {
    match special {
        Some(Special::Slow) => {
            tokio::time::sleep(slow).await;
            answer
        }
        Some(Special::Cut) => answer.map(|_| Body::new(Cut)),
        _ => answer,
    }
}

/// A body that fails before its first byte: the server then closes the connection with the head still unsent.
struct Cut;

impl HttpBody for Cut {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
    }
}
