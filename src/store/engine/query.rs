//! A statement with its values, and the rows that it gives: the same for both engines.

use std::sync::Arc;

use super::Trouble;
use crate::clock::Timestamp;

/// The text of a statement. Its parameters are numbered: `$1`.
#[derive(Debug, Clone)]
pub(in crate::store) enum Sql {
    Fixed(&'static str),
    Made(Arc<str>),
}

impl Sql {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Fixed(text) => text,
            Self::Made(text) => text,
        }
    }
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self::Fixed(text)
    }
}

impl From<&Arc<str>> for Sql {
    fn from(text: &Arc<str>) -> Self {
        Self::Made(Arc::clone(text))
    }
}

/// What a parameter or a column holds. Nothing has a type too: Postgres wants to know.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::store) enum Value {
    Text(String),
    Int(i64),
    NoText,
    NoInt,
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

/// A flag is 0 or 1.
impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Int(i64::from(flag))
    }
}

impl From<Timestamp> for Value {
    fn from(time: Timestamp) -> Self {
        Self::Int(time.as_millis())
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::NoText, Self::from)
    }
}

impl From<Option<Timestamp>> for Value {
    fn from(time: Option<Timestamp>) -> Self {
        time.map_or(Self::NoInt, Self::from)
    }
}

/// A statement that can be run, again too.
#[derive(Clone)]
pub(in crate::store) struct Query {
    pub(super) sql: Sql,
    pub(super) values: Vec<Value>,
}

pub(in crate::store) fn query(sql: impl Into<Sql>) -> Query {
    Query { sql: sql.into(), values: Vec::new() }
}

impl Query {
    /// The value of the next parameter.
    pub(in crate::store) fn bind(mut self, value: impl Into<Value>) -> Self {
        if self.values.capacity() == 0 {
            self.values.reserve(8);
        }
        self.values.push(value.into());
        self
    }
}

/// A row of an answer. Each column can be taken once; that is cheapest in the order in which they were asked for.
#[derive(Clone)]
pub(in crate::store) struct Row {
    names: Arc<[Box<str>]>,
    values: Vec<Value>,
    next: usize,
}

impl Row {
    pub(super) fn new(names: Arc<[Box<str>]>, values: Vec<Value>) -> Self {
        Self { names, values, next: 0 }
    }

    fn take(&mut self, name: &'static str) -> Result<Value, Trouble> {
        let is_it = |place: usize| self.names.get(place).is_some_and(|it| **it == *name);
        let place = if is_it(self.next) {
            Some(self.next)
        } else {
            (0..self.names.len()).find(|place| is_it(*place))
        };
        let place = place.ok_or_else(|| Trouble::column(name))?;
        self.next = place + 1;
        self.values
            .get_mut(place)
            .map(|it| std::mem::replace(it, Value::NoInt))
            .ok_or_else(|| Trouble::column(name))
    }

    pub(in crate::store) fn maybe_text(&mut self, name: &'static str) -> Result<Option<String>, Trouble> {
        match self.take(name)? {
            Value::Text(text) => Ok(Some(text)),
            Value::NoText | Value::NoInt => Ok(None),
            Value::Int(_) => Err(Trouble::column(name)),
        }
    }

    pub(in crate::store) fn maybe_int(&mut self, name: &'static str) -> Result<Option<i64>, Trouble> {
        match self.take(name)? {
            Value::Int(number) => Ok(Some(number)),
            Value::NoText | Value::NoInt => Ok(None),
            Value::Text(_) => Err(Trouble::column(name)),
        }
    }

    pub(in crate::store) fn text(&mut self, name: &'static str) -> Result<String, Trouble> {
        self.maybe_text(name)?.ok_or_else(|| Trouble::column(name))
    }

    pub(in crate::store) fn int(&mut self, name: &'static str) -> Result<i64, Trouble> {
        self.maybe_int(name)?.ok_or_else(|| Trouble::column(name))
    }

    pub(in crate::store) fn flag(&mut self, name: &'static str) -> Result<bool, Trouble> {
        Ok(self.int(name)? != 0)
    }

    pub(in crate::store) fn time(&mut self, name: &'static str) -> Result<Timestamp, Trouble> {
        Ok(Timestamp::from_millis(self.int(name)?))
    }

    pub(in crate::store) fn maybe_time(&mut self, name: &'static str) -> Result<Option<Timestamp>, Trouble> {
        Ok(self.maybe_int(name)?.map(Timestamp::from_millis))
    }
}
