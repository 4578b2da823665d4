//! The sign-in: the state machine between the visitor and the provider.
//!
//! What this module promises:
//! * `starting` is committed before the provider is asked, so nothing sent is ever unknown to us; what may have sent
//!   is never asked twice.
//! * A browser has one running attempt: reloads, double clicks and tabs of one browser send one message.
//! * Another message is sent only when asked for, by one click of many, and the newest code is the one that counts.
//! * A code is checked by one upstream call at a time, accepted once, and its success is stored before it is told.
//! * Where the visitor wanted to go is kept with the attempt, through cancels and new starts; it is handed out as it
//!   came in, for the caller to judge.
//! * Once begun, a call to the provider is written down even if the visitor leaves.
//! * No code goes to a number that the settings refuse, and nobody signs in with one. Which numbers are on the list of
//!   `ALLOWED_NUMBERS` shows nowhere.
//! * Nothing is sent and no code is checked that the guard does not let pass; what is sent is counted first.
//! * It knows no HTTP; which page answers what is up to the handlers.
//!
//! ```text
//! starting  → sent → verified | failed (too many) | expired | cancelled
//! starting  → in doubt (answer lost) → starting (asked again) | expired | cancelled
//! sent      → resending → sent (next step taken, or all as it was)
//! resending → starting (the old request is cancelled and its pause over) → sent | in doubt | failed
//! starting  → resending (the number is not free yet) → starting
//! ```

mod action;
mod admission;
mod advance;
mod app;
mod ask;
mod audit_lines;
mod before;
mod calls;
mod cancel;
mod check;
mod doubt;
mod form_match;
pub(crate) mod jobs;
mod outsider;
mod queue;
mod report;
mod resend;
mod running;
mod standing;
mod start;

mod success;
#[cfg(test)]
mod tests;

