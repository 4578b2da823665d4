//! Signed callbacks, as v2 sends them to the status address of an application.
//!
//! What this module promises:
//! * Each goes out when the simulator's clock reaches its time, and again after a while unless it was answered 2xx.
//! * Each attempt carries a fresh token over the very bytes of its body.

use std::{collections::BTreeMap, time::Duration};

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::time::{MissedTickBehavior, interval};
use url::Url;

use super::{Options, Simulator, jwt, state};
use crate::clock::Timestamp;

/// How often a callback is tried.
const ATTEMPTS: u32 = 5;
/// How long after the first failure it is tried again; doubles each time.
const PAUSE: Duration = Duration::from_secs(2);
const TIMEOUT: Duration = Duration::from_secs(5);
/// How many may wait; the oldest go first.
const WAITING: usize = 10_000;
/// How often the clock is looked at, in real time, when nobody calls.
const TICK: Duration = Duration::from_secs(1);

/// Where callbacks go, and how they are signed.
#[derive(Debug, Clone)]
pub struct Callbacks {
    /// Where they go.
    pub url: Url,
    /// Shared with whoever verifies them.
    pub signature_secret: SecretString,
    /// Tells which account's secret signed.
    pub api_key: String,
    /// Which application they name as theirs.
    pub application_id: Option<String>,
}

pub(super) struct Callback {
    body: Value,
    failures: u32,
}

/// Callbacks that wait for their time.
#[derive(Default)]
pub(super) struct Outbox {
    waiting: BTreeMap<(Timestamp, u64), Callback>,
    count: u64,
}

impl Outbox {
    pub(super) fn put(&mut self, body: Value, due: Timestamp) {
        self.insert(Callback { body, failures: 0 }, due);
    }

    fn insert(&mut self, callback: Callback, due: Timestamp) {
        self.waiting.insert((due, self.count), callback);
        self.count += 1;
        if self.waiting.len() > WAITING {
            self.waiting.pop_first();
        }
    }

    pub(super) fn has_due(&self, now: Timestamp) -> bool {
        self.waiting.keys().next().is_some_and(|(due, _)| *due <= now)
    }

    pub(super) fn take_due(&mut self, now: Timestamp) -> Option<Callback> {
        let next = self.waiting.first_entry().filter(|entry| entry.key().0 <= now)?;
        Some(next.remove())
    }

    /// Queues one again, for later, that was not taken, unless it has had all its attempts.
    pub(super) fn retry(&mut self, mut callback: Callback, now: Timestamp) {
        callback.failures += 1;
        if callback.failures < ATTEMPTS {
            let pause = PAUSE * 2_u32.pow(callback.failures - 1);
            self.insert(callback, now + pause);
        } else {
            tracing::warn!("a callback of the simulator was given up after {ATTEMPTS} attempts");
        }
    }
}

impl Simulator {
    /// Whether it has callbacks to send.
    pub fn sends_callbacks(&self) -> bool {
        self.options().callbacks.is_some()
    }

    /// Sends callbacks as their time comes, for ever: to be spawned by whoever serves the router.
    /// Returns at once without [`Options::callbacks`](super::Options::callbacks).
    pub async fn send_callbacks(self) {
        let Some(callbacks) = &self.options().callbacks else {
            return;
        };
        let client = reqwest::Client::builder().timeout(TIMEOUT).redirect(Policy::none()).build();
        let client = match client {
            Ok(client) => client,
            Err(error) => {
                tracing::error!("the simulator cannot send callbacks: {error}");
                return;
            }
        };

        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            while let Some(callback) = self.with_state(|state, now| {
                state.run_until(now);
                state.outbox.as_mut()?.take_due(now)
            }) {
                if !callbacks.send(&client, &callback, self.options()).await {
                    self.with_state(|state, now| {
                        if let Some(outbox) = &mut state.outbox {
                            outbox.retry(callback, now);
                        }
                    });
                }
            }
            tokio::select! {
                _ = tick.tick() => {}
                () = self.0.wake.notified() => {}
            }
        }
    }
}

impl Callbacks {
    /// Whether it was taken.
    async fn send(&self, client: &reqwest::Client, callback: &Callback, options: &Options) -> bool {
        let body = callback.body.to_string();
        let mut claims = json!({
            "iss": "Vonage",
            // By the clock of whoever verifies it, which the simulator's may be ahead of.
            "iat": options.clock.followed().as_millis().div_euclid(1_000),
            "jti": state::uuid(&options.random),
            "api_key": self.api_key,
        });
        if let Some(application) = &self.application_id {
            claims["application_id"] = application.as_str().into();
        }
        let token = jwt::sign(self.signature_secret.expose_secret(), claims, body.as_bytes());
        let request = client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(AUTHORIZATION, format!("Bearer {token}"));
        match request.body(body).send().await {
            Ok(response) if response.status().is_success() => true,
            Ok(response) => {
                tracing::info!(status = %response.status(), "a callback of the simulator was turned down");
                false
            }
            Err(error) => {
                tracing::info!("a callback of the simulator did not get through: {}", error.without_url());
                false
            }
        }
    }
}
