//! `phonegate forget`: deletes all that is kept of a number.

use super::{Outcome, number_in_store, print};
use crate::{
    audit::{Event, Line},
    config::Config,
    guard::key,
    log::Lines,
    phone::PhoneNumber,
};

pub(super) async fn run(number: &PhoneNumber, config: &Config, lines: &Lines) -> Outcome {
    let (store, keys) = number_in_store(config, lines).await?;
    let phone_hash = keys.phone(number);
    let rows = store.forget(&phone_hash, number, &key::of_number(&phone_hash)).await?;
    Line::new(Event::OperatorForgot, number, &keys).count(rows).write();
    store.close().await;
    print(&format!("{}: {rows} rows deleted\n", number.masked()))
}
