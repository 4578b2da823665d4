//! What settings must be together: nothing here looks at one value alone.

use std::{ffi::OsString, net::IpAddr};

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{
    ALLOWED_NUMBERS, Config, ConfigError, Environment, Provider, STORE_URL, Secrets, Settings, Warning,
    credentials, files::Kept, names, parse,
};
use crate::{
    guard::allowed::AllowedNumbers,
    hosts,
    phone::{Fiction, PhoneNumber},
    store::address,
};

/// Checks the app's settings against each other. `as_it_was` is the environment with what flags took the place of.
pub(super) fn check(
    settings: Settings,
    secrets: Secrets,
    simulator: bool,
    environment: &Environment,
    as_it_was: &Environment,
) -> Result<Config, ConfigError> {
    let public_url = public_url(&settings)?;
    let provider = provider(&settings, &secrets, simulator, &public_url, as_it_was)?;
    let facts = settings.verify_api.facts();
    if !facts.code_lengths.contains(&settings.code_length) {
        let (digits, api) = (settings.code_length, facts.name);
        let problem = format!("{digits} digits are not to be had with VERIFY_API={api}; give 6");
        return Err(ConfigError::new("CODE_LENGTH", problem));
    }
    if settings.session_idle > settings.session_max {
        let time = |span| humantime::format_duration(span).to_string().replace(' ', "");
        let (idle, max) = (time(settings.session_idle), time(settings.session_max));
        let problem = format!("{idle} is longer than SESSION_MAX, {max}; give a shorter time");
        return Err(ConfigError::new("SESSION_IDLE", problem));
    }
    if let Some(domain) = &settings.cookie_domain {
        cookie_domain(domain, &public_url)?;
    }
    metrics_apart(&settings)?;
    server_key(&secrets)?;
    let kept = Kept::new(&settings, &secrets, &environment.files);
    kept.apart_from_folders(&settings)?;
    let mut warnings = environment.warnings.clone();
    warnings.extend(kept.open_to_all());
    warnings.extend(not_reached(&settings, &public_url));
    let config =
        Config { settings, secrets, public_url, provider, allowed: AllowedNumbers::default(), warnings };
    Ok(Config { allowed: allowed_numbers(&config)?, ..config })
}

/// For commands that only touch the store.
pub(super) fn store_only(
    settings: Settings,
    secrets: Secrets,
    environment: &Environment,
) -> Result<Config, ConfigError> {
    server_key(&secrets)?;
    let public_url = public_url(&settings)?;
    let provider = Provider::Simulator { forced: false };
    let warnings = environment.warnings.clone();
    Ok(Config { settings, secrets, public_url, provider, allowed: AllowedNumbers::default(), warnings })
}

/// The number that a command is about.
pub(super) fn number(phone: &str, settings: &Settings) -> Result<PhoneNumber, ConfigError> {
    PhoneNumber::parse(phone, settings.default_country, Fiction::Allowed).map_err(|_| {
        ConfigError::new("--phone", "not a phone number; give it in international form: +12025550150")
    })
}

/// Whoever comes from another machine comes by a name that is not ours.
fn not_reached(settings: &Settings, public_url: &Url) -> Option<Warning> {
    let unreached = !settings.host.is_loopback() && hosts::is_loopback(public_url);
    unreached.then(|| {
        Warning::new(format!(
            "HOST lets other machines in, but PUBLIC_URL is {public_url}: links and cookies are for this machine only; \
             set PUBLIC_URL to what visitors type"
        ))
    })
}

impl Config {
    /// Whether messages leave this machine: there are credentials, and the provider is not on it.
    pub(crate) fn sends_for_real(&self) -> bool {
        let here = self.settings.verify_base_url.as_ref().is_some_and(hosts::is_loopback);
        matches!(self.provider, Provider::Vonage { .. }) && !here
    }

    /// Whether a stranger may have real messages sent to any country.
    pub(crate) fn sends_everywhere(&self) -> bool {
        self.sends_for_real() && self.settings.countries.is_none()
    }

    /// Numbers of films and examples are for simulators.
    pub(crate) fn fiction(&self) -> Fiction {
        if self.sends_for_real() { Fiction::Refused } else { Fiction::Allowed }
    }
}

fn allowed_numbers(config: &Config) -> Result<AllowedNumbers, ConfigError> {
    let Some(path) = &config.settings.allowed_numbers else { return Ok(AllowedNumbers::default()) };
    let list = AllowedNumbers::open(path, config.settings.default_country, config.fiction());
    list.map_err(|error| ConfigError::new(ALLOWED_NUMBERS, error))
}

