//! Attempts of numbers outside of `ALLOWED_NUMBERS`. They run like all others, so that nobody finds out which numbers are
//! on the list; what the provider would say to their calls is said here, after as long as it takes to say it.
//!
//! What this module promises:
//! * The provider never hears of such a number, and no code is right.
//! * What is answered follows from the rows and the time, so that restarts and other instances change nothing. With a
//!   list, the rows tell members too whether their number is taken, before the provider is asked.
//! * An attempt that began as one of an outsider goes on so, until another message is asked for.
//!
//! What remains: a number on the list that the provider refuses, or whose message it reports as lost, is told so. Until a
//! process has seen answers of the provider it guesses how long they take, and trouble of the provider is met by outsiders
//! only once someone else has met it.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::sleep;

use super::{CANCEL_AFTER, SignIn, SignInError, TRIES};
use crate::{
    audit::{Event, Line},
    clock::{Timestamp, millis},
    metrics::Operation,
    random::Random,
    store::Verification,
    verify::{Cancelled, Checked, NextStep, RequestId, VerifyError},
};

/// Under which rule the metrics count what was not sent.
const RULE: &str = "ALLOWED_NUMBERS";
/// How many answers of each kind are remembered.
const REMEMBERED: usize = 32;
/// How long an answer takes as long as there is none to go by: so much, and up to so much more.
const GUESS: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(300)];
/// For how long trouble of the provider is trouble for all, if no good answer comes in between.
const TROUBLE: Duration = Duration::from_mins(1);

type Answer<T> = Result<T, VerifyError>;

/// What the provider's newest answers were like. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Answers(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    took: HashMap<Operation, VecDeque<Duration>>,
    trouble: HashMap<Operation, (Timestamp, Duration, VerifyError)>,
    /// A request lives on after the third wrong code, and ends with the fourth.
    lenient: bool,
}

impl Answers {
    /// Takes note of an answer of the provider's.
    pub(super) fn note(
        &self,
        operation: Operation,
        took: Duration,
        error: Option<&VerifyError>,
        now: Timestamp,
    ) {
        let mut seen = self.lock();
        match error {
            None => {
                seen.trouble.remove(&operation);
                let recent = seen.took.entry(operation).or_default();
                if recent.len() == REMEMBERED {
                    recent.pop_front();
                }
                recent.push_back(took);
            }
            Some(error) if is_trouble(error) => {
                seen.trouble.insert(operation, (now, took, error.clone()));
            }
            Some(_) => {}
        }
    }

    /// Takes note of whether the last wrong code that we promise ends a request.
    pub(super) fn note_check(&self, attempt: &Verification, answer: &Answer<Checked>) {
        if attempt.wrong_codes + 1 == TRIES {
            match answer {
                Ok(Checked::Wrong) => self.lock().lenient = true,
                Ok(Checked::TooMany) => self.lock().lenient = false,
                _ => {}
            }
        }
    }

    /// How long the next answer takes, and what goes wrong with it, if something does.
    fn next(&self, operation: Operation, now: Timestamp, random: &Random) -> (Duration, Option<VerifyError>) {
        let mut seen = self.lock();
        if let Some((since, took, error)) = seen.trouble.get(&operation) {
            if now.since(*since) < TROUBLE {
                return (*took, Some(error.clone()));
            }
            seen.trouble.remove(&operation);
        }
        let below = |bound: usize| usize::try_from(random.below(bound as u64)).unwrap_or_default();
        let recent = seen.took.get(&operation).filter(|recent| !recent.is_empty());
        let took = recent.and_then(|recent| recent.get(below(recent.len())).copied());
        let guess = || GUESS[0] + Duration::from_millis(random.below(millis(GUESS[1]).unsigned_abs()));
        (took.unwrap_or_else(guess), None)
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether an error would have met any number.
fn is_trouble(error: &VerifyError) -> bool {
    use VerifyError as E;
    error.may_have_sent()
        || matches!(
            error,
            E::Unreachable(_) | E::Throttled(_) | E::Credentials(_) | E::Barred(_) | E::Balance(_)
        )
}

impl SignIn {
    /// Whether an attempt that begins, or asks for another message, is one of an outsider.
    pub(super) fn is_outsider(&self, attempt: &Verification) -> bool {
        !self.destinations.allowed.allows(&attempt.phone)
    }

    /// The request by which our rows show that an attempt's number is taken; `taking`: or is being taken.
    pub(super) async fn taken_by(
        &self,
        attempt: &Verification,
        taking: bool,
    ) -> Result<Option<RequestId>, SignInError> {
        let held_by = self.store.number_held_by(attempt, taking, self.clock.now()).await?;
        Ok(held_by.as_deref().and_then(RequestId::parse))
    }

    /// Instead of a request for a code.
    pub(super) async fn pretend_start(
        &self,
        attempt: &Verification,
    ) -> Result<Answer<RequestId>, SignInError> {
        self.not_sent(attempt);
        if let Err(trouble) = self.pretend(Operation::Start).await {
            return Ok(Err(trouble));
        }
        let id = self.verify.made_up_id(&self.random);
        if self.store.take_number(attempt, &id, self.clock.now()).await? {
            return Ok(Ok(id));
        }
        Ok(Err(VerifyError::AlreadyRunning(self.taken_by(attempt, true).await?)))
    }

    /// Instead of the second step of a request.
    pub(super) async fn pretend_next_step(&self, attempt: &Verification) -> Answer<NextStep> {
        self.not_sent(attempt);
        self.pretend(Operation::Next).await.map(|()| NextStep::Sent)
    }

    /// Instead of the check of a code.
    pub(super) async fn pretend_check(&self, attempt: &Verification) -> Answer<Checked> {
        let tries = TRIES + i64::from(self.answers.lock().lenient);
        self.pretend(Operation::Check).await?;
        Ok(if attempt.wrong_codes + 1 < tries { Checked::Wrong } else { Checked::TooMany })
    }

    /// Instead of a cancel.
    pub(super) async fn pretend_cancel(&self, attempt: &Verification) -> Answer<Cancelled> {
        self.pretend(Operation::Cancel).await?;
        let (now, delivery) = (self.clock.now(), &attempt.delivery);
        // The second step follows by itself where nobody was there to cancel in time.
        let followed = delivery.steps.second().is_some()
            && now.since(attempt.sent_at) >= self.verify.first_step(delivery.steps);
        Ok(if delivery.locked_until <= now {
            Cancelled::Gone
        } else if now.since(attempt.sent_at) < CANCEL_AFTER {
            Cancelled::TooEarly
        } else if delivery.taken > 1 || followed {
            Cancelled::TooLate
        } else {
            Cancelled::Done
        })
    }

    /// Waits as long as a call takes.
    async fn pretend(&self, operation: Operation) -> Answer<()> {
        let (took, trouble) = self.answers.next(operation, self.clock.now(), &self.random);
        sleep(took).await;
        trouble.map_or(Ok(()), Err)
    }

    fn not_sent(&self, attempt: &Verification) {
        self.metrics.refused(RULE);
        let line = Line::new(Event::Refused, &attempt.phone, &self.keys).country(&attempt.origin.country);
        line.limit(RULE, None::<&str>).because("nothing is sent, and the visitor is not told").write();
    }
}

#[cfg(test)]
mod tests;
