//! Messages that are sent again, and what became of them. Each change names the state it starts from.

use super::{Claim, Store, StoreError, attempts, engine::query};
use crate::{
    attempt::{Attempt, Move, Note, PlannedResend, RequestId, RequestTimes},
    channel::{Channel, Channels, Trouble},
    clock::Timestamp,
};

/// A resend to be written down: the channel, its first move, and what must still hold.
#[derive(Debug, Clone, Copy)]
pub struct NewResend {
    /// How the message goes out.
    pub channel: Channel,
    /// What is to be done for it.
    pub first: Move,
    /// The last message must not be newer.
    pub sent_before: Timestamp,
    /// So many messages were sent when it was decided.
    pub sends: i64,
    /// Until then the attempt runs, if nothing else is written down.
    pub until: Timestamp,
}

impl Store {
    /// Takes a running attempt to send another message; `None` if something has changed or another request has it.
    pub async fn claim_resend(
        &self,
        attempt_id: &str,
        asked: NewResend,
        claim: Claim,
    ) -> Result<Option<Attempt>, StoreError> {
        const SQL: &str = concat!(
            "UPDATE verifications SET state = 'resending', resend_channel = $2, next_move = $3, move_at = $4, \
             moves = 0, claimed_until = $5, note = NULL, expires_at = $8 \
             WHERE attempt_id = $1 AND state = 'sent' AND claimed_until <= $4 AND expires_at > $4 AND sent_at <= $6 \
             AND sends = $7 RETURNING ",
            attempts::columns!()
        );
        let row = query(SQL)
            .bind(attempt_id)
            .bind(asked.channel.as_str())
            .bind(asked.first.as_str())
            .bind(claim.now)
            .bind(claim.until)
            .bind(asked.sent_before)
            .bind(asked.sends)
            .bind(asked.until)
            .write_row(self)
            .await?;
        Ok(row.map(attempts::read).transpose()?)
    }

    /// Takes the resends whose next move is due and still of use; nobody else gets them before the claim ends.
    pub(crate) async fn claim_moves(&self, claim: Claim, most: i64) -> Result<Vec<Attempt>, StoreError> {
        const SQL: &str = concat!(
            "UPDATE verifications SET claimed_until = $2 \
             WHERE state = 'resending' AND claimed_until <= $1 AND move_at <= $1 AND expires_at > $1 \
             AND attempt_id IN (SELECT attempt_id FROM verifications \
             WHERE state = 'resending' AND move_at <= $1 AND claimed_until <= $1 AND expires_at > $1 \
             ORDER BY move_at LIMIT $3) RETURNING ",
            attempts::columns!()
        );
        let query = query(SQL).bind(claim.now).bind(claim.until).bind(most);
        attempts::read_all(query.write_rows(self).await?)
    }

    /// Lets go of an attempt whose start was refused for now: it is started at `due`, when the number is free.
    pub(crate) async fn postpone(
        &self,
        attempt_id: &str,
        channel: Channel,
        due: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE verifications SET state = 'resending', resend_channel = $2, next_move = 'start', \
                           move_at = $3, locked_until = $3, moves = 0, claimed_until = 0 \
                           WHERE attempt_id = $1 AND state = 'starting'";
        let query = query(SQL).bind(attempt_id).bind(channel.as_str()).bind(due);
        Ok(query.write(self).await? == 1)
    }

    /// Lets go of a claimed resend whose next move is another one, or the same again. `free`: the old request is over,
    /// and the number free when the move is due. The attempt runs `until`, if nothing else is written down.
    pub(crate) async fn plan_move(
        &self,
        attempt_id: &str,
        resend: PlannedResend,
        free: bool,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE verifications SET state = 'resending', next_move = $2, move_at = $3, moves = $4, \
                           claimed_until = 0, cancel_at = CASE WHEN $5 = 1 THEN NULL ELSE cancel_at END, \
                           locked_until = CASE WHEN $5 = 1 THEN $3 ELSE locked_until END, expires_at = $6 \
                           WHERE attempt_id = $1 AND state IN ('resending', 'starting')";
        let query = query(SQL)
            .bind(attempt_id)
            .bind(resend.next.as_str())
            .bind(resend.due)
            .bind(resend.tries)
            .bind(free)
            .bind(until);
        Ok(query.write(self).await? == 1)
    }

