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
    convert::Infallible,
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{Extensions, HeaderMap, HeaderName, request::Parts},
};
use ipnet::{IpNet, Ipv4Net};

use crate::{clock::Timestamp, seldom::Seldom, web::state::AppState};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// How often the operator is told of one peer that is not trusted.
const TELL_AGAIN: Duration = Duration::from_hours(1);

/// The address of the visitor. As an extractor it cannot fail: 127.0.0.1 where the server does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl FromRequestParts<AppState> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Infallible> {
        let Some(peer) = peer(&parts.extensions) else { return Ok(Self(Ipv4Addr::LOCALHOST.into())) };
        if parts.headers.contains_key(X_FORWARDED_FOR) && !app.proxies.trusted.trusts(peer) {
            app.proxies.tell_of(peer, app.sign_in.clock.now());
        }
        Ok(Self(app.proxies.trusted.visitor(peer, &parts.headers)))
    }
}

/// The other end of the connection, if the server was told to say it.
pub fn peer(extensions: &Extensions) -> Option<IpAddr> {
    let ConnectInfo(address) = extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(address.ip().to_canonical())
}

/// Whom a limit counts as one: an IPv4 address, or the /64 that an IPv6 visitor can pick addresses from.
pub fn network(address: IpAddr) -> IpNet {
    let address = address.to_canonical();
    let length = if address.is_ipv4() { 32 } else { 64 };
    IpNet::new(address, length).map_or_else(|_| address.into(), |network| network.trunc())
}

/// The networks of our own proxies. Clones are cheap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Arc<[IpNet]>);

impl TrustedProxies {
    /// Reads addresses and CIDRs with commas between them. An error says what to give instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.split(',').map(|part| parse_network(part.trim())).collect::<Result<_, _>>().map(Self)
    }

    /// Whether it is one of ours.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The visitor behind `peer`.
    pub fn visitor(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut visitor = peer.to_canonical();
        // Each proxy adds at the right end who called it. Several headers are one list, in their order.
        let mut hops = headers
            .get_all(X_FORWARDED_FOR)
            .iter()
            .rev()
            .flat_map(|line| line.as_bytes().rsplit(|b| *b == b','));
        while self.trusts(visitor)
            && let Some(hop) = hops.next().and_then(parse_hop)
        {
            visitor = hop;
        }
        visitor
    }
}

impl fmt::Display for TrustedProxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
    }
}

fn parse_network(text: &str) -> Result<IpNet, String> {
    const GIVE: &str = "give the addresses of your proxies: 127.0.0.1, 10.0.0.0/8";
    let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    let network = network.map_err(|_| format!("{text:?} is neither an address nor a network; {GIVE}"))?;
    // Addresses are compared as IPv4 where they can be.
    let network = match network {
        IpNet::V6(v6) => match (v6.addr().to_ipv4_mapped(), v6.prefix_len().checked_sub(96)) {
            (Some(v4), Some(length)) => Ipv4Net::new(v4, length).map_or(network, IpNet::V4),
            _ => network,
        },
        IpNet::V4(_) => network,
    };
    if network.prefix_len() == 0 {
        return Err(format!("{text} trusts everyone, and then anyone may claim any address; {GIVE}"));
    }
    Ok(network.trunc())
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
pub struct Proxies {
    /// Those that are believed.
    pub trusted: TrustedProxies,
    told: Seldom<IpNet>,
}

impl Proxies {
    /// None has claimed to be one yet.
    pub fn new(trusted: TrustedProxies) -> Self {
        Self { trusted, told: Seldom::new(TELL_AGAIN) }
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
