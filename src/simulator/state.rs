//! All verifications and the phone's inbox, as of one moment.
//!
//! What this module promises:
//! * Time passes only by the `now` that callers give. Whatever was due by then has happened, in order and at its own
//!   time, before a caller is answered.
//! * A number has at most one running verification, whichever API started it.
//! * Ended verifications are kept for [`KEPT_FOR`], and at most [`KEPT`] of them.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    time::Duration,
};

use data_encoding::HEXLOWER;

use super::{
    inbox::Inbox,
    verification::{Api, Cancel, Check, End, Id, Next, Plan, Verification},
};
use crate::{clock::Timestamp, random::Random};

pub(super) const KEPT_FOR: Duration = Duration::from_mins(5);
pub(super) const KEPT: usize = 10_000;

pub(super) struct State {
    random: Random,
    verifications: HashMap<Id, Verification>,
    /// The running verification of a number.
    running: HashMap<String, Id>,
    /// When each running verification takes its next step or expires.
    agenda: BTreeSet<(Timestamp, Id)>,
    /// Oldest first.
    ended: VecDeque<(Timestamp, Id)>,
    inbox: Inbox,
}

impl State {
    pub(super) fn new(random: Random) -> Self {
        Self {
            random,
            verifications: HashMap::new(),
            running: HashMap::new(),
            agenda: BTreeSet::new(),
            ended: VecDeque::new(),
            inbox: Inbox::default(),
        }
    }

    /// Starts a verification; the error names the one that already runs for a number of the plan.
    pub(super) fn start(&mut self, plan: Plan, now: Timestamp) -> Result<Id, Id> {
        self.run_until(now);
        if let Some(running) = plan.steps.iter().find_map(|step| self.running.get(&step.to)) {
            return Err(running.clone());
        }

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
        while let Some((due, _)) = self.agenda.first()
            && *due <= now
            && let Some((due, id)) = self.agenda.pop_first()
        {
            if self.verifications.get(&id).is_some_and(Verification::has_step_left) {
                self.take_step(&id, due);
            } else {
                self.end(&id, due, End::Expired);
            }
        }
        while let Some((at, _)) = self.ended.front()
            && (now.since(*at) > KEPT_FOR || self.ended.len() > KEPT)
            && let Some((_, id)) = self.ended.pop_front()
        {
            self.verifications.remove(&id);
        }
    }

    fn take_step(&mut self, id: &Id, now: Timestamp) {
        if let Some(verification) = self.verifications.get_mut(id) {
            self.agenda.remove(&(verification.due, id.clone()));
            let message = verification.take_step(now, &self.random);
            self.agenda.insert((verification.due, id.clone()));
            if let Some(message) = message {
                self.inbox.deliver(message);
            }
        }
    }

    fn end(&mut self, id: &Id, now: Timestamp, end: End) {
        if let Some(verification) = self.verifications.get_mut(id) {
            verification.end = Some((now, end));
            self.agenda.remove(&(verification.due, id.clone()));
            for step in &verification.plan.steps {
                self.running.remove(&step.to);
            }
            self.ended.push_back((now, id.clone()));
        }
    }
}

/// 32 hex digits in v1, a UUID in v2.
pub(super) fn new_id(api: Api, random: &Random) -> String {
    match api {
        Api::V1 => HEXLOWER.encode(&random.bytes::<16>()),
        Api::V2 => uuid(random),
    }
}

/// A random UUID (version 4) in text form.
pub(super) fn uuid(random: &Random) -> String {
    let mut bytes = random.bytes::<16>();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = HEXLOWER.encode(&bytes);
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}
