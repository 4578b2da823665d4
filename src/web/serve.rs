//! Takes connections and hands their requests to the router.
//!
//! What this module promises:
//! * No client can hold what others need: heads, answers and silence have an end each, heads a size, and connections a
//!   number. Where there is no room, who has waited longest without a request makes some.
//! * Nothing that has begun is cut when the app stops: answers say `Connection: close` from the moment it is told, and
//!   a connection is closed only while nothing is under way on it.
//! * What was not read of a request is never taken for another one: see `unread.rs`.
//! * A panic is an answer, whatever router it comes from.
//!
//! axum's own loop does none of this.

mod connection;
mod door;
mod ending;
mod room;
mod seats;
mod stream;

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    panic::AssertUnwindSafe,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderValue, Request, Response, header},
};
use futures_util::FutureExt;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    select,
    sync::{OwnedSemaphorePermit, watch},
    time::sleep,
};
use tokio_util::task::TaskTracker;
use tower::ServiceExt;
use tower_http::catch_panic::{DefaultResponseForPanic, ResponseForPanic};

pub(crate) use ending::Ending;
pub(crate) use room::connections;

use crate::{seldom::OnceAMinute, web::unread};
use connection::drive;
pub(crate) use seats::Limit;
use seats::Seats;
use stream::Watched;

/// More than any browser and proxy of ours send. A longer head is refused with 431.
const HEAD_LIMIT: usize = 16 * 1024;
/// How many headers it may have; as many as hyper's default, which costs no memory of its own.
const HEADERS: usize = 100;
/// After an error that all connections would meet, such as too many open files.
const BREATH: Duration = Duration::from_secs(1);

/// How long the beginning of a connection may take that has begun when the door is shut.
const THRESHOLD: Duration = Duration::from_millis(100);

/// Serves until `ending` is at its end, then waits for the requests that have begun. At most as many connections at once as `limit` says.
pub(crate) async fn serve(listener: Arc<TcpListener>, router: Router, limit: Limit, ending: &Ending) {
    let house = House {
        app: router,
        seats: Arc::new(Seats::new(limit)),
        leaving: ending.leaving(),
        closing: ending.closing(),
        tasks: TaskTracker::new(),
    };
    // What all connections met when one was to be taken.
    let trouble = OnceAMinute::new();
    let mut closing = ending.closing();
    loop {
        let accepted = select! {
            accepted = listener.accept() => accepted,
            _ = closing.wait_for(|closing| *closing) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let place = house.seats.place().await;
                house.welcome(stream, peer, place);
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                if trouble.is_due() {
                    tracing::error!("no connection can be taken for a moment: {error}");
                }
                house.seats.make_room();
                sleep(BREATH).await;
            }
        }
    }
    house.shut(&listener).await;
    drop(listener);
    house.tasks.close();
    house.tasks.wait().await;
}

/// What all connections share.
struct House {
    app: Router,
    seats: Arc<Seats>,
    /// The next answer on each connection is its last.
    leaving: Arc<AtomicBool>,
    /// And those without a request are closed.
    closing: watch::Receiver<bool>,
    tasks: TaskTracker,
}

impl House {
    /// Lets in who has come before the door is shut, and nobody else.
    async fn shut(&self, listener: &TcpListener) {
        if let Err(error) = door::shut(listener) {
            tracing::debug!("some who come now may be turned away: {error}");
        }
        let mut settled = pin!(sleep(THRESHOLD));
        loop {
            let accepted = select! {
                accepted = listener.accept() => accepted,
                () = &mut settled => break,
            };
            let (Ok((stream, peer)), Some(place)) = (accepted, self.seats.free_place()) else { break };
            self.welcome(stream, peer, place);
        }
        for (stream, peer) in door::waiting(listener) {
            let Some(place) = self.seats.free_place() else { break };
            self.welcome(stream, peer, place);
        }
    }

    fn welcome(&self, stream: TcpStream, peer: SocketAddr, place: OwnedSemaphorePermit) {
        // An answer is written at once: waiting for more to send would only add latency.
        let _ = stream.set_nodelay(true);
        let seat = self.seats.take();
        let service = service_fn({
            let (app, leaving, seats) = (self.app.clone(), self.leaving.clone(), self.seats.clone());
            let seat = seat.clone();
            move |request: Request<Incoming>| {
                let begun = seat.begins();
                let answer = answer(app.clone(), request, peer);
                let (leaving, seats) = (leaving.clone(), seats.clone());
                async move {
                    let mut answer = answer.await;
                    if leaving.load(Ordering::Relaxed) || seats.is_crowded() {
                        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                    }
                    Ok::<_, Infallible>(answer.map(|body| begun.with(body)))
                }
            }
        });
        let mut http = http1::Builder::new();
        http.max_buf_size(HEAD_LIMIT).max_headers(HEADERS).header_read_timeout(None);
        let connection = http.serve_connection(TokioIo::new(Watched::new(stream, seat.clone())), service);
        let driven = drive(connection, seat.clone(), self.closing.clone());
        let seats = self.seats.clone();
        self.tasks.spawn(async move {
            if let Err(why) = driven.await {
                tracing::debug!(%peer, "a connection ended early: {why}");
            }
            seats.leave(&seat);
            drop(place);
        });
    }
}

/// The app's answer to one request of `peer`.
async fn answer(app: Router, request: Request<Incoming>, peer: SocketAddr) -> Response<Body> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    // tower-http's layer would put the body of every answer into two boxes.
    let next = async |request| match AssertUnwindSafe(app.oneshot(request)).catch_unwind().await {
        Ok(answer) => answer.unwrap_or_else(|never: Infallible| match never {}),
        Err(panic) => DefaultResponseForPanic::default().response_for_panic(panic).map(Body::new),
    };
    unread::close_after(request, next).await
}

/// The client is gone already; the next one is not.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests;
