//! What the guard looks at: a number, where it is, and who asks.

use std::net::IpAddr;

use crate::{
    address::network,
    attempt::{Attempt, Origin},
    keys::{Keys, Token},
    phone::PhoneNumber,
};

/// Who asks, as far as the request tells.
#[derive(Debug, Clone)]
pub struct Asker {
    /// The client address.
    pub(crate) address: IpAddr,
    /// What the cookie of a known browser holds: a token for each number that has signed in with it.
    pub(crate) known: Vec<Token>,
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
    pub(crate) phone: PhoneNumber,
    /// How the store knows the number.
    pub phone_hash: String,
    /// The client address.
    pub(crate) address: IpAddr,
    /// What is kept of it with the attempt.
    pub origin: Origin,
}

impl Subject {
    /// A send that is asked for.
    pub fn new(keys: &Keys, phone: &PhoneNumber, address: IpAddr) -> Self {
        let country = phone.area().map_or_else(|| format!("+{}", phone.prefix()), |area| area.to_string());
        let origin = Origin { country, address_hash: address_hash(keys, address), ..Origin::default() };
        Self { phone: phone.clone(), phone_hash: keys.phone(phone), address, origin }
    }

    /// A try for an attempt, from where it is typed.
    pub(crate) fn of_try(keys: &Keys, attempt: &Attempt, address: IpAddr) -> Self {
        let origin = Origin { address_hash: address_hash(keys, address), ..attempt.origin.clone() };
        Self { phone: attempt.phone.clone(), phone_hash: attempt.phone_hash.clone(), address, origin }
    }
}

/// How the counters know the network of an address.
pub(crate) fn address_hash(keys: &Keys, address: IpAddr) -> String {
    keys.address(&network(address).to_string())
}
