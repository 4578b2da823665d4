//! The guard at the door: whether a send may go out and a try be made.

use std::time::Duration;

use super::{Refusal, SignIn, SignInError};
use crate::{
    audit::{Event, Line},
    clock::Timestamp,
    guard::{
        Asker, Cause, Refused, Subject, Verdict,
        budget::{self, PAST_DAYS, TICKET_LIFE, TICKET_WAIT},
        guessing, subject,
    },
    keys::Token,
    phone::PhoneNumber,
    store::{Counter, Quota, Ticket, Verification},
};

/// Whether a send may go out.
pub(super) enum Admission {
    Pass(Option<Turn>),
    Refused(Refusal),
}

/// A ticket whose time has come, and what the send is counted by besides the limits.
pub(super) struct Turn {
    ticket: Ticket,
    quotas: Vec<Quota>,
}

impl SignIn {
    /// What the guard looks at when `asker` wants a code sent.
    pub(super) async fn subject(&self, phone: &PhoneNumber, asker: &Asker) -> Result<Subject, SignInError> {
        let mut subject = Subject::new(&self.keys, phone, asker.address);
        for hash in self.known_hashes(asker, &subject.phone_hash) {
            subject.known |= self.store.is_known(&hash, self.clock.now()).await?;
        }
        Ok(subject)
    }

    /// Looks at all that is counted. Nothing is counted yet: whoever passes goes on to [`SignIn::count`].
    pub(super) async fn admit(
        &self,
        subject: &Subject,
        asker: &Asker,
        browser_hash: &str,
    ) -> Result<Admission, SignInError> {
        match self.judge(subject).await? {
            Verdict::Pass => Ok(Admission::Pass(None)),
            Verdict::Refused(refused) => Ok(Admission::Refused(Refusal::Guard(refused))),
            Verdict::Ticket { refused, quotas } => {
                self.take_turns(subject, asker, browser_hash, refused, quotas).await
            }
        }
    }

    /// What the guard says of a send. What it would only have refused passes.
    pub(super) async fn judge(&self, subject: &Subject) -> Result<Verdict, SignInError> {
        let now = self.clock.now();
        let keys: Vec<String> = subject.watched().into_iter().chain(subject.tickets()).collect();
        let counters = self.store.counters(&keys).await?;
        let days = if self.guard.needs_history(subject, &counters, now) {
            self.store.verified_days(&subject.country, budget::day(now) - PAST_DAYS).await?
        } else {
            Vec::new()
        };
        match self.guard.judge(subject, &counters, &days, now) {
            Verdict::Pass => Ok(Verdict::Pass),
            Verdict::Refused(refused) | Verdict::Ticket { refused, .. } if self.guard.lets_pass(&refused) => {
                refused.log(&self.keys, true);
                self.metrics.would_refuse(refused.cause.rule());
                Ok(Verdict::Pass)
            }
            verdict => {
                self.rewind(&counters, now).await?;
                Ok(verdict)
            }
        }
    }

    /// Lets a visitor pass whose wait is over, and has all others wait, one at each address.
    async fn take_turns(
        &self,
        subject: &Subject,
        asker: &Asker,
        browser_hash: &str,
        refused: Refused,
        quotas: Vec<Quota>,
    ) -> Result<Admission, SignInError> {
        let now = self.clock.now();
        let wanted = Ticket {
            address_hash: subject.address_hash.clone(),
            phone_hash: subject.phone_hash.clone(),
            browser_hash: browser_hash.to_owned(),
            ready_at: now + TICKET_WAIT,
            expires_at: now + TICKET_LIFE,
        };
        let standing = self.store.issue_ticket(&wanted, now).await?;
        if standing.phone_hash != wanted.phone_hash || standing.browser_hash != wanted.browser_hash {
            let wait = standing.expires_at.since(now);
            let refused = Refused::new(subject, Cause::Queue, Some(wait), now);
            return Ok(Admission::Refused(Refusal::Guard(refused)));
        }
        let token = self.ticket_token(&standing);
        let wait = standing.ready_at.since(now);
        if wait.is_zero() && asker.ticket.as_ref() == Some(&token) {
            return Ok(Admission::Pass(Some(Turn { ticket: standing, quotas })));
        }
        // Whose time has come but who has lost the page gets it again.
        let refused = refused.again_in(wait.max(Duration::from_secs(1)), now);
        Ok(Admission::Refused(Refusal::Ticket { ticket: token, refused }))
    }

    fn ticket_token(&self, ticket: &Ticket) -> Token {
        let ready_at = ticket.ready_at.as_millis().to_string();
        self.keys.ticket(&[&ticket.address_hash, &ticket.phone_hash, &ticket.browser_hash, &ready_at])
    }

    /// Writes a browser's first attempt down and counts its send, if nothing speaks against it at first sight.
    pub(super) async fn enter(&self, first: &Verification, subject: &Subject) -> Result<bool, SignInError> {
        let (watched, limits) = (subject.watched(), subject.limits());
        let counting = self.guard.counting(subject.known);
        Ok(self.store.insert_first(first, &watched, (counting, &limits)).await?)
    }

    /// Counts a send that was let pass, unless what it needs was used up meanwhile.
    pub(super) async fn count(&self, subject: &Subject, turn: Option<&Turn>) -> Result<bool, SignInError> {
        let (now, keys) = (self.clock.now(), subject.limits());
        let counting = self.guard.counting(subject.known);
        Ok(match turn {
            None => self.store.count_send(counting, &keys, now).await?,
            Some(Turn { ticket, quotas }) => {
                self.store.count_ticket_send((counting, &keys), quotas, ticket, now).await?
            }
        })
    }

    /// Counts a try as wrong before it is known to be; says how many in a row there are with it, or why it may not be
    /// made.
    pub(super) async fn count_try(&self, subject: &Subject) -> Result<Result<i64, Refused>, SignInError> {
        let (now, key) = (self.clock.now(), subject.wrong_number());
        let label = subject.phone.masked();
        let counted = self.store.count_wrong_code(self.guard.wrong_number(), &key, Some(&label), now).await?;
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
        let now = self.clock.now();
        let counters = self.store.counters(keys).await?;
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
        self.metrics.wrong_code();
        Line::new(Event::WrongCode, &subject.phone, &self.keys).at(subject.address).write();
        let now = self.clock.now();
        let phone = subject.phone.masked();
        let all = self.store.count_one(subject::WRONG_TOTAL, guessing::ALARM_SPAN, now).await?;
        if guessing::alarms(all) {
            tracing::warn!(all, "{all} wrong codes in an hour: someone may be guessing");
        }
        if subject.known {
            if count >= guessing::MOST {
                self.store.forget_browsers(&subject.phone_hash).await?;
                tracing::warn!(
                    phone,
                    "{count} wrong codes in a row from known browsers: none is known any more"
                );
            }
            return Ok(guessing::wait(count, guessing::FREE));
        }
        if count >= guessing::MOST {
            tracing::warn!(phone, "{count} wrong codes in a row: closed until phonegate unlock --phone");
        }
        let key = subject::wrong_address(&subject.address_hash);
        let at_address = self.store.count_wrong_code(self.guard.wrong_address(), &key, None, now).await?;
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
        self.store.rewind(&keys, now, longest).await?;
        Ok(())
    }
}
