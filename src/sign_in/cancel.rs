//! Cancelling: at once for the visitor, later at the provider.

use super::{SignIn, SignInError, runs};
use crate::{
    audit::{Event, Line},
    keys::Token,
};

/// How a cancel ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cancel {
    /// Over for the visitor; the provider is told when it allows it.
    Done {
        /// Where its visitor wanted to go.
        return_to: Option<String>,
    },
    /// The form belongs to another attempt than the browser's current one.
    OtherAttempt,
    /// The browser has nothing under way.
    NoAttempt,
}

impl SignIn {
    /// Cancels the attempt that `browser` has under way and its form names.
    pub(crate) async fn cancel(&self, browser: &Token, request_id: &str) -> Result<Cancel, SignInError> {
        let now = self.core.clock.now();
        let attempts = self.core.store.attempts_of_browser(&browser.hash()).await?;
        let Some(attempt) = attempts.first().filter(|attempt| runs(attempt, now)) else {
            return Ok(Cancel::NoAttempt);
        };
        // Between two requests it has no name.
        if attempt.request_id.as_deref().unwrap_or_default() != request_id {
            return Ok(Cancel::OtherAttempt);
        }
        let cancelled = self.drop_attempt(attempt, now).await?;
        if !cancelled {
            return Ok(Cancel::NoAttempt);
        }
        Line::new(Event::Cancelled, &attempt.phone, &self.core.keys).write();
        Ok(Cancel::Done { return_to: attempt.return_to.clone() })
    }
}
