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
    let url = first_host(text).map_err(|error| format!("cannot be read ({error}); {ENCODE}"))?;
    // What follows the host would begin in the middle of a password.
    let rest = [Some(url.path()), url.query(), url.fragment()];
    if url.fragment().is_some() || rest.iter().flatten().any(|part| part.contains('@')) {
        return Err(format!("a sign in it ends the host too early; {ENCODE}"));
    }
    Ok(secret)
}

fn give() -> String {
    "give sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE, for fail-over with HOST,HOST".to_owned()
}

/// Whether a store's address holds a password.
pub(crate) fn has_password(store_url: &SecretString) -> bool {
    let text = store_url.expose_secret();
    let after_host = |url: &Url| url.path().contains('@') || url.fragment().is_some();
    match first_host(text) {
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
    let Ok(mut url) = first_host(text) else { return "a Postgres".to_owned() };
    // Fails only where there is no host, and then there is no password.
    let _ = url.set_password(None);
    url.set_query(None);
    let [_, all, _] = around_hosts(text);
    let [before, first, after] = around_hosts(url.as_str());
    format!("{before}{}{after}", if all.contains(',') { all } else { first })
}

/// The address as if it named its first host alone: no standard knows several.
pub(super) fn first_host(text: &str) -> Result<Url, url::ParseError> {
    match around_hosts(text) {
        [before, all, after] if all.contains(',') => {
            Url::parse(&format!("{before}{}{after}", all.split(',').next().unwrap_or_default()))
        }
        _ => Url::parse(text),
    }
}

/// Its hosts with their ports, as they are written.
pub(super) fn hosts(text: &str) -> &str {
    around_hosts(text)[1]
}

/// What stands before the hosts, they, and what follows.
fn around_hosts(text: &str) -> [&str; 3] {
    let begin = text.find("://").map_or(0, |at| at + 3);
    let end = text[begin..].find(['/', '?', '#']).map_or(text.len(), |length| begin + length);
    let begin = text[begin..end].rfind('@').map_or(begin, |at| begin + at + 1);
    [&text[..begin], &text[begin..end], &text[end..]]
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
