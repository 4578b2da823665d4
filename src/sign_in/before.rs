//! What a browser asked for a code for before.

use super::{LONGEST, SignIn};
use crate::{keys::Token, phone::PhoneNumber, store::StoreError};

/// What an attempt was for.
#[derive(Debug)]
pub(crate) struct Before {
    /// For the browser alone, which typed it.
    pub(crate) phone: PhoneNumber,
    /// Where its visitor wanted to go.
    pub(crate) return_to: Option<String>,
}

impl SignIn {
    /// What the browser's newest attempt was for, if it was not long ago.
    pub(crate) async fn before(&self, browser: &Token) -> Result<Option<Before>, StoreError> {
        let now = self.core.clock.now();
        let attempts = self.core.store.attempts_of_browser(&browser.hash()).await?;
        let newest = attempts.into_iter().next();
        let recent = newest.filter(|attempt| now.since(attempt.created_at) < 2 * LONGEST);
        Ok(recent.map(|attempt| Before { phone: attempt.phone, return_to: attempt.return_to }))
    }
}
