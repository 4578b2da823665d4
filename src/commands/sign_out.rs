//! `phonegate sign-out`: ends all sessions of a number.

use super::{Outcome, number_in_store, print};
use crate::{
    audit::{Event, Line},
    config::Config,
    log::Lines,
    phone::PhoneNumber,
};

pub(super) async fn run(number: &PhoneNumber, config: &Config, lines: &Lines) -> Outcome {
    let (store, keys) = number_in_store(config, lines).await?;
    let sessions = store.end_sessions_of_phone(&keys.phone(number), None).await?.len() as u64;
    Line::new(Event::OperatorSignedOut, number, &keys).count(sessions).write();
    store.close().await;
    print(&format!("{}: {sessions} sessions ended\n", number.masked()))
}
