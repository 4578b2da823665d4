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
mod simulator;
#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, ffi::OsString, path::PathBuf, time::Duration};

use clap::{ArgAction::Set, CommandFactory, FromArgMatches};
use secrecy::SecretString;
use url::Url;

pub use environment::Environment;
pub(crate) use parse::is_loopback_name;
pub use parse::{LogFormat, Origins};
pub use simulator::SimulatorConfig;

use crate::{
    channel::Channels,
    guard::{Limits, Mode, address::TrustedProxies, allowed::AllowedNumbers},
    phone::Country,
    verify::{Credentials, VerifyApi},
};

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
    Simulator(SimulatorConfig),
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

/// Settings that may be seen: on a command line, in a process list.
#[derive(Debug, Clone, clap::Args)]
pub struct Settings {
    /// Address to listen on.
    #[arg(long, value_name = "HOST", default_value = "127.0.0.1", value_parser = parse::host)]
    pub host: std::net::IpAddr,

    /// Port to listen on.
    #[arg(long, value_name = "PORT", default_value = "3000", value_parser = parse::port)]
    pub port: u16,

    /// What visitors type to get here; `https` unless it is this machine. Default: `http://localhost:PORT`.
    #[arg(long, value_name = "PUBLIC_URL", value_parser = parse::public_url)]
    pub public_url: Option<Url>,

    /// The API key of the Vonage account. `NEXMO_API_KEY` is accepted as its older name.
    #[arg(long, value_name = "VONAGE_API_KEY")]
    pub vonage_api_key: Option<String>,

    /// The id of an application of the account. With its private key it is preferred to key and secret for v2.
    #[arg(long, value_name = "VONAGE_APPLICATION_ID", value_parser = parse::application_id)]
    pub vonage_application_id: Option<String>,

    /// `v2`, or `v1` for Verify (Legacy), the API of the tutorial.
    #[arg(long, value_name = "VERIFY_API", default_value = "v2", value_parser = parse::api)]
    pub verify_api: VerifyApi,

    /// Where the Verify API lives; `https` unless it is this machine.
    #[arg(long, value_name = "VERIFY_BASE_URL", value_parser = parse::base_url)]
    pub verify_base_url: Option<Url>,

    /// The name shown in the message, 1 to 16 characters. `NEXMO_BRAND_NAME` is accepted as its older name.
    #[arg(long, value_name = "BRAND", default_value = "phonegate", value_parser = parse::brand)]
    pub brand: String,

    /// Digits in a code: 6 to 10; with `VERIFY_API=v1` always 6.
    #[arg(long, value_name = "CODE_LENGTH", default_value = "6", value_parser = parse::code_length)]
    pub code_length: u8,

    /// How long a code is good, in seconds: 60 to 600.
    #[arg(long, value_name = "CODE_LIFETIME", default_value = "300", value_parser = parse::code_lifetime)]
    pub code_lifetime: Duration,

    /// How codes travel: `sms`, `voice` or both. The first is used, the second when a visitor asks for it.
    #[arg(long, value_name = "CHANNELS", default_value = "sms,voice", value_parser = parse::channels)]
    pub channels: Channels,

    /// The country, for example `GB`, of numbers typed without a country code.
    #[arg(long, value_name = "DEFAULT_COUNTRY", value_parser = parse::country)]
    pub default_country: Option<Country>,

    /// The only countries that codes are sent to: `GB,IE`. Default: all.
    #[arg(long, value_name = "COUNTRIES", value_parser = parse::countries)]
    pub countries: Option<BTreeSet<Country>>,

    /// Whether internet phone numbers get codes: `on` or `off`.
    #[arg(long, value_name = "ALLOW_VOIP", default_value = "on", value_parser = parse::switch, action = Set)]
    pub allow_voip: bool,

    /// A file with a number on each line: only these may sign in. Read again on SIGHUP.
    #[arg(long, value_name = "ALLOWED_NUMBERS")]
    pub allowed_numbers: Option<PathBuf>,

