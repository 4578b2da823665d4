//! Why a store cannot be opened, in words that name the part of its address that is wrong. No password is ever shown.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

use super::{
    StoreError,
    address::{self, ENCODE, sqlite_path},
    engine::{Kind, Refusal, Trouble},
};

/// How long a server may take to let us in: a host that drops what it is sent never says no.
const PATIENCE: Duration = Duration::from_secs(5);

/// Opens, but not for ever.
pub(super) async fn in_time<T>(
    url: &SecretString,
    opening: impl Future<Output = Result<T, Trouble>>,
) -> Result<T, StoreError> {
    match timeout(PATIENCE, opening).await {
        Ok(opened) => opened.map_err(|trouble| failure(url, trouble)),
        Err(_) => Err(StoreError::Away(format!("no answer from {} in {PATIENCE:?}", Place::of(url).server))),
    }
}

/// What a failure to read or make the tables means.
pub(super) fn error(url: &SecretString, error: StoreError) -> StoreError {
    match error {
        StoreError::Database(trouble) => failure(url, trouble),
        error => error,
    }
}

/// What a failure to open means.
fn failure(url: &SecretString, trouble: Trouble) -> StoreError {
    if let Some(path) = sqlite_path(url) {
        return match trouble.kind() {
            Kind::Refused(Refusal::NoDatabase) => {
                StoreError::Address(format!("{path} is no SQLite database"))
            }
            Kind::Locked | Kind::Late => StoreError::Away(format!("{path} is locked by another program")),
            _ => StoreError::Address(format!("{path} cannot be used: {trouble}")),
        };
    }
    let Place { server, host, user, database } = Place::of(url);
    match trouble.kind() {
        Kind::Refused(Refusal::Connection) => StoreError::Away(format!(
            "nothing listens at {server}: {trouble}; is it running, and are host and port right?"
        )),
        Kind::Refused(Refusal::Host) => {
            StoreError::Away(format!("the host {host} is not found: {trouble}; if that is no host, {ENCODE}"))
        }
        Kind::Refused(Refusal::Tls) => {
            StoreError::Address(format!("no TLS with {server}: {trouble}; see sslmode and sslrootcert"))
        }
        Kind::Refused(Refusal::Settings) => StoreError::Address(format!("cannot be used: {trouble}")),
        Kind::Refused(Refusal::Password) => StoreError::Address(format!(
            "wrong password for {user} at {server}; if it is the right one, {ENCODE}"
        )),
        Kind::Refused(Refusal::User) => {
            StoreError::Address(format!("{server} does not let {user} in: {trouble}"))
        }
        Kind::Refused(Refusal::Database) => {
            StoreError::Address(format!("there is no database {database} at {server}; create it first"))
        }
        Kind::Refused(Refusal::Rights) | Kind::ReadOnly => {
            StoreError::Address(format!("{user} may not write in {database}: {trouble}"))
        }
        Kind::Refused(Refusal::Busy) | Kind::Full => {
            StoreError::Away(format!("{server} takes nobody in now: {trouble}"))
        }
        Kind::Refused(_) => StoreError::Address(format!("{server} refused: {trouble}")),
        Kind::Away => StoreError::Away(format!("the connection to {server} failed: {trouble}")),
        Kind::Late => StoreError::Away(format!("no answer from {server}")),
        _ => trouble.into(),
    }
}

/// The parts of an address, as an operator calls them.
struct Place {
    server: String,
    host: String,
    user: String,
    database: String,
}

impl Place {
    fn of(store_url: &SecretString) -> Self {
        let shown = address::shown(store_url);
        let Ok(url) = address::first_host(store_url.expose_secret()) else {
            return Self { server: shown.clone(), host: shown.clone(), user: shown.clone(), database: shown };
        };
        let from_query = |wanted: &str| {
            url.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
        };
        let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let host =
            from_query("host").or_else(|| url.host_str().and_then(filled)).unwrap_or("localhost".to_owned());
        let port = from_query("port").unwrap_or_else(|| url.port().unwrap_or(5432).to_string());
        // A path is a socket's folder.
        let host = host.replace("%2F", "/").replace("%2f", "/");
        let several = address::hosts(store_url.expose_secret());
        let server = if several.contains(',') {
            several.to_owned()
        } else if host.starts_with('/') {
            host.clone()
        } else {
            format!("{host}:{port}")
        };
        let user = from_query("user").or_else(|| filled(url.username()));
        let database = from_query("dbname").or_else(|| filled(url.path().trim_start_matches('/')));
        Self {
            server,
            host,
            user: user.map_or("the user".to_owned(), |user| format!("user {user}")),
            database: database.unwrap_or("of that name".to_owned()),
        }
    }
}
