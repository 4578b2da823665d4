//! What a right code leads to: a session, once, however often its answer is asked for.

use super::{Check, SignIn, SignInError, TOMBSTONE, check::Form};
use crate::{
    guard::{KNOWN_FOR, subject},
    store::{SessionRow, State, Success, Verification},
};

impl SignIn {
    pub(super) async fn open_session(
        &self,
        form: &Form,
        attempt: &Verification,
        pin_hash: &str,
    ) -> Result<Check, SignInError> {
        let [session, browser, known] = self.successors(&form.browser, &attempt.attempt_id);
        let known = form.asker.known.clone().unwrap_or(known);
        let now = self.clock.now();
        let (phone_hash, origin) = (&attempt.phone_hash, &attempt.origin);
        let success = Success {
            session: SessionRow {
                token_hash: session.hash(),
                phone: attempt.phone.clone(),
                phone_hash: phone_hash.clone(),
                signed_in_at: now,
                seen_at: now,
                expires_at: now + self.session_max,
                device: form.device.clone(),
            },
            known: self.keys.known(&known, phone_hash),
            known_until: now + KNOWN_FOR,
            // Whoever signs in as a stranger has shown to be the owner; a known browser does not vouch for strangers.
            wrong_codes: [origin.known, true].map(|known| subject::wrong_number(phone_hash, known)),
        };
        if !self.store.verify(attempt, pin_hash, &success).await? {
            // Cancelled meanwhile. The code is used all the same: there is nothing to take back, nor to cancel.
            self.store.settle_cancel(&attempt.attempt_id, None, now).await?;
            return Ok(Check::NoAttempt);
        }
        self.metrics.ended(&origin.country, State::Verified.as_str());
        if origin.ticket {
            let keys = subject::tickets(&origin.country, &origin.address_hash, attempt.phone.prefix());
            self.store.give_back(&keys).await?;
        }
        tracing::info!(phone = attempt.phone.masked(), "signed in");
        Ok(Check::SignedIn { session, browser, known, return_to: attempt.return_to.clone() })
    }

    /// The same tokens once more, unless the visitor has signed out since.
    pub(super) async fn again(
        &self,
        form: &Form,
        attempt_id: &str,
        return_to: Option<String>,
    ) -> Result<Check, SignInError> {
        let [session, browser, known] = self.successors(&form.browser, attempt_id);
        let known = form.asker.known.clone().unwrap_or(known);
        let row = self.store.session(&session.hash()).await?;
        let now = self.clock.now();
        let live = row.is_some_and(|row| now.since(row.signed_in_at) < TOMBSTONE);
        Ok(if live { Check::SignedIn { session, browser, known, return_to } } else { Check::NoAttempt })
    }
}
