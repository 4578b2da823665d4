//! The store's contract, the same on both engines.

mod crash;
mod deliveries;
mod endings;
mod engines;
mod outsiders;

use std::time::Duration;

use phonegate_testing::postgres_store;
use secrecy::SecretString;
use tempfile::TempDir;

use super::{Claim, CounterKey, Device, Session, Store, StoreError, Success, Tally, engine::query};
use crate::{
    attempt::{Attempt, Delivery, Origin, RequestTimes, State},
    channel::{Channel, Channels},
    clock::Timestamp,
    phone::PhoneNumber,
    random::Random,
};

pub(super) const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// One text, whose request ends with its code.
pub(crate) const SENT: RequestTimes =
    RequestTimes { sent_at: NOW, expires_at: after(300), locked_until: after(300) };

/// A store that is a test's own, until it is dropped.
pub(crate) struct OwnStore {
    store: Store,
    _folder: Option<TempDir>,
}

impl std::ops::Deref for OwnStore {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

/// One on each engine; Postgres only where `TEST_POSTGRES_URL` names a server.
pub(crate) async fn stores() -> Vec<OwnStore> {
    let folder = tempfile::tempdir().unwrap();
    let url = SecretString::from(format!("sqlite:{}", folder.path().join("a.db").display()));
    let mut stores = vec![OwnStore { store: Store::open(&url).await.unwrap(), _folder: Some(folder) }];
    if let Some(url) = postgres_store().await {
        stores.push(OwnStore { store: Store::open(&url.into()).await.unwrap(), _folder: None });
    }
    stores
}

/// The same, and a Postgres whose transactions are as if one came after the other: it refuses what others are in the way of,
/// as one that is spread over machines does.
pub(crate) async fn stores_and_a_serializable_one() -> Vec<OwnStore> {
    let mut stores = stores().await;
    if let Some(url) = postgres_store().await {
        let url = format!("{url}%20-c%20default_transaction_isolation%3Dserializable");
        stores.push(OwnStore { store: Store::open(&url.into()).await.unwrap(), _folder: None });
    }
    stores
}

pub(super) fn attempt(id: &str, browser: &str) -> Attempt {
    Attempt {
        denied: None,
        attempt_id: id.to_owned(),
        request_id: None,
        phone: PhoneNumber::from_store("+12025550123".to_owned()),
        phone_hash: "phone".to_owned(),
        browser_hash: browser.to_owned(),
        state: State::Starting,
        created_at: NOW,
        sent_at: NOW,
        expires_at: NOW + Duration::from_mins(5),
        ended_at: None,
        wrong_codes: 0,
        pin_hash: None,
        claimed_until: NOW + Duration::from_secs(20),
        cancel_at: None,
        origin: Origin::default(),
        return_to: None,
        delivery: Delivery::new(Channels::only(Channel::Sms), NOW, NOW + Duration::from_mins(5)),
    }
}

pub(super) fn session(token_hash: &str) -> Session {
    Session {
        token_hash: token_hash.to_owned(),
        phone: PhoneNumber::from_store("+12025550123".to_owned()),
        phone_hash: "phone".to_owned(),
        signed_in_at: NOW,
        seen_at: NOW,
        expires_at: NOW + Duration::from_hours(1),
        device: Device::default(),
    }
}

/// What follows from a right code of an attempt to the number that [`session`] is of.
pub(crate) fn success(token_hash: &str) -> Success {
    Success {
        session: session(token_hash),
        known: format!("known {token_hash}"),
        known_until: after(60),
        wrong_codes: ["wrong number a", "known wrong number a"].map(CounterKey::new),
    }
}

impl Store {
    /// A check of a code that is not counted.
    pub(crate) async fn take_for_check(
        &self,
        browser_hash: &str,
        request_id: &str,
        claim: Claim,
    ) -> Result<Option<Attempt>, StoreError> {
        let address = CounterKey::default();
        let claimed = self.claim_check(browser_hash, request_id, claim, &address, |_| None);
        Ok(claimed.await?.map(|claimed| claimed.attempt))
    }

