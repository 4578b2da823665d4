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
//! only once someone else has met it. And only a success begins the count of a number's wrong codes anew, and only members
//! succeed: whoever types a few wrong codes, waits for a sign-in of the owner and types more finds out by the waits
//! whether there was one.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::time::sleep;

use super::{SignIn, SignInError};
use crate::{
    attempt::{Attempt, RequestId},
    audit::{Event, Line},
    clock::Timestamp,
    metrics::Operation,
    random::Random,
    verify::{Cancelled, Checked, NextStep, VerifyClient, VerifyError},
};

/// Under which rule the metrics count what was not sent.
const RULE: &str = "ALLOWED_NUMBERS";
/// How many answers of each kind are remembered.
const REMEMBERED: usize = 32;
/// How long an answer takes as long as there is none to go by: so much, and up to so much more.
const GUESS: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(300)];
/// Under which name the store keeps whether a request lives on after the third wrong code, and ends with the fourth.
const LENIENT: &str = "lenient";
/// For how long trouble of the provider is trouble for all, if no good answer comes in between.
const TROUBLE: Duration = Duration::from_mins(1);

type Answer<T> = Result<T, VerifyError>;

/// What the provider's newest answers were like. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answers(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    took: HashMap<Operation, VecDeque<Duration>>,
    trouble: HashMap<Operation, (Timestamp, Duration, VerifyError)>,
    /// What our own rows took lately where the provider's take no time of ours.
    own_work: Duration,
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

    fn note_own_work(&self, took: Duration) {
        self.lock().own_work = took;
    }

    fn own_work(&self) -> Duration {
        self.lock().own_work
    }

    /// How long the next answer takes, and what goes wrong with it, if something does.
    fn next(&self, operation: Operation, now: Timestamp, random: &Random) -> (Duration, Option<VerifyError>) {
        let mut seen = self.lock();
        if let Some((since, took, error)) = seen.trouble.get(&operation) {
            if now.since(*since) < TROUBLE {
                // Where the time has run out it is the same each time.
                let varies = !matches!(error, VerifyError::TimedOut);
                return (if varies { vary(*took, random) } else { *took }, Some(error.clone()));
            }
            seen.trouble.remove(&operation);
        }
        let took = match seen.took.get(&operation) {
            Some(recent) if !recent.is_empty() => vary(between(recent, random), random),
            _ => GUESS[0] + below(GUESS[1], random),
        };
        (took, None)
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn below(bound: Duration, random: &Random) -> Duration {
    Duration::from_nanos(random.below(u64::try_from(bound.as_nanos()).unwrap_or(u64::MAX)))
}

/// Somewhere between two neighbours of those seen, so that the same few values do not come again and again.
fn between(recent: &VecDeque<Duration>, random: &Random) -> Duration {
    let mut sorted: Vec<_> = recent.iter().copied().collect();
    sorted.sort_unstable();
    let gaps = sorted.len().saturating_sub(1);
    let low = usize::try_from(random.below(gaps as u64)).unwrap_or_default();
    let at = |index: usize| sorted.get(index.min(gaps)).copied().unwrap_or_default();
    at(low) + below(at(low + 1).saturating_sub(at(low)), random)
}

/// What becomes of a call that has so much time.
fn within(time: Duration, took: Duration, trouble: Option<VerifyError>) -> (Duration, Option<VerifyError>) {
    if took <= time { (took, trouble) } else { (time, Some(VerifyError::TimedOut)) }
}

/// Up to 15 % more or less.
fn vary(took: Duration, random: &Random) -> Duration {
    took * 85 / 100 + below(took * 30 / 100, random)
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
    pub(super) fn is_outsider(&self, attempt: &Attempt) -> bool {
        !self.destinations.allowed.allows(&attempt.phone)
    }

    /// The request by which our rows show that an attempt's number is taken; `taking`: or is being taken.
    pub(super) async fn taken_by(
        &self,
        attempt: &Attempt,
        taking: bool,
    ) -> Result<Option<RequestId>, SignInError> {
        let held_by = self.core.store.number_held_by(attempt, taking, self.core.clock.now()).await?;
        Ok(held_by.as_deref().and_then(RequestId::parse))
    }

    /// Instead of a request for a code. Where an earlier answer was lost, the request of that time goes on.
    pub(super) async fn pretend_start(
        &self,
        attempt: &Attempt,
        repeated: bool,
    ) -> Result<Answer<RequestId>, SignInError> {
        self.not_sent(attempt);
        if let Err(trouble) = self.pretend_but(Operation::Start, &self.verify, self.answers.own_work()).await
        {
            return Ok(Err(trouble));
        }
        let (id, begun) = (self.verify.made_up_id(&self.core.random), Instant::now());
        let taken = self.core.store.take_number(attempt, &id, self.core.clock.now()).await?;
        self.answers.note_own_work(begun.elapsed());
        Ok(match taken {
            true if repeated => Err(VerifyError::AlreadyRunning(Some(id))),
            true => Ok(id),
            false => Err(VerifyError::AlreadyRunning(self.taken_by(attempt, true).await?)),
        })
    }

    /// Instead of the second step of a request.
    pub(super) async fn pretend_next_step(&self, attempt: &Attempt) -> Answer<NextStep> {
        self.not_sent(attempt);
        self.pretend(Operation::Next, &self.verify).await.map(|()| NextStep::Sent)
    }

    /// Takes note of whether the last wrong code that we promise ends a request.
    pub(super) async fn note_check(&self, attempt: &Attempt, answer: &Answer<Checked>) {
        if attempt.wrong_codes + 1 != self.verify.facts().wrong_codes
            || !self.destinations.allowed.is_limited()
        {
            return;
        }
        let lenient = match answer {
            Ok(Checked::Wrong) => "yes",
            Ok(Checked::TooMany) => "no",
            _ => return,
        };
        if let Err(error) = self.core.store.remember(LENIENT, lenient).await {
            tracing::warn!("what the provider answers to a last wrong code was not kept: {error}");
        }
    }

    /// Instead of the check of a code.
    pub(super) async fn pretend_check(&self, verify: &VerifyClient, attempt: &Attempt) -> Answer<Checked> {
        let begun = Instant::now();
        let lenient = self.core.store.remembered(LENIENT).await.unwrap_or_else(|error| {
            tracing::warn!("what the provider answers to a last wrong code cannot be read: {error}");
            None
        });
        let tries = verify.facts().wrong_codes + i64::from(lenient.as_deref() == Some("yes"));
        self.pretend_but(Operation::Check, verify, begun.elapsed()).await?;
        Ok(if attempt.wrong_codes + 1 < tries { Checked::Wrong } else { Checked::TooMany })
    }

    /// Instead of a cancel.
    pub(super) async fn pretend_cancel(&self, verify: &VerifyClient, attempt: &Attempt) -> Answer<Cancelled> {
        self.pretend(Operation::Cancel, verify).await?;
        let (now, delivery, facts) = (self.core.clock.now(), &attempt.delivery, verify.facts());
        // The second step follows by itself where nobody was there to cancel in time.
        let followed = delivery.steps.second().is_some()
            && now.since(attempt.sent_at) >= self.verify.first_step(delivery.steps);
        Ok(if delivery.locked_until <= now {
            Cancelled::Gone
        } else if now.since(attempt.sent_at) < facts.cancel_after {
            Cancelled::TooEarly
        } else if followed || !facts.can_cancel(delivery.steps_taken) {
            Cancelled::TooLate
        } else {
            Cancelled::Done
        })
    }

    /// Waits as long as a call of `verify` takes.
    pub(super) async fn pretend(&self, operation: Operation, verify: &VerifyClient) -> Answer<()> {
        self.pretend_but(operation, verify, Duration::ZERO).await
    }

    /// Waits for less: so much our own work takes.
    async fn pretend_but(
        &self,
        operation: Operation,
        verify: &VerifyClient,
        own_work: Duration,
    ) -> Answer<()> {
        let (took, trouble) = self.answers.next(operation, self.core.clock.now(), &self.core.random);
        let (took, trouble) = within(verify.timeout(), took, trouble);
        sleep(took.saturating_sub(own_work)).await;
        trouble.map_or(Ok(()), Err)
    }

    fn not_sent(&self, attempt: &Attempt) {
        self.core.metrics.refused(RULE);
        let line =
            Line::new(Event::Refused, &attempt.phone, &self.core.keys).country(&attempt.origin.country);
        line.limit(RULE, None::<&str>).because("nothing is sent, and the visitor is not told").write();
    }
}

#[cfg(test)]
mod tests;
