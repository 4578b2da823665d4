//! Addresses of the network: whom a limit counts as one, and which are our own proxies.

use std::{fmt, net::IpAddr, sync::Arc};

use ipnet::{IpNet, Ipv4Net};

/// Whom a limit counts as one: an IPv4 address, or the /64 that an IPv6 visitor can pick addresses from.
pub(crate) fn network(address: IpAddr) -> IpNet {
    let address = address.to_canonical();
    let length = if address.is_ipv4() { 32 } else { 64 };
    IpNet::new(address, length).map_or_else(|_| address.into(), |network| network.trunc())
}

/// The networks of our own proxies. Clones are cheap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TrustedProxies(Arc<[IpNet]>);

impl TrustedProxies {
    /// Reads addresses and CIDRs with commas between them. An error says what to give instead.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        text.split(',').map(|part| parse_network(part.trim())).collect::<Result<_, _>>().map(Self)
    }

    /// Whether it is one of ours.
    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
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

#[cfg(test)]
mod tests;
