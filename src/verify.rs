//! The Verify client: request, check, next step, cancel, over Vonage's Verify v2 or Verify Legacy (v1).
//!
//! What this module promises:
//! * Each call is one exchange with the provider, and a second one only if the first was refused for its token; both
//!   within the time limit of the settings. Nothing is sent twice.
//! * A request with two steps keeps one code, and its second step waits until the first code has run out and there
//!   was time to cancel it.
//! * Credentials travel in the `Authorization` header alone: for v2 an application's token if there is one, else key
//!   and secret, never both.
//! * What a visitor can cause is an outcome; what the operator has to mend is a [`VerifyError`], whose text holds
//!   no number, code or secret.

mod application;
mod call;
pub(crate) mod callback;
mod connections;
mod error;
mod exchange;
pub(crate) mod facts;
mod scrub;
mod v1;
mod v2;

#[cfg(test)]
pub(crate) mod tests;

use std::{fmt, sync::Arc, time::Duration};

use secrecy::SecretString;
use url::Url;

pub(crate) use application::Application;
pub use error::VerifyError;

use crate::{
    attempt::RequestId,
    channel::Channels,
    clock::{Clock, Timestamp},
    code::Pin,
    phone::PhoneNumber,
    random::Random,
};
use application::uuid;
use connections::Connections;
use facts::{Facts, V1, V2};

/// Which of the provider's two APIs is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerifyApi {
    /// Verify (Legacy): forms, and a status in the body of a 200.
    V1,
    /// JSON, and HTTP statuses.
    V2,
}

impl VerifyApi {
    /// What holds for it.
    pub(crate) fn facts(self) -> &'static Facts {
        match self {
            Self::V1 => &V1,
            Self::V2 => &V2,
        }
    }
}

/// What the client needs to know; all of it comes from the settings.
#[derive(Debug, Clone)]
pub struct VerifySettings {
    /// Which of the two is spoken.
    pub api: VerifyApi,
    /// Where it lives.
    pub base_url: Url,
    /// What proves who we are.
    pub credentials: Credentials,
    /// 1 to 16 characters, shown in the message.
    pub brand: String,
    /// Digits in a code: 6 to 10, and one of `Facts::code_lengths`.
    pub code_length: u8,
    /// How long a code is good after a message: 60 to 600 s.
    pub lifetime: Duration,
    /// For connecting alone.
    pub connect_timeout: Duration,
    /// For the whole exchange, connecting included.
    pub timeout: Duration,
    /// Dates tokens.
    pub clock: Clock,
    /// Names tokens.
    pub random: Random,
}

/// Who calls. With neither of the two the provider turns every call down.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// Key and secret: v1 takes nothing else.
    pub basic: Option<(String, SecretString)>,
    /// Signs tokens for v2, and is preferred there.
    pub application: Option<Application>,
}

/// What the provider said of a code. All of these are ordinary: a page answers each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// It is the code that was sent.
    Right,
    /// It is not, and may be tried again.
    Wrong,
    /// Wrong too many times; the request has ended.
    TooMany,
    /// Unknown, expired or used: the visitor has to ask for a new code.
    Gone,
    /// The step that runs takes no code.
    NotYet,
}

/// What the provider said of a cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancelled {
    /// No code can be typed for it any more.
    Done,
    /// Not before [`Facts::cancel_after`].
    TooEarly,
    /// Not with more than [`Facts::cancellable_messages`] out.
    TooLate,
    /// Refused without a reason we know: the request still runs and the number is still locked.
    Refused,
    /// Unknown, ended or expired: nothing is left to cancel.
    Gone,
}

/// What the provider said when asked for a request's next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NextStep {
    /// The second message is on its way.
    Sent,
    /// The request has no step left.
    NoneLeft,
    /// Not ready for it yet; nothing was sent.
    TryLater,
    /// Unknown, ended or expired.
    Gone,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// It runs.
    InProgress,
    /// The right code was entered.
    Success,
    /// Too many wrong codes.
    Failed,
    /// Its time is over.
    Expired,
    /// It was cancelled.
    Cancelled,
    /// The provider does not say: a request that ended may be unknown for a minute, and some cannot be asked.
    Unknown,
}

/// How long the second step of a request waits after the first code has run out: in that time it is cancelled.
const CANCEL_ROOM: Duration = Duration::from_secs(30);
/// A code's life begins for us when the answer has come: at the provider it must not end before. Not longer than
/// [`Facts::lock_after_cancel`], so that whoever asks again at the end is not sent away.
const ANSWER_ROOM: Duration = Duration::from_secs(15);

