//! How often a signed-in visitor came back to sign in: where a site's gate does not see the session, browser and proxy
//! would send each other round for ever.
//!
//! The count is kept in this process and not in a cookie: that cookies do not arrive is one of the causes. With several
//! instances each counts for itself, and the round still ends.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use url::{Host, Url};

use super::return_to::ReturnTo;
use crate::clock::Timestamp;

/// How many times in [`SPAN`] a visitor is sent back to the site.
const MOST: u32 = 3;
const SPAN: Duration = Duration::from_mins(1);
/// How many visitors are watched at once.
const WATCHED: usize = 10_000;

/// Why a site's gate may not see the session. `Display` is for the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    #[error("the session's cookie does not reach its host; COOKIE_DOMAIN must cover it and PUBLIC_URL's")]
    CookieDomain,
    #[error("it is not reached by https, and browsers send the session's cookie by nothing else")]
    NotSecure,
    #[error("its proxy withholds the cookie or asks another phonegate, or the machines' clocks differ")]
    Unclear,
}

/// The sign-ins that came back of late.
#[derive(Debug, Default)]
pub(super) struct Bounces(Mutex<HashMap<String, (Timestamp, u32)>>);

impl Bounces {
    /// Counts a return of the session to the first page; true once it has been too many.
    pub(super) fn is_loop(&self, session: &str, now: Timestamp) -> bool {
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = |since: Timestamp| since <= now && now.since(since) < SPAN;
        if watched.len() >= WATCHED && !watched.contains_key(session) {
            watched.retain(|_, (since, _)| recent(*since));
            // As many loops at once are one that all visitors are in: the next round counts again.
            if watched.len() >= WATCHED {
                watched.clear();
            }
        }
        let (since, count) = watched.entry(session.to_owned()).or_insert((now, 0));
        if !recent(*since) {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        *count > MOST
    }
}

/// The likely reason why the gate in front of `site` does not see a session of ours.
pub(super) fn cause(public_url: &Url, cookie_domain: Option<&str>, site: &ReturnTo) -> Cause {
    let site = site.url();
    let reaches = match (cookie_domain, site.host()) {
        (Some(domain), Some(Host::Domain(host))) => super::return_to::is_at_or_below(host, domain),
        _ => site.host() == public_url.host(),
    };
    if !reaches {
        Cause::CookieDomain
    } else if site.scheme() != public_url.scheme() {
        Cause::NotSecure
    } else {
        Cause::Unclear
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::return_to::Rules;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    #[test]
    fn the_fourth_return_in_a_minute_is_a_loop() {
        let bounces = Bounces::default();
        let at = |seconds, session| bounces.is_loop(session, NOW + Duration::from_secs(seconds));

        assert_eq!([0, 1, 2, 3, 59].map(|seconds| at(seconds, "a")), [false, false, false, true, true]);
        assert!(!at(3, "b"), "another session");
        assert_eq!([60, 61, 62, 63].map(|seconds| at(seconds, "a")), [false, false, false, true]);
    }

    #[test]
    fn a_clock_that_is_set_back_begins_anew() {
        let bounces = Bounces::default();
        for _ in 0..3 {
            assert!(!bounces.is_loop("a", NOW));
        }
        assert!(!bounces.is_loop("a", NOW - Duration::from_hours(1)));
    }

    #[test]
    fn no_more_are_watched_than_memory_is_set_aside_for() {
        let bounces = Bounces::default();
        for session in 0..=WATCHED {
            bounces.is_loop(&session.to_string(), NOW);
        }
        assert!(bounces.0.lock().unwrap().len() <= WATCHED);
    }

    #[test]
    fn the_cause_follows_from_the_settings() {
        for (public_url, domain, site, expected) in [
            ("https://in.example.com", None, "https://app.example.com/", Cause::CookieDomain),
            ("https://in.example.com", Some("example.com"), "https://wiki.example.org/", Cause::CookieDomain),
            ("https://in.example.com", Some("example.com"), "https://app.example.com/", Cause::Unclear),
            ("https://localhost", None, "http://localhost:8080/", Cause::NotSecure),
            ("http://localhost:3000", None, "http://localhost:8080/", Cause::Unclear),
            ("http://localhost:3000", None, "http://127.0.0.1:8080/", Cause::CookieDomain),
        ] {
            let public_url = public_url.parse().unwrap();
            let others = [site.parse().unwrap()];
            let site = Rules::new(&public_url, &others, domain).allow(site).unwrap();
            assert_eq!(cause(&public_url, domain, &site), expected, "{site:?}");
        }
    }
}
