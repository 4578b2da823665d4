//! Whence a visitor comes: the other end of the connection, or what trusted proxies say of it.
//!
//! What this module promises:
//! * `X-Forwarded-For` is believed only as far as trusted proxies wrote it: it is read from its right end, and the
//!   first address there that is no trusted proxy is the visitor's. Whatever stands to the left of it, the visitor
//!   may have written.
//! * An entry that is no address ends the walk at the proxy that passed it on. `Forwarded` is never read.
//! * Where the server does not say who is connected, nobody is believed.
//! * An IPv4 address in IPv6 form is the IPv4 address.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap, HeaderName, request::Parts},
};
use ipnet::IpNet;

use crate::{
    address::{TrustedProxies, network},
    clock::Timestamp,
    seldom::Seldom,
};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// How often the operator is told of one peer that is not trusted.
const TELL_AGAIN: Duration = Duration::from_hours(1);

/// The address of the visitor. As an extractor it cannot fail: 127.0.0.1 where the server does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

/// The other end of the connection, if the server was told to say it.
pub(crate) fn peer(extensions: &Extensions) -> Option<IpAddr> {
    let ConnectInfo(address) = extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(address.ip().to_canonical())
}

/// The visitor behind `peer`, as far as `trusted` proxies say.
fn client(trusted: &TrustedProxies, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let mut visitor = peer.to_canonical();
    // Each proxy adds at the right end who called it. Several headers are one list, in their order.
    let mut hops =
        headers.get_all(X_FORWARDED_FOR).iter().rev().flat_map(|line| line.as_bytes().rsplit(|b| *b == b','));
    while trusted.trusts(visitor)
        && let Some(hop) = hops.next().and_then(parse_hop)
    {
        visitor = hop;
    }
    visitor
}

/// An address as proxies write it; some add a port.
fn parse_hop(bytes: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(bytes).ok()?.trim();
    let bare = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let address = text.parse().ok().or_else(bare);
    address
        .or_else(|| text.parse::<SocketAddr>().ok().map(|hop| hop.ip()))
        .map(|address: IpAddr| address.to_canonical())
}

/// The trusted proxies, and which others have claimed to be one.
#[derive(Debug)]
pub(crate) struct Proxies {
    /// Those that are believed.
    pub(crate) trusted: TrustedProxies,
    told: Seldom<IpNet>,
    told_of_none: AtomicBool,
}

impl Proxies {
    /// None has claimed to be one yet.
    pub(crate) fn new(trusted: TrustedProxies) -> Self {
        Self { trusted, told: Seldom::new(TELL_AGAIN), told_of_none: AtomicBool::new(false) }
    }

    /// The visitor's address, as far as it can be known.
    pub(crate) fn client(&self, parts: &Parts, now: Timestamp) -> ClientAddress {
        let Some(peer) = peer(&parts.extensions) else {
            self.tell_of_none();
            return ClientAddress(Ipv4Addr::LOCALHOST.into());
        };
        if parts.headers.contains_key(X_FORWARDED_FOR) && !self.trusted.trusts(peer) {
            self.tell_of(peer, now);
        }
        ClientAddress(client(&self.trusted, peer, &parts.headers))
    }

    /// Warns once of a server that does not say who is connected.
    fn tell_of_none(&self) {
        if !self.told_of_none.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "the server does not say who is connected, so limits count all visitors as one, and TRUSTED_PROXIES has no \
                 effect; serve with router.into_make_service_with_connect_info::<SocketAddr>()"
            );
        }
    }

    /// Warns of a peer that speaks for others and is not trusted, now and then.
    pub(crate) fn tell_of(&self, peer: IpAddr, now: Timestamp) {
        if self.told.is_news(network(peer), now) {
            tracing::warn!(
                %peer,
                "X-Forwarded-* of {peer} is not believed; if that is a proxy of yours, name it in TRUSTED_PROXIES, \
                 else all its visitors share one address and none is led back to a site"
            );
        }
    }
}

#[cfg(test)]
mod tests;