/// Cheap to clone: clones share one connection pool.
#[derive(Clone)]
pub struct VerifyClient {
    settings: Arc<VerifySettings>,
    connections: Arc<Connections>,
    /// Not longer than that of the settings.
    timeout: Duration,
}

impl fmt::Debug for VerifyClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyClient").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl VerifyClient {
    /// Makes no connection yet, and reads no certificates.
    pub fn new(settings: VerifySettings) -> Self {
        let connections = Arc::new(Connections::new(&settings));
        Self { timeout: settings.timeout, settings: settings.into(), connections }
    }

    /// Reads the certificates that the first call would otherwise wait for. An error means that there is no TLS to be
    /// had; each call then says so too.
    pub(crate) fn warm_up(&self) -> Result<(), VerifyError> {
        self.connections.client(&self.settings).map(drop)
    }

    /// The same, but no call takes longer than `time`.
    pub fn within(&self, time: Duration) -> Self {
        Self { timeout: time.min(self.timeout), ..self.clone() }
    }

    /// How long a call takes at most.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Whether calls have less time than the settings give them.
    pub(crate) fn is_shortened(&self) -> bool {
        self.timeout < self.settings.timeout
    }

    /// What the provider promises.
    pub(crate) fn facts(&self) -> &'static Facts {
        self.settings.api.facts()
    }

    /// As many of `channels` as one request can hold.
    pub(crate) fn steps(&self, channels: Channels) -> Channels {
        if (self.facts().holds)(channels) { channels } else { Channels::only(channels.first()) }
    }

    /// How long a request runs if nobody ends it or takes its second step early.
    pub(crate) fn runs_for(&self, steps: Channels) -> Duration {
        let count = if steps.second().is_some() { 2 } else { 1 };
        self.first_step(steps) * count
    }

    /// How long a request's first step lasts; then the second follows by itself, if there is one.
    pub(crate) fn first_step(&self, steps: Channels) -> Duration {
        if steps.second().is_some() { self.step() } else { self.settings.lifetime + ANSWER_ROOM }
    }

    /// When a request ends whose second step is taken at `now` and that would have run until `end`.
    pub(crate) fn ends_after_second_step(&self, end: Timestamp, now: Timestamp) -> Timestamp {
        if self.facts().early_step_lasts_anew { now + self.step() } else { end }
    }

    /// How long each step of a request with two of them lasts.
    fn step(&self) -> Duration {
        self.settings.lifetime + CANCEL_ROOM
    }

    /// Sends a code to `phone` by the first of `steps`, which must be what [`VerifyClient::steps`] gave. Never
    /// retried: a second attempt could send a second message.
    pub(crate) async fn request(
        &self,
        phone: &PhoneNumber,
        steps: Channels,
    ) -> Result<RequestId, VerifyError> {
        match self.settings.api {
            VerifyApi::V1 => v1::request(self, phone, steps).await,
            VerifyApi::V2 => v2::request(self, phone, steps).await,
        }
    }

    /// An id of the form that the provider's have.
    pub(crate) fn made_up_id(&self, random: &Random) -> RequestId {
        let id = uuid(random);
        RequestId::made_up(if self.facts().hyphens_in_ids { id } else { id.replace('-', "") })
    }

    /// Takes a request's next step at once: the same code, by the second channel.
    pub(crate) async fn next(&self, id: &RequestId) -> Result<NextStep, VerifyError> {
        match self.settings.api {
            VerifyApi::V1 => v1::next(self, id).await,
            VerifyApi::V2 => v2::next(self, id).await,
        }
    }

    /// Asks what became of a request, where [`Facts::can_search`]; for whoever lost the answer to a check.
    pub(crate) async fn search(&self, id: &RequestId) -> Result<Found, VerifyError> {
        match self.settings.api {
            VerifyApi::V1 => v1::search(self, id).await,
            VerifyApi::V2 => Ok(Found::Unknown),
        }
    }

    /// Checks a code. Not retried either: each delivered check costs one of `Facts::wrong_codes`.
    pub async fn check(&self, id: &RequestId, pin: &Pin) -> Result<Checked, VerifyError> {
        match self.settings.api {
            VerifyApi::V1 => v1::check(self, id, pin).await,
            VerifyApi::V2 => v2::check(self, id, pin).await,
        }
    }

    /// Cancels a running request.
    pub async fn cancel(&self, id: &RequestId) -> Result<Cancelled, VerifyError> {
        match self.settings.api {
            VerifyApi::V1 => v1::cancel(self, id).await,
            VerifyApi::V2 => v2::cancel(self, id).await,
        }
    }
}
