//! Reads a Postgres' address: a configuration for each host.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::config::{Config, Host, SslMode};

use super::{
    super::{
        Trouble,
        trouble::{Kind, Refusal},
    },
    tls::Roots,
};

/// A connection that answers nothing is noticed after this, and a few tries.
const KEEPALIVE: Duration = Duration::from_secs(15);

pub(super) struct Address {
    pub(super) config: Config,
    pub(super) tls: Option<Roots>,
}

/// What an address says of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Verified, unless the host is this machine.
    Default,
    Verified,
    Off,
}

pub(super) fn read(url: &SecretString) -> Result<Vec<Address>, Trouble> {
    let (text, mode, roots) = take_tls(url.expose_secret())?;
    let all: Config = text.parse().map_err(|error: tokio_postgres::Error| {
        let why = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
        cannot(&why)
    })?;
    let hosts = all.get_hosts();
    if hosts.is_empty() && all.get_hostaddrs().is_empty() {
        return Err(cannot("it names no host"));
    }
    let number = hosts.len().max(all.get_hostaddrs().len());
    Ok((0..number).map(|place| one(&all, place, mode, &roots)).collect())
}

fn cannot(why: &str) -> Trouble {
    Trouble::new(Kind::Refused(Refusal::Settings), why)
}

/// The driver knows another set of words than libpq, and none for certificates.
fn take_tls(text: &str) -> Result<(String, Mode, Roots), Trouble> {
    let (before, parameters) = text.split_once('?').unwrap_or((text, ""));
    let (mut mode, mut roots, mut others) = (Mode::Default, Roots::Platform, Vec::new());
    for parameter in parameters.split('&').filter(|it| !it.is_empty()) {
        match parameter.split_once('=') {
            Some(("sslmode", "require" | "verify-ca" | "verify-full")) => mode = Mode::Verified,
            Some(("sslmode", "disable")) => mode = Mode::Off,
            Some(("sslmode", other)) => {
                return Err(cannot(&format!("sslmode={other}: give verify-full, or disable")));
            }
            Some(("sslrootcert", path)) => {
                let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned();
                roots = Roots::File(PathBuf::from(path));
            }
            _ => others.push(parameter),
        }
    }
    let text = if others.is_empty() { before.to_owned() } else { format!("{before}?{}", others.join("&")) };
    Ok((text, mode, roots))
}

fn one(all: &Config, place: usize, mode: Mode, roots: &Roots) -> Address {
    let mut config = Config::new();
    let mut here = false;
    if let Some(host) = all.get_hosts().get(place) {
        match host {
            Host::Tcp(name) => {
                here |= name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
                config.host(name);
            }
            #[cfg(unix)]
            Host::Unix(folder) => {
                here = true;
                config.host_path(folder);
            }
        }
    }
    if let Some(address) = all.get_hostaddrs().get(place) {
        here |= address.is_loopback();
        config.hostaddr(*address);
    }
    let ports = all.get_ports();
    if let Some(port) = ports.get(place).or_else(|| ports.first()) {
        config.port(*port);
    }
    if let Some(user) = all.get_user() {
        config.user(user);
    }
    if let Some(password) = all.get_password() {
        config.password(password);
    }
    if let Some(name) = all.get_dbname() {
        config.dbname(name);
    }
    if let Some(options) = all.get_options() {
        config.options(options);
    }
    config.application_name(all.get_application_name().unwrap_or("phonegate"));
    config.channel_binding(all.get_channel_binding());
    config.keepalives_idle(KEEPALIVE);
    let tls = match mode {
        Mode::Verified => true,
        Mode::Off => false,
        Mode::Default => !here,
    };
    config.ssl_mode(if tls { SslMode::Require } else { SslMode::Disable });
    Address { config, tls: tls.then(|| roots.clone()) }
}
