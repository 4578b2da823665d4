use super::*;
use crate::{
    sign_in::tests::{NOW, attempt, secs},
    store::State,
};

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
    assert_eq!(next(Operation::Start), 9_000);
    assert!((200..500).contains(&next(Operation::Check)), "each kind by itself");

    lasting(&answers, 0..32);
    let drawn: std::collections::BTreeSet<_> = (0..1_000).map(|_| next(Operation::Start)).collect();
    assert_eq!(drawn, (0..32).collect(), "all of them, and none that is older");
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
    assert_eq!(at(59), (secs(3), Some(fault)));
    assert_eq!(at(60).1, None);

    fails(&VerifyError::TimedOut);
    lasting(&answers, [7]);
    assert_eq!(at(0), (Duration::from_millis(7), None));
}

#[test]
fn which_wrong_code_ends_a_request_is_learned_from_the_provider() {
    let answers = Answers::default();
    let third = Verification { wrong_codes: 2, ..attempt(State::Sent, secs(1)) };
    let lenient = |answers: &Answers| answers.lock().lenient;

    answers.note_check(&attempt(State::Sent, secs(1)), &Ok(Checked::Wrong));
    assert!(!lenient(&answers));
    answers.note_check(&third, &Ok(Checked::Wrong));
    assert!(lenient(&answers));
    answers.note_check(&third, &Err(VerifyError::TimedOut));
    assert!(lenient(&answers));
    answers.note_check(&third, &Ok(Checked::TooMany));
    assert!(!lenient(&answers));
}