use std::{
    ops::Deref,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

pub(crate) use before::Before;
pub(crate) use cancel::Cancel;
pub use check::Check;
pub(crate) use check::Tokens;
pub(crate) use form_match::Ending;
pub(crate) use outsider::Answers;
pub(crate) use queue::Queues;
pub(crate) use resend::{NoResend, Offer, Resend};
pub(crate) use standing::{Over, Pending, Resending, Standing};
pub use start::{Refusal, Start};

use crate::{
    attempt::{Attempt, State},
    audit::{Event, Line},
    channel::{Channel, Channels},
    clock::Timestamp,
    core::Core,
    guard::{Guard, breaker::Breakers, destination::Destinations},
    hooks::Hooks,
    phone::PhoneNumber,
    store::{Claim, StoreError},
    verify::VerifyClient,
};

/// Another message can be asked for so long after the last.
const RESEND_AFTER: Duration = Duration::from_secs(30);
/// Another browser can ask for a code to the same number so long after the last.
const TAKE_OVER_AFTER: Duration = Duration::from_secs(30);
/// The first message of a sign-in and three more.
const MOST_SENDS: i64 = 4;
/// No code is good for longer after the first message of its sign-in, however many follow.
const LONGEST: Duration = Duration::from_mins(10);
/// A message for whose code there is less time is not offered.
const WORTHWHILE: Duration = Duration::from_secs(75);
/// After a lost answer the visitor may ask again after this.
const DOUBT: Duration = Duration::from_secs(30);
/// The calls to the provider that are made for one claim take no longer, all together.
const ANSWERS: Duration = Duration::from_secs(18);
/// Longer than [`ANSWERS`]: a claim that old belongs to a process that is gone.
pub(crate) const CLAIM: Duration = Duration::from_secs(20);
/// How long the same right code is taken for the second half of a double click.
const TOMBSTONE: Duration = Duration::from_mins(1);
/// How often a request looks at its browser's attempts at most: each look finds what another one has changed.
const LOOKS: u32 = 40;

/// What went wrong on our side. `Display` is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The store did not do as asked.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nobody knows what the other request waits for.
    #[error("another request holds this attempt and does not let go")]
    Stuck,
    /// A panic, or the end of the runtime.
    #[error("a sign-in task ended early")]
    Task(#[from] tokio::task::JoinError),
}

/// The state machine. Clones share everything: one is made for each task, and costs no more than a count.
#[derive(Debug, Clone)]
pub struct SignIn(Arc<Parts>);

/// Each part has a name.
#[derive(Debug)]
pub struct Parts {
    /// Store, time, randomness, keys and counters.
    pub core: Core,
    /// The provider.
    pub verify: VerifyClient,
    /// Where codes may go, and so who may sign in.
    pub(crate) destinations: Destinations,
    /// Leave a failing provider alone.
    pub(crate) breakers: Breakers,
    /// What is counted, and how far.
    pub(crate) guard: Guard,
    /// What the app around us wants to be asked and told.
    pub(crate) hooks: Hooks,
    /// How a code travels, and how else it can.
    pub(crate) channels: Channels,
    /// How long a code is good.
    pub(crate) lifetime: Duration,
    /// How long a session lasts at most.
    pub(crate) session_max: Duration,
    /// How long a session lasts without a visit.
    pub(crate) session_idle: Duration,
    /// What the provider's newest answers were like.
    pub(crate) answers: Answers,
    /// Who waits for whom in this process.
    pub(crate) queues: Queues,
    /// Wakes the jobs when a cancel is due.
    pub(crate) jobs: Arc<Notify>,
    /// What is under way at the provider: waited for at shutdown.
    pub(crate) tasks: TaskTracker,
}

impl Deref for SignIn {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl From<Parts> for SignIn {
    fn from(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl SignIn {
    /// Reads the list of allowed numbers again, if there is one. After an error the list from before stays.
    pub async fn reload_allowed(&self) -> Result<(), SignInError> {
        let allowed = self.destinations.allowed.clone();
        if !allowed.is_limited() {
            tracing::debug!("there is nothing to read again: ALLOWED_NUMBERS is not set");
            return Ok(());
        }
        // A long list takes its time to read.
        match tokio::task::spawn_blocking(move || allowed.reload()).await? {
            Ok(count) => {
                tracing::info!(count, "ALLOWED_NUMBERS was read again");
                self.end_sessions_not_allowed().await
            }
            Err(error) => {
                tracing::error!("ALLOWED_NUMBERS: {error}; the list from before stays in force");
                Ok(())
            }
        }
    }

    /// Ends the sessions of numbers that may not sign in any more.
    pub(crate) async fn end_sessions_not_allowed(&self) -> Result<(), SignInError> {
        let allowed = &self.destinations.allowed;
        if !allowed.is_limited() {
            return Ok(());
        }
        let ended = self.core.store.end_sessions_except(|phone| allowed.allows(phone)).await?;
        for (phone, sessions) in ended {
            Line::new(Event::TakenOffList, &phone, &self.core.keys).count(sessions.len() as u64).write();
            self.tell_signed_out(&phone, sessions).await;
        }
        Ok(())
    }

    /// The channels that reach `phone`. Where none does, the first is offered: whoever asks for it is told why not.
    fn channels_to(&self, phone: &PhoneNumber) -> Channels {
        if self.channels.second().is_none() {
            return self.channels;
        }
        let reached = self.channels.filter(|channel| self.destinations.check(phone, channel).is_ok());
        reached.unwrap_or(Channels::only(self.channels.first()))
    }

    /// The steps of a request to `phone` whose first message goes by `first`.
    fn steps(&self, phone: &PhoneNumber, first: Channel) -> Channels {
        let channels = self.channels_to(phone).beginning_with(first);
        self.verify.steps(channels.unwrap_or(Channels::only(first)))
    }

    fn claim(&self) -> Claim {
        let now = self.core.clock.now();
        Claim { now, until: now + CLAIM }
    }

    /// The provider, for a further call of a claim whose first was made at `begun`.
    fn verify_since(&self, begun: Instant) -> VerifyClient {
        self.verify.within(ANSWERS.saturating_sub(begun.elapsed()))
    }

    /// Lets go of an attempt whose code was not judged.
    async fn release(&self, attempt: &Attempt) -> Result<(), SignInError> {
        Ok(self.core.store.let_go(&attempt.attempt_id).await?)
    }
}

/// When no code of an attempt is good any more, whatever follows: ten minutes after its first message.
fn last_moment(attempt: &Attempt) -> Timestamp {
    attempt.delivery.first_sent_at + LONGEST
}

/// Whether an attempt still runs for the visitor.
fn runs(attempt: &Attempt, now: Timestamp) -> bool {
    matches!(attempt.state, State::Starting | State::Sent | State::InDoubt | State::Resending)
        && attempt.expires_at > now
}
