//! From state to state: what happens to an attempt once it is written down. A change that two requests could both want
//! tells which of them made it.

use super::{
    Claim, CounterKey, Session, Store, StoreError,
    attempts::{columns, no_other_runs, read, read_all, running, withdrawn},
    engine::{Change, Row, query},
    guard::{WrongCode, begin_anew, counted_as, known_from_now},
    sessions,
};
use crate::{
    attempt::{Attempt, RequestTimes, State},
    clock::Timestamp,
};

/// When the provider is to be told that a request is over before it ends, or takes another step, by itself: while no more
/// than `$3` messages of it are out.
macro_rules! own_end {
    () => {
        "CASE WHEN taken <= $3 AND locked_until > expires_at THEN expires_at ELSE NULL END"
    };
}

/// What a right code leads to.
#[derive(Debug)]
pub struct Success {
    /// What the visitor has from now on.
    pub session: Session,
    /// Which browser the number has signed in with, as [`Store::is_known`] asks for it.
    pub known: String,
    /// How long that is known.
    pub known_until: Timestamp,
    /// Under which keys wrong codes in a row are counted.
    pub wrong_codes: [CounterKey; 2],
}

/// An attempt that one check has to itself.
#[derive(Debug)]
pub(crate) struct ClaimedCheck {
    pub(crate) attempt: Attempt,
    pub(crate) counted: TryCount,
}

/// What became of the count that belongs to a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TryCount {
    /// There was nothing to count.
    Nothing,
    /// No more may be counted.
    Full,
    /// It is the how manieth in a row.
    AsThe(i64),
}

impl Store {
    /// Records the provider's answer: the code is on its way. A visitor who cancelled meanwhile stays cancelled.
    pub(crate) async fn record_sent(
        &self,
        attempt_id: &str,
        request_id: &str,
        sent: RequestTimes,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE verifications SET request_id = $2, sent_at = $3, expires_at = $4, locked_until = $5, \
                           sends = sends + 1, claimed_until = 0, resend_channel = NULL, next_move = NULL, \
                           move_at = NULL, state = CASE state WHEN 'starting' THEN 'sent' ELSE state END, \
                           cancel_at = CASE WHEN state = 'starting' AND $5 > $4 THEN $4 ELSE cancel_at END \
                           WHERE attempt_id = $1";
        query(SQL)
            .bind(attempt_id)
            .bind(request_id)
            .bind(sent.sent_at)
            .bind(sent.expires_at)
            .bind(sent.locked_until)
            .write(self)
            .await?;
        Ok(())
    }

    /// Changes where a browser's running attempt leads.
    pub(crate) async fn lead_to(&self, browser_hash: &str, return_to: &str) -> Result<(), StoreError> {
        const SQL: &str = concat!(
            "UPDATE verifications SET return_to = $2 WHERE browser_hash = $1 AND state IN ",
            running!()
        );
        query(SQL).bind(browser_hash).bind(return_to).write(self).await?;
        Ok(())
    }

    /// Lets go of a claimed row in another state. Where it ends so, the provider has said it or knows nothing of it.
    pub(crate) async fn settle(
        &self,
        attempt_id: &str,
        from: State,
        to: State,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE verifications SET state = $3, ended_at = $4, claimed_until = 0, \
                           cancel_at = CASE WHEN $4 IS NULL THEN cancel_at ELSE NULL END, \
                           note = CASE WHEN $4 IS NULL THEN note ELSE NULL END \
                           WHERE attempt_id = $1 AND state = $2";
        let ended_at = (!matches!(to, State::Sent | State::InDoubt | State::Resending)).then_some(now);
        let query = query(SQL).bind(attempt_id).bind(from.as_str()).bind(to.as_str()).bind(ended_at);
        Ok(query.write(self).await? == 1)
    }

