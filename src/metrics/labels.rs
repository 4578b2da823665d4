//! The labels, and that each takes few values.

use std::{
    borrow::Cow,
    fmt::{self, Write},
};

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};

use crate::phone::Country;

/// How a call to the provider ended that did not fail.
pub(super) const OK: &str = "ok";

/// The breakers, by what they hold back.
pub(super) const CIRCUITS: [&str; 2] = ["send", "check"];

/// A call to the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Operation {
    /// A request for a code.
    Start,
    /// The check of a code.
    Check,
    /// The end of a request.
    Cancel,
    /// The next step of a request.
    Next,
    /// What became of a request.
    Search,
}

/// What became of a message that the provider was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Outcome {
    /// It is on its way.
    Sent,
    /// None was sent.
    Refused,
    /// The answer was lost.
    Unclear,
}

/// What is done without a visitor waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Job {
    /// Cancels at the provider.
    Cancel,
    /// The moves of resends.
    Resend,
    /// Ending and counting attempts that ran out.
    Expiry,
    /// Deletion of what is over.
    Sweep,
    /// The simulator's callbacks.
    Callbacks,
    /// Reading again what may change while the app runs.
    Reload,
    /// The listener of the metrics.
    Metrics,
}

/// A word as the value of a label.
macro_rules! words {
    ($type:ty { $($variant:ident => $word:literal),* $(,)? }) => {
        impl EncodeLabelValue for $type {
            fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
                encoder.write_str(self.as_str())
            }
        }

        impl $type {
            /// The word.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }
    };
}

words!(Operation {
    Start => "start",
    Check => "check",
    Cancel => "cancel",
    Next => "next",
    Search => "search",
});
words!(Outcome { Sent => "sent", Refused => "refused", Unclear => "unclear" });
words!(Job {
    Cancel => "cancel",
    Resend => "resend",
    Expiry => "expiry",
    Sweep => "sweep",
    Callbacks => "callbacks",
    Reload => "reload",
    Metrics => "metrics",
});
words!(Method { Get => "GET", Post => "POST", Other => "other" });

impl Operation {
    pub(super) const ALL: [Self; 5] = [Self::Start, Self::Check, Self::Cancel, Self::Next, Self::Search];
}

impl Job {
    pub(super) const ALL: [Self; 7] =
        [Self::Cancel, Self::Resend, Self::Expiry, Self::Sweep, Self::Callbacks, Self::Reload, Self::Metrics];
}

/// A country that has phone numbers, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Where(Option<Country>);

impl Where {
    /// Of what attempts are counted by: for a number of no country that is its calling code, which is dropped here.
    pub(super) fn of(country: &str) -> Self {
        Self(Country::parse(country))
    }
}

impl EncodeLabelValue for Where {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
        encoder.write_str(self.0.as_ref().map_or("none", Country::as_str))
    }
}

/// What a request wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Method {
    Get,
    Post,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Message {
    pub(super) country: Where,
    pub(super) channel: &'static str,
    pub(super) outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Ended {
    pub(super) country: Where,
    pub(super) outcome: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Undelivered {
    pub(super) country: Where,
    pub(super) channel: &'static str,
    pub(super) reason: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Refusal {
    pub(super) rule: &'static str,
    pub(super) mode: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Answer {
    pub(super) operation: Operation,
    pub(super) result: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ByOperation {
    pub(super) operation: Operation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Circuit {
    pub(super) operation: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Decision {
    pub(super) decision: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ByJob {
    pub(super) job: Job,
}

/// What a request is for; a route is one of the app's own, never what a client typed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Place {
    pub(super) route: Cow<'static, str>,
    pub(super) method: Method,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Request {
    #[prometheus(flatten)]
    pub(super) place: Place,
    pub(super) status: u16,
}
