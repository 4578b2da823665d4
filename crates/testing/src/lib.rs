//! What the tests share: the app, its provider, browsers, and what was logged.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should say where")]

mod app;
mod binary;
mod browser;
mod crowd;
mod daemons;
pub mod driver;
pub mod hostile;
mod log;
pub mod postgres;
mod provider;
mod store;

pub use app::{BEGUN, Builder, TestApp, test_app};
pub use binary::{Binary, exit_code};
pub use browser::{Answer, Browser};
pub use crowd::{Crowd, new_number};
pub use log::{LogOfThisThread, catch as catch_log, logged, logged_of};
pub use provider::{CREDENTIALS, Fault, Provider, THE_CODE};
pub use store::{each_store, postgres_server, postgres_store, sql};

use std::time::Duration;

/// A number that works: reserved for fiction, with no special meaning to the simulator.
pub const PHONE: &str = "+1 202 555 0150";

/// The number that the provider answers late.
pub const SLOW: &str = "+1 202 555 0130";

/// Where cargo has put the program.
pub fn program() -> std::ffi::OsString {
    std::env::var_os("CARGO_BIN_EXE_phonegate").expect("cargo tells integration tests where the program is")
}

pub fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A code of six digits that is not `right`.
pub fn wrong_code(right: &str) -> String {
    let [wrong, ..] = wrong_codes(right);
    wrong
}

/// Three that differ: the same one again uses up no try.
pub fn wrong_codes(right: &str) -> [String; 3] {
    let first = u32::from(right.as_bytes()[0] - b'0');
    [1, 2, 3].map(|more| format!("{}{}", (first + more) % 10, &right[1..]))
}
