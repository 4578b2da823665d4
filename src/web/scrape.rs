//! `GET /metrics`: what is counted, and how it stands at the moment.

use std::time::Duration;

use axum::{Router, extract::State, http::header, routing::get};
use tokio::time::timeout;

use crate::web::state::AppState;
use crate::{
    causes::chain,
    clock::Timestamp,
    guard::breaker::Breaker,
    metrics::{CONTENT_TYPE, Job, Now},
};

/// A store that hangs must not take the other figures with it: Prometheus waits for ten seconds.
const PATIENCE: Duration = Duration::from_secs(2);

impl AppState {
    /// What was counted since the start, in the text format of Prometheus, version 0.0.4; its content type is
    /// [`CONTENT_TYPE`]. `docs/metrics.md` lists the series. Asks the store one question, after a small write.
    ///
    /// The program serves it at `METRICS_LISTEN`; an app of your own may serve it where it likes. HTTP requests are
    /// in it only where the program serves them.
    pub async fn metrics_text(&self) -> String {
        let breakers = &self.sign_in.breakers;
        let (breakers, now) = ([&breakers.sends, &breakers.checks], self.core.clock.now());
        let paused = breakers.map(Breaker::is_open);
        let countries_paused = breakers.map(|breaker| breaker.open_countries(now));
        self.core.metrics.text(&Now { paused, countries_paused, overdue: self.overdue().await })
    }

    async fn overdue(&self) -> Option<[(Job, Duration); 3]> {
        if !self.health.readiness.store_takes_writes(&self.core.store, &self.core.clock).await {
            return None;
        }
        let now = self.core.clock.now();
        let since = |due: Option<Timestamp>| due.map_or(Duration::ZERO, |due| now.since(due));
        match timeout(PATIENCE, self.core.store.overdue(now)).await {
            Ok(Ok(due)) => Some([
                (Job::Cancel, since(due.cancel)),
                (Job::Resend, since(due.resend)),
                (Job::Expiry, since(due.expiry)),
            ]),
            Ok(Err(error)) => {
                tracing::error!("the metrics lack what the store would say: {}", chain(&error));
                None
            }
            Err(_late) => {
                tracing::error!(
                    "the metrics lack what the store would say: it takes longer than {PATIENCE:?}"
                );
                None
            }
        }
    }
}

/// What `METRICS_LISTEN` serves: one address, under any name, for whoever reaches it.
pub(crate) fn metrics_router(app: AppState) -> Router {
    let show = async |State(app): State<AppState>| {
        (
            [(header::CONTENT_TYPE, CONTENT_TYPE), (header::CACHE_CONTROL, "no-store")],
            app.metrics_text().await,
        )
    };
    Router::new().route("/metrics", get(show)).with_state(app)
}
