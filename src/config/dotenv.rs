//! `.env`, entry by entry, so that a mistake can be told with its line.
//!
//! What this module promises:
//! * Values are taken literally: `$` and a backslash are signs like others, and so is a quote inside a value that does not
//!   begin with one. Only in double quotes a backslash has a meaning. dotenvy reads the entries; what it would substitute is escaped before.
//! * Whatever else it would drop or join without a word is a mistake. No value is ever quoted.
//! * A name that is no setting's is a mistake too: the file is ours.

use super::{ConfigError, names};

/// A line that sets something, or several where a quoted value has line breaks.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Where it begins, counted from 1.
    pub(super) line: usize,
    pub(super) name: String,
    pub(super) value: String,
}

/// Reads a whole file. An empty value is left out: it counts as unset.
pub(super) fn read(text: &str) -> Result<Vec<Entry>, ConfigError> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut entries = Vec::<Entry>::new();
    let (mut rest, mut line) = (text.as_str(), 1);
    while !rest.is_empty() {
        let raw = RawEntry::cut(rest).map_err(|problem| mistake(line, &problem))?;
        if let Some((name, value)) = raw.read().map_err(|problem| mistake(line, &problem))? {
            if let Some(earlier) = entries.iter().find(|entry| entry.name == name) {
                let problem = format!("{name} is set here and in line {}; keep one of the two", earlier.line);
                return Err(mistake(line, &problem));
            }
            if !value.is_empty() {
                entries.push(Entry { line, name, value });
            }
        }
        line += raw.text.matches('\n').count();
        rest = &rest[raw.text.len()..];
    }
    Ok(entries)
}

fn mistake(line: usize, problem: &str) -> ConfigError {
    ConfigError::new(".env", format!("line {line}: {problem}"))
}

/// The text of one entry, blank lines and comments among them.
struct RawEntry<'a> {
    /// With its line break.
    text: &'a str,
    /// Up to the `=`, and what follows it as dotenvy is given it; `None` for a line that sets nothing.
    pair: Option<(&'a str, String)>,
}

impl<'a> RawEntry<'a> {
    /// Takes the first entry off a text.
    fn cut(text: &'a str) -> Result<Self, String> {
        let line = text.split_inclusive('\n').next().unwrap_or_default();
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with('#') {
            return Ok(Self { text: line, pair: None });
        }
        let Some((name, value)) = line.split_once('=') else {
            return Err("cannot be read; write NAME=value".to_owned());
        };
        let blanks = value.len() - value.trim_start_matches([' ', '\t']).len();
        let start = name.len() + 1 + blanks;
        let fail = |problem| format!("the value of {} {problem}", shown(name));
        let Some(quote) = value[blanks..].chars().next().filter(|first| "'\"".contains(*first)) else {
            let value = value.trim_end_matches('\n');
            return Ok(Self { text: line, pair: Some((name, escaped_bare(value).map_err(fail)?)) });
        };

        let inner = &text[start + 1..];
        let end = closing(inner, quote).ok_or_else(|| fail("has a quote that is never closed"))?;
        let after = inner[end + 1..].split_inclusive('\n').next().unwrap_or_default();
        if !(after.trim().is_empty() || after.starts_with([' ', '\t']) && after.trim().starts_with('#')) {
            return Err(fail("goes on after its closing quote"));
        }
        let escaped = if quote == '\'' { escaped(&inner[..end]) } else { escaped_weak(&inner[..end]) };
        let text = &text[..start + 1 + end + 1 + after.len()];
        Ok(Self { text, pair: Some((name, format!("\"{escaped}\""))) })
    }

    /// Name and value; `None` for a line that sets nothing.
    fn read(&self) -> Result<Option<(String, String)>, String> {
        let Some((name, value)) = &self.pair else { return Ok(None) };
        let entry = format!("{name}={value}\n");
        let read = dotenvy::from_read_iter(entry.as_bytes()).next();
        let Some(Ok((name, value))) = read else {
            let name = shown(name);
            return Err(format!("{name} cannot be read; put values with spaces or signs in 'single quotes'"));
        };
        if names::is_known(&name) {
            return Ok(Some((name, value)));
        }
        let meant = names::nearest(&name).map(|known| format!("; did you mean {known}?")).unwrap_or_default();
        Err(format!("{} is no setting of phonegate{meant}", shown(&name)))
    }
}

/// Where the quote ends a value that it began.
fn closing(inner: &str, quote: char) -> Option<usize> {
    let mut after_backslash = false;
    inner.char_indices().find_map(|(at, sign)| {
        let ends = sign == quote && !after_backslash;
        after_backslash = quote == '"' && sign == '\\' && !after_backslash;
        ends.then_some(at)
    })
}

/// For what stood in single quotes or in none, where every sign is itself.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$")
}

/// For what stands in double quotes, where a backslash may come before a sign or stand for a line break.
fn escaped_weak(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut after_backslash = false;
    for sign in text.chars() {
        if sign == '$' && !after_backslash {
            escaped.push('\\');
        }
        escaped.push(sign);
        after_backslash = sign == '\\' && !after_backslash;
    }
    escaped
}

/// For a value without quotes, where all but blanks and what follows ` #` are themselves.
fn escaped_bare(value: &str) -> Result<String, &'static str> {
    if value.starts_with('#') {
        return Err("begins with #; put it in 'single quotes', or a space in front if it is a comment");
    }
    Ok(escaped(value).replace('\'', "\\'"))
}

/// A name as it may be told: what does not look like one may be a piece of a secret.
fn shown(name: &str) -> &str {
    let name = name.trim();
    let name = name.strip_prefix("export ").unwrap_or(name).trim();
    let plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    if names::nearest(name).is_some() || name.len() <= 32 && name.bytes().all(plain) {
        name
    } else {
        "the name"
    }
}
