//! A connection to the file: how it is set up, and how a statement is run on it.

use std::{collections::HashMap, fmt, sync::Arc, time::Duration};

use rusqlite::{OpenFlags, Statement, config::DbConfig, types::ValueRef};

use super::{
    super::{
        Done, Open, PATIENCE, Query, Row, Trouble,
        query::{Sql, Value},
        trouble::Kind,
    },
    file::{File, Identity},
};

/// A commit is on disk: it outlives a power cut. Pages are carried over to the file in larger lots than by default: many
/// are written again and again, at the price of a log of some 16 MB. What is deleted is overwritten.
const SET_UP: &str = "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = MEMORY; \
                      PRAGMA secure_delete = ON";
/// Of statements, there are some ninety.
const PREPARED: usize = 128;

pub(super) struct Connection {
    sqlite: rusqlite::Connection,
    /// By the place of their text in memory, which it keeps as long as it is here.
    known: HashMap<usize, Known>,
    file: Option<Identity>,
}

/// What is the same each time that a statement is run.
struct Known {
    _text: Sql,
    /// Which value each of its parameters gets.
    values: Vec<usize>,
    columns: Arc<[Box<str>]>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("file", &self.file).finish_non_exhaustive()
    }
}

impl Connection {
    /// The one that writes; others may hold the lock for a moment.
    pub(super) fn writer(file: Option<&File>, how: Open) -> Result<Self, Trouble> {
        let Some(file) = file else {
            return Self::new(rusqlite::Connection::open_in_memory()?, None);
        };
        let make = if how == Open::Make { OpenFlags::SQLITE_OPEN_CREATE } else { OpenFlags::empty() };
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | make;
        let sqlite = rusqlite::Connection::open_with_flags(file.path(), flags)?;
        sqlite.busy_timeout(PATIENCE.saturating_sub(Duration::from_millis(500)))?;
        // What is only looked at stays as it is.
        if how == Open::Make {
            sqlite.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        }
        Self::new(sqlite, Some(file))
    }

    /// One that reads, and never waits.
    pub(super) fn reader(file: &File) -> Result<Self, Trouble> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let sqlite = rusqlite::Connection::open_with_flags(file.path(), flags)?;
        sqlite.busy_timeout(Duration::ZERO)?;
        // Each commit of the writer makes what was kept in memory worthless.
        sqlite.execute_batch("PRAGMA cache_size = -256")?;
        Self::new(sqlite, Some(file))
    }

    fn new(sqlite: rusqlite::Connection, file: Option<&File>) -> Result<Self, Trouble> {
        sqlite.execute_batch(SET_UP)?;
        // Else statements whose values might have led to another plan are planned anew each time.
        sqlite.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        sqlite.set_prepared_statement_cache_capacity(PREPARED);
        Ok(Self { sqlite, known: HashMap::new(), file: file.and_then(File::identity) })
    }

    /// Which file it has open.
    pub(super) fn file(&self) -> Option<Identity> {
        self.file
    }

    /// Whether no transaction is open: SQLite ends one by itself where it cannot go on.
    pub(super) fn is_idle(&self) -> bool {
        self.sqlite.is_autocommit()
    }

    /// Runs a statement that has no values.
    pub(super) fn command(&self, sql: &str) -> Result<(), Trouble> {
        self.sqlite.prepare_cached(sql)?.raw_execute()?;
        Ok(())
    }

    pub(super) fn script(&self, sql: &str) -> Result<(), Trouble> {
        Ok(self.sqlite.execute_batch(sql)?)
    }

    pub(super) fn run(&mut self, query: &Query) -> Result<Done, Trouble> {
        let text = query.sql.text();
        let mut statement = self.sqlite.prepare_cached(text)?;
        let known =
            self.known.entry(text.as_ptr().addr()).or_insert_with(|| Known::of(&query.sql, &statement));
        for (place, value) in known.values.iter().enumerate() {
            let value = query.values.get(*value).ok_or_else(|| missing(text))?;
            bind(&mut statement, place + 1, value)?;
        }
        let mut done = Done::default();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            let values = (0..known.columns.len()).map(|place| Ok(value(row.get_ref(place)?)));
            done.rows.push(Row::new(Arc::clone(&known.columns), values.collect::<Result<_, Trouble>>()?));
        }
        drop(rows);
        if !statement.readonly() {
            done.changed = self.sqlite.changes();
        }
        Ok(done)
    }

    /// In order, so that what was written is in the file and its logs are gone.
    pub(super) fn close(self) -> Result<(), Trouble> {
        let Self { sqlite, known, .. } = self;
        drop(known);
        sqlite.close().map_err(|(_, error)| error.into())
    }
}

impl Known {
    fn of(sql: &Sql, statement: &Statement<'_>) -> Self {
        // SQLite numbers parameters by where they first stand, not by what they are called.
        let number = |place| {
            statement.parameter_name(place).and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok())
        };
        let values = (1..=statement.parameter_count()).map(|place| number(place).unwrap_or(place) - 1);
        let columns = statement.column_names().map(Box::from);
        Self { values: values.collect(), columns: columns.collect(), _text: sql.clone() }
    }
}

fn missing(text: &str) -> Trouble {
    Trouble::new(Kind::Other, format!("a statement lacks a value: {text}"))
}

fn bind(statement: &mut Statement<'_>, place: usize, value: &Value) -> Result<(), Trouble> {
    match value {
        Value::Text(text) => statement.raw_bind_parameter(place, text.as_str())?,
        Value::Int(number) => statement.raw_bind_parameter(place, number)?,
        Value::NoText | Value::NoInt => statement.raw_bind_parameter(place, rusqlite::types::Null)?,
    }
    Ok(())
}

fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        // No column of ours holds anything else.
        ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => Value::NoText,
    }
}
