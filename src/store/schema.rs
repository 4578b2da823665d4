//! The tables, compiled in, and which version of them a store has.
//!
//! What this module promises:
//! * A version that has been released is never edited: a change is a new one, and only adds.
//! * Of many instances that start at once, one brings the tables up to date and the others find them so.

use super::{
    StoreError,
    engine::{Engine, query},
};

/// What leads from each version to the next, from no tables at all.
const VERSIONS: [&str; 1] = [include_str!("schema.sql")];

/// What follows this in a line is for that engine alone.
const ON_SQLITE: &str = "-- on SQLite: ";
const ON_POSTGRES: &str = "-- on Postgres: ";

/// Tries of one that finds others at the same work.
const TRIES: u32 = 5;

const NEWER: &str = "a newer version of phonegate has been here; use that one";
const OLDER: &str =
    "the store is of an earlier version; phonegate itself brings it up to date when it starts";
const UNRELEASED: &str =
    "the store was made before the first release, whose tables are others; move it away and start anew";

/// What a database holds of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    Unreleased,
    Version(usize),
}

/// Brings the tables up to date.
pub(super) async fn bring_up_to_date(engine: &Engine) -> Result<(), StoreError> {
    let mut tries = 0;
    loop {
        let version = match found(engine).await? {
            Found::Nothing => 0,
            Found::Version(version) if version > VERSIONS.len() => return Err(StoreError::Version(NEWER)),
            Found::Version(version) => version,
            Found::Unreleased => return Err(StoreError::Version(UNRELEASED)),
        };
        let Some(statements) = VERSIONS.get(version) else { return Ok(()) };
        tries += 1;
        match engine.script(script(statements, version + 1, engine.is_sqlite())).await {
            // Another instance may have been quicker: then the tables are there.
            Err(_) if tries < TRIES && found(engine).await? != Found::Version(version) => {}
            Err(trouble) if tries == TRIES => return Err(trouble.into()),
            _ => {}
        }
    }
}

fn script(statements: &str, version: usize, sqlite: bool) -> String {
    let statements = statements.replace(if sqlite { ON_SQLITE } else { ON_POSTGRES }, "");
    // A number of ours.
    let set = format!(
        "INSERT INTO meta (name, value) VALUES ('version', '{version}') \
         ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    );
    // Many statements in one text are one transaction to Postgres; to SQLite the writer makes them one.
    format!("{statements}{set};")
}

/// Looks, and changes nothing.
pub(super) async fn found(engine: &Engine) -> Result<Found, StoreError> {
    let tables = if engine.is_sqlite() {
        "SELECT name FROM sqlite_master WHERE name IN ('meta', '_sqlx_migrations')"
    } else {
        "SELECT CAST(table_name AS TEXT) AS name FROM information_schema.tables \
         WHERE table_name IN ('meta', '_sqlx_migrations') AND table_schema = current_schema()"
    };
    let tables = engine.read(query(tables)).await?.into_iter().map(|mut row| row.text("name"));
    let tables = tables.collect::<Result<Vec<_>, _>>()?;
    if tables.iter().any(|name| name == "_sqlx_migrations") {
        return Ok(Found::Unreleased);
    }
    if tables.is_empty() {
        return Ok(Found::Nothing);
    }
    let version = engine.read(query("SELECT value FROM meta WHERE name = 'version'")).await?.pop();
    let version = version.map(|mut row| row.text("value")).transpose()?;
    Ok(version.and_then(|text| text.parse().ok()).map_or(Found::Unreleased, Found::Version))
}

/// Whether this version can use the tables as they are.
pub(super) fn is_ours(found: Found) -> Result<(), StoreError> {
    match found {
        Found::Version(version) if version > VERSIONS.len() => Err(StoreError::Version(NEWER)),
        Found::Version(version) if version == VERSIONS.len() => Ok(()),
        Found::Version(_) => Err(StoreError::Version(OLDER)),
        Found::Nothing | Found::Unreleased => Err(StoreError::Version(UNRELEASED)),
    }
}