    /// The proxies whose `X-Forwarded-For` is believed: `127.0.0.1,10.0.0.0/8`. Default: none.
    #[arg(long, value_name = "TRUSTED_PROXIES", value_parser = TrustedProxies::parse)]
    pub trusted_proxies: Option<TrustedProxies>,
    /// How many codes one number gets: `1/30s,5/10m`, or `off`.
    #[arg(long, value_name = "LIMIT_NUMBER", default_value = Limits::NUMBER, value_parser = Limits::parse)]
    pub limit_number: Limits,

    /// How many codes one address may ask for, an IPv6 network of /64 being one.
    #[arg(long, value_name = "LIMIT_ADDRESS", default_value = Limits::ADDRESS, value_parser = Limits::parse)]
    pub limit_address: Limits,

    /// How many codes numbers get that share country code and four digits.
    #[arg(long, value_name = "LIMIT_PREFIX", default_value = Limits::PREFIX, value_parser = Limits::parse)]
    pub limit_prefix: Limits,

    /// How many codes are sent in all. Default: `1000/1h,5000/1d`; a tenth where they may go to any country.
    #[arg(long, value_name = "LIMIT_TOTAL", value_parser = Limits::parse)]
    pub limit_total: Option<Limits>,

    /// Whether codes that nobody types use up a budget of their country and address: `on` or `off`.
    #[arg(long, value_name = "LIMIT_UNVERIFIED", default_value = "on", value_parser = parse::switch, action = Set)]
    pub limit_unverified: bool,

    /// What the limits do: `enforce`, or `observe` to log what they would refuse.
    #[arg(long, value_name = "GUARD_MODE", default_value = "enforce", value_parser = parse::guard_mode)]
    pub guard_mode: Mode,

    /// Where sign-ins are kept: `sqlite:FILE` or `postgres://…`. A password belongs in the variable, not in the flag.
    #[arg(long, value_name = "STORE_URL", default_value = "sqlite:phonegate.db", value_parser = parse::store_url)]
    pub store_url: SecretString,

    /// A session ends after so long without a visit: `12h`, `30m`.
    #[arg(long, value_name = "SESSION_IDLE", default_value = "12h", value_parser = parse::span)]
    pub session_idle: Duration,

    /// A session ends so long after sign-in, whatever happens: `7d`.
    #[arg(long, value_name = "SESSION_MAX", default_value = "7d", value_parser = parse::span)]
    pub session_max: Duration,

    /// How long `/auth` may let in a session that ended on another instance: `0s` to `1m`; `0s` asks the store each time.
    #[arg(long, value_name = "AUTH_CACHE", default_value = "5s", value_parser = parse::auth_cache)]
    pub auth_cache: Duration,

    /// Share the session with the hosts below this domain: `example.com`.
    #[arg(long, value_name = "COOKIE_DOMAIN", value_parser = parse::domain)]
    pub cookie_domain: Option<String>,

    /// Origins that a sign-in may lead to besides our own, with commas between: `https://app.example.com`.
    #[arg(long, value_name = "RETURN_TO_ORIGINS", default_value = "", hide_default_value = true)]
    #[arg(value_parser = parse::origins)]
    pub return_to_origins: Origins,

    /// A folder whose files take the place of built-in templates of the same name.
    #[arg(long, value_name = "TEMPLATES_DIR", value_parser = parse::folder)]
    pub templates_dir: Option<PathBuf>,

    /// A folder whose files take the place of built-in assets of the same name, or add to them.
    #[arg(long, value_name = "PUBLIC_DIR", value_parser = parse::folder)]
    pub public_dir: Option<PathBuf>,

    /// What to log: `error`, `warn`, `info`, `debug`, or a filter such as `info,phonegate=debug`.
    #[arg(long, value_name = "LOG", default_value = "info", value_parser = parse::log_filter)]
    pub log: String,

    /// How to log: `text` for people, `json` for machines.
    #[arg(long, value_name = "LOG_FORMAT", default_value = "text", value_parser = parse::log_format)]
    pub log_format: LogFormat,
}

/// Settings that must not be seen: variables, or files named by `NAME_FILE`; never flags.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// The API secret of the Vonage account. `NEXMO_API_SECRET` is accepted as its older name.
    pub vonage_api_secret: Option<SecretString>,
    /// The private key of the application: PEM text, or the path of a file that holds it.
    pub vonage_private_key: Option<SecretString>,
    /// Verifies the provider's callbacks; without it they are refused.
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
                Ok(Self::Simulator(config))
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
