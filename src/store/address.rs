//! The address of a store: what it may look like, and what may be shown of it.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// How a password is written in an address.
pub(crate) const ENCODE: &str =
    "in its user name or password write @ as %40, : as %3A, / as %2F, ? as %3F, # as %23, % as %25";

/// Reads it. An error says what is wrong without showing any of it.
pub(crate) fn parse(text: &str) -> Result<SecretString, String> {
    let secret = SecretString::from(text);
    if let Some(path) = text.strip_prefix("sqlite:") {
        return if path.is_empty() { Err(give()) } else { Ok(secret) };
    }
    if !["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
        return Err(give());
    }
    let url = Url::parse(text).map_err(|error| format!("cannot be read ({error}); {ENCODE}"))?;
    // What follows the host would begin in the middle of a password.
    let rest = [Some(url.path()), url.query(), url.fragment()];
    if url.fragment().is_some() || rest.iter().flatten().any(|part| part.contains('@')) {
        return Err(format!("a sign in it ends the host too early; {ENCODE}"));
    }
    Ok(secret)
}

fn give() -> String {
    "give sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE".to_owned()
}

/// Whether a store's address holds a password.
pub(crate) fn has_password(store_url: &SecretString) -> bool {
    let text = store_url.expose_secret();
    let after_host = |url: &Url| url.path().contains('@') || url.fragment().is_some();
    match Url::parse(text) {
        Ok(url) => {
            url.password().is_some()
                || after_host(&url)
                || url.query_pairs().any(|(name, _)| name == "password")
        }
        // One that cannot be read may hold anything.
        Err(_) => text.starts_with("postgres"),
    }
}

/// The address without a password and without what follows a `?`.
pub(crate) fn shown(store_url: &SecretString) -> String {
    let text = store_url.expose_secret();
    if text.starts_with("sqlite:") {
        return text.split('?').next().unwrap_or_default().to_owned();
    }
    let Ok(mut url) = Url::parse(text) else { return "a Postgres".to_owned() };
    // Fails only where there is no host, and then there is no password.
    let _ = url.set_password(None);
    url.set_query(None);
    url.to_string()
}

/// Whether it is that of a SQLite store.
pub(super) fn is_sqlite(store_url: &SecretString) -> bool {
    store_url.expose_secret().starts_with("sqlite:")
}

/// The file of a SQLite store that has one.
pub(crate) fn sqlite_path(store_url: &SecretString) -> Option<&str> {
    let path = store_url.expose_secret().strip_prefix("sqlite:")?.trim_start_matches("//");
    path.split('?').next().filter(|path| *path != ":memory:")
}
