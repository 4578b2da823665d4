//! The settings that have a flag. The doc comment of each is its help.

use std::{collections::BTreeSet, path::PathBuf, time::Duration};

use clap::ArgAction::Set;
use secrecy::SecretString;
use url::Url;

use super::{
    ALLOWED_NUMBERS, Look, STORE_URL,
    parse::{self, LogFormat, Origins},
};
use crate::{
    address::TrustedProxies,
    channel::Channels,
    guard::{Limit, Mode, Rates},
    phone::{Area, Country},
    store::address,
    verify::VerifyApi,
};

/// Settings that may be seen: on a command line, in a process list.
#[derive(Debug, Clone, clap::Args)]
pub struct Settings {
    /// Address to listen on.
    #[arg(long, value_name = "HOST", default_value = "127.0.0.1", value_parser = parse::host)]
    pub host: std::net::IpAddr,

    /// Port to listen on.
    #[arg(long, value_name = "PORT", default_value = "3000", value_parser = parse::port)]
    pub port: u16,

    /// What visitors type to get here; `https` unless it is this machine. Default: `http://localhost:PORT`.
    #[arg(long, value_name = "PUBLIC_URL", value_parser = parse::public_url)]
    pub(crate) public_url: Option<Url>,

    /// The API key of the Vonage account. `NEXMO_API_KEY` is accepted as its older name.
    #[arg(long, value_name = "VONAGE_API_KEY")]
    pub(crate) vonage_api_key: Option<String>,

    /// The id of an application of the account. With its private key it is preferred to key and secret for v2.
    #[arg(long, value_name = "VONAGE_APPLICATION_ID", value_parser = parse::application_id)]
    pub(crate) vonage_application_id: Option<String>,

    /// `v2`, or `v1` for Verify (Legacy), the API of the tutorial.
    #[arg(long, value_name = "VERIFY_API", default_value = "v2", value_parser = parse::api)]
    pub(crate) verify_api: VerifyApi,

    /// Where the Verify API lives; `https` unless it is this machine.
    #[arg(long, value_name = "VERIFY_BASE_URL", value_parser = parse::base_url)]
    pub(crate) verify_base_url: Option<Url>,

    /// The name shown in the message, and on the pages unless `SITE_NAME` is set: 1 to 16 characters. `NEXMO_BRAND_NAME` is accepted as its older name.
    #[arg(long, value_name = "BRAND", default_value = "phonegate", value_parser = parse::brand)]
    pub(crate) brand: String,

    #[command(flatten)]
    pub(crate) look: Look,

    /// Digits in a code: 6 to 10; with `VERIFY_API=v1` always 6.
    #[arg(long, value_name = "CODE_LENGTH", default_value = "6", value_parser = parse::code_length)]
    pub(crate) code_length: u8,

    /// How long a code is good, in seconds: 60 to 600.
    #[arg(long, value_name = "CODE_LIFETIME", default_value = "300", value_parser = parse::code_lifetime)]
    pub(crate) code_lifetime: Duration,

    /// How codes travel: `sms`, `voice` or both. The first is used, the second when a visitor asks for it.
    #[arg(long, value_name = "CHANNELS", default_value = "sms,voice", value_parser = parse::channels)]
    pub(crate) channels: Channels,

    /// The country, for example `GB`, that the phone form begins with. Default: that of the browser's languages.
    #[arg(long, value_name = "DEFAULT_COUNTRY", value_parser = parse::country)]
    pub(crate) default_country: Option<Country>,

    /// The only countries that codes are sent to: `GB,IE`. Default: all. Satellite and other global codes only if they
    /// are named: `GB,+881`.
    #[arg(long, value_name = "COUNTRIES", value_parser = parse::countries)]
    pub(crate) countries: Option<BTreeSet<Area>>,

    /// Whether internet phone numbers get codes: `on` or `off`.
    #[arg(long, value_name = "ALLOW_VOIP", default_value = "on", value_parser = parse::switch, action = Set)]
    pub(crate) allow_voip: bool,

    /// A file with a number on each line: only these may sign in. Read again on SIGHUP.
    #[arg(long, value_name = ALLOWED_NUMBERS)]
    pub(crate) allowed_numbers: Option<PathBuf>,

    /// The proxies whose `X-Forwarded-For` is believed: `127.0.0.1,10.0.0.0/8`. Default: none.
    #[arg(long, value_name = "TRUSTED_PROXIES", value_parser = TrustedProxies::parse)]
    pub(crate) trusted_proxies: Option<TrustedProxies>,
    /// How many codes one number gets: `1/30s,5/10m`, or `off`.
    #[arg(long, value_name = "LIMIT_NUMBER", default_value_t = Limit::Number.by_default(), value_parser = Rates::parse)]
    pub(crate) limit_number: Rates,