    /// Ends a resend that did not come about: the old code is as good as it was.
    pub(crate) async fn give_up_resend(
        &self,
        attempt_id: &str,
        taken: i64,
        expires_at: Timestamp,
        note: Option<Note>,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE verifications SET state = 'sent', taken = $2, expires_at = $3, note = $4, \
                           resend_channel = NULL, next_move = NULL, move_at = NULL, claimed_until = 0 \
                           WHERE attempt_id = $1 AND state = 'resending'";
        let query = query(SQL).bind(attempt_id).bind(taken).bind(expires_at);
        let query = query.bind(note.map(Note::as_str));
        Ok(query.write(self).await? == 1)
    }

    /// Ends an attempt whose old code no longer works and whose new one could not be sent.
    pub(crate) async fn fail_resend(&self, attempt_id: &str, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE verifications SET state = 'failed', ended_at = $2, note = 'not_resent', \
                           next_move = NULL, move_at = NULL, claimed_until = 0, cancel_at = NULL \
                           WHERE attempt_id = $1 AND state IN ('resending', 'starting')";
        let query = query(SQL).bind(attempt_id).bind(now);
        Ok(query.write(self).await? == 1)
    }

    /// Counts a try of the next move that is about to be made.
    pub async fn count_move(&self, attempt_id: &str) -> Result<(), StoreError> {
        let query = query("UPDATE verifications SET moves = moves + 1 WHERE attempt_id = $1");
        query.bind(attempt_id).write(self).await?;
        Ok(())
    }

    /// Records that the request's second step was taken.
    pub(crate) async fn record_step(
        &self,
        attempt_id: &str,
        channel: Channel,
        sent: RequestTimes,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE verifications SET state = 'sent', taken = 2, sends = sends + 1, channel = $2, \
                           sent_at = $3, expires_at = $4, locked_until = $5, trouble = NULL, note = NULL, \
                           resend_channel = NULL, next_move = NULL, move_at = NULL, claimed_until = 0, \
                           cancel_at = NULL WHERE attempt_id = $1 AND state = 'resending'";
        let query = query(SQL)
            .bind(attempt_id)
            .bind(channel.as_str())
            .bind(sent.sent_at)
            .bind(sent.expires_at)
            .bind(sent.locked_until);
        Ok(query.write(self).await? == 1)
    }

    /// Writes down that another request is about to be made for a resend. `begun` is what holds if its answer is lost.
    pub(crate) async fn begin_again(
        &self,
        attempt: &Attempt,
        steps: Channels,
        begun: RequestTimes,
        claim: Claim,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE verifications SET state = 'starting', request_id = NULL, steps = $2, channel = $3, \
                           taken = 1, sent_at = $4, claimed_until = $5, locked_until = $6, expires_at = $7, \
                           wrong_codes = 0, pin_hash = NULL, trouble = NULL, unanswered = NULL, cancel_at = NULL, \
                           outsider = $8 WHERE attempt_id = $1 AND state = 'resending'";
        let query = query(SQL)
            .bind(&attempt.attempt_id)
            .bind(steps.to_string())
            .bind(steps.first().as_str())
            .bind(begun.sent_at)
            .bind(claim.until)
            .bind(begun.locked_until)
            .bind(begun.expires_at)
            .bind(attempt.origin.outsider);
        Ok(query.write(self).await? == 1)
    }

