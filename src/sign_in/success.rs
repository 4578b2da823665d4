//! What a right code leads to: a session, once, however often its answer is asked for.

use super::{Check, SignIn, SignInError, TOMBSTONE, Tokens, check::Form};
use crate::{
    attempt::{Attempt, State},
    audit::{Event, Line},
    guard::{Asker, Counted, KNOWN_FOR, Subject, budget, key},
    keys::Token,
    store::{Session, Success, WrongCode},
};

impl SignIn {
    pub(super) async fn open_session(
        &self,
        form: &Form,
        attempt: &Attempt,
        pin_hash: &str,
    ) -> Result<Check, SignInError> {
        if let Some(turned_away) = self.ask_app(attempt).await? {
            return Ok(turned_away);
        }
        let tokens = self.successors(form, &attempt.attempt_id, &attempt.phone_hash);
        let now = self.core.clock.now();
        let (phone_hash, origin) = (&attempt.phone_hash, &attempt.origin);
        let success = Success {
            session: Session {
                token_hash: tokens.session.hash(),
                phone: attempt.phone.clone(),
                phone_hash: phone_hash.clone(),
                signed_in_at: now,
                seen_at: now,
                expires_at: now + self.session_max,
                device: form.device.clone(),
            },
            known: self.core.keys.known(&tokens.known, phone_hash),
            known_until: now + KNOWN_FOR,
            // A right code is the owner's, from whatever browser: a number that strangers have closed is open again.
            wrong_codes: key::wrong_codes(phone_hash),
        };
        if !self.core.store.verify(attempt, pin_hash, &success).await? {
            return self.over_meanwhile(attempt).await;
        }
        self.count_verified(attempt).await?;
        self.forget_predecessors(form, &tokens, phone_hash).await;
        let line = Line::new(Event::SignedIn, &attempt.phone, &self.core.keys);
        line.channel(attempt.delivery.channel.as_str()).country(&origin.country).write();
        Ok(Check::SignedIn { tokens, return_to: attempt.return_to.clone() })
    }

    /// Cancelled while its right code was checked. The code is used all the same: there is nothing to take back, nor to
    /// cancel.
    pub(super) async fn over_meanwhile(&self, attempt: &Attempt) -> Result<Check, SignInError> {
        self.core.store.settle_cancel(&attempt.attempt_id, None, self.core.clock.now()).await?;
        self.tell_failed(attempt, "the code was right, and the attempt was over meanwhile");
        Ok(Check::NoAttempt)
    }

    /// A code that was sent was typed.
    pub(super) async fn count_verified(&self, attempt: &Attempt) -> Result<(), SignInError> {
        let origin = &attempt.origin;
        self.core.metrics.ended(&origin.country, State::Verified.as_str());
        if origin.reserve {
            self.core.store.give_back(&budget::RESERVE.map(|kind| attempt.key(kind))).await?;
        }
        Ok(())
    }

    /// The same tokens once more for the code that was accepted, unless the visitor has signed out since. Any other code
    /// ends that for all that follow: whoever got hold of the old token has one guess, and it counts.
    pub(super) async fn again(&self, form: &Form, attempt: &Attempt) -> Result<Check, SignInError> {
        let pin_hash = self.core.keys.pin(&attempt.attempt_id, form.pin.as_str());
        let now = self.core.clock.now();
        match self.core.store.accepted_again(&attempt.attempt_id, &pin_hash, now - TOMBSTONE).await? {
            Some(true) => {}
            Some(false) => {
                self.guessed_after_success(form, attempt).await?;
                return Ok(Check::NoAttempt);
            }
            None => return Ok(Check::NoAttempt),
        }
        let session = self.session_token(form, &attempt.attempt_id);
        let row = self.core.store.session(&session.hash()).await?;
        if row.is_none_or(|row| now.since(row.signed_in_at) >= TOMBSTONE) {
            return Ok(Check::NoAttempt);
        }
        let tokens = self.successors(form, &attempt.attempt_id, &attempt.phone_hash);
        Ok(Check::SignedIn { tokens, return_to: attempt.return_to.clone() })
    }

    /// What the browser of a verified attempt gets. All of it follows from the token that the attempt belongs to, which may
    /// be known to others, and the server key, which is not.
    fn successors(&self, form: &Form, attempt_id: &str, phone_hash: &str) -> Tokens {
        let known = self.core.keys.known_token(&form.browser, attempt_id, phone_hash);
        let of_others = |token: &&Token| !self.core.keys.is_known_token_of(token, phone_hash);
        Tokens {
            session: self.session_token(form, attempt_id),
            browser: self.core.keys.successor(&form.browser, &format!("browser {attempt_id}")),
            known,
            known_to_others: form.asker.known.iter().filter(of_others).cloned().collect(),
        }
    }

    fn session_token(&self, form: &Form, attempt_id: &str) -> Token {
        self.core.keys.successor(&form.browser, &format!("session {attempt_id}"))
    }

    /// How the store would know the tokens of `asker` by which a number knows its browser.
    pub(super) fn known_hashes(&self, asker: &Asker, phone_hash: &str) -> Vec<String> {
        let of_number =
            asker.known.iter().filter(|token| self.core.keys.is_known_token_of(token, phone_hash));
        of_number.map(|token| self.core.keys.known(token, phone_hash)).collect()
    }

    /// The number knows the browser by its new token alone: whoever has a copy of an older one has nothing.
    async fn forget_predecessors(&self, form: &Form, tokens: &Tokens, phone_hash: &str) {
        let new = self.core.keys.known(&tokens.known, phone_hash);
        for hash in self.known_hashes(&form.asker, phone_hash).into_iter().filter(|hash| *hash != new) {
            // The visitor is signed in whatever becomes of this.
            if let Err(error) = self.core.store.forget_browser(&hash).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a former token stays known: {error}"
                );
            }
        }
    }

    /// Counts a wrong code that came with a token which a sign-in has replaced.
    async fn guessed_after_success(&self, form: &Form, attempt: &Attempt) -> Result<(), SignInError> {
        // Whoever still has that token is not taken for the browser that signed in.
        let mut subject = Subject::of_try(&self.core.keys, attempt, form.asker.address);
        subject.origin.known = false;
        tracing::warn!(
            phone = subject.phone.masked(),
            "a wrong code for a sign-in that was over: someone may hold a cookie of before"
        );
        // While the number has to wait its count stands; the address is counted all the same.
        let WrongCode { rule, key, label } = Self::counts_as(&subject);
        let now = self.core.clock.now();
        let count =
            self.core.store.count_wrong_code(&rule, &key, label.as_deref(), now).await?.unwrap_or_default();
        self.after_wrong_code(&subject, count).await?;
        Ok(())
    }
}
