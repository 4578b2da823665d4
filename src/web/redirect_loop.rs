//! How often a visitor came back to sign in who had done so: where the session is not seen, by a site's gate or by us,
//! everybody would send each other round for ever.
//!
//! The count is kept in this process and not in a cookie: that cookies do not arrive is one of the causes. With several
//! instances each counts for itself, and the round still ends.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use url::{Host, Url};

use super::return_to::{ReturnTo, is_at_or_below};
use crate::{clock::Timestamp, keys::Token};

/// How many times in [`SPAN`] a visitor is sent back to the site.
const MOST: u32 = 3;
const SPAN: Duration = Duration::from_mins(1);
/// How long sign-ins of one browser in a row are watched: a round takes longer where each waits for a code.
const SIGN_INS: Duration = Duration::from_mins(10);
/// How many visitors are watched at once.
const WATCHED: usize = 10_000;

/// Why the session may not be seen. `Display` is for the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Cause {
    #[error("the session's cookie does not reach its host; COOKIE_DOMAIN must cover it and PUBLIC_URL's")]
    CookieDomain,
    #[error("it is not reached by https, and browsers send the session's cookie by nothing else")]
    NotSecure,
    #[error("its proxy withholds the cookie or asks another phonegate, or the machines' clocks differ")]
    Unclear,
    #[error(
        "the browser sends other cookies of the session's name first, which open nothing: left from another \
         COOKIE_DOMAIN, or set by a host beside it"
    )]
    OtherCookies,
    #[error("the browser does not send the session's cookie, or a proxy drops it")]
    NoCookie,
}

/// The sign-ins that came back of late.
#[derive(Debug)]
pub(crate) struct RedirectLoops {
    public_url: Url,
    cookie_domain: Option<String>,
    /// How often a session was sent on to a site.
    sent_on: Mutex<HashMap<String, (Timestamp, u32)>>,
    /// How often a browser signed in, each time with the token that it had from the last.
    signed_in: Mutex<HashMap<String, SignIns>>,
}

/// Sign-ins of one browser in a row, and the session of the last.
#[derive(Debug, Clone)]
struct SignIns {
    since: Timestamp,
    count: u32,
    session: String,
}

impl RedirectLoops {
    pub(crate) fn new(public_url: &Url, cookie_domain: Option<&str>) -> Self {
        Self {
            public_url: public_url.clone(),
            cookie_domain: cookie_domain.map(str::to_owned),
            sent_on: Mutex::default(),
            signed_in: Mutex::default(),
        }
    }

    /// Whether sending the visitor on to `site` has been a round trip too often of late, and why that may be.
    pub(crate) fn to(&self, session: &str, site: &ReturnTo, now: Timestamp) -> Option<Cause> {
        let may_come_back = site.url().origin() != self.public_url.origin();
        let looping = may_come_back && self.is_loop(session, now);
        looping.then(|| cause(&self.public_url, self.cookie_domain.as_deref(), site))
    }

    /// Takes note of a sign-in; `from` and `to` are the browser's tokens before and after it.
    pub(crate) fn signed_in(&self, from: &Token, to: &Token, session: &Token, now: Timestamp) {
        self.count_sign_in(&from.hash(), &to.hash(), session.hash(), now);
    }

    /// The next sign-in of that browser is its first again.
    pub(crate) fn signed_out(&self, browser: &Token) {
        lock(&self.signed_in).remove(&browser.hash());
    }

    /// The last session of a browser that has signed in as often of late as one does whose sessions are not seen.
    pub(crate) fn signed_in_in_vain(&self, browser: &Token, now: Timestamp) -> Option<String> {
        self.in_vain(&browser.hash(), now)
    }

