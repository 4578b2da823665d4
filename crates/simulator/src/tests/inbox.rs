//! The inbox keeps the newest messages and drops the oldest.

use crate::{
    channel::Channel,
    clock::Timestamp,
    inbox::{self, Inbox, Message},
};

const NUMBER: &str = "447700900123";

fn message(to: &str, text: u64) -> Message {
    Message {
        to: to.to_owned(),
        from: "Acme".to_owned(),
        channel: Channel::Sms,
        text: text.to_string(),
        code: "0000".to_owned(),
        sent_at: Timestamp::from_millis(0),
    }
}

#[test]
fn the_inbox_keeps_the_newest_of_a_number() {
    let mut inbox = Inbox::default();
    for text in 0..60 {
        inbox.deliver(message(NUMBER, text));
    }

    let texts: Vec<_> = inbox.newest(Some(NUMBER)).map(|message| message.text.clone()).collect();
    assert_eq!(texts.len(), inbox::PER_NUMBER);
    assert_eq!((texts[0].as_str(), texts[49].as_str()), ("59", "10"));
    assert_eq!(inbox.newest(None).count(), inbox::PER_NUMBER);
}

#[test]
fn the_inbox_keeps_the_newest_of_all() {
    let mut inbox = Inbox::default();
    inbox.deliver(message(NUMBER, 0));
    for number in 0..inbox::IN_ALL {
        inbox.deliver(message(&format!("{number}"), 1));
    }

    assert_eq!(inbox.newest(None).count(), inbox::IN_ALL);
    assert_eq!(inbox.newest(Some(NUMBER)).count(), 0);
}
