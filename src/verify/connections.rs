//! The connections to the provider, and what every call says of us.
//!
//! What this module promises:
//! * Nothing is made before it is needed: a start does not wait for the certificates of this machine to be read, and where
//!   no call is by https they are not read at all.

use std::{sync::OnceLock, time::Duration};

use data_encoding::BASE64;
use reqwest::{Client, header::HeaderValue, redirect, retry};
use secrecy::ExposeSecret;

use super::{VerifyError, VerifySettings, application::Tokens, scrub::scrub};
use crate::{causes::chain, hosts::is_loopback};

/// Shorter than load balancers wait: a request lost on a connection that they just closed is not sent again.
const POOL_IDLE: Duration = Duration::from_secs(30);

pub(super) struct Connections {
    client: OnceLock<Client>,
    /// Key and secret, as a header.
    pub(super) basic: Option<HeaderValue>,
    /// In the place of both.
    pub(super) tokens: Option<Tokens>,
}

impl Connections {
    pub(super) fn new(settings: &VerifySettings) -> Self {
        let credentials = &settings.credentials;
        let basic = credentials.basic.as_ref().and_then(|(key, secret)| {
            let pair = BASE64.encode(format!("{key}:{}", secret.expose_secret()).as_bytes());
            let mut header = HeaderValue::try_from(format!("Basic {pair}")).ok()?;
            header.set_sensitive(true);
            Some(header)
        });
        let application = credentials.application.clone().filter(|_| settings.api.facts().takes_applications);
        let tokens = application
            .map(|application| Tokens::new(application, settings.clock.clone(), settings.random.clone()));
        Self { client: OnceLock::new(), basic, tokens }
    }

    /// Made by the first who asks.
    pub(super) fn client(&self, settings: &VerifySettings) -> Result<&Client, VerifyError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let no_tls = |error| VerifyError::Unreachable(scrub(&format!("there is no TLS: {}", chain(&error))));
        let client = http_client(settings).map_err(no_tls)?;
        Ok(self.client.get_or_init(|| client))
    }
}

fn http_client(settings: &VerifySettings) -> reqwest::Result<Client> {
    let mut builder = Client::builder()
        .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(settings.connect_timeout)
        .pool_idle_timeout(POOL_IDLE)
        .redirect(redirect::Policy::none())
        .retry(retry::never());
    // The environment's proxy would not find the simulator on this machine.
    if is_loopback(&settings.base_url) {
        builder = builder.no_proxy();
        if settings.base_url.scheme() == "http" {
            builder = builder.tls_certs_only([]);
        }
    }
    builder.build()
}
