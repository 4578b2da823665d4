//! The number that a browser asked for a code to before.

use super::{LONGEST, SignIn};
use crate::{keys::Token, phone::PhoneNumber, store::StoreError};

impl SignIn {
    /// The number of the browser's newest attempt, if it was not long ago. It is for that browser alone, which typed it.
    pub(crate) async fn number_before(&self, browser: &Token) -> Result<Option<PhoneNumber>, StoreError> {
        let now = self.core.clock.now();
        let attempts = self.core.store.attempts_of_browser(&browser.hash()).await?;
        let newest = attempts.into_iter().next();
        let recent = newest.filter(|attempt| now.since(attempt.created_at) < 2 * LONGEST);
        Ok(recent.map(|attempt| attempt.phone))
    }
}
