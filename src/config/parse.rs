//! One parser for each kind of value; each error says what would be right.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use public_suffix::EffectiveTLDProvider;
use tracing::level_filters::LevelFilter;
use url::{Host, Url};

use super::{ConfigError, STORE_URL};
use crate::{
    channel::Channels,
    guard::Mode,
    hosts::is_loopback,
    phone::{Area, Country},
    verify::VerifyApi,
};

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// For machines: one object on each line.
    Json,
}

pub(super) fn host(text: &str) -> Result<IpAddr, String> {
    let text = if text == "localhost" { "127.0.0.1" } else { text };
    let address = text.trim_matches(['[', ']']).parse();
    address.map_err(|_| "give an IP address: 127.0.0.1 for this machine only, 0.0.0.0 for all".to_owned())
}

pub(super) fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| "give a number from 0 to 65535; 0 takes a free one".to_owned())
}

pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    let parts = text.rsplit_once(':').and_then(|(address, number)| host(address).ok().zip(port(number).ok()));
    let fix = "give an IP address and a port: 127.0.0.1:9464 for this machine only, 0.0.0.0:9464 for all";
    parts.map(SocketAddr::from).ok_or_else(|| fix.to_owned())
}

pub(super) fn public_url(text: &str) -> Result<Url, String> {
    let url = secure_url(text)?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if bare {
        Ok(url)
    } else {
        Err("give scheme and host only, without a path: https://sign-in.example".to_owned())
    }
}

/// A list of origins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins(pub Vec<Url>);

pub(super) fn origins(text: &str) -> Result<Origins, String> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let origins =
        parts.map(|part| public_url(part).map_err(|why| format!("{:?}: {why}", without_password(part))));
    origins.collect::<Result<_, _>>().map(Origins)
}

pub(super) fn base_url(text: &str) -> Result<Url, String> {
    let url = secure_url(text)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err("give an address without ? and #".to_owned());
    }
    Ok(url)
}

pub(super) fn secure_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("give a full address, https://… ({error})"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err("give an address that begins with https://".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("give an address without a name or password in it".to_owned());
    }
    if url.host_str().is_some_and(|host| host.contains('*')) {
        return Err("give one host in full; * stands for nothing here".to_owned());
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err("https is needed unless the address is this machine".to_owned());
    }
    Ok(url)
}

pub(super) fn application_id(text: &str) -> Result<String, String> {
    let fits = (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let fix = "give the application's id: letters, digits and dashes, as the dashboard shows it";
    if fits { Ok(text.to_owned()) } else { Err(fix.to_owned()) }
}

pub(super) fn api(text: &str) -> Result<VerifyApi, String> {
    let api = [VerifyApi::V1, VerifyApi::V2].into_iter().find(|api| api.facts().name == text);
    api.ok_or_else(|| "give v2, or v1 for Verify (Legacy)".to_owned())
}

pub(super) fn brand(text: &str) -> Result<String, String> {
    let signs = ['/', '{', '}', ':', '$'];
    let fits = (1..=16).contains(&text.chars().count());
    if fits && !text.contains(signs) && !text.chars().any(char::is_control) {
        return Ok(text.to_owned());
    }
    Err("give 1 to 16 characters, none of / { } : $".to_owned())
}

pub(super) fn code_length(text: &str) -> Result<u8, String> {
    let length = text.parse().ok().filter(|length| (6..=10).contains(length));
    length.ok_or_else(|| "give a number of digits from 6 to 10".to_owned())
}

pub(super) fn code_lifetime(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| (60..=600).contains(seconds));
    seconds.map(Duration::from_secs).ok_or_else(|| "give a number of seconds from 60 to 600".to_owned())
}

pub(super) fn channels(text: &str) -> Result<Channels, String> {
    Channels::parse(text).ok_or_else(|| format!("give {}", Channels::FORM))
}

pub(super) fn country(text: &str) -> Result<Country, String> {
    Country::parse(text).ok_or_else(|| "give the two-letter code of a country: GB, US, DE …".to_owned())
}

pub(super) fn countries(text: &str) -> Result<BTreeSet<Area>, String> {
    let fix = "give the two-letter code of a country: GB, US, DE …; or, for satellites and their like, +881";
    text.split(',').map(|code| Area::parse(code.trim()).ok_or_else(|| fix.to_owned())).collect()
}

pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("give on or off".to_owned()),
    }
}

pub(super) fn guard_mode(text: &str) -> Result<Mode, String> {
    match text {
        "enforce" => Ok(Mode::Enforce),
        "observe" => Ok(Mode::Observe),
        _ => Err("give enforce or observe".to_owned()),
    }
}