fn public_url(settings: &Settings) -> Result<Url, ConfigError> {
    match &settings.public_url {
        Some(url) => Ok(url.clone()),
        None => Url::parse(&format!("http://localhost:{}", settings.port))
            .map_err(|error| ConfigError::new("PUBLIC_URL", error.to_string())),
    }
}

/// Credentials mean the real provider. Without any, the simulator starts, but only where nobody else can reach it:
/// a forgotten secret must not open a door to which the keys lie in public.
fn provider(
    settings: &Settings,
    secrets: &Secrets,
    forced: bool,
    public_url: &Url,
    environment: &Environment,
) -> Result<Provider, ConfigError> {
    if let Some(credentials) = credentials::read(settings, secrets)? {
        if forced {
            let problem = "goes against VONAGE_API_KEY and VONAGE_APPLICATION_ID; leave one of the two out";
            return Err(ConfigError::new("--simulator", problem));
        }
        return Ok(Provider::Vonage(credentials));
    }
    no_base_url(settings)?;
    match reachable_because(settings, public_url, environment) {
        Some((variable, why)) if !forced => {
            let fix = "set VONAGE_API_KEY and VONAGE_API_SECRET, or give --simulator if its codes may be read by anyone";
            Err(ConfigError::new(variable, format!("{why}, and there are no credentials; {fix}")))
        }
        _ => Ok(Provider::Simulator { forced }),
    }
}

fn no_base_url(settings: &Settings) -> Result<(), ConfigError> {
    if settings.verify_base_url.is_none() {
        return Ok(());
    }
    let fix = "needs VONAGE_API_KEY and VONAGE_API_SECRET; a simulator at that address takes the pair it was started with";
    Err(ConfigError::new("VERIFY_BASE_URL", fix))
}

/// The setting that says others may reach this app, and how.
fn reachable_because(
    settings: &Settings,
    public_url: &Url,
    environment: &Environment,
) -> Option<(String, &'static str)> {
    if let Some(name) = environment.any_with_prefix(&names::PREFIXES) {
        return Some((name.to_owned(), "means real messages"));
    }
    if !settings.host.is_loopback() {
        return Some(("HOST".to_owned(), "lets other machines in"));
    }
    if !hosts::is_loopback(public_url) {
        return Some(("PUBLIC_URL".to_owned(), "is not this machine"));
    }
    if settings.trusted_proxies.is_some() {
        return Some(("TRUSTED_PROXIES".to_owned(), "means that others come through a proxy"));
    }
    settings.cookie_domain.as_ref().map(|_| ("COOKIE_DOMAIN".to_owned(), "names a public site"))
}

fn cookie_domain(domain: &str, public_url: &Url) -> Result<(), ConfigError> {
    let host = public_url.host_str().unwrap_or_default();
    let covers = host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    if covers && public_url.scheme() == "https" {
        return Ok(());
    }
    let problem = format!("{domain:?} will not do; PUBLIC_URL must be https, at that domain or below it");
    Err(ConfigError::new("COOKIE_DOMAIN", problem))
}

/// On the app's own port the metrics would be anybody's.
fn metrics_apart(settings: &Settings) -> Result<(), ConfigError> {
    let Some(listen) = settings.metrics_listen else { return Ok(()) };
    let same_host =
        listen.ip() == settings.host || [listen.ip(), settings.host].iter().any(IpAddr::is_unspecified);
    if same_host && listen.port() == settings.port && settings.port != 0 {
        let problem = format!("{listen} is where HOST and PORT serve visitors; give another port");
        return Err(ConfigError::new("METRICS_LISTEN", problem));
    }
    Ok(())
}

fn server_key(secrets: &Secrets) -> Result<(), ConfigError> {
    match &secrets.server_key {
        Some(key) if key.expose_secret().len() < 32 => Err(ConfigError::new(
            "SERVER_KEY",
            "is too short; give at least 32 characters: openssl rand -hex 32",
        )),
        _ => Ok(()),
    }
}

/// A command line can be read by every user of the machine.
pub(super) fn no_password_in_flags(arguments: &[OsString]) -> Result<(), ConfigError> {
    let texts: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
    let is_url = |text: &str| text.strip_prefix("--").is_some_and(|flag| parse::variable(flag) == STORE_URL);
    let inline = texts.iter().filter_map(|text| text.split_once('=')).filter(|(flag, _)| is_url(flag));
    let inline = inline.map(|(_, url)| url);
    let next = texts.windows(2).filter(|pair| is_url(&pair[0])).map(|pair| pair[1].as_ref());
    if inline.chain(next).any(|url| address::has_password(&SecretString::from(url))) {
        let fix =
            "a password must not be on the command line; set STORE_URL or STORE_URL_FILE in the environment";
        return Err(ConfigError::new("--store-url", fix));
    }
    Ok(())
}
