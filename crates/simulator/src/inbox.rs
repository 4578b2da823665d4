//! The messages that have arrived, for the simulated phone.
//!
//! What this module promises: at most [`PER_NUMBER`] messages for one number and [`IN_ALL`] altogether; the oldest go first.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::channel::Channel;
use crate::clock::Timestamp;

pub(super) const PER_NUMBER: usize = 50;
pub(super) const IN_ALL: usize = 5_000;

/// What arrived on a phone.
#[derive(Clone)]
pub(super) struct Message {
    /// Digits, or an e-mail address.
    pub to: String,
    /// Who it seems to come from.
    pub from: String,
    pub channel: Channel,
    /// What a person reads, or hears.
    pub text: String,
    pub code: String,
    pub sent_at: Timestamp,
}

#[derive(Default)]
pub(super) struct Inbox {
    /// By order of arrival.
    messages: BTreeMap<u64, Message>,
    of_number: HashMap<String, VecDeque<u64>>,
    arrivals: u64,
    site: Option<String>,
}

impl Inbox {
    /// Where texts name the host that their codes are for, in the last line, as browsers look for it there.
    pub(super) fn of_site(site: Option<String>) -> Self {
        Self { site, ..Self::default() }
    }

    pub(super) fn deliver(&mut self, mut message: Message) {
        if let Some(site) = self.site.as_ref().filter(|_| message.channel == Channel::Sms) {
            message.text = format!("{}\n\n@{site} #{}", message.text, message.code);
        }
        let of_number = self.of_number.entry(message.to.clone()).or_default();
        of_number.push_back(self.arrivals);
        if of_number.len() > PER_NUMBER
            && let Some(oldest) = of_number.pop_front()
        {
            self.messages.remove(&oldest);
        }
        self.messages.insert(self.arrivals, message);
        self.arrivals += 1;

        if self.messages.len() > IN_ALL
            && let Some((_, oldest)) = self.messages.pop_first()
        {
            self.drop_oldest_of(&oldest.to);
        }
    }

    fn drop_oldest_of(&mut self, number: &str) {
        if let Some(of_number) = self.of_number.get_mut(number) {
            of_number.pop_front();
            if of_number.is_empty() {
                self.of_number.remove(number);
            }
        }
    }

    /// All messages, or those to one number, newest first.
    pub(super) fn newest<'a>(&'a self, to: Option<&str>) -> Box<dyn Iterator<Item = &'a Message> + 'a> {
        let Some(number) = to else {
            return Box::new(self.messages.values().rev());
        };
        let arrivals = self.of_number.get(number).into_iter().flatten().rev();
        Box::new(arrivals.filter_map(|arrival| self.messages.get(arrival)))
    }
}
