//! What the tests share: the app, its provider, browsers, and what was logged.

mod app;
mod binary;
mod browser;
mod log;
mod provider;
mod store;

pub use app::{BEGUN, TestApp, test_app};
pub use binary::Binary;
pub use browser::{Answer, Browser};
pub use log::{logged, logged_of};
pub use provider::{CREDENTIALS, Fault, Provider, THE_CODE};
pub use store::{each_store, postgres_store};

use std::time::Duration;

/// A number that works: reserved for fiction, with no special meaning to the simulator.
pub const PHONE: &str = "+1 202 555 0150";

/// The number that the provider answers late.
pub const SLOW: &str = "+1 202 555 0130";

pub fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A code of six digits that is not `right`.
pub fn wrong_code(right: &str) -> String {
    let digit = if right.starts_with('1') { '2' } else { '1' };
    format!("{digit}{}", &right[1..])
}
