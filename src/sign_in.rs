//! The sign-in: the state machine between the visitor and the provider.
//!
//! What this module promises:
//! * `starting` is committed before the provider is asked, so nothing sent is ever unknown to us; what may have sent
//!   is never asked twice.
//! * A browser has one running attempt: reloads, double clicks and tabs of one browser send one message.
//! * A code is checked by one upstream call at a time, accepted once, and its success is stored before it is told.
//! * Where the visitor wanted to go is kept with the attempt, through cancels and new starts; it is handed out as it
//!   came in, for the caller to judge.
//! * Once begun, a call to the provider is written down even if the visitor leaves.
//! * No code goes to a number that the settings refuse, and nobody signs in with one.
//! * Nothing is sent and no code is checked that the guard does not let pass; what is sent is counted first.
//! * It knows no HTTP; which page answers what is up to the handlers.
//!
//! ```text
//! starting → sent → verified | failed (too many) | expired | cancelled
//! starting → in doubt (answer lost) → sent | expired
//! ```

mod admission;
mod ask;
mod cancel;
mod check;
mod start;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

pub use cancel::Cancel;
pub use check::{Check, Ending};
pub use start::{Refusal, Start};

use crate::{
    channel::Channels,
    clock::{Clock, Timestamp},
    guard::{Guard, breaker::Breakers, destination::Destinations},
    keys::{Keys, Token},
    phone::PhoneNumber,
    random::Random,
    store::{Claim, State, Store, StoreError, Verification},
    verify::VerifyClient,
};

/// The provider refuses a cancel before this.
pub(crate) const CANCEL_AFTER: Duration = Duration::from_secs(30);
/// After a lost answer the visitor may ask again after this.
const DOUBT: Duration = Duration::from_secs(30);
/// After a request has ended, the provider may refuse a new one to the number for about a dozen seconds.
const LOCK_LINGERS: Duration = Duration::from_secs(15);
/// Longer than any call to the provider: a claim that old belongs to a process that is gone.
pub(crate) const CLAIM: Duration = Duration::from_secs(20);
/// How long the same right code is taken for the second half of a double click.
const TOMBSTONE: Duration = Duration::from_mins(1);
/// How often a request looks again while another one has the row, and how many times.
const POLL: Duration = Duration::from_millis(50);
const POLLS: u32 = 400;
/// Wrong codes after which the provider ends a request.
const TRIES: i64 = 3;

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

/// The state machine. Clones share everything.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// What outlives a restart.
    pub store: Store,
    /// The provider.
    pub verify: VerifyClient,
    /// What time it is.
    pub clock: Clock,
    /// Where tokens come from.
    pub random: Random,
    /// The keyed hashes.
    pub keys: Keys,
    /// Where codes may go, and so who may sign in.
    pub destinations: Destinations,
    /// Leave a failing provider alone.
    pub breakers: Breakers,
    /// What is counted, and how far.
    pub guard: Guard,
    /// How a code travels, and how else it can.
    pub channels: Channels,
    /// How long a code is good.
    pub lifetime: Duration,
    /// How long a session lasts at most.
    pub session_max: Duration,
    /// Wakes the jobs when a cancel is due.
    pub jobs: Arc<Notify>,
    /// What is under way at the provider: waited for at shutdown.
    pub tasks: TaskTracker,
}

/// The attempt whose code the visitor is to type.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The provider's name for it, which the forms carry.
    pub request_id: String,
    /// Where the code went.
    pub phone: PhoneNumber,
    /// Until when the code is good.
    pub expires_at: Timestamp,
}

/// What a browser has under way.
#[derive(Debug)]
pub enum Standing {
    /// A code is out.
    Pending(Pending),
    /// Its last code ran out, not long ago.
    Expired {
        /// Where its visitor wanted to go.
        return_to: Option<String>,
    },
    /// No code could still be typed.
    Nothing,
}

impl SignIn {
    /// What `browser` has under way.
    pub async fn standing(&self, browser: &Token) -> Result<Standing, SignInError> {
        let now = self.clock.now();
        let attempts = self.store.attempts_of_browser(&browser.hash()).await?;
        Ok(match attempts.first() {
            Some(attempt) => match (&attempt.request_id, attempt.state) {
                (Some(id), State::Sent) if attempt.expires_at > now => Standing::Pending(Pending {
                    request_id: id.clone(),
                    phone: attempt.phone.clone(),
                    expires_at: attempt.expires_at,
                }),
                (_, State::Sent | State::Expired) if now.since(attempt.expires_at) < self.lifetime => {
                    Standing::Expired { return_to: attempt.return_to.clone() }
                }
                _ => Standing::Nothing,
            },
            None => Standing::Nothing,
        })
    }

    /// Reads the list of allowed numbers again, if there is one. After an error the list from before stays.
    pub async fn reload_allowed(&self) -> Result<(), SignInError> {
        let allowed = self.destinations.allowed.clone();
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
    pub async fn end_sessions_not_allowed(&self) -> Result<(), SignInError> {
        let allowed = &self.destinations.allowed;
        if !allowed.is_limited() {
            return Ok(());
        }
        let ended = self.store.end_sessions_except(|phone| allowed.allows(phone)).await?;
        if ended > 0 {
            tracing::info!(ended, "sessions of numbers outside of ALLOWED_NUMBERS were ended");
        }
        Ok(())
    }

    fn claim(&self) -> Claim {
        let now = self.clock.now();
        Claim { now, until: now + CLAIM }
    }

    /// Lets go of an attempt whose code was not judged.
    async fn release(&self, attempt: &Verification) -> Result<(), SignInError> {
        self.store.settle(&attempt.attempt_id, State::Sent, State::Sent, self.clock.now()).await?;
        Ok(())
    }

    /// The tokens that take the browser token's place once its attempt is verified: session, browser, known browser.
    fn successors(&self, browser: &Token, attempt_id: &str) -> [Token; 3] {
        ["session", "browser", "known"]
            .map(|what| self.keys.successor(browser, &format!("{what} {attempt_id}")))
    }
}

/// Whether an attempt still runs for the visitor.
fn runs(attempt: &Verification, now: Timestamp) -> bool {
    matches!(attempt.state, State::Starting | State::Sent | State::InDoubt) && attempt.expires_at > now
}