    /// Records that the provider's answer was lost: a message may have gone out.
    pub(crate) async fn record_doubt(&self, attempt_id: &str) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE verifications SET state = 'in_doubt', sends = sends + 1, \
                           resend_channel = NULL, next_move = NULL, move_at = NULL, claimed_until = 0 \
                           WHERE attempt_id = $1 AND state = 'starting'";
        let query = query(SQL).bind(attempt_id);
        Ok(query.write(self).await? == 1)
    }

    /// Records that the request of another browser's attempt was cancelled for a newer one.
    pub(crate) async fn take_over(
        &self,
        attempt_id: &str,
        now: Timestamp,
        locked_until: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE verifications SET locked_until = $3, cancel_at = NULL, \
                           ended_at = CASE state WHEN 'expired' THEN ended_at ELSE $2 END, \
                           note = CASE WHEN state IN ('cancelled', 'expired') THEN note ELSE 'taken_over' END, \
                           state = CASE state WHEN 'expired' THEN 'expired' ELSE 'cancelled' END, \
                           resend_channel = NULL, next_move = NULL, move_at = NULL, claimed_until = 0 \
                           WHERE attempt_id = $1 AND state IN ('sent', 'in_doubt', 'resending', 'cancelled', 'expired')";
        let query = query(SQL).bind(attempt_id).bind(now).bind(locked_until);
        query.write(self).await?;
        Ok(())
    }

    /// Takes another browser's attempt to end its request, unless it is busy or that is not its request any more.
    pub(crate) async fn claim_other(
        &self,
        attempt_id: &str,
        request_id: &RequestId,
        claim: Claim,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE verifications SET claimed_until = $3 WHERE attempt_id = $1 AND claimed_until <= $2 \
                           AND request_id = $4 \
                           AND state IN ('sent', 'in_doubt', 'resending', 'cancelled', 'expired')";
        let query = query(SQL).bind(attempt_id).bind(claim.now).bind(claim.until);
        let query = query.bind(request_id.as_str());
        Ok(query.write(self).await? == 1)
    }

    /// Lets go of a claimed attempt as it is.
    pub(crate) async fn let_go(&self, attempt_id: &str) -> Result<(), StoreError> {
        let query = query("UPDATE verifications SET claimed_until = 0 WHERE attempt_id = $1");
        query.bind(attempt_id).write(self).await?;
        Ok(())
    }

    /// Lets go of a claimed attempt after a check that got no answer and may have used up a try.
    pub(crate) async fn record_unanswered(&self, attempt_id: &str, pin_hash: &str) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE verifications SET unanswered = $2, wrong_codes = wrong_codes + 1, claimed_until = 0 \
                           WHERE attempt_id = $1";
        query(SQL).bind(attempt_id).bind(pin_hash).write(self).await?;
        Ok(())
    }

    /// Records that the newest message of a running request will not arrive, if it went by `channel` (`None`: by any);
    /// the attempt, if that is news.
    pub(crate) async fn record_trouble(
        &self,
        request_id: &RequestId,
        channel: Option<Channel>,
        trouble: Trouble,
    ) -> Result<Option<Attempt>, StoreError> {
        const SQL: &str = concat!(
            "UPDATE verifications SET trouble = $3 WHERE request_id = $1 AND state = 'sent' \
             AND ($2 = '' OR channel = $2) AND (trouble IS NULL OR trouble <> $3) RETURNING ",
            attempts::columns!()
        );
        let row = query(SQL)
            .bind(request_id.as_str())
            .bind(channel.map_or("", Channel::as_str))
            .bind(trouble.as_str())
            .write_row(self)
            .await?;
        Ok(row.map(attempts::read).transpose()?)
    }

    /// Whether `request_id` may still become known: it is not, and some answer of the provider is awaited.
    pub(crate) async fn may_become_known(
        &self,
        request_id: &RequestId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT 1 FROM verifications WHERE state = 'starting' AND claimed_until > $2 \
                           AND NOT EXISTS (SELECT 1 FROM verifications WHERE request_id = $1) LIMIT 1";
        let query = query(SQL).bind(request_id.as_str()).bind(now);
        Ok(query.row(self).await?.is_some())
    }

    /// Whether the answer to a request's next step is awaited, or its step was not answered and is taken again.
    pub async fn awaits_step(&self, request_id: &RequestId, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT 1 FROM verifications WHERE request_id = $1 AND state = 'resending' \
                           AND next_move = 'next' AND expires_at > $2 LIMIT 1";
        let query = query(SQL).bind(request_id.as_str()).bind(now);
        Ok(query.row(self).await?.is_some())
    }
}
