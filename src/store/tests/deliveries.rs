//! Messages sent again, and reports of messages.

use super::{NOW, after, claim, sent, stores};
use crate::{
    attempt::{Attempt, Move, Note, PlannedResend, RequestId, RequestTimes, State},
    channel::{Channel, Channels, Trouble},
    clock::Timestamp,
    store::{NewResend, Store},
};

const ASKED: NewResend =
    NewResend { channel: Channel::Voice, first: Move::Next, sent_before: NOW, sends: 1, until: after(600) };
const AGAIN: RequestTimes =
    RequestTimes { sent_at: after(40), expires_at: after(340), locked_until: after(370) };

async fn row(store: &Store) -> Attempt {
    store.attempts_of_browser("b").await.unwrap().remove(0)
}

/// An attempt that somebody has taken to send another message.
async fn resending(store: &Store) -> Attempt {
    sent(store, "a", "b").await;
    store.claim_resend("a", ASKED, claim(40)).await.unwrap().unwrap()
}

#[tokio::test]
async fn of_many_who_ask_again_one_is_heard() {
    for store in stores().await {
        sent(&store, "a", "b").await;
        let asks = (0..20).map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.claim_resend("a", ASKED, claim(40)).await.unwrap().is_some() })
        });
        let mut heard = 0;
        for ask in asks.collect::<Vec<_>>() {
            heard += u32::from(ask.await.unwrap());
        }
        assert_eq!(heard, 1);

        let row = row(&store).await;
        let resend = PlannedResend { channel: Channel::Voice, next: Move::Next, due: after(40), tries: 0 };
        assert_eq!(
            (row.state, row.delivery.resend, row.expires_at),
            (State::Resending, Some(resend), after(600))
        );
        assert!(
            store.take_for_check("b", "request-a", claim(41)).await.unwrap().is_none(),
            "no code counts meanwhile"
        );
    }
}

#[tokio::test]
async fn whoever_decided_on_an_older_row_is_not_heard() {
    for store in stores().await {
        sent(&store, "a", "b").await;
        for asked in [
            NewResend { sent_before: after(-1), ..ASKED },
            NewResend { sends: 0, ..ASKED },
            NewResend { sends: 2, ..ASKED },
        ] {
            assert!(store.claim_resend("a", asked, claim(40)).await.unwrap().is_none(), "{asked:?}");
        }
        assert!(store.claim_resend("a", ASKED, claim(300)).await.unwrap().is_none(), "run out");
        store.take_for_check("b", "request-a", claim(40)).await.unwrap().unwrap();
        assert!(store.claim_resend("a", ASKED, claim(41)).await.unwrap().is_none(), "being checked");
    }
}

#[tokio::test]
async fn a_move_is_due_in_its_time_and_made_by_one() {
    for store in stores().await {
        let resend = resending(&store).await.delivery.resend.unwrap();
        let later = PlannedResend { next: Move::Start, due: after(55), tries: 1, ..resend };
        assert!(store.plan_move("a", later, true, after(600)).await.unwrap());

        assert!(store.claim_moves(claim(54), 9).await.unwrap().is_empty());
        let due = store.claim_moves(claim(55), 9).await.unwrap();
        assert_eq!((due.len(), due[0].delivery.resend), (1, Some(later)));
        assert!(store.claim_moves(claim(56), 9).await.unwrap().is_empty(), "claimed by another");
        assert_eq!(store.claim_moves(claim(75), 9).await.unwrap().len(), 1, "the claim ran out");
    }
}

#[tokio::test]
async fn the_second_step_is_written_down_with_a_new_life() {
    for store in stores().await {
        resending(&store).await;
        assert!(store.record_step("a", Channel::Voice, AGAIN).await.unwrap());
        assert!(!store.record_step("a", Channel::Voice, AGAIN).await.unwrap(), "once");

        let row = row(&store).await;
        let delivery = &row.delivery;
        assert_eq!((row.state, row.request_id.as_deref()), (State::Sent, Some("request-a")));
        assert_eq!((row.sent_at, row.expires_at, delivery.locked_until), (after(40), after(340), after(370)));
        assert_eq!((delivery.steps_taken, delivery.sends, delivery.channel), (2, 2, Channel::Voice));
        assert_eq!((delivery.resend, row.cancel_at), (None, None), "the provider takes no cancel now");
    }
}

#[tokio::test]
async fn another_request_takes_the_place_of_the_first() {
    for store in stores().await {
        resending(&store).await;
        let steps = Channels::parse("sms,voice").unwrap();
        let begun = RequestTimes { sent_at: after(55), expires_at: after(355), locked_until: after(700) };
        let before = row(&store).await;
        assert!(store.begin_again(&before, steps, begun, claim(55)).await.unwrap());
        assert!(!store.begin_again(&before, steps, begun, claim(55)).await.unwrap(), "once");
        let unknown = row(&store).await;
        assert_eq!((unknown.state, unknown.request_id), (State::Starting, None), "until it is answered");
        assert_eq!((unknown.expires_at, unknown.delivery.locked_until), (after(355), after(700)));

        store.record_sent("a", "request-b", AGAIN).await.unwrap();
        let row = row(&store).await;
        assert_eq!((row.state, row.request_id.as_deref()), (State::Sent, Some("request-b")));
        assert_eq!((row.delivery.steps, row.delivery.steps_taken, row.delivery.sends), (steps, 1, 2));
        assert_eq!(row.cancel_at, Some(after(340)), "or its second step would follow");
    }
}

