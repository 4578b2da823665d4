//! The ways in which a code can travel, and in which order they are taken.
//!
//! What this module promises: a [`Channels`] never names a channel twice.

use std::fmt;

use crate::words::words;

words! {
    /// A way for a code to reach a phone; its word is that of settings, forms, the store, the log and the metrics.
    ///
    /// What differs among channels is matched without a rest. A new one compiles only once it has its rules here, its names
    /// at the provider in `verify/facts.rs`, and its sentences in `web/text/channels.rs`.
    pub Channel {
        /// A text message.
        Sms => "sms",
        /// A call that speaks the code.
        Voice => "voice",
    }
}

impl Channel {
    /// Whether it reaches mobile phones alone.
    pub(crate) const fn needs_mobile(self) -> bool {
        match self {
            Self::Sms => true,
            Self::Voice => false,
        }
    }
}

/// One channel, or two in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Channels {
    first: Channel,
    second: Option<Channel>,
}

impl Channels {
    /// What [`Channels::parse`] reads, for whoever is to write it.
    pub(crate) const FORM: &str = "sms, voice, or both with a comma between: sms,voice";

    /// One channel and no other.
    pub const fn only(first: Channel) -> Self {
        Self { first, second: None }
    }

    /// Reads `sms`, `voice,sms` and the like; `None` if it is anything else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(',').map(|word| Channel::parse(word.trim()));
        let first = words.next()??;
        let second = match words.next() {
            Some(word) => Some(word.filter(|second| *second != first)?),
            None => None,
        };
        words.next().is_none().then_some(Self { first, second })
    }

    /// By which a code goes at first.
    pub(crate) const fn first(self) -> Channel {
        self.first
    }

    /// By which it may go again.
    pub(crate) const fn second(self) -> Option<Channel> {
        self.second
    }

    /// Whether a code may go by `channel`.
    pub(crate) fn contains(self, channel: Channel) -> bool {
        self.first == channel || self.second == Some(channel)
    }

    /// The same channels, beginning with `first`; `None` if it is not among them.
    pub(crate) fn beginning_with(self, first: Channel) -> Option<Self> {
        match self.second {
            _ if first == self.first => Some(self),
            Some(second) if first == second => Some(Self { first, second: Some(self.first) }),
            _ => None,
        }
    }

    /// Those that `fit`, in the same order.
    pub(crate) fn filter(self, fit: impl Fn(Channel) -> bool) -> Option<Self> {
        let mut fitting = self.iter().filter(|channel| fit(*channel));
        let first = fitting.next()?;
        Some(Self { first, second: fitting.next() })
    }

    /// In their order.
    pub(crate) fn iter(self) -> impl Iterator<Item = Channel> {
        std::iter::once(self.first).chain(self.second)
    }
}

/// As `Channels::parse` reads it.
impl fmt::Display for Channels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.first.as_str())?;
        self.second.map_or(Ok(()), |second| write!(f, ",{}", second.as_str()))
    }
}

words! {
    /// Why a message will not arrive; its word is that of the store and the metrics.
    pub(crate) Trouble {
        /// The network could not deliver it; the number may not exist.
        Failed => "failed",
        /// The phone or its user turned it away.
        Rejected => "rejected",
        /// The provider's fraud rules stopped it.
        Blocked => "blocked",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_or_two_channels_are_read_in_order() {
        for (text, shown) in
            [("sms", "sms"), ("voice", "voice"), ("sms,voice", "sms,voice"), (" voice , sms ", "voice,sms")]
        {
            assert_eq!(Channels::parse(text).map(|channels| channels.to_string()).as_deref(), Some(shown));
        }
        for text in ["", "fax", "sms,", ",sms", "sms,sms", "sms,voice,sms", "SMS", "sms voice"] {
            assert_eq!(Channels::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_order_turns_round() {
        let both = Channels::parse("sms,voice").unwrap();
        assert_eq!(both.beginning_with(Channel::Sms), Some(both));
        assert_eq!(both.beginning_with(Channel::Voice), Channels::parse("voice,sms"));
        assert_eq!(Channels::only(Channel::Sms).beginning_with(Channel::Voice), None);
        assert!(both.contains(Channel::Voice) && !Channels::only(Channel::Sms).contains(Channel::Voice));
        assert_eq!(both.filter(|channel| channel == Channel::Voice), Channels::parse("voice"));
        assert_eq!(both.filter(|_| false), None);
        assert_eq!(both.iter().collect::<Vec<_>>(), [Channel::Sms, Channel::Voice]);
    }
}