    /// How many codes one address may ask for, an IPv6 network of /64 being one.
    #[arg(long, value_name = "LIMIT_ADDRESS", default_value_t = Limit::Address.by_default(), value_parser = Rates::parse)]
    pub(crate) limit_address: Rates,

    /// How many codes numbers get that share country code and four digits.
    #[arg(long, value_name = "LIMIT_PREFIX", default_value_t = Limit::Prefix.by_default(), value_parser = Rates::parse)]
    pub(crate) limit_prefix: Rates,

    /// How many codes are sent in all. Default: `1000/1h,5000/1d`; a tenth where they may go to any country.
    #[arg(long, value_name = "LIMIT_TOTAL", value_parser = Rates::parse)]
    pub(crate) limit_total: Option<Rates>,

    /// Whether codes that nobody types use up a budget of their country and address: `on` or `off`.
    #[arg(long, value_name = "LIMIT_UNVERIFIED", default_value = "on", value_parser = parse::switch, action = Set)]
    pub(crate) limit_unverified: bool,

    /// What the limits do: `enforce`, or `observe` to log what they would refuse.
    #[arg(long, value_name = "GUARD_MODE", default_value = "enforce", value_parser = parse::guard_mode)]
    pub(crate) guard_mode: Mode,

    /// Where sign-ins are kept: `sqlite:FILE` or `postgres://…`. A password belongs in the variable, not in the flag.
    #[arg(long, value_name = STORE_URL, default_value = "sqlite:phonegate.db", value_parser = address::parse)]
    pub store_url: SecretString,

    /// A session ends after so long without a visit: `12h`, `30m`.
    #[arg(long, value_name = "SESSION_IDLE", default_value = "12h", value_parser = parse::span)]
    pub(crate) session_idle: Duration,

    /// A session ends so long after sign-in, whatever happens: `7d`.
    #[arg(long, value_name = "SESSION_MAX", default_value = "7d", value_parser = parse::span)]
    pub(crate) session_max: Duration,

    /// How long `/auth` may let in a session that ended on another instance: `0s` to `1m`; `0s` asks the store each time.
    #[arg(long, value_name = "AUTH_CACHE", default_value = "5s", value_parser = parse::auth_cache)]
    pub(crate) auth_cache: Duration,

    /// Share the session with the hosts below this domain: `example.com`.
    #[arg(long, value_name = "COOKIE_DOMAIN", value_parser = parse::domain)]
    pub(crate) cookie_domain: Option<String>,

    /// Origins that a sign-in may lead to besides our own, with commas between: `https://app.example.com`.
    #[arg(long, value_name = "RETURN_TO_ORIGINS", default_value = "", hide_default_value = true)]
    #[arg(value_parser = parse::origins)]
    pub return_to_origins: Origins,

    /// A folder whose files take the place of built-in templates of the same name.
    #[arg(long, value_name = "TEMPLATES_DIR", value_parser = parse::folder)]
    pub(crate) templates_dir: Option<PathBuf>,

    /// A folder whose files take the place of built-in assets of the same name, or add to them.
    #[arg(long, value_name = "PUBLIC_DIR", value_parser = parse::folder)]
    pub(crate) public_dir: Option<PathBuf>,

    /// How many connections are open at once, 16 to 1000000; fewer where the limit of open files is lower.
    #[arg(long, value_name = "MAX_CONNECTIONS", default_value = "4096", value_parser = parse::max_connections)]
    pub(crate) max_connections: usize,

    /// How long to go on serving, as not ready, once told to stop: `0s` to `10m`.
    #[arg(long, value_name = "DRAIN", default_value = "0s", value_parser = parse::drain)]
    pub(crate) drain: Duration,

    /// What to log: `error`, `warn`, `info`, `debug`, or a filter such as `info,phonegate=debug`.
    #[arg(long, value_name = "LOG", default_value = "info", value_parser = parse::log_filter)]
    pub(crate) log: String,

    /// How to log: `text` for people, `json` for machines.
    #[arg(long, value_name = "LOG_FORMAT", default_value = "text", value_parser = parse::log_format)]
    pub(crate) log_format: LogFormat,

    /// Address and port of `GET /metrics`, for Prometheus: `127.0.0.1:9464`. Without it there is none.
    #[arg(long, value_name = "METRICS_LISTEN", value_parser = parse::listen)]
    pub(crate) metrics_listen: Option<std::net::SocketAddr>,
}

impl Settings {
    /// What is set for a limit, or its default.
    pub(crate) fn rates(&self, limit: Limit, sends_for_real: bool) -> Rates {
        match limit {
            Limit::Address => self.limit_address.clone(),
            Limit::Number => self.limit_number.clone(),
            Limit::Prefix => self.limit_prefix.clone(),
            Limit::Total => Limit::total(self.limit_total.as_ref(), sends_for_real, self.countries.is_some()),
        }
    }
}
