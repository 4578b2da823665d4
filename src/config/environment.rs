//! The process environment over `.env`; what is empty is unset.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
};

use secrecy::SecretString;

use super::{Config, ConfigError, Invocation, Warning, dotenv, files::is_secret, names};

/// Variables by name. `Debug` is left out: some are secrets.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    /// Where in `.env` those stand that come from there.
    lines: BTreeMap<String, usize>,
    /// Those of ours that are not UTF-8.
    not_text: BTreeSet<String>,
    /// Files that secrets were read from, each with what names it.
    pub(super) files: Vec<(String, PathBuf)>,
    /// What the operator should know of them.
    pub(super) warnings: Vec<Warning>,
}

impl Config {
    /// The settings of the environment and of `.env`, for an app that has us built in and reads its own command line.
    pub fn load() -> Result<Self, ConfigError> {
        match Invocation::read([], &Environment::load()?)? {
            Invocation::Serve(config) => Ok(*config),
            // Only arguments ask for something else.
            _ => Err(ConfigError::new("command line", "asks for no server")),
        }
    }
}

impl Environment {
    /// The process environment, and what it leaves open from `.env` in the working directory.
    pub fn load() -> Result<Self, ConfigError> {
        let mut all = Self::read_file(Path::new(".env"))?;
        for (name, value) in std::env::vars_os() {
            let Ok(name) = name.into_string() else { continue };
            match value.into_string() {
                Ok(value) if value.is_empty() => {}
                Ok(value) => {
                    all.lines.remove(&name);
                    all.variables.insert(name, value);
                }
                Err(_) => {
                    all.not_text.extend(Some(name).filter(|name| names::is_known(name)));
                }
            }
        }
        Ok(all)
    }

    fn read_file(path: &Path) -> Result<Self, ConfigError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(ConfigError::new(".env", unreadable(&error))),
        };
        let mut all = Self::default();
        for entry in dotenv::read(&text)? {
            if is_secret(&entry.name, &entry.value) && all.files.is_empty() {
                all.files.push((".env".to_owned(), path.to_owned()));
            }
            all.lines.insert(entry.name.clone(), entry.line);
            all.variables.insert(entry.name, entry.value);
        }
        Ok(all)
    }

    /// The value of a variable that is set and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// The name of a variable that begins with one of `prefixes`, if any is set.
    pub(crate) fn any_with_prefix(&self, prefixes: &[&str]) -> Option<&str> {
        self.names().find(|name| prefixes.iter().any(|prefix| name.starts_with(prefix)))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }

    pub(super) fn secret(&self, name: &str) -> Option<SecretString> {
        self.get(name).map(SecretString::from)
    }

    /// Leaves out what flags say in its place, under all of its names, so that nothing can be wrong with it.
    pub(super) fn without(mut self, given: &[String], older_names: &[(&str, &str)]) -> Self {
        for name in given {
            let older = older_names.iter().filter(|(_, newer)| newer == name).map(|(older, _)| *older);
            for name in older.chain([name.as_str(), format!("{name}_FILE").as_str()]) {
                self.variables.remove(name);
                self.lines.remove(name);
                self.not_text.remove(name);
            }
        }
        self
    }

    /// Takes the white space around our values away: it comes from an editor, a pipe or another system's line ends.
    pub(super) fn trimmed(mut self) -> Result<Self, ConfigError> {
        if let Some(name) = self.not_text.first() {
            return Err(ConfigError::new(name, "is not UTF-8; give text"));
        }
        for (name, value) in &mut self.variables {
            let bare = bare(value);
            if bare.len() == value.len() || !names::is_known(name) {
                continue;
            }
            if bare.is_empty() {
                return Err(ConfigError::new(name, "is blank; give a value, or nothing at all"));
            }
            self.warnings.push(Warning::new(format!("{name}: the white space around its value is left out")));
            *value = bare.to_owned();
        }
        Ok(self)
    }

    /// Adds a value for the newer of each pair of names. Two different values are a mistake.
    pub(super) fn with_older_names(mut self, pairs: &[(&str, &str)]) -> Result<Self, ConfigError> {
        for (older, newer) in pairs {
            let Some(value) = self.get(older).map(str::to_owned) else { continue };
            match self.get(newer) {
                Some(other) if other != value => {
                    return Err(ConfigError::new(
                        *older,
                        format!("differs from {newer}; set only one of the two"),
                    ));
                }
                _ => self.variables.insert((*newer).to_owned(), value),
            };
        }
        Ok(self)
    }

    /// Reads the files that `NAME_FILE` variables name; the last line break is not part of the value.
    pub(super) fn with_files(mut self, names: &[&str]) -> Result<Self, ConfigError> {
        for name in names {
            let variable = format!("{name}_FILE");
            let Some(path) = self.get(&variable).map(str::to_owned) else { continue };
            if self.get(name).is_some() {
                return Err(ConfigError::new(
                    variable,
                    format!("{name} is set too; set only one of the two"),
                ));
            }
            let text = std::fs::read_to_string(&path).map_err(|error| {
                ConfigError::new(&variable, format!("cannot read {path:?}: {}", unreadable(&error)))
            })?;
            let value = bare(&text);
            if value.is_empty() {
                return Err(ConfigError::new(variable, format!("{path:?} is empty")));
            }
            // Every editor ends a line, and some begin a file with an invisible mark.
            if value != text.trim_start_matches('\u{feff}').trim_end_matches(['\r', '\n']) {
                let text = format!("{variable}: the white space around what is in {path:?} is left out");
                self.warnings.push(Warning::new(text));
            }
            self.variables.insert((*name).to_owned(), value.to_owned());
            self.files.push((variable, path.into()));
        }
        Ok(self)
    }

    /// Says in which line of `.env` the mistake stands, if it is there.
    pub(super) fn with_line(&self, error: ConfigError) -> ConfigError {
        match self.lines.get(&error.variable) {
            Some(line) => ConfigError { problem: format!("{} (.env, line {line})", error.problem), ..error },
            None => error,
        }
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let pairs = pairs.into_iter().map(|(name, value)| (name.into(), value.into()));
        let variables = pairs.filter(|(_, value): &(String, String)| !value.is_empty()).collect();
        Self { variables, ..Self::default() }
    }
}

fn bare(value: &str) -> &str {
    value.trim_matches(|sign: char| sign.is_whitespace() || sign == '\u{feff}')
}

fn unreadable(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::InvalidData => "it is not UTF-8; save it as that".to_owned(),
        _ => error.to_string(),
    }
}
