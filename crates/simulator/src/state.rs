//! All verifications and the phone's inbox, as of one moment.
//!
//! What this module promises:
//! * Time passes only by the `now` that callers give. Whatever was due by then has happened, in order and at its own
//!   time, before a caller is answered.
//! * A number has at most one running verification, whichever API started it.
//! * What callbacks tell is put into the outbox at the time it happened, if there is one.
//! * At most [`RUNNING`] verifications run: one more ends the one whose time is up first.
//! * Ended verifications are kept for [`KEPT_FOR`], and at most [`KEPT`] of them.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    time::Duration,
};

use data_encoding::HEXLOWER;

use super::{
    Options,
    inbox::Inbox,
    outbox::Outbox,
    report,
    throttle::Throttle,
    verification::{Api, Cancel, Check, Delivery, End, Id, Next, Plan, Verification},
};
use crate::{clock::Timestamp, random::Random};

pub(super) const RUNNING: usize = 40_000;
pub(super) const KEPT_FOR: Duration = Duration::from_mins(5);
pub(super) const KEPT: usize = 10_000;

/// How long the network takes to say that a message cannot be delivered.
pub(super) const REPORTED_AFTER: Duration = Duration::from_secs(2);

pub(super) struct State {
    random: Random,
    lock_after_cancel: Duration,
    verifications: HashMap<Id, Verification>,
    /// The running verification of a number.
    running: HashMap<String, Id>,
    agenda: BTreeSet<(Timestamp, Id, Act)>,
    /// Oldest first.
    ended: VecDeque<(Timestamp, Id)>,
    inbox: Inbox,
    pub throttle: Throttle,
    pub outbox: Option<Outbox>,
}

/// What the agenda holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Act {
    /// The next step or, after the last, the end.
    Step,
    /// The network reports that the message of this step cannot be delivered.
    Report(usize),
    /// The numbers of a cancelled verification become free.
    Release,
}

