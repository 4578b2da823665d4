//! Drives one connection to its end: that which the client or the app gives it, or that of its time.

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll};

use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use super::seats::Seat;

/// Why a connection ended before its client or the app had wished.
#[derive(Debug, thiserror::Error)]
pub(super) enum Early {
    #[error(transparent)]
    Http(#[from] hyper::Error),
    #[error("its time was up")]
    Late,
    #[error("others need its place")]
    GivenUp,
}

/// Looks at the clock only after the connection: what has come in time counts.
pub(super) async fn drive(
    connection: impl Future<Output = hyper::Result<()>>,
    seat: Arc<Seat>,
    mut closing: watch::Receiver<bool>,
) -> Result<(), Early> {
    let closed = async {
        let _ = closing.wait_for(|closing| *closing).await;
    };
    let (mut connection, mut closed) = (pin!(connection), pin!(closed));
    let mut news = pin!(seat.news.notified());
    let mut alarm = pin!(sleep_until(seat.deadline(false)));
    let mut is_closing = false;
    poll_fn(|context| {
        if let Poll::Ready(end) = connection.as_mut().poll(context) {
            return Poll::Ready(end.map_err(Early::Http));
        }
        is_closing = is_closing || closed.as_mut().poll(context).is_ready();
        while news.as_mut().poll(context).is_ready() {
            news.set(seat.news.notified());
        }
        if seat.is_given_up() {
            return Poll::Ready(Err(Early::GivenUp));
        }
        loop {
            let deadline = seat.deadline(is_closing);
            if deadline <= Instant::now() {
                return Poll::Ready(Err(Early::Late));
            }
            // Most deadlines are put off before they come: the alarm is set back only once it rings.
            if deadline < alarm.deadline() || alarm.is_elapsed() {
                alarm.as_mut().reset(deadline);
            }
            if alarm.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
        }
    })
    .await
}
