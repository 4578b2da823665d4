//! The audit line: who signed in or tried to, who was turned away, who signed out, and what an operator did.
//!
//! What this module promises:
//! * Each event is one line with target `audit`, and fields of the same names in text and JSON. `docs/operating.md` lists them.
//! * The number is masked and no code is ever in it. The account is the name that sites get as `Remote-User`.
//! * The address is the client's and whole: whoever has to stop somebody needs it.
//! * The request stands in the line's span, as in all lines of a request.

use std::{fmt::Display, net::IpAddr};

use tokio::task::futures::TaskLocalFuture;

use crate::{keys::Keys, phone::PhoneNumber};

macro_rules! events {
    ($($event:ident $name:literal $text:literal)*) => {
        /// What a line tells of.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the text beside each says it")]
        pub enum Event {
            $($event,)*
        }

        impl Event {
            pub const ALL: &[Self] = &[$(Self::$event,)*];

            /// What machines look for.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$event => $name,)*
                }
            }

            const fn text(self) -> &'static str {
                match self {
                    $(Self::$event => $text,)*
                }
            }
        }
    };
}

events! {
    CodeSent "code_sent" "code sent"
    CodeUnclear "code_unclear" "a code may have been sent"
    CodeNotSent "code_not_sent" "the provider sent no code"
    ResendAsked "resend_asked" "another code was asked for"
    CodeResent "code_resent" "code sent again"
    Refused "refused" "refused"
    WouldRefuse "would_refuse" "would have been refused"
    WrongCode "wrong_code" "wrong code"
    SignInFailed "sign_in_failed" "sign-in failed"
    Expired "expired" "ran out"
    SignedIn "signed_in" "signed in"
    Cancelled "cancelled" "cancelled by the visitor"
    TakenOver "taken_over" "cancelled for another browser"
    SignedOut "signed_out" "signed out"
    SignedOutEverywhere "signed_out_everywhere" "signed out everywhere"
    SignedOutElsewhere "signed_out_elsewhere" "signed out everywhere else"
    SessionEnded "session_ended" "signed out from another browser"
    TakenOffList "taken_off_list" "not in ALLOWED_NUMBERS any more, its sessions were ended"
    OperatorForgot "operator_forgot" "forgotten by an operator"
    OperatorUnlocked "operator_unlocked" "unlocked by an operator"
    OperatorSignedOut "operator_signed_out" "signed out by an operator"
    AppSignedOut "app_signed_out" "signed out by the app"
}

tokio::task_local! {
    static CLIENT: IpAddr;
}

/// Does what a client asks for: the lines that it writes name the address.
pub(crate) fn asked_from<F: Future>(address: IpAddr, work: F) -> TaskLocalFuture<IpAddr, F> {
    CLIENT.scope(address, work)
}

/// The filter by which lines are written: events whatever `LOG` lets through otherwise, unless `audit=off` in it turns them
/// off; and none in which a library shows whole addresses, with the numbers in them.
pub fn filter(log: &str) -> String {
    format!("audit=info,tower_http::csrf=off,{log}")
}

/// A line, not yet written. Its texts are made only if it is.
#[must_use]
pub(crate) struct Line<'a> {
    event: Event,
    phone: &'a PhoneNumber,
    keys: &'a Keys,
    address: Option<IpAddr>,
    channel: Option<&'static str>,
    country: Option<&'a str>,
    limit: Option<String>,
    again: Option<String>,
    count: Option<u64>,
    why: Option<String>,
}

impl<'a> Line<'a> {
    /// About a number. Within [`asked_from`] it names the address.
    pub(crate) fn new(event: Event, phone: &'a PhoneNumber, keys: &'a Keys) -> Self {
        Self {
            event,
            phone,
            keys,
            address: CLIENT.try_get().ok(),
            channel: None,
            country: None,
            limit: None,
            again: None,
            count: None,
            why: None,
        }
    }

    /// Names the client.
    pub(crate) fn at(self, address: IpAddr) -> Self {
        Self { address: Some(address), ..self }
    }

    /// How a message went out.
    pub(crate) fn channel(self, channel: &'static str) -> Self {
        Self { channel: Some(channel), ..self }
    }

    /// Where the number is given out.
    pub(crate) fn country(self, country: &'a str) -> Self {
        Self { country: Some(country), ..self }
    }

    /// What refused, and when it may be asked again.
    pub(crate) fn limit(self, limit: impl Display, again: Option<impl Display>) -> Self {
        Self { limit: Some(limit.to_string()), again: again.map(|at| at.to_string()), ..self }
    }

    /// How many sessions or rows it was.
    pub(crate) fn count(self, count: u64) -> Self {
        Self { count: Some(count), ..self }
    }

    /// More than the event's name says, for people.
    pub(crate) fn because(self, why: impl Display) -> Self {
        Self { why: Some(why.to_string()), ..self }
    }

    pub(crate) fn write(self) {
        let Self { event, phone, keys, address, channel, country, limit, again, count, why } = self;
        let text = event.text();
        tracing::info!(
            target: "audit",
            event = event.name(),
            phone = phone.masked(),
            account = keys.subject(phone),
            address = address.map(tracing::field::display),
            channel,
            country,
            limit,
            again,
            count,
            "{text}{}{}",
            if why.is_some() { ": " } else { "" },
            why.unwrap_or_default()
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_on_operating_lists_every_event_and_no_other() {
        let page = include_str!("../docs/operating.md");
        let (_, table) = page.split_once("| event | when |\n|---|---|\n").unwrap();
        let rows = table.lines().take_while(|line| line.starts_with("| `"));
        let listed: Vec<_> =
            rows.flat_map(|row| row.split(" | ").next().unwrap().split('`').skip(1).step_by(2)).collect();
        let names: Vec<_> = Event::ALL.iter().map(|event| event.name()).collect();
        assert_eq!(listed, names);
    }
}
