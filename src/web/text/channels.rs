//! What the pages say of each channel: one table for each.

use super::Sentence;
use crate::channel::{Channel, Trouble};

/// The sentences of one channel.
pub(crate) struct ChannelTexts {
    /// What the phone form leads with, and what it asks consent to, where codes go by this channel at first.
    pub(crate) index_lead: Sentence,
    pub(crate) index_consent: Sentence,
    /// On the phone form's button.
    pub(crate) index_submit: Sentence,
    /// Leads the code form. And the same where only the numbers of a list may sign in.
    pub(crate) lead: Sentence,
    pub(crate) lead_listed: Sentence,
    /// To whoever waits for the message.
    pub(crate) waiting: Sentence,
    /// On the buttons: once more by this channel, and by it instead of another.
    pub(crate) again: Sentence,
    pub(crate) instead: Sentence,
    /// Heads the page that waits until a message can go out: the first one, or a further one.
    pub(crate) sending_first: Sentence,
    pub(crate) sending_again: Sentence,
    /// Why it will not arrive.
    pub(crate) failed: Sentence,
    pub(crate) rejected: Sentence,
    pub(crate) blocked: Sentence,
    /// The advice to try this one after another has failed.
    pub(crate) try_this: Sentence,
}

impl ChannelTexts {
    pub(crate) fn of(channel: Channel) -> &'static Self {
        match channel {
            Channel::Sms => &SMS,
            Channel::Voice => &VOICE,
        }
    }

    pub(crate) fn trouble(&self, trouble: Trouble) -> &Sentence {
        match trouble {
            Trouble::Failed => &self.failed,
            Trouble::Rejected => &self.rejected,
            Trouble::Blocked => &self.blocked,
        }
    }
}

static SMS: ChannelTexts = ChannelTexts {
    index_lead: Sentence::new("index-lead"),
    index_consent: Sentence::new("index-consent"),
    index_submit: Sentence::new("index-submit"),
    lead: Sentence::new("verify-lead-sms"),
    lead_listed: Sentence::new("verify-lead-sms-listed"),
    waiting: Sentence::new("again-lead-sms"),
    again: Sentence::new("again-sms"),
    instead: Sentence::new("again-sms-instead"),
    sending_first: Sentence::new("resend-title-first"),
    sending_again: Sentence::new("resend-title-sms"),
    failed: Sentence::new("trouble-sms-failed"),
    rejected: Sentence::new("trouble-sms-rejected"),
    blocked: Sentence::new("trouble-sms-blocked"),
    try_this: Sentence::new("trouble-try-sms"),
};

static VOICE: ChannelTexts = ChannelTexts {
    index_lead: Sentence::new("index-lead-voice"),
    index_consent: Sentence::new("index-consent-voice"),
    index_submit: Sentence::new("index-submit-voice"),
    lead: Sentence::new("verify-lead-voice"),
    lead_listed: Sentence::new("verify-lead-voice-listed"),
    waiting: Sentence::new("again-lead-voice"),
    again: Sentence::new("again-voice"),
    instead: Sentence::new("again-voice-instead"),
    sending_first: Sentence::new("resend-title-voice"),
    sending_again: Sentence::new("resend-title-voice"),
    failed: Sentence::new("trouble-voice-failed"),
    rejected: Sentence::new("trouble-voice-rejected"),
    blocked: Sentence::new("trouble-voice-blocked"),
    try_this: Sentence::new("trouble-try-voice"),
};
