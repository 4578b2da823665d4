//! Answers that come before their request was read to its end.
//!
//! A proxy may announce a body that it then does not send. Were its connection kept, the next bytes on it would be
//! taken for that body, and a piece of some header for the next request: whoever wrote that header would choose what a
//! proxy is told about another visitor.
//!
//! What this module promises:
//! * An answer to a request whose body was not read to its end says `Connection: close`, and no other request is read
//!   from that connection.
//! * Whoever is still sending can read that answer: see `serve/stream.rs`.
//! * A request without a body pays nothing for this.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderValue, Version, header::CONNECTION},
    response::Response,
};
use http_body::{Body as HttpBody, Frame, SizeHint};

const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// Has `next` answer, and the connection closed after it if there is more to the request than was read.
pub(crate) async fn close_after<F>(request: Request, next: impl FnOnce(Request) -> F) -> Response
where
    F: Future<Output = Response>,
{
    let version = request.version();
    let (request, ended) = watch(request);
    let mut response = next(request).await;
    let unread = ended.is_some_and(|ended| !ended.load(Ordering::Acquire));
    // The streams of later versions end one by one.
    if unread && version < Version::HTTP_2 {
        response.headers_mut().insert(CONNECTION, CLOSE);
    }
    response
}

/// A flag that tells whether the body was read to its end; none if there is no body.
fn watch(request: Request) -> (Request, Option<Arc<AtomicBool>>) {
    if request.body().is_end_stream() {
        return (request, None);
    }
    let ended = Arc::new(AtomicBool::new(false));
    let request = request.map(|body| Body::new(Watched { body, ended: ended.clone() }));
    (request, Some(ended))
}

/// A body that notes when it has ended.
struct Watched {
    body: Body,
    ended: Arc<AtomicBool>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if frame.is_none() || self.body.is_end_stream() {
            self.ended.store(true, Ordering::Release);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests;
