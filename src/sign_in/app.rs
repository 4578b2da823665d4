//! What the app around us says to a sign-in, and what it is told.
//!
//! What this module promises:
//! * The app is asked by whoever holds the attempt, after the code was right and before there is a session: once for each
//!   sign-in, however often its form is sent.
//! * Whoever it does not let in has no session, and the code is used up. The same form gets the same answer again.

use super::{CLAIM, Check, SignIn, SignInError};
use crate::{
    attempt::Attempt,
    clock::Timestamp,
    guard::key,
    hooks::{Deny, SignedOut, SigningIn},
    phone::PhoneNumber,
};

impl SignIn {
    /// How a right code ends if the app does not let the visitor in; `None` where it does.
    pub(super) async fn ask_app(&self, attempt: &Attempt) -> Result<Option<Check>, SignInError> {
        if !self.hooks.has_sign_in() {
            return Ok(None);
        }
        let at = self.core.clock.now();
        // The provider may have taken most of the time that the claim is good for.
        if !self.core.store.hold_on(attempt, at + CLAIM).await? {
            return self.over_meanwhile(attempt).await.map(Some);
        }
        let phone = attempt.phone.clone();
        let user_id = self.core.keys.subject(&phone);
        let Err(deny) = self.hooks.ask(SigningIn { user_id, phone, at }).await else { return Ok(None) };
        let wrong_codes = key::wrong_codes(&attempt.phone_hash);
        if !self.core.store.deny(&attempt.attempt_id, stored(&deny), &wrong_codes, at).await? {
            return self.over_meanwhile(attempt).await.map(Some);
        }
        self.count_verified(attempt).await?;
        self.tell_failed(attempt, &deny.to_string());
        Ok(Some(Check::Denied { deny, return_to: attempt.return_to.clone() }))
    }

    /// Says that sessions of a number have ended, by when they began.
    pub(crate) async fn tell_signed_out(&self, phone: &PhoneNumber, sessions: Vec<Timestamp>) {
        if sessions.is_empty() || !self.hooks.has_sign_out() {
            return;
        }
        let (phone, at) = (phone.clone(), self.core.clock.now());
        let user_id = self.core.keys.subject(&phone);
        let hooks = self.hooks.clone();
        let tell = async move {
            let session =
                |signed_in_at| SignedOut { user_id: user_id.clone(), phone: phone.clone(), signed_in_at, at };
            hooks.tell(sessions.into_iter().map(session)).await;
        };
        // It is told even if the visitor does not wait for it, and at shutdown too.
        let _ = self.tasks.spawn(tell).await;
    }
}

/// A failure is kept as an empty text; an app's sentence never is.
fn stored(deny: &Deny) -> &str {
    match deny {
        Deny::Because(sentence) => sentence,
        Deny::Failed(_) => "",
    }
}

/// Why the visitor of an attempt was not let in, if that is how it ended.
pub(super) fn denied(attempt: &Attempt) -> Option<Deny> {
    attempt.denied.clone().map(|sentence| match sentence.as_str() {
        "" => Deny::Failed("it did so a moment ago".to_owned()),
        _ => Deny::Because(sentence),
    })
}
