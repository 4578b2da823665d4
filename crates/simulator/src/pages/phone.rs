//! The simulated phone: what has arrived, as a person would see it.

use std::{collections::BTreeSet, time::Duration};

use axum::{
    extract::{Query, State},
    response::Response,
};
use rlibphonenumber::{PhoneNumber, PhoneNumberFormat};
use serde::Serialize;

use super::{Mount, To, mount, query};
use crate::{Simulator, channel::Channel, clock::Timestamp, inbox::Message};

#[derive(Serialize)]
struct PhonePage<'a> {
    mount: &'a str,
    date: &'a str,
    /// With seconds.
    time: &'a str,
    /// Readable; all numbers if absent.
    owner: Option<String>,
    /// The same in digits.
    wanted: &'a str,
    numbers: Vec<NumberLink>,
    messages: Vec<Bubble>,
}

#[derive(Serialize)]
struct NumberLink {
    label: String,
    query: String,
    current: bool,
}

#[derive(Serialize)]
struct Bubble {
    to: String,
    from: String,
    channel: &'static str,
    call: bool,
    before: String,
    code: String,
    after: String,
    age: String,
    sent_at: String,
}

impl Bubble {
    fn new(message: &Message, now: Timestamp) -> Self {
        let (before, code, after) = match message.text.split_once(&message.code) {
            Some((before, after)) => (before, message.code.as_str(), after),
            None => (message.text.as_str(), "", ""),
        };
        Self {
            to: readable(&message.to),
            from: if is_number(&message.from) { readable(&message.from) } else { message.from.clone() },
            channel: label(message.channel),
            call: message.channel == Channel::Voice,
            before: before.to_owned(),
            code: code.to_owned(),
            after: after.to_owned(),
            age: age(now.since(message.sent_at)),
            sent_at: message.sent_at.to_string(),
        }
    }
}

/// How many messages the phone shows; the JSON has all.
const SHOWN: usize = 30;

pub(super) async fn phone(
    State(simulator): State<Simulator>,
    place: Mount,
    Query(to): Query<To>,
) -> Response {
    let wanted = to.wanted();
    let (now, messages, numbers) = simulator.with_state(|state, now| {
        let inbox = state.inbox(now);
        let numbers: BTreeSet<_> = inbox.newest(None).take(SHOWN).map(|message| message.to.clone()).collect();
        let messages: Vec<_> = inbox.newest(wanted.as_deref()).take(SHOWN).cloned().collect();
        (now, messages, numbers)
    });

    let links = numbers.iter().map(|number| NumberLink {
        label: readable(number),
        query: query(number),
        current: wanted.as_deref() == Some(number),
    });
    let mut numbers: Vec<_> = links.collect();
    numbers.sort_by_key(|link| !link.current);
    let date = now.to_string();
    let page = PhonePage {
        mount: mount(&place),
        time: date.get(11..19).unwrap_or_default(),
        date: &date,
        owner: wanted.as_deref().map(readable),
        wanted: wanted.as_deref().unwrap_or_default(),
        numbers,
        messages: messages.iter().map(|message| Bubble::new(message, now)).collect(),
    };
    simulator.pages().render("phone.html", page)
}

const fn label(channel: Channel) -> &'static str {
    match channel {
        Channel::Sms => "Text message",
        Channel::Voice => "Call",
        Channel::Whatsapp => "WhatsApp",
        Channel::Rcs => "RCS",
        Channel::Email => "E-mail",
        Channel::SilentAuth => "Silent",
    }
}

/// A number with a plus and in groups; an e-mail address as it is.
fn readable(to: &str) -> String {
    if to.contains('@') {
        return to.to_owned();
    }
    let number = format!("+{to}");
    PhoneNumber::parse(&number, None)
        .map_or(number, |parsed| parsed.format_as(PhoneNumberFormat::International).into_owned())
}

/// Senders may be names, too.
fn is_number(from: &str) -> bool {
    from.len() > 6 && from.bytes().all(|byte| byte.is_ascii_digit())
}

fn age(age: Duration) -> String {
    match age.as_secs() {
        0..5 => "now".to_owned(),
        seconds @ 5..60 => format!("{seconds} s ago"),
        seconds @ 60..3_600 => format!("{} min ago", seconds / 60),
        seconds => format!("{} h ago", seconds / 3_600),
    }
}
