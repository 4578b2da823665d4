//! Sessions as they live and end: the one place that asks the store for one, and the one that ends them.

use std::{net::IpAddr, time::Duration};

use crate::web::visitor::Visitor;
use crate::{
    audit::{Event, Line},
    causes::chain,
    clock::Timestamp,
    keys::Token,
    phone::PhoneNumber,
    store::{Session, StoreError},
    web::{redirect_loop::Cause, state::AppState},
};

/// A visit is written down when the last one that was lies this far back, or a tenth of the idle limit.
const TOUCH_AFTER: Duration = Duration::from_mins(5);

impl AppState {
    /// The live session that a token opens. It counts as a visit, which is written down
    /// now and then; whoever is signed in stays so where that fails.
    pub(crate) async fn session(&self, token: &Token) -> Result<Option<Session>, StoreError> {
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
    pub(crate) async fn session_of(&self, tokens: &[Token]) -> Result<Option<Session>, StoreError> {
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

    /// Ends one session, for the gate too; `false` if it had ended before.
    pub(crate) async fn end_session(&self, row: &Session) -> Result<bool, StoreError> {
        let ended = self.core.store.end_session(&row.token_hash).await?;
        self.gate.forget(&row.phone_hash);
        if ended {
            self.sign_in.tell_signed_out(&row.phone, vec![row.signed_in_at]).await;
        }
        Ok(ended)
    }

    /// Ends the session that a browser had when it signed in again. The visitor is signed in whatever becomes of this.
    pub(crate) async fn replace_session(&self, before: &Session, by: &Token, address: IpAddr) {
        let replace = async {
            if before.token_hash == by.hash() {
                return Ok(());
            }
            let after = self.core.store.session(&by.hash()).await?;
            // To the app a visitor who comes back as the same one has never left.
            if after.is_some_and(|after| after.phone_hash == before.phone_hash) {
                self.core.store.end_session(&before.token_hash).await?;
                self.gate.forget(&before.phone_hash);
            } else if self.end_session(before).await? {
                Line::new(Event::SignedOut, &before.phone, &self.core.keys).at(address).write();
            }
            Ok::<_, StoreError>(())
        };
        if let Err(error) = replace.await {
            tracing::warn!("a session that another one has replaced stays: {}", chain(&error));
        }
    }

    /// Ends all sessions of a number but one, if one is named; says how many.
    pub(crate) async fn end_sessions_but(
        &self,
        phone: &PhoneNumber,
        except: Option<&str>,
    ) -> Result<u64, StoreError> {
        let phone_hash = self.core.keys.phone(phone);
        let ended = self.core.store.end_sessions_of_phone(&phone_hash, except).await?;
        self.gate.forget(&phone_hash);
        let count = ended.len() as u64;
        self.sign_in.tell_signed_out(phone, ended).await;
        Ok(count)
    }

    /// Ends all sessions of a number; says how many. Each browser is signed out at its next request, here at once and at
    /// the gate of other instances within `AUTH_CACHE`.
    ///
    /// A number that is kept as text is read by `"+12025550150".parse()`.
    pub async fn end_sessions(&self, phone: &PhoneNumber) -> Result<u64, StoreError> {
        let ended = self.end_sessions_but(phone, None).await?;
        Line::new(Event::AppSignedOut, phone, &self.core.keys).count(ended).write();
        Ok(ended)
    }
}

fn is_live(row: &Session, now: Timestamp, idle: Duration) -> bool {
    now < row.expires_at && now < row.seen_at + idle
}
