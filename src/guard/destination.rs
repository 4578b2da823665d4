//! Which numbers a code may go to: by country, by kind of line, and by the operator's list.
//!
//! What this module promises:
//! * The answer follows from the number and the settings alone: no time, no store, no provider.
//! * Kinds of numbers that pay whoever holds them, or that no person carries, are refused whatever is set.
//! * A number whose plan does not tell its kind is let through: limits bound what it can cost, and a refusal would
//!   shut real people out.

use std::{collections::BTreeSet, net::IpAddr};

use super::allowed::AllowedNumbers;
use crate::{
    audit::{Event, Line},
    channel::Channel,
    keys::Keys,
    phone::{Area, LineType, PhoneNumber},
};

/// Where codes may go.
#[derive(Debug, Clone)]
pub(crate) struct Destinations {
    /// `COUNTRIES`; `None` stands for all countries, and for no global code.
    pub(crate) countries: Option<BTreeSet<Area>>,
    /// `ALLOW_VOIP`
    pub(crate) voip: bool,
    pub(crate) allowed: AllowedNumbers,
}

/// A number that no code goes to. `Display` is for the operator; the number in it is masked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} ({}): {reason}", phone.masked(), self.area())]
pub struct Excluded {
    pub(crate) reason: Reason,
    phone: PhoneNumber,
    area: Option<Area>,
}

/// Why no code goes to a number: each has a sentence for the visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Reason {
    #[error("not in COUNTRIES")]
    Country,
    /// Whoever calls it, or sends to it, pays extra: premium rate, shared cost, personal numbers.
    #[error("of a kind that is never sent to ({0:?})")]
    ExtraCost(LineType),
    /// The channel does not reach it: [`Channel::needs_mobile`].
    #[error("a landline, which the channel does not reach")]
    Landline,
    #[error("an internet phone, and ALLOW_VOIP is off")]
    Voip,
    /// No person's phone: toll-free, pager, voicemail, a company's switchboard.
    #[error("of a kind that is never sent to ({0:?})")]
    NoPhone(LineType),
}

impl Reason {
    /// What metrics call it: the name of its setting, if it has one.
    pub(crate) fn rule(self) -> &'static str {
        match self {
            Self::Country => "COUNTRIES",
            Self::Voip => "ALLOW_VOIP",
            Self::ExtraCost(_) | Self::Landline | Self::NoPhone(_) => "kind_of_number",
        }
    }
}

impl Destinations {
    /// Whether a code may go to `phone` by `channel`. Who is on the list of allowed numbers is nobody's business here.
    pub(crate) fn check(&self, phone: &PhoneNumber, channel: Channel) -> Result<(), Excluded> {
        let area = phone.area();
        let refuse = |reason| Err(Excluded { reason, phone: phone.clone(), area });
        // Messages to satellites and their like cost the most, and few people have one: they are to be named.
        let meant = match &self.countries {
            Some(named) => area.is_some_and(|area| named.contains(&area)),
            None => matches!(area, Some(Area::Country(_))),
        };
        if !meant {
            return refuse(Reason::Country);
        }
        kind(phone.line_type(), channel, self.voip).map_or(Ok(()), refuse)
    }
}

/// What speaks against a kind of line.
fn kind(line: LineType, channel: Channel, voip: bool) -> Option<Reason> {
    match line {
        LineType::Mobile | LineType::MobileOrLandline | LineType::Unknown => None,
        LineType::Landline => channel.needs_mobile().then_some(Reason::Landline),
        LineType::Voip => (!voip).then_some(Reason::Voip),
        // Personal numbers are forwarded for a fee (+44 70); fraud lives on them.
        LineType::PremiumRate | LineType::SharedCost | LineType::Personal => Some(Reason::ExtraCost(line)),
        LineType::TollFree | LineType::Pager | LineType::Voicemail | LineType::Company => {
            Some(Reason::NoPhone(line))
        }
    }
}

impl Excluded {
    /// Says in the log who was refused.
    pub(crate) fn log(&self, keys: &Keys, address: IpAddr) {
        let area = self.area();
        let line = Line::new(Event::Refused, &self.phone, keys).at(address);
        let line = line.limit(self.reason.rule(), None::<&str>).country(&area);
        line.because(format_args!("no code for {self}; asked for from {address}")).write();
    }

    fn area(&self) -> String {
        self.area.map_or_else(|| "no country".to_owned(), |area| area.to_string())
    }
}

#[cfg(test)]
mod tests;
