//! The process environment over `.env`; what is empty is unset.

use std::{collections::BTreeMap, path::Path};

use secrecy::SecretString;

use super::{Config, ConfigError, Invocation};

/// Variables by name. `Debug` is left out: some are secrets.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

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
        let mut variables = Self::read_file(Path::new(".env"))?;
        // A variable that is not text cannot be one of ours.
        let process =
            std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
        variables.0.extend(process.filter(|(_, value)| !value.is_empty()));
        Ok(variables)
    }

    fn read_file(path: &Path) -> Result<Self, ConfigError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(ConfigError::new(".env", format!("cannot be read: {error}"))),
        };
        let pairs = dotenvy::from_read_iter(text.as_bytes()).collect::<Result<Vec<_>, _>>();
        let pairs = pairs.map_err(|error| broken_line(&text, &error))?;
        Ok(pairs.into_iter().collect())
    }

    /// The value of a variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The name of a variable that begins with one of `prefixes`, if any is set.
    pub fn any_with_prefix(&self, prefixes: &[&str]) -> Option<&str> {
        self.0.keys().map(String::as_str).find(|name| prefixes.iter().any(|prefix| name.starts_with(prefix)))
    }

    pub(super) fn secret(&self, name: &str) -> Option<SecretString> {
        self.get(name).map(SecretString::from)
    }

    /// Adds a value for the newer of each pair of names. Two different values are a mistake.
    pub(super) fn with_older_names(&self, pairs: &[(&str, &str)]) -> Result<Self, ConfigError> {
        let mut all = self.clone();
        for (older, newer) in pairs {
            let Some(value) = self.get(older) else { continue };
            match self.get(newer) {
                Some(other) if other != value => {
                    return Err(ConfigError::new(
                        *older,
                        format!("differs from {newer}; set only one of the two"),
                    ));
                }
                _ => all.0.insert((*newer).to_owned(), value.to_owned()),
            };
        }
        Ok(all)
    }

    /// Reads the files that `NAME_FILE` variables name; the last line break is not part of the value.
    pub(super) fn with_files(mut self, names: &[&str]) -> Result<Self, ConfigError> {
        for name in names {
            let variable = format!("{name}_FILE");
            let Some(path) = self.get(&variable) else { continue };
            if self.get(name).is_some() {
                return Err(ConfigError::new(
                    variable,
                    format!("{name} is set too; set only one of the two"),
                ));
            }
            let value = std::fs::read_to_string(path)
                .map_err(|error| ConfigError::new(&variable, format!("cannot read {path:?}: {error}")))?;
            let value = value.trim_end_matches(['\r', '\n']);
            if value.is_empty() {
                return Err(ConfigError::new(variable, format!("{path:?} is empty")));
            }
            self.0.insert((*name).to_owned(), value.to_owned());
        }
        Ok(self)
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let pairs = pairs.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self(pairs.filter(|(_, value): &(String, String)| !value.is_empty()).collect())
    }
}

/// Names the variable of a line that cannot be read, never its value.
fn broken_line(text: &str, error: &dotenvy::Error) -> ConfigError {
    let broken = match error {
        dotenvy::Error::LineParse(rest, _) => text.lines().find(|line| line.contains(rest.as_str())),
        _ => None,
    };
    let name = broken.and_then(|line| line.split_once('=')).map(|(name, _)| name.trim());
    let fix = "put values with spaces or signs in 'quotes'";
    match name.filter(|name| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')) {
        Some(name) => ConfigError::new(".env", format!("the line of {name} cannot be read; {fix}")),
        None => ConfigError::new(".env", format!("a line cannot be read; write NAME=value, and {fix}")),
    }
}
