//! What the simulator is told when it runs alone.

use std::{net::SocketAddr, time::Duration};

use clap::ArgAction::Set;
use secrecy::SecretString;
use url::Url;

use super::{ConfigError, Log, Secrets, Settings, Warning, credentials, parse};

/// How the simulator runs alone, at the root of `listen`.
#[derive(Debug)]
pub struct SimulatorConfig {
    pub(crate) listen: SocketAddr,
    /// The key and secret that callers must give.
    pub(crate) credentials: (String, SecretString),
    /// Whether it limits requests as the provider does.
    pub(crate) throttle: bool,
    /// Where callbacks go, and the secret that signs them.
    pub(crate) callbacks: Option<(Url, SecretString)>,
    /// The most connections at once.
    pub(crate) max_connections: usize,
    /// How long it goes on serving once told to stop.
    pub(crate) drain: Duration,
    pub(crate) log: Log,
    /// What the operator should look at.
    pub(crate) warnings: Vec<Warning>,
}

/// The flags of `phonegate simulator`.
#[derive(Debug, clap::Args)]
pub(super) struct Flags {
    /// Address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:4000")]
    listen: SocketAddr,

    /// Whether more than 30 requests a second are refused, as Vonage does: `on` or `off`.
    #[arg(long, default_value = "on", value_parser = parse::switch, action = Set)]
    throttle: bool,

    /// Where to send v2 callbacks; `https` unless it is this machine. `VONAGE_SIGNATURE_SECRET` signs them.
    #[arg(long, value_parser = parse::secure_url)]
    callback_url: Option<Url>,
}

impl SimulatorConfig {
    pub(super) fn check(
        flags: Flags,
        settings: Settings,
        secrets: &Secrets,
        warnings: Vec<Warning>,
    ) -> Result<Self, ConfigError> {
        let callbacks = match (flags.callback_url, secrets.vonage_signature_secret.clone()) {
            (None, _) => None,
            (Some(url), Some(secret)) => Some((url, secret)),
            (Some(_), None) => {
                let problem = "is missing; --callback-url needs it to sign what it sends";
                return Err(ConfigError::new("VONAGE_SIGNATURE_SECRET", problem));
            }
        };
        Ok(Self {
            listen: flags.listen,
            credentials: credentials::of_simulator(&settings, secrets)?,
            throttle: flags.throttle,
            callbacks,
            max_connections: settings.max_connections,
            drain: settings.drain,
            log: Log { filter: settings.log, format: settings.log_format },
            warnings,
        })
    }
}
