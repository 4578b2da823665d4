//! The guard at the door: whether a send may go out and a try be made.

use std::time::Duration;

use super::{SignIn, SignInError};
use crate::{
    audit::{Event, Line},
    clock::Timestamp,
    guard::{
        Asker, Cause, Refused, Subject, Verdict,
        budget::{self, PAST_DAYS},
        guessing, limits, subject,
    },
    phone::PhoneNumber,
    store::{Counter, Quota, Verification},
};

impl SignIn {
    /// What the guard looks at when `asker` wants a code sent.
    pub(super) async fn subject(&self, phone: &PhoneNumber, asker: &Asker) -> Result<Subject, SignInError> {
        let mut subject = Subject::new(&self.core.keys, phone, asker.address);
        for hash in self.known_hashes(asker, &subject.phone_hash) {
            subject.known |= self.core.store.is_known(&hash, self.core.clock.now()).await?;
        }
        Ok(subject)
    }

    /// What the guard says of a send. What it would only have refused passes. Nothing is counted yet: whoever passes goes on
    /// to [`SignIn::count`].
    pub(super) async fn judge(&self, subject: &Subject) -> Result<Verdict, SignInError> {
        let now = self.core.clock.now();
        let keys: Vec<String> = subject
            .watched()
            .into_iter()
            .chain(subject.reserve())
            .chain(subject.verified(budget::day(now)))
            .collect();
        let counters = self.core.store.counters(&keys).await?;
        let days = if self.guard.needs_history(subject, &counters, now) {
            self.core.store.verified_days(&subject.country, budget::day(now) - PAST_DAYS).await?
        } else {
            Vec::new()
        };
        match self.guard.judge(subject, &counters, &days, now) {
            Verdict::Refused(refused) if self.guard.lets_pass(&refused) => {
                refused.log(&self.core.keys, true);
                self.core.metrics.would_refuse(refused.cause.rule());
                Ok(Verdict::Pass)
            }
            verdict @ Verdict::Refused(_) => {
                self.rewind(&counters, now).await?;
                Ok(verdict)
            }
            passes @ (Verdict::Pass | Verdict::Reserve(_)) => Ok(passes),
        }
    }

    /// Writes a browser's first attempt down and counts its send, if nothing speaks against it at first sight.
    pub(super) async fn enter(&self, first: &Verification, subject: &Subject) -> Result<bool, SignInError> {
        let (watched, limits) = (subject.watched(), subject.limits());
        let counting = self.guard.counting(subject.known);
        Ok(self.core.store.insert_first(first, &watched, (counting, &limits)).await?)
    }

    /// Counts a send that was let pass, unless what it needs was used up meanwhile. `quotas`: what else it needs, out of
    /// the reserve.
    pub(super) async fn count(&self, subject: &Subject, quotas: &[Quota]) -> Result<bool, SignInError> {
        let (now, keys) = (self.core.clock.now(), subject.limits());
        let counting = self.guard.counting(subject.known);
        if quotas.is_empty() {
            return Ok(self.core.store.count_send(counting, &keys, now).await?);
        }
        let unless = subject::unverified_address(&subject.address_hash);
        Ok(self.core.store.count_reserve_send((counting, &keys), quotas, &unless, now).await?)
    }

    /// Counts that an attempt takes the number over from another browser's; or how long that has to wait, since there was
    /// a takeover lately. To a known browser the number is its own.
    pub(super) async fn count_takeover(
        &self,
        attempt: &Verification,
    ) -> Result<Option<Duration>, SignInError> {
        let (now, keys) = (self.core.clock.now(), takeover_keys(attempt));
        if attempt.origin.known || self.core.store.count_send(self.guard.takeovers(), &keys, now).await? {
            return Ok(None);
        }
        let counters = self.core.store.counters(&keys).await?;
        self.rewind(&counters, now).await?;
        let waits = counters.iter().filter(|counter| limits::counted(counter, now) > 0);
        Ok(Some(waits.map(|counter| limits::ends_in(counter, now)).max().unwrap_or_default()))
    }

