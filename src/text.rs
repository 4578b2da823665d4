//! Every sentence a visitor reads, by key, in the visitor's language.

use std::borrow::Cow;

/// A language that the catalogue has. The first is the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language(usize);

impl Language {
    pub const DEFAULT: Self = Self(0);

    /// The best of our languages for an `Accept-Language` header; `None` stands for no header.
    pub fn accepted(header: Option<&str>) -> Self {
        let _ = header;
        Self::DEFAULT
    }

    /// The tag for `<html lang>` and `Content-Language`.
    pub fn tag(self) -> &'static str {
        "en"
    }
}

/// An argument of a sentence.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    Number(i64),
    Text(Cow<'static, str>),
}

/// A sentence for the visitor: a key of the catalogue and its arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentence {
    pub key: &'static str,
    pub arguments: Vec<(&'static str, Argument)>,
}

impl Sentence {
    pub const fn new(key: &'static str) -> Self {
        Self { key, arguments: Vec::new() }
    }

    pub fn number(mut self, name: &'static str, value: i64) -> Self {
        self.arguments.push((name, Argument::Number(value)));
        self
    }

    pub fn text(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.arguments.push((name, Argument::Text(value.into())));
        self
    }
}
