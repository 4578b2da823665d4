//! What the program can be asked to do: a file for each command.

mod export_pages;
mod forget;
mod guard;
mod serve;
mod sign_out;
mod signals;
mod simulator;
mod unlock;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use crate::{
    causes::chain,
    config::{Config, ConfigError, Invocation, Log},
    keys::Keys,
    log::Lines,
    store::{Store, StoreError},
    web::server::StartError,
};

/// Exit code for a setting that cannot be used.
const BAD_SETTING: u8 = 2;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Reads the settings and does what the command line asks for.
pub fn run() -> ExitCode {
    let lines = Lines::to_stderr();
    let code = dispatch(&lines);
    lines.finish();
    code
}

fn dispatch(lines: &Lines) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(lines, &error),
    };
    // Before anything else: a signal that comes while the settings are read must not end the process.
    let hangups = match runtime.block_on(async { signals::hangups() }) {
        Ok(hangups) => hangups,
        Err(error) => return failed(lines, &error),
    };
    let invocation = match Invocation::load(std::env::args_os().skip(1)) {
        Ok(invocation) => invocation,
        Err(error) => return failed(lines, &error),
    };
    let done = match invocation {
        Invocation::Show(text) => print(&text),
        Invocation::ExportPages { folder } => export_pages::run(&folder),
        Invocation::Serve(config) => runtime.block_on(serve::run(&config, lines, hangups)),
        Invocation::Simulator(config) => runtime.block_on(simulator::run(*config, lines)),
        Invocation::Forget { phone, config } => runtime.block_on(forget::run(&phone, &config, lines)),
        Invocation::Unlock { phone, config } => runtime.block_on(unlock::run(&phone, &config, lines)),
        Invocation::Guard { config } => runtime.block_on(guard::run(&config)),
        Invocation::SignOut { phone, config } => runtime.block_on(sign_out::run(&phone, &config, lines)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(lines, &*error),
    }
}

fn failed(lines: &Lines, error: &(dyn std::error::Error + 'static)) -> ExitCode {
    lines.say(&format!("phonegate: {}", chain(error)));
    // The message names the setting.
    let mistake = match error.downcast_ref::<StartError>() {
        Some(error) => error.is_mistake(),
        None => error.is::<ConfigError>(),
    };
    if mistake { ExitCode::from(BAD_SETTING) } else { ExitCode::FAILURE }
}

fn log_of(config: &Config) -> Log {
    Log { filter: config.settings.log.clone(), format: config.settings.log_format }
}

/// The store of a command, which is there already; a misspelt setting may have led to another.
async fn existing_store(config: &Config) -> Result<Store, StartError> {
    for warning in &config.warnings {
        let _ = writeln!(io::stderr(), "phonegate: {warning}");
    }
    Store::open_existing(&config.settings.store_url).await.map_err(start_error)
}

fn start_error(error: StoreError) -> StartError {
    StartError::Build(error.into())
}

/// The store, and how it finds a number. What is done to one goes to the log too.
async fn number_in_store(
    config: &Config,
    lines: &Lines,
) -> Result<(Store, Keys), Box<dyn std::error::Error>> {
    lines.start_log(&log_of(config))?;
    let store = existing_store(config).await?;
    let keys = store.existing_keys(config.secrets.server_key.as_ref()).await.map_err(start_error)?;
    Ok((store, keys))
}

/// What a command was asked for. It is done even where nobody can be told.
fn print(text: &str) -> Outcome {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| format!("done, but standard output cannot be written: {error}").into())
}
