//! `phonegate guard`: shows what the guard counts.

use super::{Outcome, existing_store, print};
use crate::{clock::Clock, config::Config, guard::report::report};

pub(super) async fn run(config: &Config) -> Outcome {
    let settings = &config.settings;
    let store = existing_store(config).await?;
    let report =
        report(&store, (settings.guard_mode, settings.limit_unverified), Clock::system().now()).await?;
    store.close().await;
    print(&report)
}
