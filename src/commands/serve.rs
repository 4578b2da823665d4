//! `phonegate`: serves the app until it is told to stop.

use tokio::sync::watch;

use super::{Outcome, log_of, signals::stop_signal};
use crate::{
    config::{Config, Provider},
    log::Lines,
    web::server::{Server, World},
};

pub(super) async fn run(config: &Config, lines: &Lines, hangups: watch::Receiver<()>) -> Outcome {
    lines.start_log(&log_of(config))?;
    let server = Server::bind(config, World::real()).await?;
    server.reload_when(hangups);
    let address = server.address()?;
    let public_url = server.state().site.public_url.as_str();
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
