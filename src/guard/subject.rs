//! What the guard looks at: a number, where it is, and who asks.

use std::net::IpAddr;

use crate::{
    address::network,
    keys::{Keys, Token},
    phone::PhoneNumber,
    store::{Origin, Verification},
};

/// Who asks, as far as the request tells.
#[derive(Debug, Clone)]
pub struct Asker {
    /// The client address.
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
    /// The two letters of a country, or `+` and the prefix of a number that belongs to none.
    pub country: String,
    /// The client address.
    pub address: IpAddr,
    /// How the counters know its network.
    pub address_hash: String,
    /// Whether this number has signed in with this browser before.
    pub known: bool,
}

impl Subject {
    /// A send that is asked for.
    pub fn new(keys: &Keys, phone: &PhoneNumber, address: IpAddr) -> Self {
        let country = phone.area().map_or_else(|| format!("+{}", phone.prefix()), |area| area.to_string());
        Self {
            phone: phone.clone(),
            phone_hash: keys.phone(phone),
            country,
            address,
            address_hash: address_hash(keys, address),
            known: false,
        }
    }

    /// A try for an attempt, from where it is typed.
    pub(crate) fn of_try(keys: &Keys, attempt: &Verification, address: IpAddr) -> Self {
        Self {
            phone: attempt.phone.clone(),
            phone_hash: attempt.phone_hash.clone(),
            country: attempt.origin.country.clone(),
            address,
            address_hash: address_hash(keys, address),
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
}

/// How the counters know the network of an address.
pub(crate) fn address_hash(keys: &Keys, address: IpAddr) -> String {
    keys.address(&network(address).to_string())
}
