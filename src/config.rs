//! Every setting: an environment variable, a line of `.env`, and, unless it is a secret, a flag.
//!
//! What this module promises:
//! * It is the only reader of the environment; a flag wins over a variable, a variable over `.env`.
//! * A mistake is one line that names the variable, the bad part and the fix. A secret is never quoted.
//! * Whoever holds a [`Config`] holds settings that fit together.

mod credentials;
mod environment;
mod parse;
mod rules;
mod settings;
mod simulator;
#[cfg(test)]
mod tests;

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches};
use secrecy::SecretString;
use url::Url;

pub use environment::Environment;
pub(crate) use parse::is_loopback_name;
pub use parse::{LogFormat, Origins};
pub use settings::Settings;
pub use simulator::SimulatorConfig;

use crate::{guard::allowed::AllowedNumbers, verify::Credentials};

/// A setting that cannot be used. `Display` is one line for the operator.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {problem}")]
pub struct ConfigError {
    /// The setting, as it is called in the environment.
    pub variable: String,
    /// What is wrong with it, and the fix.
    pub problem: String,
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
        /// The number, as it was typed.
        phone: String,
        /// Where to look for it.
        config: Box<Config>,
    },
    /// Open a number again that was closed after wrong codes.
    Unlock {
        /// The number, as it was typed.
        phone: String,
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
        /// The number, as it was typed.
        phone: String,
        /// Where to look for it.
        config: Box<Config>,
    },
    /// `--help` or `--version`: text to print.
    Show(String),
}

/// What to log, and how.
#[derive(Debug, Clone)]
pub struct Log {
    /// Which lines: a level, or pairs of module and level.
    pub filter: String,
    /// For people or for machines.
    pub format: LogFormat,
}

/// The settings of the app, checked as a whole.
#[derive(Debug, Clone)]
pub struct Config {
    /// What may be seen.
    pub settings: Settings,
    /// What must not be seen.
    pub secrets: Secrets,
    /// What visitors type: as set, or this machine.
    pub public_url: Url,
    /// Who sends the codes.
    pub provider: Provider,
    /// What the file of `ALLOWED_NUMBERS` holds. Clones share the list: a reload reaches each.
    pub allowed: AllowedNumbers,
}

/// Who sends the codes.
#[derive(Debug, Clone)]
pub enum Provider {
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
pub struct Secrets {
    /// The API secret of the Vonage account. `NEXMO_API_SECRET` is accepted as its older name.
    pub vonage_api_secret: Option<SecretString>,
    /// The private key of the application: PEM text, or the path of a file that holds it.
    pub vonage_private_key: Option<SecretString>,
    /// Signs the callbacks of the simulator that runs alone.
    pub vonage_signature_secret: Option<SecretString>,
    /// The root of all keyed hashes, at least 32 characters. Default: made once and kept in the store.
    pub server_key: Option<SecretString>,
}

/// The variables of [`Secrets`].
pub const SECRETS: [&str; 4] =
    ["VONAGE_API_SECRET", "VONAGE_PRIVATE_KEY", "VONAGE_SIGNATURE_SECRET", "SERVER_KEY"];

/// What may be named by `NAME_FILE`: the secrets, and the one setting that may hold a password.
const FROM_FILES: [&str; 5] =
    ["VONAGE_API_SECRET", "VONAGE_PRIVATE_KEY", "VONAGE_SIGNATURE_SECRET", "SERVER_KEY", "STORE_URL"];

/// The tutorial's names, and ours for the same.
const OLDER_NAMES: [(&str, &str); 3] = [
    ("NEXMO_API_KEY", "VONAGE_API_KEY"),
    ("NEXMO_API_SECRET", "VONAGE_API_SECRET"),
    ("NEXMO_BRAND_NAME", "BRAND"),
];

/// Phone sign-in for any web site, in one binary.
#[derive(Debug, clap::Parser)]
#[command(version, about, args_override_self = true, disable_help_subcommand = true)]
struct CommandLine {
    #[command(flatten)]
    settings: Settings,

    /// Use the built-in simulator even where others could reach it. It sends nothing: anyone can read its codes.
    #[arg(long)]
    simulator: bool,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Run the simulator alone, as a stand-in for the Verify API.
    Simulator(simulator::Flags),
    /// Show what the guard counts: budgets, limits, closed numbers, conversion.
    Guard,
    /// Open a phone number again that was closed after too many wrong codes.
    Unlock {
        /// The number, in international form: `+44…`.
        #[arg(long)]
        phone: String,
    },
    /// Delete all that is kept of a phone number.
    Forget {
        /// The number, in international form: `+44…`.
        #[arg(long)]
        phone: String,
    },
    /// Sign a phone number out everywhere.
    SignOut {
        /// The number, in international form: `+44…`.
        #[arg(long)]
        phone: String,
    },
}

impl Invocation {
    /// Reads the command line (without the program's name) over the environment.
    pub fn read(
        arguments: impl IntoIterator<Item = OsString>,
        environment: &Environment,
    ) -> Result<Self, ConfigError> {
        let environment = environment.with_older_names(&OLDER_NAMES)?.with_files(&FROM_FILES)?;
        let command = CommandLine::command();
        // Later values win over earlier ones, so flags follow what the environment says.
        let mut line = vec![OsString::from(env!("CARGO_PKG_NAME"))];
        for (variable, flag) in flags() {
            if let Some(value) = environment.get(&variable) {
                line.push(format!("--{flag}={value}").into());
            }
        }
        let given: Vec<_> = arguments.into_iter().collect();
        rules::no_password_in_flags(&given)?;
        line.extend(given);

        let parsed = command.try_get_matches_from(line).and_then(|m| CommandLine::from_arg_matches(&m));
        let CommandLine { settings, simulator, command } = match parsed {
            Ok(line) => line,
            Err(error) if !error.use_stderr() => return Ok(Self::Show(error.render().to_string())),
            Err(error) => return Err(parse::explain(&error)),
        };
        let secrets = Secrets {
            vonage_api_secret: environment.secret("VONAGE_API_SECRET"),
            vonage_private_key: environment.secret("VONAGE_PRIVATE_KEY"),
            vonage_signature_secret: environment.secret("VONAGE_SIGNATURE_SECRET"),
            server_key: environment.secret("SERVER_KEY"),
        };
        match command {
            Some(Command::Simulator(flags)) => {
                let config = SimulatorConfig::check(flags, settings, &secrets)?;
                Ok(Self::Simulator(Box::new(config)))
            }
            Some(Command::Forget { phone }) => {
                let config = rules::store_only(settings, secrets)?;
                Ok(Self::Forget { phone, config: Box::new(config) })
            }
            Some(Command::Unlock { phone }) => {
                let config = rules::store_only(settings, secrets)?;
                Ok(Self::Unlock { phone, config: Box::new(config) })
            }
            Some(Command::SignOut { phone }) => {
                let config = rules::store_only(settings, secrets)?;
                Ok(Self::SignOut { phone, config: Box::new(config) })
            }
            Some(Command::Guard) => {
                let config = rules::store_only(settings, secrets)?;
                Ok(Self::Guard { config: Box::new(config) })
            }
            None => {
                let config = rules::check(settings, secrets, simulator, &environment)?;
                Ok(Self::Serve(Box::new(config)))
            }
        }
    }
}

/// Each setting that has a flag: its variable and the flag's name.
pub fn flags() -> Vec<(String, String)> {
    let command = <Settings as clap::Args>::augment_args(clap::Command::new("settings"));
    let names = command.get_arguments().filter_map(|argument| argument.get_long());
    names.map(|flag| (parse::variable(flag), flag.to_owned())).collect()
}
