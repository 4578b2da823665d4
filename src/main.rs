//! Reads the settings, starts the logs, binds, serves, stops on a signal. No logic.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use phonegate::{
    audit::{Event, Line},
    causes::chain,
    clock::Clock,
    config::{Config, ConfigError, Invocation, Log, Provider, SimulatorConfig},
    guard::{guessing, report::Report, subject},
    keys::Keys,
    log::Lines,
    phone::PhoneNumber,
    random::Random,
    simulator::{self, Callbacks, Options, Simulator},
    store::{Store, StoreError},
    web::server::{Doors, Server, StartError, World, serve_simulator},
};
use tokio::sync::watch;

/// Exit code for a setting that cannot be used.
const BAD_SETTING: u8 = 2;

fn main() -> ExitCode {
    let lines = Lines::to_stderr();
    let code = run(&lines);
    lines.finish();
    code
}

fn run(lines: &Lines) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(lines, &error),
    };
    // Before anything else: a signal that comes while the settings are read must not end the process.
    let hangups = match runtime.block_on(async { hangups() }) {
        Ok(hangups) => hangups,
        Err(error) => return failed(lines, &error),
    };
    let invocation = match Invocation::load(std::env::args_os().skip(1)) {
        Ok(invocation) => invocation,
        Err(error) => return failed(lines, &error),
    };
    let done = match invocation {
        Invocation::Show(text) => print(&text),
        Invocation::Serve(config) => runtime.block_on(serve(&config, lines, hangups)),
        Invocation::Simulator(config) => runtime.block_on(simulate(*config, lines)),
        Invocation::Forget { phone, config } => runtime.block_on(forget(&phone, &config, lines)),
        Invocation::Unlock { phone, config } => runtime.block_on(unlock(&phone, &config, lines)),
        Invocation::Guard { config } => runtime.block_on(show_guard(&config)),
        Invocation::SignOut { phone, config } => runtime.block_on(sign_out(&phone, &config, lines)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(lines, &*error),
    }
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn log_of(config: &Config) -> Log {
    Log { filter: config.settings.log.clone(), format: config.settings.log_format }
}

async fn serve(config: &Config, lines: &Lines, hangups: watch::Receiver<()>) -> Outcome {
    lines.start_log(&log_of(config))?;
    let server = Server::bind(config, World::real()).await?;
    server.reload_when(hangups);
    let address = server.address()?;
    let public_url = server.state().public_url.as_str();
    tracing::info!(%address, public_url, "phonegate {} listens", env!("CARGO_PKG_VERSION"));
    if let Some(address) = server.metrics_address()? {
        tracing::info!(%address, "metrics are at http://{address}/metrics, for whoever reaches that address");
    }
    if matches!(config.provider, Provider::Simulator { .. }) {
        tracing::warn!("simulator mode: nothing is sent; the codes are at {public_url}simulator/phone");
    }
    server.run(stop_signal()?).await?;
    tracing::info!("stopped");
    Ok(())
}

async fn simulate(config: SimulatorConfig, lines: &Lines) -> Outcome {
    lines.start_log(&config.log)?;
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    let key = config.credentials.0.clone();
    let callbacks = config.callbacks.map(|(url, signature_secret)| Callbacks {
        url,
        signature_secret,
        api_key: key.clone(),
        application_id: None,
    });
    let simulator = Simulator::new(Options {
        credentials: Some(config.credentials),
        throttle: config.throttle,
        callbacks,
        ..simulator::options(&Clock::system(), &Random::system())
    });
    let listener = tokio::net::TcpListener::bind(config.listen)
        .await
        .map_err(|error| StartError::listen("--listen", config.listen, error))?;
    tracing::info!(address = %listener.local_addr()?, key, "the simulator listens; its phone is at /phone");
    if !config.listen.ip().is_loopback() {
        tracing::warn!("others than this machine can reach the simulator: they read all codes at /phone");
    }
    let doors = Doors { max_connections: config.max_connections, drain: config.drain };
    serve_simulator(listener, simulator, doors, stop_signal()?).await;
    Ok(())
}

async fn forget(number: &PhoneNumber, config: &Config, lines: &Lines) -> Outcome {
    let (store, keys) = number_in_store(config, lines).await?;
    let phone_hash = keys.phone(number);
    let rows = store.forget(&phone_hash, number, &subject::of_number(&phone_hash)).await?;
    Line::new(Event::OperatorForgot, number, &keys).count(rows).write();
    store.close().await;
    print(&format!("{}: {rows} rows deleted\n", number.masked()))
}

async fn unlock(number: &PhoneNumber, config: &Config, lines: &Lines) -> Outcome {
    let (store, server_keys) = number_in_store(config, lines).await?;
    let phone_hash = server_keys.phone(number);
    let keys = [subject::wrong_number(&phone_hash, false), subject::wrong_number(&phone_hash, true)];
    let wrong_codes = store.delete_counters([&keys[0], &keys[1]]).await?.unwrap_or(0);
    Line::new(Event::OperatorUnlocked, number, &server_keys).write();
    store.close().await;
    let state = if wrong_codes >= guessing::MOST { "open again" } else { "was not closed" };
    print(&format!("{}: {state}; {wrong_codes} wrong codes in a row are forgotten\n", number.masked()))
}

async fn show_guard(config: &Config) -> Outcome {
    let settings = &config.settings;
    let store = existing_store(config).await?;
    let report =
        Report::read(&store, (settings.guard_mode, settings.limit_unverified), Clock::system().now()).await?;
    store.close().await;
    print(&report.to_string())
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

async fn sign_out(number: &PhoneNumber, config: &Config, lines: &Lines) -> Outcome {
    let (store, keys) = number_in_store(config, lines).await?;
    let sessions = store.end_sessions_of_phone(&keys.phone(number), None).await?;
    Line::new(Event::OperatorSignedOut, number, &keys).count(sessions).write();
    store.close().await;
    print(&format!("{}: {sessions} sessions ended\n", number.masked()))
}

/// What a command was asked for. It is done even where nobody can be told.
fn print(text: &str) -> Outcome {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| format!("done, but standard output cannot be written: {error}").into())
}

/// Tells of each SIGHUP, which would end the process if nobody took it.
fn hangups() -> io::Result<watch::Receiver<()>> {
    let (tell, told) = watch::channel(());
    let mut hangup = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            tell.send_replace(());
        }
    });
    Ok(told)
}

/// Turns true at Ctrl-C or SIGTERM.
fn stop_signal() -> io::Result<watch::Receiver<bool>> {
    let (stop, told) = watch::channel(false);
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        let _ = stop.send(true);
    });
    Ok(told)
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
