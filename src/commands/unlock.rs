//! `phonegate unlock`: opens a number again that was closed after wrong codes.

use super::{Outcome, number_in_store, print};
use crate::{
    audit::{Event, Line},
    config::Config,
    guard::{guessing, key},
    log::Lines,
    phone::PhoneNumber,
};

pub(super) async fn run(number: &PhoneNumber, config: &Config, lines: &Lines) -> Outcome {
    let (store, server_keys) = number_in_store(config, lines).await?;
    let phone_hash = server_keys.phone(number);
    let wrong_codes = store.delete_counters(&key::wrong_codes(&phone_hash)).await?.unwrap_or(0);
    Line::new(Event::OperatorUnlocked, number, &server_keys).write();
    store.close().await;
    let state = if wrong_codes >= guessing::MOST { "open again" } else { "was not closed" };
    print(&format!("{}: {state}; {wrong_codes} wrong codes in a row are forgotten\n", number.masked()))
}
