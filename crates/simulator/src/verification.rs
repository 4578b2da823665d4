//! One verification: its steps, its code, its tries.
//!
//! What this module promises:
//! * A code is digits of the asked length; only the newest one counts, and it gets [`TRIES`] wrong answers.
//! * No cancel in the first [`CANCEL_AFTER`], nor once a second message has gone out.

use std::{sync::Arc, time::Duration};

use super::{channel::Channel, inbox::Message};
use crate::{clock::Timestamp, random::Random};

pub(super) const TRIES: u8 = 3;
pub(super) const CANCEL_AFTER: Duration = Duration::from_secs(30);

/// Names a verification: 32 hex digits in v1, a UUID in v2.
pub(super) type Id = Arc<str>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Api {
    V1,
    V2,
}

/// What becomes of the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivery {
    Arrives,
    /// Sent, never delivered.
    Fails,
    /// Calls get through, all else fails.
    VoiceOnly,
    /// Nothing goes out: the fraud rules end it.
    Blocked,
}

impl Delivery {
    pub(super) fn reaches(self, channel: Channel) -> bool {
        match self {
            Self::Arrives => true,
            Self::VoiceOnly => channel == Channel::Voice,
            Self::Fails | Self::Blocked => false,
        }
    }
}

/// What a caller asked for.
#[derive(Clone)]
pub(super) struct Plan {
    pub api: Api,
    pub brand: String,
    pub steps: Vec<Step>,
    pub code_length: u8,
    /// Instead of a made one.
    pub custom_code: Option<String>,
    /// v1: how long a code is good. A step that finds it expired makes a new one; the verification ends with the last.
    pub code_lifetime: Option<Duration>,
    /// v2: told in callbacks.
    pub channel_timeout: Duration,
    /// v2: the caller's own name for it, told in callbacks.
    pub client_ref: Option<String>,
    pub delivery: Delivery,
}

#[derive(Clone)]
pub(super) struct Step {
    pub channel: Channel,
    /// Digits, or an e-mail address.
    pub to: String,
    /// Who the message seems to come from.
    pub from: String,
    /// Until the next step is taken by itself.
    pub wait: Duration,
    /// Sends the former step's code again instead of a new one.
    pub reuse_code: bool,
}

struct Code {
    text: String,
    until: Option<Timestamp>,
    wrong: u8,
}

impl Code {
    fn expired(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Completed,
    /// Too many wrong codes.
    Failed,
    Expired,
    Cancelled,
    /// By the fraud rules.
    Blocked,
}

/// What the answer to a code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    Right,
    Wrong,
    /// The last try is used up: the verification has ended.
    TooMany,
    /// The running step takes no code.
    NoCode,
    /// Never known, or over.
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cancel {
    Done,
    TooEarly,
    TooLate,
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Done,
    NoneLeft,
    Unknown,
}

/// A step that was taken.
pub(super) struct Taken {
    pub id: String,
    pub channel: Channel,
    pub at: Timestamp,
    /// The network has reported that it cannot be delivered.
    pub failed: bool,
}

/// A code that was tried.
pub(super) struct Try {
    pub code: String,
    pub right: bool,
    pub at: Timestamp,
}

pub(super) struct Verification {
    pub plan: Plan,
    pub started_at: Timestamp,
    pub taken: Vec<Taken>,
    pub tries: Vec<Try>,
    pub end: Option<(Timestamp, End)>,
    /// When the next step is taken by itself or, after the last, the verification expires.
    pub due: Timestamp,
    code: Option<Code>,
}

impl Verification {
    pub(super) fn new(plan: Plan, now: Timestamp) -> Self {
        Self { plan, started_at: now, taken: Vec::new(), tries: Vec::new(), end: None, due: now, code: None }
    }

    pub(super) fn has_step_left(&self) -> bool {
        self.taken.len() < self.plan.steps.len()
    }

    /// Takes the next step, if one is left, and returns what arrives on the phone.
    pub(super) fn take_step(&mut self, now: Timestamp, random: &Random) -> Option<Message> {
        let step = self.plan.steps.get(self.taken.len())?;
        let id = format!("0A{:014X}", random.below(1 << 56));
        self.taken.push(Taken { id, channel: step.channel, at: now, failed: false });
        self.due = now + step.wait;
        if step.channel == Channel::SilentAuth {
            return None;
        }

        let code = match self.code.take() {
            Some(code) if step.reuse_code && !code.expired(now) => code,
            _ => Code {
                text: self.plan.custom_code.clone().unwrap_or_else(|| digits(self.plan.code_length, random)),
                until: self.plan.code_lifetime.map(|lifetime| now + lifetime),
                wrong: 0,
            },
        };
        let until = code.until.unwrap_or(self.due);
        if self.taken.len() == self.plan.steps.len() {
            self.due = until;
        }
        let message = self.plan.delivery.reaches(step.channel).then(|| Message {
            to: step.to.clone(),
            from: step.from.clone(),
            channel: step.channel,
            text: wording(step.channel, &self.plan.brand, &code.text, until.since(now)),
            code: code.text.clone(),
            sent_at: now,
        });
        self.code = Some(code);
        message
    }

    /// Judges a code. Ends nothing: the caller does.
    pub(super) fn check(&mut self, given: &str, now: Timestamp) -> Check {
        match self.end {
            None => {}
            Some((_, End::Failed)) => return Check::TooMany,
            Some(_) => return Check::Unknown,
        }
        let silent = self.taken.last().is_some_and(|taken| taken.channel == Channel::SilentAuth);
        let Some(code) = self.code.as_mut().filter(|_| !silent) else {
            return Check::NoCode;
        };

        let right = code.text == given && !code.expired(now);
        self.tries.push(Try { code: given.to_owned(), right, at: now });
        if right {
            return Check::Right;
        }
        code.wrong += 1;
        if code.wrong < TRIES { Check::Wrong } else { Check::TooMany }
    }

    /// Whether it may be cancelled now. Ends nothing: the caller does.
    pub(super) fn cancel(&self, now: Timestamp) -> Cancel {
        if self.end.is_some() {
            Cancel::Unknown
        } else if now.since(self.started_at) < CANCEL_AFTER {
            Cancel::TooEarly
        } else if self.taken.len() > 1 {
            Cancel::TooLate
        } else {
            Cancel::Done
        }
    }
}

fn digits(length: u8, random: &Random) -> String {
    let code = random.below(10_u64.saturating_pow(length.into()));
    format!("{code:0width$}", width = length.into())
}

/// What a person reads or, on a call, hears.
fn wording(channel: Channel, brand: &str, code: &str, good_for: Duration) -> String {
    if channel == Channel::Voice {
        let spoken = code.chars().map(String::from).collect::<Vec<_>>().join(", ");
        return format!("Hello. Your {brand} code is {spoken}. Once more: {spoken}. Goodbye.");
    }
    let seconds = good_for.as_secs();
    let (count, unit) = if seconds < 60 { (seconds, "second") } else { (seconds / 60, "minute") };
    let plural = if count == 1 { "" } else { "s" };
    format!("{code} is your {brand} code. It is good for {count} {unit}{plural}.")
}
