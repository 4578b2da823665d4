//! Why a store cannot be opened, in words that name the part of its address that is wrong. No password is ever shown.

use std::{io, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use sqlx::{Error, error::DatabaseError, migrate::MigrateError};
use tokio::time::timeout;
use url::Url;

use super::{
    StoreError,
    address::{self, ENCODE, sqlite_path},
    migrations::NEWER,
};

/// How long a server may take to let us in: a host that drops what it is sent never says no.
const PATIENCE: Duration = Duration::from_secs(5);

/// Opens, but not for ever.
pub(super) async fn in_time<T>(
    url: &SecretString,
    opening: impl Future<Output = Result<T, Error>>,
) -> Result<T, StoreError> {
    match timeout(PATIENCE, opening).await {
        Ok(opened) => opened.map_err(|error| failure(url, error)),
        Err(_) => Err(StoreError::Away(format!("no answer from {} in {PATIENCE:?}", Place::of(url).server))),
    }
}

/// What a failure to open means.
pub(super) fn failure(url: &SecretString, error: Error) -> StoreError {
    let Place { server, host, user, database } = Place::of(url);
    match error {
        Error::Io(error) => match error.kind() {
            io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => StoreError::Away(format!(
                "nothing listens at {server}: {error}; is it running, and are host and port right?"
            )),
            _ if error.to_string().contains("lookup address") => StoreError::Away(format!(
                "the host {host} is not found: {error}; if that is no host, {ENCODE}"
            )),
            _ => StoreError::Away(format!("the connection to {server} failed: {error}")),
        },
        Error::Tls(error) => StoreError::Address(format!("no TLS with {server}: {error}; see sslmode")),
        Error::Configuration(error) => StoreError::Address(format!("cannot be used: {error}")),
        Error::Database(error) => refusal(url, &*error, &server, &user, &database),
        error => error.into(),
    }
}

/// What the database says, by its code.
fn refusal(
    url: &SecretString,
    error: &dyn DatabaseError,
    server: &str,
    user: &str,
    database: &str,
) -> StoreError {
    let message = error.message();
    if let Some(path) = sqlite_path(url) {
        return match error.code().as_deref() {
            Some("26") => StoreError::Address(format!("{path} is no SQLite database")),
            Some("5" | "6") => StoreError::Away(format!("{path} is locked by another program")),
            _ => StoreError::Address(format!("{path} cannot be used: {message}")),
        };
    }
    match error.code().as_deref().unwrap_or_default() {
        "28P01" => StoreError::Address(format!(
            "wrong password for {user} at {server}; if it is the right one, {ENCODE}"
        )),
        "28000" => StoreError::Address(format!("{server} does not let {user} in: {message}")),
        "3D000" => {
            StoreError::Address(format!("there is no database {database} at {server}; create it first"))
        }
        "42501" | "25006" => StoreError::Address(format!("{user} may not write in {database}: {message}")),
        // Starting or stopping, or out of connections, memory or disk.
        code if ["57", "53", "08"].iter().any(|class| code.starts_with(class)) => {
            StoreError::Away(format!("{server} takes nobody in now: {message}"))
        }
        _ => StoreError::Address(format!("{server} refused: {message}")),
    }
}

/// What a failure to bring the tables up to date means.
pub(super) fn migration(url: &SecretString, error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => StoreError::Version(NEWER),
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => failure(url, error),
        error => error.into(),
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
        let Ok(url) = Url::parse(store_url.expose_secret()) else {
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
        let server = if host.starts_with('/') { host.clone() } else { format!("{host}:{port}") };
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
