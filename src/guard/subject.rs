//! What the guard looks at: a number, where it is, and who asks; and the keys under which it is counted.
//!
//! Numbers and addresses are counted under keyed hashes. Countries and blocks of numbers name nobody and stay
//! readable, so that an operator sees where an attack goes.

use std::{iter, net::IpAddr};

use crate::address::network;
use crate::{
    keys::{Keys, Token},
    phone::PhoneNumber,
    store::{Origin, Verification, WATCHED},
};

/// Who asks, as far as the request tells.
#[derive(Debug, Clone)]
pub struct Asker {
    /// Whence.
    pub address: IpAddr,
    /// What the cookie of a known browser holds: a token for each number that has signed in with it.
    pub known: Vec<Token>,
}

impl Asker {
    /// Someone of whom only the address is known.
    pub fn at(address: IpAddr) -> Self {
        Self { address, known: Vec::new() }
    }
}

/// A send or a try, as the guard counts it.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Where the code would go.
    pub phone: PhoneNumber,
    /// How the store knows the number.
    pub phone_hash: String,
    /// The two letters of a country, or `+` and the calling code of a number that belongs to none.
    pub country: String,
    /// Calling code and four digits.
    pub prefix: String,
    /// Whence it is asked for.
    pub address: IpAddr,
    /// How the counters know that network.
    pub address_hash: String,
    /// Whether this number has signed in with this browser before.
    pub known: bool,
}

/// The places of a stranger's limit keys among those of [`Subject::limits`], in the order in which they are counted.
pub const ADDRESS: usize = 0;
/// The place of the number among [`Subject::limits`].
pub const NUMBER: usize = 1;
/// The limit on all together comes last: what all sends wait for is held shortest.
pub const PREFIX: usize = 2;
/// The place of all sends together.
pub const TOTAL: usize = 3;
/// A known browser has no limit on its prefix.
pub const KNOWN_TOTAL: usize = 2;

impl Subject {
    /// A send that is asked for.
    pub fn new(keys: &Keys, phone: &PhoneNumber, address: IpAddr) -> Self {
        let prefix = phone.prefix().to_owned();
        let country = phone.area().map_or_else(|| format!("+{prefix}"), |area| area.to_string());
        Self {
            phone: phone.clone(),
            phone_hash: keys.phone(phone),
            country,
            prefix,
            address,
            address_hash: keys.address(&network(address).to_string()),
            known: false,
        }
    }

    /// A try for an attempt, from where it is typed.
    pub fn of_try(keys: &Keys, attempt: &Verification, address: IpAddr) -> Self {
        Self {
            phone: attempt.phone.clone(),
            phone_hash: attempt.phone_hash.clone(),
            country: attempt.origin.country.clone(),
            prefix: attempt.phone.prefix().to_owned(),
            address,
            address_hash: keys.address(&network(address).to_string()),
            known: attempt.origin.known,
        }
    }

    /// What is kept with the attempt.
    pub fn origin(&self, reserve: bool) -> Origin {
        Origin {
            country: self.country.clone(),
            address_hash: self.address_hash.clone(),
            known: self.known,
            reserve,
            outsider: false,
        }
    }

    /// What the limits count by, in the order in which the store takes them.
    pub fn limits(&self) -> Vec<String> {
        let address = format!("address {}", short(&self.address_hash));
        let others = limits_besides_address(&self.phone_hash, &self.prefix, self.known);
        iter::once(address).chain(others).collect()
    }

    /// What is looked at before anything is sent.
    pub fn watched(&self) -> [String; WATCHED] {
        let mut limits = self.limits().into_iter();
        let mut next = || limits.next().unwrap_or_default();
        let [address, number, prefix, total] = [next(), next(), next(), next()];
        if self.known {
            let none = String::new;
            return [address, number, prefix, total, self.wrong_number(), none(), none(), none()];
        }
        let (wrong, unverified) = (wrong_address(&self.address_hash), unverified_address(&self.address_hash));
        let country = unverified_country(&self.country);
        [address, number, prefix, total, self.wrong_number(), wrong, unverified, country]
    }

    /// What sends out of the reserve are counted by: country, prefix, address.
    pub fn reserve(&self) -> [String; 3] {
        reserve(&self.country, &self.prefix, &self.address_hash)
    }

    /// What the verified sends of its address are counted by: on that day and on the one before.
    pub fn verified(&self, day: i64) -> [String; 2] {
        [day, day - 1].map(|day| verified_address(&self.address_hash, day))
    }

    /// What wrong codes for the number are counted by.
    pub fn wrong_number(&self) -> String {
        wrong_number(&self.phone_hash, self.known)
    }
}

/// The key of sends to a number, for strangers or for known browsers.
fn number(phone_hash: &str, known: bool) -> String {
    format!("{}number {}", if known { "known " } else { "" }, short(phone_hash))
}

/// The limits of a send but for that of its address, in the same order.
pub fn limits_besides_address(phone_hash: &str, prefix: &str, known: bool) -> Vec<String> {
    let (number, total) = (number(phone_hash, known), "total".to_owned());
    if known {
        vec![number, format!("known {total}")]
    } else {
        vec![number, format!("prefix {prefix}"), total]
    }
}

/// What takeovers are counted by: address, number.
pub fn takeover(address_hash: &str, phone_hash: &str) -> [String; 2] {
    [format!("takeover address {}", short(address_hash)), format!("takeover number {}", short(phone_hash))]
}

/// As much of a hash as tells numbers apart: 128 bits. There are many counters.
fn short(hash: &str) -> &str {
    hash.get(..22).unwrap_or(hash)
}

/// The kinds of counters of numbers, as their keys begin; known browsers have their own.
pub const WRONG_NUMBER: &str = "wrong number";
const KNOWN_WRONG_NUMBER: &str = "known wrong number";
/// The key of all wrong codes together.
pub const WRONG_TOTAL: &str = "wrong total";
/// Messages of all numbers that did not arrive, by the provider's callbacks.
pub const UNDELIVERED: &str = "undelivered total";

/// The key of wrong codes for a number, from strangers or from known browsers.
pub fn wrong_number(phone_hash: &str, known: bool) -> String {
    format!("{} {}", if known { KNOWN_WRONG_NUMBER } else { WRONG_NUMBER }, short(phone_hash))
}

/// The key of wrong codes from an address.
pub fn wrong_address(address_hash: &str) -> String {
    format!("wrong address {}", short(address_hash))
}

/// The key of unverified sends that an address asked for.
pub fn unverified_address(address_hash: &str) -> String {
    format!("unverified address {}", short(address_hash))
}

/// The key of unverified sends to a country.
pub fn unverified_country(country: &str) -> String {
    format!("unverified country {country}")
}

/// The key of verified sends that an address asked for, by the day of their success.
pub fn verified_address(address_hash: &str, day: i64) -> String {
    format!("verified address {} {day}", short(address_hash))
}

/// The keys of sends out of the reserve: country, prefix, address.
pub fn reserve(country: &str, prefix: &str, address_hash: &str) -> [String; 3] {
    [
        format!("reserve country {country}"),
        format!("reserve prefix {prefix}"),
        format!("reserve address {}", short(address_hash)),
    ]
}

/// Every key that a number is counted by.
pub fn of_number(phone_hash: &str) -> [String; 5] {
    [
        number(phone_hash, false),
        number(phone_hash, true),
        wrong_number(phone_hash, false),
        wrong_number(phone_hash, true),
        format!("takeover number {}", short(phone_hash)),
    ]
}