#[tokio::test]
async fn a_resend_ends_with_the_code_as_it_was_or_with_none() {
    for store in stores().await {
        resending(&store).await;
        assert!(store.give_up_resend("a", 2, after(300), Some(Note::NotResent)).await.unwrap());
        let kept = row(&store).await;
        assert_eq!((kept.state, kept.expires_at, kept.delivery.steps_taken), (State::Sent, after(300), 2));
        assert_eq!((kept.delivery.note, kept.delivery.sends), (Some(Note::NotResent), 1));

        let asked = NewResend { until: after(500), ..ASKED };
        store.claim_resend("a", asked, claim(60)).await.unwrap().unwrap();
        assert!(store.fail_resend("a", after(61)).await.unwrap());
        let failed = row(&store).await;
        assert_eq!((failed.state, failed.ended_at), (State::Failed, Some(after(61))));
        assert_eq!((failed.delivery.note, failed.cancel_at), (Some(Note::NotResent), None));
    }
}

#[tokio::test]
async fn a_cancel_during_the_pause_has_nothing_left_to_cancel() {
    for store in stores().await {
        let resend = resending(&store).await.delivery.resend.unwrap();
        store.plan_move("a", PlannedResend { next: Move::Start, ..resend }, true, after(600)).await.unwrap();
        assert!(store.cancel("a", after(45), after(45), after(300)).await.unwrap());

        assert!(store.claim_cancels(claim(99), 9).await.unwrap().is_empty());
        assert!(store.claim_moves(claim(99), 9).await.unwrap().is_empty());
        assert!(!store.resume("a", 1, after(46)).await.unwrap(), "its request is over");
    }
}

#[tokio::test]
async fn a_code_that_runs_out_is_cancelled_only_where_more_would_follow() {
    for store in stores().await {
        for (id, locked_until) in [("a", after(300)), ("b", after(660))] {
            assert!(store.insert(&super::attempt(id, id)).await.unwrap());
            let one = RequestTimes { sent_at: NOW, expires_at: after(300), locked_until };
            store.record_sent(id, id, one).await.unwrap();
        }
        assert!(store.claim_cancels(claim(299), 9).await.unwrap().is_empty());
        let due = store.claim_cancels(claim(300), 9).await.unwrap();
        assert_eq!(due.iter().map(|row| row.attempt_id.as_str()).collect::<Vec<_>>(), ["b"]);
    }
}

#[tokio::test]
async fn a_number_is_taken_over_from_whoever_holds_it() {
    for store in stores().await {
        sent(&store, "a", "b").await;
        store.take_over("a", after(40), after(55)).await.unwrap();

        let row = row(&store).await;
        assert_eq!((row.state, row.cancel_at), (State::Cancelled, None));
        assert_eq!((row.delivery.note, row.delivery.locked_until), (Some(Note::TakenOver), after(55)));
    }
}

#[tokio::test]
async fn a_report_speaks_of_the_newest_message_while_its_code_could_be_typed() {
    let news = async |store: &Store, request: &str, channel| {
        let request = RequestId::parse(request).unwrap();
        store.record_trouble(&request, channel, Trouble::Failed).await.unwrap().is_some()
    };
    for store in stores().await {
        sent(&store, "a", "b").await;
        assert!(!news(&store, "another", None).await);
        assert!(!news(&store, "request-a", Some(Channel::Voice)).await);
        assert!(news(&store, "request-a", Some(Channel::Sms)).await);
        assert!(!news(&store, "request-a", Some(Channel::Sms)).await, "no news the second time");
        assert_eq!(row(&store).await.delivery.trouble, Some(Trouble::Failed));

        assert!(store.cancel("a", after(5), after(30), after(300)).await.unwrap());
        let request = RequestId::parse("request-a").unwrap();
        assert!(store.record_trouble(&request, None, Trouble::Blocked).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_request_may_become_known_while_an_answer_is_awaited() {
    let request = RequestId::parse("request-a").unwrap();
    let may = async |store: &Store, at: Timestamp| store.may_become_known(&request, at).await.unwrap();
    for store in stores().await {
        assert!(!may(&store, NOW).await);
        assert!(store.insert(&super::attempt("a", "b")).await.unwrap());
        assert!(may(&store, after(19)).await);
        assert!(!may(&store, after(20)).await, "the answer is lost");
        store.record_sent("a", "request-a", AGAIN).await.unwrap();
        assert!(store.insert(&super::attempt("c", "d")).await.unwrap());
        assert!(!may(&store, after(1)).await, "it is known");
    }
}