impl State {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            random: options.random.clone(),
            lock_after_cancel: options.lock_after_cancel,
            verifications: HashMap::new(),
            running: HashMap::new(),
            agenda: BTreeSet::new(),
            ended: VecDeque::new(),
            inbox: Inbox::of_site(options.site.clone()),
            throttle: Throttle::default(),
            outbox: options.callbacks.is_some().then(Outbox::default),
        }
    }

    /// Starts a verification; the error names the one that already runs for a number of the plan.
    pub(super) fn start(&mut self, plan: Plan, now: Timestamp) -> Result<Id, Id> {
        self.run_until(now);
        if let Some(running) = plan.steps.iter().find_map(|step| self.running.get(&step.to)) {
            return Err(running.clone());
        }
        self.make_room(now);

        let id = Id::from(new_id(plan.api, &self.random));
        for step in &plan.steps {
            self.running.insert(step.to.clone(), id.clone());
        }
        self.verifications.insert(id.clone(), Verification::new(plan, now));
        self.take_step(&id, now);
        Ok(id)
    }

    pub(super) fn check(&mut self, api: Api, id: &str, code: &str, now: Timestamp) -> Check {
        let Some((id, verification)) = self.get(api, id, now) else {
            return Check::Unknown;
        };
        let running = verification.end.is_none();
        let check = verification.check(code, now);
        match check {
            Check::Right => self.end(&id, now, End::Completed),
            Check::TooMany if running => self.end(&id, now, End::Failed),
            _ => {}
        }
        check
    }

    pub(super) fn cancel(&mut self, api: Api, id: &str, now: Timestamp) -> Cancel {
        let Some((id, verification)) = self.get(api, id, now) else {
            return Cancel::Unknown;
        };
        let cancel = verification.cancel(now);
        if cancel == Cancel::Done {
            self.end(&id, now, End::Cancelled);
        }
        cancel
    }

    /// Takes the next step now instead of at its time.
    pub(super) fn next(&mut self, api: Api, id: &str, now: Timestamp) -> Next {
        match self.get(api, id, now) {
            Some((id, verification)) if verification.end.is_none() => {
                if !verification.has_step_left() {
                    return Next::NoneLeft;
                }
                self.take_step(&id, now);
                Next::Done
            }
            _ => Next::Unknown,
        }
    }

    /// A verification, running or ended not long ago.
    pub(super) fn find(&mut self, api: Api, id: &str, now: Timestamp) -> Option<&Verification> {
        self.get(api, id, now).map(|(_, verification)| &*verification)
    }

    /// What has arrived by now.
    pub(super) fn inbox(&mut self, now: Timestamp) -> &Inbox {
        self.run_until(now);
        &self.inbox
    }

    fn get(&mut self, api: Api, id: &str, now: Timestamp) -> Option<(Id, &mut Verification)> {
        self.run_until(now);
        let (id, _) = self.verifications.get_key_value(id)?;
        let id = id.clone();
        let verification = self.verifications.get_mut(&id).filter(|found| found.plan.api == api)?;
        Some((id, verification))
    }

    /// Lets all happen that is due by `now`, and forgets what is long over.
    pub(super) fn run_until(&mut self, now: Timestamp) {
        while let Some((due, ..)) = self.agenda.first()
            && *due <= now
            && let Some((due, id, act)) = self.agenda.pop_first()
        {
            match act {
                Act::Step if self.verifications.get(&id).is_some_and(Verification::has_step_left) => {
                    self.take_step(&id, due);
                }
                Act::Step => self.end(&id, due, End::Expired),
                Act::Report(index) => self.report(&id, index, due),
                Act::Release => self.release(&id),
            }
        }
        while let Some((at, _)) = self.ended.front()
            && (now.since(*at) > KEPT_FOR || self.ended.len() > KEPT)
            && let Some((_, id)) = self.ended.pop_front()
        {
            self.release(&id);
            self.verifications.remove(&id);
        }
    }

    fn make_room(&mut self, now: Timestamp) {
        if self.verifications.len() - self.ended.len() < RUNNING {
            return;
        }
        let first = self.agenda.iter().find(|(.., act)| *act == Act::Step).map(|(_, id, _)| id.clone());
        if let Some(id) = first {
            self.end(&id, now, End::Expired);
        }
    }

    fn take_step(&mut self, id: &Id, now: Timestamp) {
        let Some(verification) = self.verifications.get_mut(id) else {
            return;
        };
        self.agenda.remove(&(verification.due, id.clone(), Act::Step));
        let index = verification.taken.len();
        if let Some(message) = verification.take_step(now, &self.random) {
            self.inbox.deliver(message);
        }
        self.agenda.insert((verification.due, id.clone(), Act::Step));
        let channel = verification.plan.steps.get(index).map(|step| step.channel);
        if channel.is_some_and(|channel| !verification.plan.delivery.reaches(channel)) {
            self.agenda.insert((now + REPORTED_AFTER, id.clone(), Act::Report(index)));
        }
    }

    fn report(&mut self, id: &Id, index: usize, now: Timestamp) {
        let running = self.verifications.get_mut(id).filter(|verification| verification.end.is_none());
        let Some(verification) = running else {
            return;
        };
        let blocked = verification.plan.delivery == Delivery::Blocked;
        if let Some(taken) = verification.taken.get_mut(index) {
            taken.failed = true;
        }
        self.tell_event(id, index, if blocked { "blocked" } else { "failed" }, now);
        if blocked {
            self.end(id, now, End::Blocked);
        }
    }

    fn end(&mut self, id: &Id, now: Timestamp, end: End) {
        let Some(verification) = self.verifications.get_mut(id) else {
            return;
        };
        verification.end = Some((now, end));
        self.agenda.remove(&(verification.due, id.clone(), Act::Step));
        self.ended.push_back((now, id.clone()));
        let last = verification.taken.len().saturating_sub(1);
        if end == End::Cancelled && !self.lock_after_cancel.is_zero() {
            self.agenda.insert((now + self.lock_after_cancel, id.clone(), Act::Release));
        } else {
            self.release(id);
        }
        if end == End::Completed {
            self.tell_event(id, last, "completed", now);
        }
        self.tell_end(id, now);
    }

    fn release(&mut self, id: &Id) {
        let steps = self.verifications.get(id).map(|verification| verification.plan.steps.as_slice());
        for step in steps.unwrap_or_default() {
            if self.running.get(&step.to) == Some(id) {
                self.running.remove(&step.to);
            }
        }
    }

    fn tell_event(&mut self, id: &Id, index: usize, status: &str, now: Timestamp) {
        if let Some(outbox) = &mut self.outbox
            && let Some(verification) = self.verifications.get(id).filter(|found| found.plan.api == Api::V2)
            && let Some(taken) = verification.taken.get(index)
        {
            outbox.put(report::event(id, verification, taken, status, now), now);
        }
    }

    fn tell_end(&mut self, id: &Id, now: Timestamp) {
        if let Some(outbox) = &mut self.outbox
            && let Some(verification) = self.verifications.get(id).filter(|found| found.plan.api == Api::V2)
            && let Some(summary) = report::summary(id, verification)
        {
            outbox.put(summary, now);
        }
    }
}

/// 32 hex digits in v1, a UUID in v2.
pub(super) fn new_id(api: Api, random: &Random) -> String {
    match api {
        Api::V1 => HEXLOWER.encode(&random.bytes::<16>()),
        Api::V2 => random.uuid(),
    }
}
