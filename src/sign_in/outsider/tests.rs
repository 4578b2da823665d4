use std::collections::BTreeSet;

use super::*;
use crate::sign_in::tests::{NOW, secs};

fn lasting(answers: &Answers, millis: impl IntoIterator<Item = u64>) {
    for millis in millis {
        answers.note(Operation::Start, Duration::from_millis(millis), None, NOW);
    }
}

#[test]
fn an_answer_takes_as_long_as_one_of_the_newest_of_its_kind() {
    let (answers, random) = (Answers::default(), Random::seeded(1));
    let next = |operation| answers.next(operation, NOW, &random).0.as_millis();
    for _ in 0..100 {
        assert!((200..500).contains(&next(Operation::Start)));
    }

    lasting(&answers, [9_000]);
    let drawn: BTreeSet<_> = (0..100).map(|_| answers.next(Operation::Start, NOW, &random).0).collect();
    assert_eq!(drawn.len(), 100, "no two of one sample are the same");
    assert!(drawn.iter().all(|took| (7_650..10_350).contains(&took.as_millis())), "{drawn:?}");
    assert!((200..500).contains(&next(Operation::Check)), "each kind by itself");

    lasting(&answers, (0..32).map(|number| 1_000 + number * 100));
    let drawn: BTreeSet<_> = (0..1_000).map(|_| next(Operation::Start)).collect();
    assert!(drawn.iter().all(|took| (850..4_715).contains(took)), "none that is older: {drawn:?}");
    assert!(drawn.len() > 500, "as wide as they are spread");
}

#[test]
fn an_answer_takes_no_longer_than_its_call_may() {
    let fault = VerifyError::Fault("status 5".to_owned());
    assert_eq!(within(secs(3), secs(2), Some(fault.clone())), (secs(2), Some(fault.clone())));
    assert_eq!(within(secs(3), secs(15), Some(fault)), (secs(3), Some(VerifyError::TimedOut)));
    assert_eq!(within(secs(3), secs(15), None), (secs(3), Some(VerifyError::TimedOut)));
}

#[test]
fn trouble_is_met_until_a_good_answer_or_for_a_minute() {
    let (answers, random) = (Answers::default(), Random::seeded(1));
    let at = |seconds| answers.next(Operation::Start, NOW + secs(seconds), &random);
    let fault = VerifyError::Fault("status 5".to_owned());
    let fails = |error: &VerifyError| answers.note(Operation::Start, secs(3), Some(error), NOW);

    fails(&VerifyError::InvalidNumber("status 3".to_owned()));
    fails(&VerifyError::AlreadyRunning(None));
    fails(&VerifyError::Blocked("status 7".to_owned()));
    assert_eq!(at(0).1, None, "of one number only");

    fails(&fault);
    let (took, trouble) = at(59);
    assert_eq!(trouble, Some(fault));
    assert!((2_550..3_450).contains(&took.as_millis()), "{took:?}");
    assert_eq!(at(60).1, None);

    fails(&VerifyError::TimedOut);
    assert_eq!(at(0), (secs(3), Some(VerifyError::TimedOut)), "when the time has run out");
    lasting(&answers, [7]);
    let (took, trouble) = at(0);
    assert!(trouble.is_none() && took < Duration::from_millis(9), "{took:?}");
}