    /// Takes back that an attempt took the number over.
    pub(super) async fn uncount_takeover(&self, attempt: &Verification) -> Result<(), SignInError> {
        if !attempt.origin.known {
            self.core.store.give_back(&takeover_keys(attempt)).await?;
        }
        Ok(())
    }

    /// Counts a try as wrong before it is known to be; says how many in a row there are with it, or why it may not be
    /// made.
    pub(super) async fn count_try(&self, subject: &Subject) -> Result<Result<i64, Refused>, SignInError> {
        let (now, key) = (self.core.clock.now(), subject.wrong_number());
        let label = subject.phone.masked();
        let counted =
            self.core.store.count_wrong_code(self.guard.wrong_number(), &key, Some(&label), now).await?;
        match counted {
            Some(count) => Ok(Ok(count)),
            None => Ok(Err(self.refused_try(subject, &[key]).await?.unwrap_or_else(|| {
                // Another try was counted in between, and is not any more.
                Refused::new(subject, Cause::WrongCodes, Some(Duration::from_secs(1)), now)
            }))),
        }
    }

    /// Why no try may be made by what is counted under `keys`, if so.
    pub(super) async fn refused_try(
        &self,
        subject: &Subject,
        keys: &[String],
    ) -> Result<Option<Refused>, SignInError> {
        let now = self.core.clock.now();
        let counters = self.core.store.counters(keys).await?;
        let refused = self.guard.judge_try(subject, &counters, now);
        if refused.is_some() {
            self.rewind(&counters, now).await?;
        }
        Ok(refused)
    }

    /// What a wrong code leads to besides its count, which is `count` for the number; says how long the next waits.
    pub(super) async fn after_wrong_code(
        &self,
        subject: &Subject,
        count: i64,
    ) -> Result<Duration, SignInError> {
        self.core.metrics.wrong_code();
        Line::new(Event::WrongCode, &subject.phone, &self.core.keys).at(subject.address).write();
        let now = self.core.clock.now();
        let phone = subject.phone.masked();
        let all = self.core.store.count_one(subject::WRONG_TOTAL, guessing::ALARM_SPAN, now).await?;
        if guessing::alarms(all) {
            tracing::warn!(all, "{all} wrong codes in an hour: someone may be guessing");
        }
        if subject.known {
            if count >= guessing::MOST {
                self.core.store.forget_browsers(&subject.phone_hash).await?;
                tracing::warn!(
                    phone,
                    "{count} wrong codes in a row from known browsers: none is known any more"
                );
            }
            return Ok(guessing::wait(count, guessing::FREE));
        }
        if count >= guessing::MOST {
            tracing::warn!(
                phone,
                "{count} wrong codes in a row: closed until a known browser signs in, or phonegate unlock --phone"
            );
        }
        let key = subject::wrong_address(&subject.address_hash);
        let at_address =
            self.core.store.count_wrong_code(self.guard.wrong_address(), &key, None, now).await?;
        let waits = [
            guessing::wait(count, guessing::FREE),
            guessing::wait(at_address.unwrap_or(0), guessing::ADDRESS_FREE),
        ];
        Ok(waits.into_iter().max().unwrap_or_default())
    }

    /// After the clock was set back, a refusal must not last longer than the window or wait that it rests on.
    async fn rewind(&self, counters: &[Counter], now: Timestamp) -> Result<(), SignInError> {
        let longest = guessing::LONGEST_WAIT;
        let ahead = |counter: &&Counter| counter.started_at > now || counter.not_before > now + longest;
        let keys: Vec<_> = counters.iter().filter(ahead).map(|counter| counter.key.clone()).collect();
        self.core.store.rewind(&keys, now, longest).await?;
        Ok(())
    }
}

fn takeover_keys(attempt: &Verification) -> [String; 2] {
    subject::takeover(&attempt.origin.address_hash, &attempt.phone_hash)
}