    /// Counts a return of the session to the first page; true once it has been too many.
    fn is_loop(&self, session: &str, now: Timestamp) -> bool {
        let mut watched = lock(&self.sent_on);
        make_room(&mut watched, session, |(since, _)| is_within(SPAN, *since, now));
        let (since, count) = watched.entry(session.to_owned()).or_insert((now, 0));
        if !is_within(SPAN, *since, now) {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        *count > MOST
    }

    fn count_sign_in(&self, from: &str, to: &str, session: String, now: Timestamp) {
        let mut watched = lock(&self.signed_in);
        let before = watched.get(from).filter(|before| is_within(SIGN_INS, before.since, now));
        let (since, count) = before.map_or((now, 1), |before| (before.since, before.count + 1));
        make_room(&mut watched, to, |sign_ins| is_within(SIGN_INS, sign_ins.since, now));
        watched.insert(to.to_owned(), SignIns { since, count, session });
    }

    fn in_vain(&self, browser: &str, now: Timestamp) -> Option<String> {
        let watched = lock(&self.signed_in);
        let sign_ins = watched.get(browser)?;
        let too_often = sign_ins.count >= MOST && is_within(SIGN_INS, sign_ins.since, now);
        too_often.then(|| sign_ins.session.clone())
    }
}

fn lock<T>(watched: &Mutex<T>) -> MutexGuard<'_, T> {
    watched.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_within(span: Duration, since: Timestamp, now: Timestamp) -> bool {
    since <= now && now.since(since) < span
}

/// Forgets visitors where one more would be too many.
fn make_room<V>(watched: &mut HashMap<String, V>, key: &str, recent: impl Fn(&V) -> bool) {
    if watched.len() >= WATCHED && !watched.contains_key(key) {
        watched.retain(|_, value| recent(value));
        // As many loops at once are one that all visitors are in: the next round counts again.
        if watched.len() >= WATCHED {
            watched.clear();
        }
    }
}

/// The likely reason why the gate in front of `site` does not see a session of ours.
fn cause(public_url: &Url, cookie_domain: Option<&str>, site: &ReturnTo) -> Cause {
    let site = site.url();
    let reaches = match (cookie_domain, site.host()) {
        (Some(domain), Some(Host::Domain(host))) => is_at_or_below(host, domain),
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
    use crate::web::return_to::Rules;

    fn loops() -> RedirectLoops {
        RedirectLoops::new(&Url::parse("http://localhost:3000").unwrap(), None)
    }

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    #[test]
    fn the_fourth_return_in_a_minute_is_a_loop() {
        let loops = loops();
        let at = |seconds, session| loops.is_loop(session, NOW + Duration::from_secs(seconds));

        assert_eq!([0, 1, 2, 3, 59].map(|seconds| at(seconds, "a")), [false, false, false, true, true]);
        assert!(!at(3, "b"), "another session");
        assert_eq!([60, 61, 62, 63].map(|seconds| at(seconds, "a")), [false, false, false, true]);
    }

    #[test]
    fn a_clock_that_is_set_back_begins_anew() {
        let loops = loops();
        for _ in 0..3 {
            assert!(!loops.is_loop("a", NOW));
        }
        assert!(!loops.is_loop("a", NOW - Duration::from_hours(1)));
    }

    #[test]
    fn no_more_are_watched_than_memory_is_set_aside_for() {
        let loops = loops();
        for session in 0..=WATCHED {
            loops.is_loop(&session.to_string(), NOW);
            loops.count_sign_in("", &session.to_string(), String::new(), NOW);
        }
        assert!(lock(&loops.sent_on).len() <= WATCHED && lock(&loops.signed_in).len() <= WATCHED);
    }

    #[test]
    fn the_third_sign_in_in_a_row_was_in_vain_if_the_browser_comes_back() {
        let loops = loops();
        let sign_in = |from, to, minute| {
            loops.count_sign_in(from, to, format!("session of {to}"), NOW + Duration::from_mins(minute));
            loops.in_vain(to, NOW + Duration::from_mins(minute))
        };

        assert_eq!([sign_in("a", "b", 0), sign_in("b", "c", 4), sign_in("x", "y", 4)], [None, None, None]);
        // The second half of a double click is no sign-in of its own.
        assert_eq!([sign_in("b", "c", 4), sign_in("b", "c", 4)], [None, None]);
        assert_eq!(sign_in("c", "d", 9).as_deref(), Some("session of d"));
        assert_eq!(loops.in_vain("b", NOW), None, "a token from before");
        assert_eq!(loops.in_vain("d", NOW + SIGN_INS), None, "long ago");
        assert_eq!(loops.in_vain("d", NOW - Duration::from_secs(1)), None, "the clock was set back");
        assert_eq!(sign_in("d", "e", 10), None, "the row begins anew");
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
