//! What the app needs of its provider: a client, a verifier of callbacks, and the simulator where it stands in.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use data_encoding::BASE64URL_NOPAD;
use secrecy::SecretString;
use url::Url;

use super::error::BuildError;
use crate::{
    clock::Clock,
    config::{Config, Provider, SIMULATOR},
    random::Random,
    simulator::{self, Simulated, Simulator},
    verify::{VerifyClient, VerifySettings, callback::Verifier},
    web::mount::Mount,
};

/// Where Vonage's Verify API lives.
const VONAGE: &str = "https://api.nexmo.com";

/// What is known when the provider is looked for.
pub(crate) struct Surroundings<'a> {
    pub(crate) config: &'a Config,
    pub(crate) public_url: &'a Url,
    pub(crate) mount: &'a Mount,
    /// Where the server listens, if that is known.
    pub(crate) address: Option<SocketAddr>,
    pub(crate) clock: &'a Clock,
    pub(crate) random: &'a Random,
}

pub(crate) struct Provided {
    pub(crate) verify: VerifyClient,
    /// Without a signature secret there is none.
    pub(crate) callbacks: Option<Verifier>,
    pub(crate) simulator: Option<Simulated>,
}

impl Surroundings<'_> {
    /// A client that is brought along takes the place of the settings' and of the simulator.
    pub(crate) fn provider(
        &self,
        client: Option<VerifyClient>,
        timeouts: (Duration, Duration),
    ) -> Result<Provided, BuildError> {
        let signature_secret = self.signature_secret();
        let callbacks = signature_secret.as_ref().map(|secret| Verifier::new(secret, self.clock.clone()));
        Ok(match client {
            Some(verify) => Provided { verify, callbacks, simulator: None },
            None => Provided {
                verify: VerifyClient::new(self.verify_settings(timeouts)?),
                callbacks,
                simulator: self.simulated(signature_secret)?,
            },
        })
    }

    fn verify_settings(
        &self,
        (connect_timeout, timeout): (Duration, Duration),
    ) -> Result<VerifySettings, BuildError> {
        let settings = &self.config.settings;
        let base_url = match (&self.config.provider, &settings.verify_base_url) {
            (Provider::Simulator { .. }, _) => self.own_url("/simulator/")?,
            (Provider::Vonage(_), Some(url)) => url.clone(),
            (Provider::Vonage(_), None) => Url::parse(VONAGE)?,
        };
        Ok(VerifySettings {
            api: settings.verify_api,
            base_url,
            credentials: self.config.credentials(),
            brand: settings.brand.clone(),
            code_length: settings.code_length,
            lifetime: settings.code_lifetime,
            connect_timeout,
            timeout,
            clock: self.clock.clone(),
            random: self.random.clone(),
        })
    }

    /// A page of ours, as we reach it ourselves.
    fn own_url(&self, path: &str) -> Result<Url, url::ParseError> {
        let path = self.mount.path(path);
        match self.address {
            Some(address) => Url::parse(&format!("http://{}{path}", reach(address))),
            None => self.public_url.join(&path),
        }
    }

    /// What callbacks are signed with: the account's secret, or one that only this process and its simulator know.
    fn signature_secret(&self) -> Option<SecretString> {
        let credentials = match &self.config.provider {
            Provider::Simulator { .. } => {
                return Some(BASE64URL_NOPAD.encode(&self.random.bytes::<32>()).into());
            }
            Provider::Vonage(credentials) => credentials,
        };
        let secret = self.config.secrets.vonage_signature_secret.clone();
        let told =
            credentials.application.is_some() && self.config.settings.verify_api.facts().takes_applications;
        match (&secret, told) {
            (None, true) => tracing::warn!("without VONAGE_SIGNATURE_SECRET all callbacks are refused"),
            (Some(_), false) => tracing::warn!(
                "VONAGE_SIGNATURE_SECRET: the provider sends callbacks only with VERIFY_API=v2 and an application"
            ),
            _ => {}
        }
        secret
    }

    fn simulated(&self, signature_secret: Option<SecretString>) -> Result<Option<Simulated>, BuildError> {
        let Provider::Simulator { forced } = self.config.provider else { return Ok(None) };
        let mut options = simulator::options(self.clock, self.random);
        options.site = self.public_url.host_str().map(str::to_owned);
        let url = self.own_url("/callbacks/verify")?;
        options.callbacks = signature_secret.map(|signature_secret| simulator::Callbacks {
            url,
            signature_secret,
            api_key: SIMULATOR.to_owned(),
            application_id: None,
        });
        Ok(Some(Simulated { simulator: Simulator::new(options), forced }))
    }
}

/// An address at which we reach ourselves.
fn reach(listening: SocketAddr) -> SocketAddr {
    let ip = match listening.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listening.port())
}
