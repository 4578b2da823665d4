//! `phonegate simulator`: the Vonage look-alike alone.

use super::{Outcome, signals::stop_signal};
use crate::{
    clock::Clock,
    config::SimulatorConfig,
    log::Lines,
    random::Random,
    simulator::{self, Callbacks, Options, Simulator},
    web::server::{Doors, StartError, serve_simulator},
};

pub(super) async fn run(config: SimulatorConfig, lines: &Lines) -> Outcome {
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
