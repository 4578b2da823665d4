//! The guard at the door: whether a send may go out and a try be made.
//!
//! After the clock was set back, a refusal must not last longer than the window or wait that it rests on: before one is
//! told, its counters are rewound.

use std::time::Duration;

use super::{SignIn, SignInError};
use crate::{
    attempt::Attempt,
    audit::{Event, Line},
    guard::{
        Asker, Cause, Counted, Decision, Guard, Kind, RateLimited, Subject, TAKEOVERS,
        budget::{self, PAST_DAYS},
        guessing,
    },
    phone::PhoneNumber,
    store::{Reserve, WrongCode},
};

impl SignIn {
    /// What the guard looks at when `asker` wants a code sent.
    pub(super) async fn subject(&self, phone: &PhoneNumber, asker: &Asker) -> Result<Subject, SignInError> {
        let mut subject = Subject::new(&self.core.keys, phone, asker.address);
        for hash in self.known_hashes(asker, &subject.phone_hash) {
            subject.origin.known |= self.core.store.is_known(&hash, self.core.clock.now()).await?;
        }
        Ok(subject)
    }

    /// What the guard says of a send. What it would only have refused passes. Nothing is counted yet: whoever passes goes on
    /// to [`SignIn::count`].
    pub(super) async fn judge(&self, subject: &Subject) -> Result<Decision, SignInError> {
        let now = self.core.clock.now();
        let counters = self.core.store.counters(&Guard::looks_at(subject, now)).await?;
        let days = if self.guard.needs_history(subject, &counters, now) {
            self.core.store.verified_days(&subject.origin.country, budget::day(now) - PAST_DAYS).await?
        } else {
            Vec::new()
        };
        match self.guard.judge(subject, &counters, &days, now) {
            Decision::Refused(limited) if self.guard.lets_pass(&limited) => {
                limited.log(&self.core.keys, true);
                self.core.metrics.would_refuse(limited.cause.rule());
                Ok(Decision::Pass)
            }
            refused @ Decision::Refused(_) => {
                self.core.store.rewind(&counters, now, guessing::LONGEST_WAIT).await?;
                Ok(refused)
            }
            passes @ (Decision::Pass | Decision::Reserve(_)) => Ok(passes),
        }
    }

    /// Writes a browser's first attempt down and counts its send, if nothing speaks against it at first sight.
    pub(super) async fn enter(&self, first: &Attempt, subject: &Subject) -> Result<bool, SignInError> {
        Ok(self.core.store.insert_first(first, self.guard.send(subject)).await?)
    }

    /// Counts a send that was let pass, unless what it needs, of the reserve too, was used up meanwhile.
    pub(super) async fn count(
        &self,
        subject: &Subject,
        reserve: Option<&Reserve>,
    ) -> Result<bool, SignInError> {
        let (count, now) = (self.guard.send(subject), self.core.clock.now());
        Ok(self.core.store.count_send(count, reserve, now).await?)
    }

    /// Counts that an attempt takes the number over from another browser's; or how long that has to wait, since there was
    /// a takeover lately. To a known browser the number is its own.
    pub(super) async fn count_takeover(&self, attempt: &Attempt) -> Result<Option<Duration>, SignInError> {
        let (store, now) = (&self.core.store, self.core.clock.now());
        if attempt.origin.known || store.count_send(self.guard.takeover(attempt), None, now).await? {
            return Ok(None);
        }
        let counters = store.counters(&TAKEOVERS.map(|kind| attempt.key(kind))).await?;
        store.rewind(&counters, now, guessing::LONGEST_WAIT).await?;
        let waits = counters.iter().filter(|counter| counter.held(now) > 0);
        Ok(Some(waits.map(|counter| counter.ends_in(now)).max().unwrap_or_default()))
    }

    /// Takes back that an attempt took the number over.
    pub(super) async fn uncount_takeover(&self, attempt: &Attempt) -> Result<(), SignInError> {
        if !attempt.origin.known {
            self.core.store.give_back(&TAKEOVERS.map(|kind| attempt.key(kind))).await?;
        }
        Ok(())
    }

    /// As what a try counts before it is known whether its code is right.
    pub(super) fn counts_as(subject: &Subject) -> WrongCode {
        let key = subject.key(Kind::wrong_number(subject.origin.known));
        WrongCode { rule: guessing::OF_NUMBER.clone(), key, label: Some(subject.phone.masked()) }
    }

    /// Why a try was not counted, and so may not be made.
    pub(super) async fn not_counted(&self, subject: &Subject) -> Result<RateLimited, SignInError> {
        let number = Kind::wrong_number(subject.origin.known);
        Ok(self.limited_try(subject, number).await?.unwrap_or_else(|| {
            // Another try was counted in between, and is not any more.
            RateLimited::new(subject, Cause::WrongCodes, Some(Duration::from_secs(1)), self.core.clock.now())
        }))
    }

    /// Why no try may be made by the subject's counters of one kind, if so.
    pub(super) async fn limited_try(
        &self,
        subject: &Subject,
        kind: Kind,
    ) -> Result<Option<RateLimited>, SignInError> {
        let (store, now) = (&self.core.store, self.core.clock.now());
        let counters = store.counters(&[subject.key(kind)]).await?;
        let limited = Guard::judge_try(subject, &counters, now);
        if limited.is_some() {
            store.rewind(&counters, now, guessing::LONGEST_WAIT).await?;
        }
        Ok(limited)
    }

    /// Counts one of a kind that is counted of everybody together; how many there are, if the operator is to be told.
    pub(super) async fn count_for_alarm(&self, kind: Kind, seed: &str) -> Result<Option<i64>, SignInError> {
        let (now, level) = (self.core.clock.now(), guessing::alarm);
        let count = self.core.store.count_for_alarm(kind.of(""), guessing::ALARM_SPAN, seed, level, now);
        Ok(count.await?)
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
        if let Some(all) = self.count_for_alarm(Kind::WRONG_TOTAL, &subject.phone_hash).await? {
            tracing::warn!(all, "{all} wrong codes in an hour: someone may be guessing");
        }
        if subject.origin.known {
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
        let key = subject.key(Kind::WRONG_ADDRESS);
        let at_address = self.core.store.count_wrong_code(&guessing::OF_ADDRESS, &key, None, now).await?;
        let waits = [
            guessing::wait(count, guessing::FREE),
            guessing::wait(at_address.unwrap_or(0), guessing::ADDRESS_FREE),
        ];
        Ok(waits.into_iter().max().unwrap_or_default())
    }
}
