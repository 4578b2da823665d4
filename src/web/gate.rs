//! What the gate knows between two requests: sessions that were live a moment ago, and what the operator was told.

pub(super) mod cache;
pub(super) mod forwarded;
pub(super) mod identity;

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header::InvalidHeaderValue};
use url::Url;

use cache::Cache;
use forwarded::{ForwardedRequest, is_forwarded};

use super::mount::Mount;
use super::redirect_loop::RedirectLoops;
use super::return_to::{ReturnTo, start_page_for};
use crate::{clock::Timestamp, seldom::Seldom};

/// How often the operator is told that a proxy says half of what it should.
const TELL_AGAIN: Duration = Duration::from_mins(1);

/// What `GET /auth` works with besides the app.
#[derive(Debug)]
pub(crate) struct Gate {
    pub(super) cache: Cache,
    /// Sign-ins that lead nowhere.
    pub(crate) loops: RedirectLoops,
    /// `PUBLIC_URL` without the slash at its end.
    pub(super) origin: String,
    /// Where the first page is below that.
    mount: Mount,
    /// The `Content-Security-Policy` of a page that is shown under the site's name.
    pub(super) policy: HeaderValue,
    /// The headers of proxies that the operator was told of.
    pub(super) spoiled: Seldom<&'static str>,
}

impl Gate {
    /// `staleness` is how long a session that ended elsewhere may still be let in.
    pub(crate) fn new(
        public_url: &Url,
        mount: &Mount,
        cookie_domain: Option<&str>,
        staleness: Duration,
    ) -> Result<Self, InvalidHeaderValue> {
        let origin = public_url.origin().ascii_serialization();
        let policy = format!(
            "default-src 'none'; script-src {origin}; style-src {origin}; img-src {origin}; base-uri {origin}; \
             form-action 'none'; frame-ancestors 'none'"
        );
        Ok(Self {
            cache: Cache::new(staleness),
            loops: RedirectLoops::new(public_url, cookie_domain),
            policy: HeaderValue::from_str(&policy)?,
            spoiled: Seldom::new(TELL_AGAIN),
            origin,
            mount: mount.clone(),
        })
    }

    /// To be called after the store has ended a session of that number.
    pub(crate) fn forget(&self, phone_hash: &str) {
        self.cache.forget(phone_hash);
    }

    /// What a trusted proxy says of a visitor's request; if it says half of it, the log is told.
    pub(super) fn asked<'a>(&self, headers: &'a HeaderMap, now: Timestamp) -> Option<ForwardedRequest<'a>> {
        match ForwardedRequest::read(headers) {
            Ok(asked) => Some(asked),
            Err(why) => {
                if is_forwarded(headers) && self.spoiled.is_news(why.header, now) {
                    tracing::warn!(
                        "{why}: a proxy asks the gate so, and its visitors are turned away without a way to sign in; \
                         have it set X-Forwarded-Method, -Proto, -Host and -Uri once each"
                    );
                }
                None
            }
        }
    }

    /// The first page as other sites name it, for whoever has to have signed in within `max_age` seconds, if that is said.
    pub(super) fn start(&self, return_to: Option<&ReturnTo>, max_age: Option<u64>) -> String {
        format!("{}{}", self.origin, self.mount.path(&start_page_for(return_to, max_age)))
    }
}
