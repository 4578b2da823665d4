//! The numbers that may sign in, where an operator keeps a list of them.
//!
//! What this module promises:
//! * A mistake in the file is said with its line, and never with the number that stands there.
//! * A file with a mistake is not used in part: at start it ends the start, later the list from before stays.
//! * A file without a number is a mistake: a list that was cut off must not sign everyone out.

use std::{
    collections::HashSet,
    fmt, fs,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use crate::phone::{Country, Fiction, PhoneError, PhoneNumber};

/// Who may sign in: everyone, or the numbers of a file. Clones share the list.
#[derive(Clone, Default)]
pub(crate) struct AllowedNumbers(Option<Arc<List>>);

struct List {
    path: PathBuf,
    /// How numbers in national form are read.
    country: Option<Country>,
    fiction: Fiction,
    numbers: RwLock<HashSet<PhoneNumber>>,
}

impl AllowedNumbers {
    /// Reads a file with one number on each line. Blank lines, and what follows a `#`, are left out.
    pub(crate) fn open(path: &Path, country: Option<Country>, fiction: Fiction) -> Result<Self, String> {
        let numbers = RwLock::new(read(path, country, fiction)?);
        Ok(Self(Some(Arc::new(List { path: path.to_owned(), country, fiction, numbers }))))
    }

    pub(crate) fn is_limited(&self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn count(&self) -> usize {
        let Some(list) = &self.0 else { return 0 };
        list.numbers.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    pub(crate) fn allows(&self, phone: &PhoneNumber) -> bool {
        let Some(list) = &self.0 else { return true };
        list.numbers.read().unwrap_or_else(PoisonError::into_inner).contains(phone)
    }

    /// Reads the file again and says how many numbers it has now. After an error all is as it was.
    pub(crate) fn reload(&self) -> Result<usize, String> {
        let Some(list) = &self.0 else { return Ok(0) };
        let numbers = read(&list.path, list.country, list.fiction)?;
        let count = numbers.len();
        *list.numbers.write().unwrap_or_else(PoisonError::into_inner) = numbers;
        Ok(count)
    }
}

/// Shows how many numbers there are, and none of them.
impl fmt::Debug for AllowedNumbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            None => f.write_str("AllowedNumbers(everyone)"),
            Some(list) => write!(f, "AllowedNumbers({} of {})", self.count(), list.path.display()),
        }
    }
}

/// The numbers of a file, or why it cannot be used: what is wrong with it, and in which line.
fn read(path: &Path, country: Option<Country>, fiction: Fiction) -> Result<HashSet<PhoneNumber>, String> {
    let file = path.display();
    let text = fs::read_to_string(path).map_err(|problem| format!("cannot read {file}: {problem}"))?;
    let numbers = parse(&text, country, fiction);
    let numbers = numbers.map_err(|(line, problem)| format!("{file}, line {line}: {}", fix(problem)))?;
    if numbers.is_empty() {
        return Err(format!("{file} has no number in it, so that nobody could sign in"));
    }
    Ok(numbers)
}

/// The numbers of a text, or the first line with a mistake, counted from 1.
fn parse(
    text: &str,
    country: Option<Country>,
    fiction: Fiction,
) -> Result<HashSet<PhoneNumber>, (usize, PhoneError)> {
    // Some editors begin a file with an invisible mark.
    let lines = text.trim_start_matches('\u{feff}').lines().zip(1..);
    let lines = lines.map(|(line, number)| (line.split('#').next().unwrap_or_default().trim(), number));
    lines
        .filter(|(line, _)| !line.is_empty())
        .map(|(line, number)| PhoneNumber::parse(line, country, fiction).map_err(|problem| (number, problem)))
        .collect()
}

fn fix(problem: PhoneError) -> &'static str {
    match problem {
        PhoneError::NoCountryCode => "give the number as +44…, or set DEFAULT_COUNTRY",
        PhoneError::Fictional => "that number is reserved for fiction; no message reaches it",
        PhoneError::Extension => "leave the extension out",
        PhoneError::UnknownCountryCode => "no country has that code; check the digits after the +",
        PhoneError::TooShort => "the number is too short",
        PhoneError::TooLong => "the number is too long",
        PhoneError::Empty | PhoneError::BadCharacter | PhoneError::Invalid => {
            "that is no phone number; give it as +44…, with # before a comment"
        }
    }
}

#[cfg(test)]
mod tests;
