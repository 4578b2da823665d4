//! What is around every handler that reads a body, whoever's it is: an end for its time, for the body's, and for its size.

use std::time::Duration;

use axum::{Router, extract::DefaultBodyLimit, http::StatusCode};
use tower::{
    ServiceBuilder,
    layer::util::{Identity, Stack},
};
use tower_http::{
    catch_panic::{CatchPanicLayer, DefaultResponseForPanic},
    timeout::{RequestBodyDeadlineLayer, TimeoutLayer},
};

use crate::simulator::Simulator;

/// Longer than any form of ours.
const BODY_LIMIT: usize = 16 * 1024;
/// A form that is not there by then, however it trickles in, is given up.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// Longer than the Verify client's own limit, so that its answer reaches the page.
const TIMEOUT: Duration = Duration::from_secs(30);

type Limits = Stack<DefaultBodyLimit, Stack<RequestBodyDeadlineLayer, Stack<TimeoutLayer, Identity>>>;

/// For whoever sees to panics by other means.
pub(super) fn limits() -> ServiceBuilder<Limits> {
    ServiceBuilder::new()
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIMEOUT))
        .layer(RequestBodyDeadlineLayer::new(BODY_TIMEOUT))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
}

type Bounds = Stack<ServiceBuilder<Limits>, Stack<CatchPanicLayer<DefaultResponseForPanic>, Identity>>;

pub(crate) fn bounds() -> ServiceBuilder<Bounds> {
    ServiceBuilder::new().layer(CatchPanicLayer::new()).layer(limits())
}

/// The simulator at the root of an address of its own.
pub(crate) fn simulator_alone(simulator: Simulator) -> Router {
    simulator.router().layer(bounds())
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, Bytes};
    use axum::http::Request;
    use futures_util::stream;
    use tokio::time::{Instant, sleep};
    use tower::ServiceExt;

    use super::*;
    use crate::{clock::Clock, random::Random, simulator};

    #[tokio::test(start_paused = true)]
    async fn a_body_that_trickles_into_the_simulator_for_ever_is_given_up() {
        let simulator = Simulator::new(simulator::options(&Clock::system(), &Random::seeded(7)));
        let router = simulator_alone(simulator);
        for path in ["/verify/json", "/v2/verify", "/v2/verify/x", "/verify/control/json", "/clock"] {
            let trickle = stream::unfold((), async |()| {
                sleep(Duration::from_secs(9)).await;
                Some((Ok::<_, axum::Error>(Bytes::from_static(b"a")), ()))
            });
            let begun = Instant::now();
            let request = Request::post(path).header("content-type", "application/json");
            let request = request.body(Body::from_stream(trickle)).unwrap();

            let answer = router.clone().oneshot(request).await.unwrap();

            assert!(!answer.status().is_success(), "{path}: {}", answer.status());
            assert!(begun.elapsed() <= Duration::from_secs(11), "{path}: {:?}", begun.elapsed());
        }
    }
}