    /// Takes an attempt whose answer was lost up again.
    pub(crate) async fn restart(&self, attempt: &Attempt, claim: Claim) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE verifications SET state = 'starting', sent_at = $2, claimed_until = $3, outsider = $4 \
                           WHERE attempt_id = $1 AND state IN ('starting', 'in_doubt') AND claimed_until <= $2";
        let query = query(SQL).bind(&attempt.attempt_id).bind(claim.now);
        let query = query.bind(claim.until).bind(attempt.origin.outsider);
        Ok(query.write(self).await? == 1)
    }

    /// Puts `other`, which still runs at the provider, in the place of `attempt_id`, which was refused for it.
    /// Unless the visitor has ended that one meanwhile: then nothing was done. The provider takes a cancel of it as long as
    /// `cancellable` of its messages are out.
    pub(crate) async fn reattach(
        &self,
        attempt_id: &str,
        other: &str,
        cancellable: i64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = concat!(
            "UPDATE verifications SET state = 'sent', ended_at = NULL, created_at = $2, cancel_at = ",
            own_end!(),
            " WHERE attempt_id = $1 AND request_id IS NOT NULL AND expires_at > $2 \
             AND claimed_until <= $2 AND (state = 'sent' OR (state = 'cancelled' AND cancel_at IS NOT NULL)) AND ",
            no_other_runs!("verifications.browser_hash", "$1")
        );
        let resumed = query(SQL).bind(other).bind(now).bind(cancellable);
        let done = self.change(Change::only_if(withdrawn(attempt_id)).and(resumed)).await?;
        Ok(done.is_some_and(|done| done.last().is_some_and(|done| done.changed == 1)))
    }

    /// Gives another browser's attempt, whose code is out, to the browser of `attempt`, which was refused for it and which
    /// the number knows. Unless one of them has ended, that one is busy, or only one is an outsider's: then nothing was done.
    pub(crate) async fn adopt(
        &self,
        attempt: &Attempt,
        other: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = concat!(
            "UPDATE verifications SET browser_hash = $3, address_hash = $4, return_to = $5, known = 1, \
             created_at = $2 WHERE attempt_id = $1 AND state = 'sent' AND known = 0 \
             AND request_id IS NOT NULL AND expires_at > $2 AND claimed_until <= $2 AND outsider = $6 AND ",
            no_other_runs!("$3", "$1")
        );
        let adopted = query(SQL)
            .bind(other)
            .bind(now)
            .bind(&attempt.browser_hash)
            .bind(&attempt.origin.address_hash)
            .bind(attempt.return_to.as_deref())
            .bind(attempt.origin.outsider);
        let change = Change::only_if(withdrawn(&attempt.attempt_id)).and_needs(adopted);
        Ok(self.change(change).await?.is_some())
    }

    /// Takes a cancelled attempt back, unless its cancel has been taken up; `cancellable` as for [`Store::reattach`].
    pub(crate) async fn resume(
        &self,
        attempt_id: &str,
        cancellable: i64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = concat!(
            "UPDATE verifications SET state = 'sent', ended_at = NULL, created_at = $2, cancel_at = ",
            own_end!(),
            " WHERE attempt_id = $1 AND state = 'cancelled' AND cancel_at IS NOT NULL AND claimed_until <= $2 AND ",
            no_other_runs!("verifications.browser_hash", "$1")
        );
        let query = query(SQL).bind(attempt_id).bind(now).bind(cancellable);
        Ok(query.write(self).await? == 1)
    }

    /// Ends an attempt for the visitor at once; the provider is told at `cancel_at`. Its last code would have been good
    /// until `expires_at`, whatever was about to follow it.
    pub(crate) async fn cancel(
        &self,
        attempt_id: &str,
        now: Timestamp,
        cancel_at: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = concat!(
            "UPDATE verifications SET state = 'cancelled', ended_at = $2, \
             expires_at = CASE WHEN state = 'resending' THEN $4 ELSE expires_at END, \
             cancel_at = CASE WHEN state = 'resending' AND next_move = 'start' THEN NULL ELSE $3 END, \
             next_move = NULL, move_at = NULL WHERE attempt_id = $1 AND state IN ",
            running!()
        );
        let query = query(SQL).bind(attempt_id).bind(now).bind(cancel_at).bind(expires_at);
        Ok(query.write(self).await? == 1)
    }

    /// Takes a running attempt for the check of one code; `None` if it is not this browser's, has ended, is taken, or
    /// if the counter `address` says to wait, which does not concern a known browser. What `counts_as` gives is counted with
    /// it.
    pub(crate) async fn claim_check(
        &self,
        browser_hash: &str,
        request_id: &str,
        claim: Claim,
        address: &CounterKey,
        counts_as: impl Fn(&Attempt) -> Option<WrongCode> + Send + Sync + 'static,
    ) -> Result<Option<ClaimedCheck>, StoreError> {
        const CLAIM: &str = "UPDATE verifications SET claimed_until = $4 WHERE browser_hash = $1 AND request_id = $2 \
                             AND state = 'sent' AND expires_at > $3 AND claimed_until <= $3 AND (known = 1 OR NOT EXISTS \
                             (SELECT 1 FROM guard_counters WHERE key = $5 AND not_before > $3))";
        const CLAIMED: &str = concat!(
            "SELECT ",
            columns!(),
            " FROM verifications WHERE browser_hash = $1 AND request_id = $2 AND state = 'sent' AND claimed_until = $3"
        );
        let claims = query(CLAIM).bind(browser_hash).bind(request_id).bind(claim.now);
        let claims = claims.bind(claim.until).bind(address);
        let claimed = query(CLAIMED).bind(browser_hash).bind(request_id).bind(claim.until);
        let count = move |rows: Vec<Row>| {
            let attempt = rows.into_iter().next().map(read).transpose()?;
            let code = attempt.and_then(|attempt| counts_as(&attempt));
            Ok(code.map(|code| code.count(claim.now)).into_iter().flatten().collect())
        };
        let change = Change::only_if(claims).and(claimed).then(count);
        let Some(done) = self.change(change).await? else { return Ok(None) };
        let mut done = done.into_iter().skip(1);
        let Some(attempt) = done.next().and_then(|done| done.rows.into_iter().next()) else {
            return Ok(None);
        };
        let counted = match (done.next(), done.next()) {
            (None, _) => TryCount::Nothing,
            (Some(count), held) => counted_as(&count, held)?.map_or(TryCount::Full, TryCount::AsThe),
        };
        Ok(Some(ClaimedCheck { attempt: read(attempt)?, counted }))
    }

    /// Counts a wrong code that used up so many `tries`, and lets go of the row.
    pub(crate) async fn count_wrong(
        &self,
        attempt_id: &str,
        pin_hash: &str,
        tries: i64,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE verifications SET wrong_codes = wrong_codes + $3, pin_hash = $2, claimed_until = 0, \
                           unanswered = NULL WHERE attempt_id = $1";
        query(SQL).bind(attempt_id).bind(pin_hash).bind(tries).write(self).await?;
        Ok(())
    }

    /// The code was right: ends the attempt, opens the session, knows the browser from now on and begins the rows of wrong
    /// codes anew, all at once. `false` if the visitor cancelled meanwhile: nothing was done.
    pub async fn verify(
        &self,
        attempt: &Attempt,
        pin_hash: &str,
        success: &Success,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE verifications SET state = 'verified', ended_at = $2, pin_hash = $3, \
                           claimed_until = 0, cancel_at = NULL \
                           WHERE attempt_id = $1 AND state = 'sent' AND outsider = 0";
        let Success { session, known, known_until, wrong_codes } = success;
        let verified = query(SQL).bind(&attempt.attempt_id).bind(session.signed_in_at).bind(pin_hash);
        let change = Change::only_if(verified)
            .and(sessions::new(session))
            .and(known_from_now(known, &session.phone_hash, *known_until))
            .and_all(begin_anew(wrong_codes));
        Ok(self.change(change).await?.is_some())
    }

    /// Whether a code is the one that was accepted later than `since`; `None` if no code can be any more. One that is not
    /// has been the last that was compared.
    pub(crate) async fn accepted_again(
        &self,
        attempt_id: &str,
        pin_hash: &str,
        since: Timestamp,
    ) -> Result<Option<bool>, StoreError> {
        const SQL: &str = "UPDATE verifications SET pin_hash = CASE WHEN pin_hash = $2 THEN pin_hash ELSE NULL END \
                           WHERE attempt_id = $1 AND state = 'verified' AND pin_hash IS NOT NULL AND ended_at > $3 \
                           RETURNING pin_hash";
        let query = query(SQL).bind(attempt_id).bind(pin_hash).bind(since);
        let row = query.write_row(self).await?;
        Ok(row.map(|mut row| row.maybe_text("pin_hash")).transpose()?.map(|kept| kept.is_some()))
    }

    /// Takes the cancels that are due; nobody else gets them before the claim ends.
    pub(crate) async fn claim_cancels(&self, claim: Claim, most: i64) -> Result<Vec<Attempt>, StoreError> {
        const SQL: &str = concat!(
            "UPDATE verifications SET claimed_until = $2 WHERE claimed_until <= $1 AND cancel_at <= $1 \
             AND attempt_id IN (SELECT attempt_id FROM verifications \
             WHERE cancel_at <= $1 AND claimed_until <= $1 ORDER BY cancel_at LIMIT $3) RETURNING ",
            columns!()
        );
        let query = query(SQL).bind(claim.now).bind(claim.until).bind(most);
        read_all(query.write_rows(self).await?)
    }

    /// Lets go of a claimed cancel: to be tried `again_at`, or done with. The number is free at `locked_until`.
    pub(crate) async fn settle_cancel(
        &self,
        attempt_id: &str,
        again_at: Option<Timestamp>,
        locked_until: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE verifications SET cancel_at = $2, locked_until = $3, claimed_until = 0 \
                           WHERE attempt_id = $1 AND cancel_at IS NOT NULL";
        query(SQL).bind(attempt_id).bind(again_at).bind(locked_until).write(self).await?;
        Ok(())
    }
}
