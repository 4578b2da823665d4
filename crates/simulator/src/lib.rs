//! A Vonage look-alike for development: Verify v1 ("Legacy") and v2 over real HTTP, and the phone that gets the messages.
//!
//! What this module promises:
//! * It is a second reading of the wire contract: it shares no code with the client and knows nothing of the app.
//! * It lives on its own clock, which `POST /clock` sets ahead: expiry and waiting rules follow.
//! * Nothing leaves it, and nothing grows without limit: what has ended is forgotten after some minutes.
//!
//! Where the contract is unsure it answers thus: the third wrong code is the last (410, status 17), and so are all later
//! checks of that verification; a fresh code brings fresh tries; a v2 cancel that is too early or too late is a 409; an
//! expired or cancelled verification is unknown (404, status 6).

mod auth;
mod callbacks;
mod channel;
mod clock;
mod inbox;
mod jwt;
mod outbox;
mod pages;
mod random;
mod report;
mod special;
mod state;
#[cfg(test)]
mod tests;
mod throttle;
mod v1;
mod v2;
mod verification;

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    http::{HeaderMap, header::CONTENT_TYPE},
};
use secrecy::SecretString;
use tokio::sync::Notify;

pub use self::{
    callbacks::Callbacks,
    clock::{Clock, Timestamp},
    random::Random,
};
use self::{pages::Pages, state::State, verification::Api};

/// How a simulator behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// The key and secret that callers must give; `None` takes any.
    pub credentials: Option<(String, SecretString)>,
    /// Its own clock: a fork of whoever runs it.
    pub clock: Clock,
    /// Where codes and ids come from.
    pub random: Random,
    /// How long the special number 30 waits for its answer, in real time.
    pub slow_answer: Duration,
    /// More than 30 requests in a second are refused.
    pub throttle: bool,
    /// How long a number stays taken after a cancel: the real provider was seen to take a dozen seconds.
    pub lock_after_cancel: Duration,
    /// How long v1's `search` does not find what has just ended: the real provider may take a minute.
    pub search_lag: Duration,
    /// How long after a message v2 does not take the next step: the real provider's records may lag behind.
    pub next_lag: Duration,
    /// The host of the page that the codes are for: named at the end of each text, it lets browsers put the code in.
    pub site: Option<String>,
    /// Where to send callbacks; [`Simulator::send_callbacks`] must run for them.
    pub callbacks: Option<Callbacks>,
}

impl Options {
    /// Takes any credentials and any number of requests, has no lags and sends no callbacks; the slow answer takes 20 s.
    pub fn new(clock: Clock, random: Random) -> Self {
        Self {
            credentials: None,
            clock,
            random,
            slow_answer: Duration::from_secs(20),
            throttle: false,
            lock_after_cancel: Duration::ZERO,
            search_lag: Duration::ZERO,
            next_lag: Duration::ZERO,
            site: None,
            callbacks: None,
        }
    }
}

/// A running simulator. Clones share its state.
#[derive(Clone)]
pub struct Simulator(Arc<Inner>);

struct Inner {
    options: Options,
    state: Mutex<State>,
    pages: Pages,
    /// Rung when a callback is due.
    wake: Notify,
}

impl Simulator {
    /// One that has seen nothing yet.
    pub fn new(options: Options) -> Self {
        let state = Mutex::new(State::new(&options));
        Self(Arc::new(Inner { options, state, pages: Pages::new(), wake: Notify::new() }))
    }

    /// Its routes, relative: mounted at `/simulator` by the app, at the root when it runs alone.
    pub fn router(self) -> Router {
        Router::new().merge(v1::routes()).merge(v2::routes()).merge(pages::routes()).with_state(self)
    }

    fn options(&self) -> &Options {
        &self.0.options
    }

    fn pages(&self) -> &Pages {
        &self.0.pages
    }

    fn now(&self) -> Timestamp {
        self.0.options.clock.now()
    }

    /// An id of the form that `api` has, and that nothing answers to.
    fn unknown_id(&self, api: Api) -> String {
        state::new_id(api, &self.0.options.random)
    }

    /// Looks at or changes the state as of now.
    fn with_state<T>(&self, work: impl FnOnce(&mut State, Timestamp) -> T) -> T {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.now();
        let done = work(&mut state, now);
        if state.outbox.as_ref().is_some_and(|outbox| outbox.has_due(now)) {
            self.0.wake.notify_one();
        }
        done
    }

    /// Counts a request; whether it is within the limit.
    fn admits_one_more(&self) -> bool {
        !self.options().throttle || self.with_state(|state, now| state.throttle.admits(now))
    }
}

/// Leaves out the state, which holds numbers and codes.
impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator").field("options", self.options()).finish_non_exhaustive()
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).is_some_and(|kind| kind.contains("json"))
}