pub(super) fn span(text: &str) -> Result<Duration, String> {
    let span = humantime::parse_duration(text).ok();
    let span = span.filter(|span| (Duration::from_mins(1)..=Duration::from_hours(30 * 24)).contains(span));
    span.ok_or_else(|| "give a time with its unit, from 1m to 30d: 30m, 12h, 7d".to_owned())
}

pub(super) fn auth_cache(text: &str) -> Result<Duration, String> {
    let span = humantime::parse_duration(text).ok().filter(|span| *span <= Duration::from_mins(1));
    span.ok_or_else(|| "give a time with its unit, from 0s to 1m: 5s".to_owned())
}

pub(super) fn max_connections(text: &str) -> Result<usize, String> {
    let most = text.parse().ok().filter(|most| (16..=1_000_000).contains(most));
    most.ok_or_else(|| "give a number from 16 to 1000000".to_owned())
}

pub(super) fn drain(text: &str) -> Result<Duration, String> {
    let span = humantime::parse_duration(text).ok().filter(|span| *span <= Duration::from_mins(10));
    span.ok_or_else(|| "give a time with its unit, from 0s to 10m: 15s".to_owned())
}

pub(super) fn domain(text: &str) -> Result<String, String> {
    let text = text.trim_start_matches('.');
    let name = match Host::parse(text) {
        Ok(Host::Domain(name)) if name.contains('.') && !name.ends_with('.') && !name.contains('*') => name,
        _ => return Err("give a domain name: example.com".to_owned()),
    };
    // Browsers keep no cookie for such a domain; if one did, every site below it would get our sessions.
    match public_suffix::DEFAULT_PROVIDER.effective_tld_plus_one(&name) {
        Ok(_) => Ok(name),
        Err(_) => Err("anyone can have a site below that domain; give your own: example.com".to_owned()),
    }
}

pub(super) fn folder(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.is_dir() { Ok(path) } else { Err("is not a folder that can be read".to_owned()) }
}

pub(super) fn log_filter(text: &str) -> Result<String, String> {
    // A word that is no level would be taken for a module's name, and all others would fall silent.
    let of_ours = |target: &str| target == "phonegate" || target.starts_with("phonegate::");
    let parts = || text.split(',').map(str::trim);
    let is_level = |part: &str| part.parse::<LevelFilter>().is_ok();
    let sure = parts().all(|part| is_level(part) || part.contains(['=', '[']));
    let heard =
        parts().any(|part| is_level(part) || of_ours(part.split(['=', '[']).next().unwrap_or_default()));
    if sure && heard && tracing_subscriber::EnvFilter::try_new(text).is_ok() {
        return Ok(text.to_owned());
    }
    Err("give error, warn, info, debug or trace, or pairs such as info,phonegate=debug".to_owned())
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("give text or json".to_owned()),
    }
}

/// The variable that sets the same as a flag.
pub(super) fn variable(flag: &str) -> String {
    flag.replace('-', "_").to_ascii_uppercase()
}

/// One line for what clap says in many, with the variable's name in front.
pub(super) fn explain(error: &clap::Error) -> ConfigError {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        _ => String::new(),
    };
    let argument = context(ContextKind::InvalidArg);
    let flag = argument.trim_start_matches('-').split([' ', '=']).next().unwrap_or_default();
    let fix = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    match error.kind() {
        ErrorKind::ValueValidation if variable(flag) == STORE_URL => ConfigError::new(STORE_URL, fix),
        ErrorKind::ValueValidation | ErrorKind::InvalidValue => {
            let value = context(ContextKind::InvalidValue);
            // The flags of a command have no variable.
            let setting = super::flags().iter().any(|(_, known)| known == flag);
            let name = if setting { variable(flag) } else { format!("--{flag}") };
            ConfigError::new(name, format!("{:?} will not do; {fix}", without_password(&value)))
        }
        ErrorKind::UnknownArgument => {
            ConfigError::new("command line", format!("{argument} is unknown; see --help"))
        }
        ErrorKind::MissingRequiredArgument => {
            ConfigError::new("command line", format!("{argument} is missing; see --help"))
        }
        _ => {
            let text = error.render().to_string();
            let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
            ConfigError::new("command line", format!("{first}; see --help"))
        }
    }
}

/// What may be shown of a list of addresses: what stands before an `@` may be a password.
fn without_password(value: &str) -> String {
    match (value.find("//"), value.rfind('@')) {
        (Some(start), Some(end)) if start < end => format!("{}…{}", &value[..start + 2], &value[end..]),
        _ => value.to_owned(),
    }
}