    async fn number_of_attempts(&self) -> i64 {
        let query = query("SELECT CAST(COUNT(*) AS BIGINT) AS number FROM verifications");
        query.row(self).await.unwrap().unwrap().int("number").unwrap()
    }
}

pub(super) fn claim(seconds: u64) -> Claim {
    let now = NOW + Duration::from_secs(seconds);
    Claim { now, until: now + Duration::from_secs(20) }
}

pub(super) const fn after(seconds: i64) -> Timestamp {
    Timestamp::from_millis(NOW.as_millis() + seconds * 1_000)
}

/// An attempt whose code is on its way.
pub(crate) async fn sent(store: &Store, id: &str, browser: &str) -> Attempt {
    assert!(store.insert(&attempt(id, browser)).await.unwrap());
    store.record_sent(id, &format!("request-{id}"), SENT).await.unwrap();
    store.attempts_of_browser(browser).await.unwrap().remove(0)
}

#[tokio::test]
async fn what_is_written_comes_back() {
    for store in stores().await {
        let read = sent(&store, "a", "b").await;

        assert_eq!(read.request_id.as_deref(), Some("request-a"));
        assert_eq!((read.state, read.phone.as_str()), (State::Sent, "+12025550123"));
        assert_eq!((read.created_at, read.sent_at, read.expires_at), (NOW, NOW, after(300)));
        assert_eq!((read.ended_at, read.cancel_at, read.pin_hash, read.wrong_codes), (None, None, None, 0));
    }
}

#[tokio::test]
async fn a_browser_has_one_running_attempt() {
    for store in stores().await {
        assert!(store.insert(&attempt("a", "b")).await.unwrap());
        assert!(!store.insert(&attempt("c", "b")).await.unwrap());
        assert!(store.insert(&attempt("d", "another")).await.unwrap());

        assert!(store.settle("a", State::Starting, State::Failed, NOW).await.unwrap());
        assert!(store.insert(&attempt("c", "b")).await.unwrap());
        let order: Vec<_> =
            store.attempts_of_browser("b").await.unwrap().into_iter().map(|row| row.attempt_id).collect();
        assert_eq!(order, ["c", "a"], "the running one comes first");
    }
}

#[tokio::test]
async fn of_many_claims_one_succeeds_and_ends_with_its_time() {
    for store in stores().await {
        sent(&store, "a", "b").await;

        let claims = (0..20).map(|_| {
            let store = store.clone();
            tokio::spawn(
                async move { store.take_for_check("b", "request-a", claim(1)).await.unwrap().is_some() },
            )
        });
        let mut won = 0;
        for claim in claims.collect::<Vec<_>>() {
            won += u32::from(claim.await.unwrap());
        }

        assert_eq!(won, 1);
        assert!(store.take_for_check("b", "request-a", claim(20)).await.unwrap().is_none());
        assert!(store.take_for_check("b", "request-a", claim(21)).await.unwrap().is_some());
        assert!(
            store.take_for_check("b", "request-x", claim(99)).await.unwrap().is_none(),
            "another request"
        );
        assert!(
            store.take_for_check("x", "request-a", claim(99)).await.unwrap().is_none(),
            "another browser"
        );
        assert!(store.take_for_check("b", "request-a", claim(300)).await.unwrap().is_none(), "run out");
    }
}

#[tokio::test]
async fn success_and_all_that_follows_are_stored_together() {
    for store in stores().await {
        let row = sent(&store, "a", "b").await;

        assert!(store.verify(&row, "pin", &success("t")).await.unwrap());

        let read = store.attempts_of_browser("b").await.unwrap().remove(0);
        assert_eq!(
            (read.state, read.pin_hash.as_deref(), read.ended_at),
            (State::Verified, Some("pin"), Some(NOW))
        );
        assert_eq!(store.session("t").await.unwrap().unwrap().phone_hash, "phone");
        assert!(!store.verify(&row, "pin", &success("u")).await.unwrap(), "accepted once");
        assert!(store.session("u").await.unwrap().is_none());
        assert!(!store.is_known("known u", NOW).await.unwrap());
    }
}

#[tokio::test]
async fn a_wrong_code_counts_and_frees_the_row() {
    for store in stores().await {
        sent(&store, "a", "b").await;
        store.take_for_check("b", "request-a", claim(1)).await.unwrap().unwrap();

        store.count_wrong("a", "wrong", 1).await.unwrap();

        let row = store.take_for_check("b", "request-a", claim(1)).await.unwrap().unwrap();
        assert_eq!((row.wrong_codes, row.pin_hash.as_deref()), (1, Some("wrong")));
    }
}

#[tokio::test]
async fn a_cancel_is_due_later_and_can_be_taken_back_until_it_is_taken_up() {
    for store in stores().await {
        sent(&store, "a", "b").await;
        assert!(store.cancel("a", after(5), after(30), after(300)).await.unwrap());
        assert!(!store.cancel("a", after(5), after(30), after(300)).await.unwrap(), "cancelled once");

        assert!(store.claim_cancels(claim(29), 9).await.unwrap().is_empty());
        assert!(store.resume("a", 1, after(29)).await.unwrap());
        assert!(store.claim_cancels(claim(30), 9).await.unwrap().is_empty(), "taken back");

        assert!(store.cancel("a", after(30), after(30), after(300)).await.unwrap());
        assert_eq!(store.claim_cancels(claim(30), 9).await.unwrap().len(), 1);
        assert!(store.claim_cancels(claim(31), 9).await.unwrap().is_empty(), "claimed by another");
        assert!(!store.resume("a", 1, after(31)).await.unwrap(), "being cancelled");
        assert_eq!(store.claim_cancels(claim(50), 9).await.unwrap().len(), 1, "the claim ran out");
        store.settle_cancel("a", None, after(70)).await.unwrap();
        assert!(store.claim_cancels(claim(99), 9).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn an_answer_after_a_cancel_is_kept_but_does_not_undo_it() {
    for store in stores().await {
        assert!(store.insert(&attempt("a", "b")).await.unwrap());
        assert!(store.cancel("a", after(1), after(30), after(300)).await.unwrap());

        store.record_sent("a", "request-a", SENT).await.unwrap();

        let due = store.claim_cancels(claim(30), 9).await.unwrap();
        assert_eq!((due[0].state, due[0].request_id.as_deref()), (State::Cancelled, Some("request-a")));
    }
}

#[tokio::test]
async fn a_lost_answer_is_taken_up_by_one() {
    for store in stores().await {
        let row = attempt("a", "b");
        assert!(store.insert(&row).await.unwrap());
        assert!(!store.restart(&row, claim(19)).await.unwrap(), "still being asked");
        assert!(store.restart(&row, claim(20)).await.unwrap());
        assert!(!store.restart(&row, claim(20)).await.unwrap(), "taken up already");
    }
}

#[tokio::test]
async fn a_running_request_takes_the_place_of_the_one_refused_for_it() {
    for store in stores().await {
        sent(&store, "a", "b").await;
        assert!(store.cancel("a", after(5), after(30), after(300)).await.unwrap());
        assert!(store.insert(&attempt("c", "b")).await.unwrap());

        assert!(store.reattach("c", "a", 1, after(40)).await.unwrap());

        let rows = store.attempts_of_browser("b").await.unwrap();
        assert_eq!((rows.len(), rows[0].attempt_id.as_str(), rows[0].state), (1, "a", State::Sent));
    }
}

#[tokio::test]
async fn what_ran_out_is_marked_then_deleted() {
    for store in stores().await {
        sent(&store, "a", "b").await;
        assert_eq!(store.expire("b", after(299)).await.unwrap(), 0);
        assert_eq!(store.expire("b", after(300)).await.unwrap(), 1);
        assert_eq!(store.sweep_verifications(after(301)).await.unwrap(), 0, "not counted yet");
        assert_eq!(store.end_attempts(after(300), 10, |_| Tally::default()).await.unwrap().len(), 1);
        assert_eq!(store.sweep_verifications(after(300)).await.unwrap(), 0);
        assert_eq!(store.sweep_verifications(after(301)).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn the_server_key_is_made_once() {
    for store in stores().await {
        let phone = PhoneNumber::from_store("+12025550123".to_owned());
        let first = store.keys(None, &Random::seeded(1)).await.unwrap();
        let second = store.keys(None, &Random::seeded(2)).await.unwrap();
        let configured = store.keys(Some(&"k".repeat(32).into()), &Random::seeded(3)).await.unwrap();

        assert_eq!(first.phone(&phone), second.phone(&phone));
        assert_ne!(first.phone(&phone), configured.phone(&phone));
    }
}

#[tokio::test]
async fn the_sqlite_file_is_private_and_keeps_what_was_written() {
    use std::os::unix::fs::PermissionsExt;

    let path = std::env::temp_dir().join(format!("phonegate-store-{}.db", std::process::id()));
    let url = SecretString::from(format!("sqlite:{}", path.display()));
    let store = Store::open(&url).await.unwrap();
    sent(&store, "a", "b").await;
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    store.close().await;

    let again = Store::open(&url).await.unwrap();
    assert_eq!(again.attempts_of_browser("b").await.unwrap().len(), 1);
    again.close().await;
    std::fs::remove_file(&path).unwrap();
}
