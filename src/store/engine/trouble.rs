//! What goes wrong with a database, in words that are of use to whoever mends it. Values of rows are never in them: what a
//! server tells beside its message can hold some.

use std::{io, time::Duration};

/// Why a database did not do as asked.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{text}")]
pub struct Trouble {
    kind: Kind,
    text: String,
}

/// What can be done about it differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::store) enum Kind {
    /// A condition of the tables: a counter is full.
    Check,
    /// It can be tried again as it is: others were in the way.
    Again,
    /// It answers, and takes no writes.
    ReadOnly,
    /// No room is left.
    Full,
    /// Somebody else holds a lock.
    Locked,
    /// No answer in time.
    Late,
    /// Nothing that can be used answers.
    Away,
    /// No such host, no such user, wrong password: waiting does not help.
    Refused(Refusal),
    /// The file was deleted or replaced.
    Gone,
    /// The store was closed.
    Closed,
    Other,
}

/// Who or what is turned down before anything is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::store) enum Refusal {
    Host,
    Connection,
    Tls,
    Password,
    User,
    Database,
    Rights,
    Busy,
    Settings,
    NoDatabase,
    Other,
}

impl Trouble {
    pub(in crate::store) fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }

    pub(in crate::store) fn kind(&self) -> Kind {
        self.kind
    }

    pub(super) fn column(name: &str) -> Self {
        Self::new(Kind::Other, format!("the store's tables are not as they should be: column {name}"))
    }

    pub(super) fn late(patience: Duration) -> Self {
        Self::new(Kind::Late, format!("the store did not answer within {patience:?}"))
    }

    pub(super) fn closed() -> Self {
        Self::new(Kind::Closed, "the store is closed")
    }
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{ErrorCode, ffi};
        let rusqlite::Error::SqliteFailure(failure, message) = &error else {
            return Self::new(Kind::Other, format!("SQLite: {error}"));
        };
        let message = message.clone().unwrap_or_else(|| failure.to_string());
        let (kind, text) = match (failure.code, failure.extended_code) {
            (_, ffi::SQLITE_CONSTRAINT_CHECK) => (Kind::Check, "a limit of the store is reached".to_owned()),
            (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => {
                (Kind::Locked, "another program has locked the store's file".to_owned())
            }
            (ErrorCode::DiskFull, _) => {
                (Kind::Full, "the disk of the store is full; make room on it".to_owned())
            }
            (ErrorCode::ReadOnly, _) => (
                Kind::ReadOnly,
                format!(
                    "the store's file cannot be written to ({message}); see the rights of file and folder"
                ),
            ),
            (ErrorCode::NotADatabase, _) => (Kind::Refused(Refusal::NoDatabase), message),
            (ErrorCode::CannotOpen, _) => (Kind::Refused(Refusal::Other), message),
            _ => (Kind::Other, format!("SQLite: {message}")),
        };
        Self { kind, text }
    }
}

impl From<tokio_postgres::Error> for Trouble {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(error) = error.as_db_error() {
            return from_server(error);
        }
        let words = error.to_string();
        let cause = error.into_source();
        let text = cause.as_ref().map_or(words.clone(), |cause| crate::causes::chain(&**cause));
        if words == "error performing TLS handshake" {
            return Self::new(Kind::Refused(Refusal::Tls), text);
        }
        if words.starts_with("invalid") || words.starts_with("authentication") {
            return Self::new(Kind::Refused(Refusal::Settings), text);
        }
        let kind = match cause.as_ref().and_then(|cause| cause.downcast_ref::<io::Error>()) {
            Some(error)
                if matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound) =>
            {
                Kind::Refused(Refusal::Connection)
            }
            Some(_) if text.contains("lookup address") => Kind::Refused(Refusal::Host),
            Some(error) if error.kind() == io::ErrorKind::TimedOut => Kind::Late,
            _ if words.starts_with("error connecting") || words.starts_with("error communicating") => {
                Kind::Away
            }
            _ if words == "connection closed" || words.starts_with("timeout") => Kind::Away,
            _ => Kind::Other,
        };
        let text =
            if kind == Kind::Away { format!("the connection to the store broke: {text}") } else { text };
        Self::new(kind, text)
    }
}

/// What the server says, by its code. Not its detail, which can quote a row.
fn from_server(error: &tokio_postgres::error::DbError) -> Trouble {
    let (code, message) = (error.code().code(), error.message());
    let plain = || message.to_owned();
    let (kind, text) = match code {
        "23514" => (Kind::Check, "a limit of the store is reached".to_owned()),
        "40001" | "40P01" => (Kind::Again, format!("others changed the same rows: {message}")),
        "25006" => (Kind::ReadOnly, format!("the server takes no writes: {message}")),
        "53100" => (Kind::Full, format!("the disk of the server is full: {message}")),
        "55P03" => (Kind::Locked, format!("somebody holds a lock: {message}")),
        "28P01" => (Kind::Refused(Refusal::Password), plain()),
        "28000" => (Kind::Refused(Refusal::User), plain()),
        "3D000" => (Kind::Refused(Refusal::Database), plain()),
        "42501" => (Kind::Refused(Refusal::Rights), plain()),
        // Starting or stopping, or out of connections or memory.
        code if ["57", "53", "08"].iter().any(|class| code.starts_with(class)) => {
            (Kind::Refused(Refusal::Busy), plain())
        }
        _ => (Kind::Refused(Refusal::Other), format!("{message} ({code})")),
    };
    Trouble { kind, text }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    #[test]
    fn what_sqlite_says_is_told_with_what_to_do() {
        for (code, kind, says) in [
            (ffi::SQLITE_FULL, Kind::Full, "the disk of the store is full; make room"),
            (ffi::SQLITE_READONLY, Kind::ReadOnly, "see the rights of file and folder"),
            (ffi::SQLITE_BUSY, Kind::Locked, "another program has locked the store's file"),
            (ffi::SQLITE_NOTADB, Kind::Refused(Refusal::NoDatabase), ""),
            (ffi::SQLITE_CONSTRAINT_CHECK, Kind::Check, "a limit"),
            (ffi::SQLITE_IOERR, Kind::Other, "SQLite: "),
        ] {
            let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            let trouble = Trouble::from(error);
            assert_eq!(trouble.kind(), kind);
            assert!(trouble.to_string().contains(says), "{trouble}");
        }
    }
}
