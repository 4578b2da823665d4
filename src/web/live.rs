//! Sessions as they live and end: the one place that asks the store for one, and the one that ends them.

use std::time::Duration;

use crate::web::visitor::Visitor;
use crate::{
    clock::Timestamp,
    keys::Token,
    store::{SessionRow, StoreError},
    web::{redirect_loop::Cause, state::AppState},
};

/// A visit is written down when the last one that was lies this far back, or a tenth of the idle limit.
const TOUCH_AFTER: Duration = Duration::from_mins(5);

impl AppState {
    /// The live session that a token opens. It counts as a visit, which is written down
    /// now and then; whoever is signed in stays so where that fails.
    pub(crate) async fn session(&self, token: &Token) -> Result<Option<SessionRow>, StoreError> {
        let store = &self.core.store;
        let Some(mut row) = store.session(&token.hash()).await? else { return Ok(None) };
        let now = self.core.clock.now();
        // Made under another server key: of a number that is another user by now.
        if row.phone_hash != self.core.keys.phone(&row.phone) {
            return Ok(None);
        }
        let allowed = self.sign_in.destinations.allowed.allows(&row.phone);
        if !allowed || !is_live(&row, now, self.sign_in.session_idle) {
            return Ok(None);
        }
        let due = now.since(row.seen_at) >= TOUCH_AFTER.min(self.sign_in.session_idle / 10);
        if due && self.health.visits.can_be_noted(now) {
            match store.touch_session(&row.token_hash, now).await {
                Ok(()) => row.seen_at = now,
                Err(error) => self.health.visits.failed(&error, now),
            }
        }
        Ok(Some(row))
    }

    /// The live session that the first of these tokens opens that opens one.
    pub(crate) async fn session_of(&self, tokens: &[Token]) -> Result<Option<SessionRow>, StoreError> {
        for token in tokens {
            let session = self.session(token).await?;
            if session.is_some() {
                return Ok(session);
            }
        }
        Ok(None)
    }

    /// Why a browser that has just signed in, again and again, sends no cookie that shows it; `None` if it does not.
    pub(crate) async fn loses_session(&self, visitor: &Visitor) -> Result<Option<Cause>, StoreError> {
        let now = self.core.clock.now();
        for browser in visitor.browsers() {
            let Some(token_hash) = self.gate.loops.signed_in_in_vain(browser, now) else { continue };
            let row = self.core.store.session(&token_hash).await?;
            if row.is_some_and(|row| is_live(&row, now, self.sign_in.session_idle)) {
                return Ok(Some(if visitor.brought_session() {
                    Cause::OtherCookies
                } else {
                    Cause::NoCookie
                }));
            }
        }
        Ok(None)
    }

    /// Ends one session, for the gate too.
    pub(crate) async fn end_session(&self, phone_hash: &str, token_hash: &str) -> Result<(), StoreError> {
        self.core.store.end_session(token_hash).await?;
        self.gate.forget(phone_hash);
        Ok(())
    }

    /// Ends all sessions of a number but one, if one is named; says how many.
    pub(crate) async fn end_sessions(
        &self,
        phone_hash: &str,
        except: Option<&str>,
    ) -> Result<u64, StoreError> {
        let ended = self.core.store.end_sessions_of_phone(phone_hash, except).await?;
        self.gate.forget(phone_hash);
        Ok(ended)
    }
}

fn is_live(row: &SessionRow, now: Timestamp, idle: Duration) -> bool {
    now < row.expires_at && now < row.seen_at + idle
}
