use super::*;
use crate::{
    attempt::Origin,
    sign_in::tests::{LIFETIME, NOW, attempt, secs},
    verify::facts::V2,
};

fn id(text: &str) -> RequestId {
    RequestId::parse(text).unwrap()
}

/// The attempt that was refused; its browser is `b`.
fn refused() -> Attempt {
    let attempt = attempt(State::Starting, Duration::ZERO);
    Attempt { attempt_id: "new".to_owned(), request_id: None, browser_hash: "b".to_owned(), ..attempt }
}

/// Another attempt to the number: `browser`'s, begun `age` ago.
fn other(browser: &str, state: State, age: u64) -> Attempt {
    Attempt { browser_hash: browser.to_owned(), ..attempt(state, secs(age)) }
}

/// The word for what is to be done, without rows.
fn word(repeated: bool, named: Option<&str>, attempts: &[Attempt]) -> String {
    let named = named.map(id);
    let text = format!("{:?}", holder(&V2, &refused(), named.as_ref(), repeated, attempts, NOW));
    let text = text.split("(Attempt").next().unwrap();
    text.split(", RequestTimes").next().unwrap().to_owned()
}

#[test]
fn who_holds_the_number_follows_from_the_refusal_and_the_rows() {
    let cancelled = |browser, pending: bool| Attempt {
        cancel_at: pending.then_some(NOW + secs(20)),
        ..other(browser, State::Cancelled, 10)
    };
    let nameless = |browser, state, age| Attempt { request_id: None, ..other(browser, state, age) };
    let both_out = |browser| {
        let mut attempt = other(browser, State::Sent, 100);
        attempt.delivery.steps_taken = 2;
        attempt
    };
    let over = |state| {
        let mut attempt = other("x", state, 200);
        attempt.delivery.locked_until = NOW;
        attempt
    };
    for (repeated, named, attempts, expected) in [
        (false, Some("r1"), vec![other("b", State::Sent, 10)], "Ours"),
        (false, None, vec![other("b", State::Sent, 10)], "Ours"),
        (false, Some("r1"), vec![cancelled("b", true)], "Ours"),
        (false, Some("r1"), vec![cancelled("b", false)], "Ending { wait: 290s }"),
        (false, None, vec![nameless("b", State::InDoubt, 100)], "Ending { wait: 200s }"),
        (false, Some("r1"), vec![other("x", State::Sent, 10)], "Theirs { wait: 20s }"),
        (false, None, vec![other("x", State::Sent, 10)], "Theirs { wait: 20s }"),
        (false, Some("r1"), vec![other("x", State::Sent, 30)], "TakeOver"),
        (false, None, vec![other("x", State::Sent, 30)], "TakeOver"),
        (false, Some("r1"), vec![cancelled("x", true)], "Theirs { wait: 20s }"),
        (false, Some("r1"), vec![cancelled("x", false)], "Theirs { wait: 290s }"),
        (false, Some("r1"), vec![both_out("x")], "Theirs { wait: 200s }"),
        (false, Some("r9"), vec![nameless("x", State::InDoubt, 10)], "Theirs { wait: 20s }"),
        (true, Some("r9"), vec![nameless("x", State::InDoubt, 100)], "Theirs { wait: 200s }"),
        (true, Some("r9"), vec![], "Lost(RequestId(\"r9\")"),
        (false, Some("r9"), vec![nameless("b", State::Cancelled, 100)], "Lost(RequestId(\"r9\")"),
        (
            false,
            Some("r9"),
            vec![nameless("b", State::Cancelled, 100), nameless("x", State::InDoubt, 10)],
            "Theirs { wait: 20s }",
        ),
        (true, Some("r1"), vec![over(State::Cancelled)], "Ending { wait: 15s }"),
        (true, Some("r1"), vec![over(State::Verified)], "Ending { wait: 15s }"),
        (true, None, vec![], "LostTrack { wait: 300s }"),
        (true, None, vec![over(State::Verified)], "LostTrack { wait: 300s }"),
        (false, Some("r9"), vec![], "Theirs { wait: 300s }"),
        (false, Some("r9"), vec![other("x", State::Sent, 100)], "Theirs { wait: 300s }"),
        (false, None, vec![], "Theirs { wait: 300s }"),
    ] {
        assert_eq!(word(repeated, named, &attempts), expected, "{repeated} {named:?} {attempts:?}");
    }
    let known = |attempt: Attempt, known| {
        let origin = Origin { known, ..Origin::default() };
        Attempt { origin, ..attempt }
    };
    let word = |known_now, theirs: Attempt| {
        let text = format!(
            "{:?}",
            holder(&V2, &known(refused(), known_now), Some(&id("r1")), false, &[theirs], NOW)
        );
        text.split("(Attempt").next().unwrap().to_owned()
    };
    let both = |attempt| known(attempt, true);
    for (known_now, theirs, expected) in [
        // A stranger's code is the owner's, whatever its request would allow.
        (true, other("x", State::Sent, 10), "Adopt"),
        (true, other("x", State::Sent, 100), "Adopt"),
        (true, both_out("x"), "Adopt"),
        (true, other("x", State::Resending, 100), "TakeOver"),
        (true, other("x", State::Sent, 300), "Ending { wait: 15s }"),
        (true, both(other("x", State::Sent, 10)), "Theirs { wait: 20s }"),
        (true, both(other("x", State::Sent, 100)), "TakeOver"),
        (false, both(other("x", State::Sent, 100)), "Theirs { wait: 200s }"),
    ] {
        assert_eq!(word(known_now, theirs.clone()), expected, "{known_now} {theirs:?}");
    }
    assert_eq!(LIFETIME, secs(300), "of which the waits above are parts");
}
