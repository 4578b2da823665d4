//! Every sentence a visitor reads, by key, in the visitor's language.
//!
//! What this module promises:
//! * A key that a language lacks is said in English, and one that English lacks in a general sentence: a text
//!   that is missing is logged and never ends a request.
//! * Sentences without arguments are worked out once, at start.
//! * An operator's `locales/en.ftl` replaces single sentences and leaves the others as they are; so does that of each
//!   language.

pub(crate) mod channels;
mod language;

use std::{borrow::Cow, collections::HashMap, io};

use fluent_bundle::{FluentArgs, FluentError, FluentResource, FluentValue, concurrent::FluentBundle};
use minijinja::value::{Object, Value};
use serde::{Serialize, Serializer};

use language::{LOCALES, Locale};
pub(crate) use language::{Language, Languages};

use crate::web::overrides::Overrides;

/// Said where there is nothing better to say.
const LAST_RESORT: &str = "Something went wrong. Please try again.";

/// What the name of a country stands under, before its two letters.
pub(crate) const COUNTRY: &str = "country-";

/// Stands in a sentence where a template puts more than a word, such as a number that is not to be broken: no text has it.
pub(crate) const HOLE: &str = "\u{1fffe}";

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Argument {
    /// Counted in words that fit.
    Number(i64),
    Text(Cow<'static, str>),
}

/// A sentence for the visitor: a key of the catalogue and its arguments.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Sentence {
    pub(crate) key: &'static str,
    arguments: Vec<(&'static str, Argument)>,
}

impl From<&'static str> for Sentence {
    fn from(key: &'static str) -> Self {
        Self::new(key)
    }
}

/// Templates get it as text: see `templates.rs`.
impl Serialize for Sentence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Value::from_object(self.clone()).serialize(serializer)
    }
}

impl Object for Sentence {}

impl Sentence {
    /// A sentence that needs no argument, or is given some by what follows.
    pub(crate) const fn new(key: &'static str) -> Self {
        Self { key, arguments: Vec::new() }
    }

    pub(crate) fn number(mut self, name: &'static str, value: i64) -> Self {
        self.arguments.push((name, Argument::Number(value)));
        self
    }

    /// Leaves the place of an argument to the template.
    pub(crate) fn hole(self, name: &'static str) -> Self {
        self.text(name, HOLE)
    }

    pub(crate) fn text(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.arguments.push((name, Argument::Text(value.into())));
        self
    }
}

/// The texts of all languages.
pub(crate) struct Catalogue {
    /// In the order of [`LOCALES`].
    texts: Vec<Texts>,
}

impl Catalogue {
    /// The built-in texts, with the operator's in their place. An error names the operator's file.
    pub(crate) fn new(overrides: &Overrides) -> io::Result<Self> {
        let known = |name: &str| LOCALES.iter().any(|locale| name == file_name(locale.tag));
        if let Some(name) = overrides.files.keys().find(|name| name.starts_with("locales/") && !known(name)) {
            return Err(overrides.mistake(name, "there is no such language to replace texts of"));
        }
        let texts = LOCALES.iter().map(|locale| Texts::new(locale, overrides));
        Ok(Self { texts: texts.collect::<io::Result<_>>()? })
    }

    /// The text of a sentence.
    pub(crate) fn sentence(&self, language: Language, sentence: &Sentence) -> Value {
        if sentence.arguments.is_empty()
            && let Some(text) = self.resolved(language, sentence.key)
        {
            return text;
        }
        let arguments = sentence.arguments.iter().map(|(name, value)| {
            let value = match value {
                Argument::Number(number) => FluentValue::from(*number),
                Argument::Text(text) => FluentValue::from(&**text),
            };
            (*name, value)
        });
        self.resolve(language, sentence.key, &arguments.collect())
    }

    /// The keys of a language, in the order of its file.
    pub(crate) fn keys(language: Language) -> impl Iterator<Item = &'static str> {
        keys(LOCALES[language.index()].source)
    }

    /// The text of a key, if it needs no argument. It is shared, and not copied.
    pub(crate) fn resolved(&self, language: Language, key: &str) -> Option<Value> {
        self.texts[language.index()].resolved.get(key).cloned()
    }

    pub(crate) fn resolve(&self, language: Language, key: &str, arguments: &FluentArgs) -> Value {
        [language, Language::DEFAULT]
            .into_iter()
            .find_map(|language| self.texts[language.index()].resolve(key, arguments))
            .unwrap_or_else(|| {
                tracing::error!(key, "a text is missing from the catalogue");
                Value::from(LAST_RESORT)
            })
    }
}

struct Texts {
    bundle: FluentBundle<FluentResource>,
    /// Those that need no argument.
    resolved: HashMap<String, Value>,
}

impl Texts {
    fn new(locale: &Locale, overrides: &Overrides) -> io::Result<Self> {
        let tag = locale.tag.parse().map_err(io::Error::other)?;
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // The marks keep a number's `+` in its place in Arabic; left to right they would only be noise.
        bundle.set_use_isolating(locale.right_to_left);

        bundle.add_resource_overriding(parse(locale.source).map_err(io::Error::other)?);
        let name = file_name(locale.tag);
        if let Some(source) = overrides.text(&name)? {
            let known = |key: &&str| keys(locale.source).any(|known| known == *key);
            if let Some(unknown) = keys(source).find(|key| !known(key)) {
                return Err(overrides.mistake(&name, format!("there is no text called {unknown}")));
            }
            bundle.add_resource_overriding(parse(source).map_err(|why| overrides.mistake(&name, why))?);
        }

        let mut texts = Self { bundle, resolved: HashMap::new() };
        for key in keys(locale.source) {
            if let Some((text, errors)) = texts.format(key, &FluentArgs::new())
                && errors.is_empty()
            {
                let text = Value::from(text.into_owned());
                texts.resolved.insert(key.to_owned(), text);
            }
        }
        Ok(texts)
    }

    fn resolve(&self, key: &str, arguments: &FluentArgs) -> Option<Value> {
        if let Some(text) = self.resolved.get(key) {
            return Some(text.clone());
        }
        let (text, errors) = self.format(key, arguments)?;
        if !errors.is_empty() {
            tracing::error!(key, ?errors, "a text lacks an argument");
        }
        Some(Value::from(text.into_owned()))
    }

    fn format(&self, key: &str, arguments: &FluentArgs) -> Option<(Cow<'_, str>, Vec<FluentError>)> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(arguments), &mut errors);
        Some((text, errors))
    }
}

/// The built-in texts by the names of their files.
pub(crate) fn built_in() -> impl Iterator<Item = (String, &'static str)> {
    LOCALES.iter().map(|locale| (file_name(locale.tag), locale.source))
}

fn file_name(tag: &str) -> String {
    format!("locales/{tag}.ftl")
}

/// An error names the line where the text with the mistake begins.
fn parse(source: &str) -> Result<FluentResource, String> {
    FluentResource::try_new(source.to_owned()).map_err(|(_, errors)| {
        let Some(error) = errors.first() else { return "it is not readable".to_owned() };
        let start = error.slice.as_ref().unwrap_or(&error.pos).start;
        let line = source.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
        format!("line {line}: {error}")
    })
}

/// The keys of a catalogue: what stands before `=` at the start of a line, where Fluent has only messages.
fn keys(source: &str) -> impl Iterator<Item = &str> {
    source
        .lines()
        .filter(|line| line.starts_with(|first: char| first.is_ascii_alphabetic()))
        .filter_map(|line| line.split_once('='))
        .map(|(key, _)| key.trim_end())
}

#[cfg(test)]
mod tests;
