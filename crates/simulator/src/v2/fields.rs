//! Reads the fields of a JSON object and keeps a list of what is wrong with them.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::problem::InvalidParameter;

/// The fields of one object; `place` goes before their names in the list.
pub(super) struct Fields {
    values: Map<String, Value>,
    place: String,
    invalid: Vec<InvalidParameter>,
}

impl Fields {
    /// A body that is no JSON object counts as an empty one, and is named.
    pub(super) fn read(body: &[u8]) -> Self {
        let value = serde_json::from_slice(body).unwrap_or(Value::Null);
        let mut read = Self::of(value, String::new());
        if let Some(invalid) = read.invalid.first_mut() {
            "body".clone_into(&mut invalid.name);
        }
        read
    }

    /// The fields of an item of an array, at `place`.
    pub(super) fn item(value: Value, place: String) -> Self {
        Self::of(value, place)
    }

    fn of(value: Value, place: String) -> Self {
        if let Value::Object(values) = value {
            return Self { values, place, invalid: Vec::new() };
        }
        let invalid = InvalidParameter { name: place.clone(), reason: "must be a JSON object".to_owned() };
        Self { values: Map::new(), place, invalid: vec![invalid] }
    }

    /// `value`, unless anything was wrong.
    pub(super) fn finish<T>(self, value: Option<T>) -> Result<T, Vec<InvalidParameter>> {
        match value {
            Some(value) if self.invalid.is_empty() => Ok(value),
            _ => Err(self.invalid),
        }
    }

    /// Takes over what is wrong with an inner object.
    pub(super) fn adopt<T>(&mut self, inner: Result<T, Vec<InvalidParameter>>) -> Option<T> {
        inner.map_err(|invalid| self.invalid.extend(invalid)).ok()
    }

    pub(super) fn refuse(&mut self, name: &str, reason: &str) {
        let name = if self.place.is_empty() { name.to_owned() } else { format!("{}.{name}", self.place) };
        self.invalid.push(InvalidParameter { name, reason: reason.to_owned() });
    }

    /// Whether the field is there; `null` counts as absent.
    pub(super) fn has(&self, name: &str) -> bool {
        self.values.get(name).is_some_and(|value| !value.is_null())
    }

    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.values.remove(name).filter(|value| !value.is_null())
    }

    /// Text of as many characters as `length` says, each of which `fits`; absent or wrong is `None`.
    pub(super) fn text(
        &mut self,
        name: &str,
        length: RangeInclusive<usize>,
        fits: fn(char) -> bool,
    ) -> Option<String> {
        match self.take(name)? {
            Value::String(text) if length.contains(&text.chars().count()) && text.chars().all(fits) => {
                return Some(text);
            }
            Value::String(text) if length.contains(&text.chars().count()) => {
                self.refuse(name, "has a character that is not allowed");
            }
            Value::String(_) => {
                let (least, most) = length.into_inner();
                self.refuse(name, &format!("must have {least} to {most} characters"));
            }
            _ => self.refuse(name, "must be a string"),
        }
        None
    }

    pub(super) fn required(
        &mut self,
        name: &str,
        length: RangeInclusive<usize>,
        fits: fn(char) -> bool,
    ) -> Option<String> {
        if !self.has(name) {
            self.refuse(name, "is required");
        }
        self.text(name, length, fits)
    }

    /// A whole number in `range`; absent or wrong is `None`.
    pub(super) fn number(&mut self, name: &str, range: RangeInclusive<u64>) -> Option<u64> {
        let number = self.take(name)?.as_u64().filter(|number| range.contains(number));
        if number.is_none() {
            let (least, most) = range.into_inner();
            self.refuse(name, &format!("must be a whole number from {least} to {most}"));
        }
        number
    }

    /// `otherwise` if absent.
    pub(super) fn truth(&mut self, name: &str, otherwise: bool) -> bool {
        match self.take(name) {
            None => otherwise,
            Some(Value::Bool(truth)) => truth,
            Some(_) => {
                self.refuse(name, "must be true or false");
                otherwise
            }
        }
    }

    /// One of `words`; absent or wrong is `None`.
    pub(super) fn word(&mut self, name: &str, words: &[&'static str]) -> Option<&'static str> {
        let value = self.take(name)?;
        let word = value.as_str().and_then(|value| words.iter().find(|word| **word == value)).copied();
        if word.is_none() {
            self.refuse(name, &format!("must be one of {}", words.join(", ")));
        }
        word
    }
}
