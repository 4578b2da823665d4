//! Every setting: an environment variable, a line of `.env`, and, unless it is a secret, a flag.
//!
//! What this module promises:
//! * It is the only reader of the environment; a flag wins over a variable, a variable over `.env`.
//! * A mistake is one line that names the variable, the bad part and the fix. A secret is never quoted.
//! * Whoever holds a [`Config`] holds settings that fit together.

mod colour;
mod command_line;
mod credentials;
mod dotenv;
mod environment;
mod files;
mod in_force;
mod look;
mod names;
mod parse;
mod rules;
mod settings;
mod simulator;
#[cfg(test)]
mod tests;

use std::{ffi::OsString, path::PathBuf};

use clap::{ArgMatches, CommandFactory, FromArgMatches, parser::ValueSource};
use secrecy::SecretString;
use url::Url;

use command_line::{Command, CommandLine};
pub(crate) use credentials::SIMULATOR;
pub use environment::Environment;
pub(crate) use in_force::Warning;
pub(crate) use look::Look;
pub(crate) use parse::LogFormat;
pub(crate) use settings::Settings;
pub(crate) use simulator::SimulatorConfig;

use crate::{guard::allowed::AllowedNumbers, phone::PhoneNumber, verify::Credentials};

/// A setting that cannot be used. `Display` is one line for the operator.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {problem}")]
pub struct ConfigError {
    /// The setting, as it is called in the environment.
    pub(crate) variable: String,
    /// What is wrong with it, and the fix.
    pub(crate) problem: String,
}

impl ConfigError {
    fn new(variable: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { variable: variable.into(), problem: problem.into() }
    }
}

/// What the command line asks for.
#[derive(Debug)]
pub enum Invocation {
    /// Serve the app.
    Serve(Box<Config>),
    /// The simulator alone.
    Simulator(Box<SimulatorConfig>),
    /// Delete all that is kept of a number.
    Forget {
        phone: PhoneNumber,
        /// Where to look for it.
        config: Box<Config>,
    },
    /// Open a number again that was closed after wrong codes.
    Unlock {
        phone: PhoneNumber,
        /// Where to look for it.
        config: Box<Config>,
    },
    /// Show what the guard counts.
    Guard {
        /// Where to look.
        config: Box<Config>,
    },
    /// End all sessions of a number.
    SignOut {
        phone: PhoneNumber,
        /// Where to look for it.
        config: Box<Config>,
    },
    /// Write the built-in pages out.
    ExportPages {
        /// Where to.
        folder: PathBuf,
    },
    /// `--help` or `--version`: text to print.
    Show(String),
}

/// What to log, and how.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    /// Which lines: a level, or pairs of module and level.
    pub(crate) filter: String,
    /// For people or for machines.
    pub(crate) format: LogFormat,
}

/// The settings of the app, checked as a whole.
#[derive(Debug, Clone)]
pub struct Config {
    /// What may be seen.
    pub settings: Settings,
    /// What must not be seen.
    pub(crate) secrets: Secrets,
    /// What visitors type: as set, or this machine.
    pub(crate) public_url: Url,
    /// Who sends the codes.
    pub(crate) provider: Provider,
    /// What the file of `ALLOWED_NUMBERS` holds. Clones share the list: a reload reaches each.
    pub(crate) allowed: AllowedNumbers,
    /// What the operator should look at.
    pub(crate) warnings: Vec<Warning>,
}

/// Who sends the codes.
#[derive(Debug, Clone)]
pub(crate) enum Provider {
    /// The real one.
    Vonage(Credentials),
    /// The built-in simulator, mounted on our own port. `forced` is `--simulator`.
    Simulator {
        /// Asked for on the command line.
        forced: bool,
    },
}

/// Settings that must not be seen: variables, or files named by `NAME_FILE`; never flags.
#[derive(Debug, Clone, Default)]
pub(crate) struct Secrets {
    /// The API secret of the Vonage account. `NEXMO_API_SECRET` is accepted as its older name.
    pub(crate) vonage_api_secret: Option<SecretString>,
    /// The private key of the application: PEM text, or the path of a file that holds it.
    pub(crate) vonage_private_key: Option<SecretString>,
    /// Signs the callbacks of the simulator that runs alone.
    pub(crate) vonage_signature_secret: Option<SecretString>,
    /// The root of all keyed hashes, at least 32 characters. Default: made once and kept in the store.
    pub(crate) server_key: Option<SecretString>,
}

/// Settings that are asked for by name.
const STORE_URL: &str = "STORE_URL";
const ALLOWED_NUMBERS: &str = "ALLOWED_NUMBERS";

/// The variables of [`Secrets`].
pub(crate) const SECRETS: [&str; 4] =
    ["VONAGE_API_SECRET", "VONAGE_PRIVATE_KEY", "VONAGE_SIGNATURE_SECRET", "SERVER_KEY"];

/// What may be named by `NAME_FILE`: the secrets, and the one setting that may hold a password.
const FROM_FILES: [&str; 5] =
    ["VONAGE_API_SECRET", "VONAGE_PRIVATE_KEY", "VONAGE_SIGNATURE_SECRET", "SERVER_KEY", STORE_URL];

/// The tutorial's names, and ours for the same.
const OLDER_NAMES: [(&str, &str); 3] = [
    ("NEXMO_API_KEY", "VONAGE_API_KEY"),
    ("NEXMO_API_SECRET", "VONAGE_API_SECRET"),
    ("NEXMO_BRAND_NAME", "BRAND"),
];

