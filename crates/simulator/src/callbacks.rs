//! Signed callbacks, as v2 sends them to the status address of an application.
//!
//! What this module promises:
//! * Each goes out when the simulator's clock reaches its time, and again after a while unless it was answered 2xx.
//! * Each attempt carries a fresh token over the very bytes of its body.

use std::time::Duration;

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};
use url::Url;

use super::{Options, Simulator, jwt, outbox::Callback};

const TIMEOUT: Duration = Duration::from_secs(5);
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
        let mut client = reqwest::Client::builder().timeout(TIMEOUT).redirect(Policy::none());
        if callbacks.url.scheme() == "http" {
            // To read this machine's certificates takes longer than all else at start.
            client = client.tls_certs_only([]);
        }
        let client = match client.build() {
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
            "jti": options.random.uuid(),
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
