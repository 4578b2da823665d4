//! The cookie that keeps a number for the next sign-in on this device: only for who asked for it, and encrypted, so that
//! nobody reads it out of the browser.

use axum::http::HeaderMap;

use crate::web::cookies::{Cookies, sent};
use crate::{
    keys::Keys,
    phone::{Fiction, PhoneNumber},
    random::Random,
};

const PURPOSE: &str = "remembered number";

/// The number that a browser keeps for us.
pub(crate) fn read(headers: &HeaderMap, cookies: &Cookies, keys: &Keys) -> Option<PhoneNumber> {
    let number = |value: &str| PhoneNumber::parse(&keys.open(PURPOSE, value)?, None, Fiction::Allowed).ok();
    sent(headers, &cookies.number, number).into_iter().next()
}

/// Whether a browser keeps one, even if nobody can read it any more.
pub(crate) fn is_sent(headers: &HeaderMap, cookies: &Cookies) -> bool {
    !sent(headers, &cookies.number, |_| Some(())).is_empty()
}

/// The cookie's value.
pub(crate) fn write(phone: &PhoneNumber, keys: &Keys, random: &Random) -> Option<String> {
    keys.seal(random, PURPOSE, phone.as_str())
}