impl Invocation {
    /// Reads the command line (without the program's name) over the process environment and `.env`.
    pub(crate) fn load(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, ConfigError> {
        let arguments = arguments.into_iter().collect();
        match given(&arguments)? {
            // Help is needed most where a setting is broken.
            Line::Text(text) => Ok(Self::Show(text)),
            Line::Matches(given) => Self::over(&given, &arguments, &Environment::load()?),
        }
    }

    /// Reads the command line over an environment.
    pub fn read(
        arguments: impl IntoIterator<Item = OsString>,
        environment: &Environment,
    ) -> Result<Self, ConfigError> {
        let arguments = arguments.into_iter().collect();
        match given(&arguments)? {
            Line::Text(text) => Ok(Self::Show(text)),
            Line::Matches(given) => Self::over(&given, &arguments, environment),
        }
    }

    fn over(
        given: &ArgMatches,
        arguments: &Vec<OsString>,
        environment: &Environment,
    ) -> Result<Self, ConfigError> {
        let all = flags();
        let is_given =
            |flag: &str| given.value_source(&flag.replace('-', "_")) == Some(ValueSource::CommandLine);
        let by_flag: Vec<_> =
            all.iter().filter(|(_, flag)| is_given(flag)).map(|(name, _)| name.clone()).collect();
        let is_set =
            |name: &str| environment.get(name).is_some() || by_flag.iter().any(|given| given == name);
        let misspelt = names::without_effect(environment.names(), is_set);

        // A flag wins even over a variable that is broken, so such a variable is not looked at.
        let mut settings = environment.clone().without(&by_flag, &OLDER_NAMES).trimmed()?;
        settings = settings.with_older_names(&OLDER_NAMES)?.with_files(&FROM_FILES)?;
        settings.warnings.splice(0..0, misspelt);
        let of_variables = all.iter().filter_map(|(name, flag)| Some((flag, settings.get(name)?)));
        let of_variables: Vec<OsString> =
            of_variables.map(|(flag, value)| format!("--{flag}={value}").into()).collect();
        let line = parse_line(&of_variables, arguments).and_then(|line| match line {
            Line::Text(text) => Ok(Self::Show(text)),
            Line::Matches(matches) => Self::checked(&matches, &settings, environment),
        });
        line.map_err(|error| settings.with_line(error))
    }

    fn checked(
        matches: &ArgMatches,
        environment: &Environment,
        as_it_was: &Environment,
    ) -> Result<Self, ConfigError> {
        let line = CommandLine::from_arg_matches(matches).map_err(|error| parse::explain(&error))?;
        let CommandLine { settings, simulator, command } = line;
        let secrets = Secrets {
            vonage_api_secret: environment.secret("VONAGE_API_SECRET"),
            vonage_private_key: environment.secret("VONAGE_PRIVATE_KEY"),
            vonage_signature_secret: environment.secret("VONAGE_SIGNATURE_SECRET"),
            server_key: environment.secret("SERVER_KEY"),
        };
        let on_store = |settings, secrets| rules::store_only(settings, secrets, environment).map(Box::new);
        match command {
            Some(Command::Simulator(flags)) => {
                let config = SimulatorConfig::check(flags, settings, &secrets, environment.warnings.clone())?;
                Ok(Self::Simulator(Box::new(config)))
            }
            Some(Command::Forget { phone }) => {
                let phone = rules::number(&phone, &settings)?;
                Ok(Self::Forget { phone, config: on_store(settings, secrets)? })
            }
            Some(Command::Unlock { phone }) => {
                let phone = rules::number(&phone, &settings)?;
                Ok(Self::Unlock { phone, config: on_store(settings, secrets)? })
            }
            Some(Command::SignOut { phone }) => {
                let phone = rules::number(&phone, &settings)?;
                Ok(Self::SignOut { phone, config: on_store(settings, secrets)? })
            }
            Some(Command::ExportPages { folder }) => Ok(Self::ExportPages { folder }),
            Some(Command::Guard) => Ok(Self::Guard { config: on_store(settings, secrets)? }),
            None => {
                let config = rules::check(settings, secrets, simulator, environment, as_it_was)?;
                Ok(Self::Serve(Box::new(config)))
            }
        }
    }
}

/// What clap makes of a command line: its parts, or a text to show in their place.
enum Line {
    Matches(ArgMatches),
    Text(String),
}

/// The command line alone.
fn given(arguments: &Vec<OsString>) -> Result<Line, ConfigError> {
    rules::no_password_in_flags(arguments)?;
    parse_line(&[], arguments)
}

fn parse_line(first: &[OsString], then: &Vec<OsString>) -> Result<Line, ConfigError> {
    let program = OsString::from(env!("CARGO_PKG_NAME"));
    match CommandLine::command().try_get_matches_from([&program].into_iter().chain(first).chain(then)) {
        Ok(matches) => Ok(Line::Matches(matches)),
        Err(error) if !error.use_stderr() => Ok(Line::Text(error.render().to_string())),
        Err(error) => Err(parse::explain(&error)),
    }
}

/// Each setting that has a flag: its variable and the flag's name.
pub(crate) fn flags() -> Vec<(String, String)> {
    let command = <Settings as clap::Args>::augment_args(clap::Command::new("settings"));
    let names = command.get_arguments().filter_map(|argument| argument.get_long());
    names.map(|flag| (parse::variable(flag), flag.to_owned())).collect()
}
