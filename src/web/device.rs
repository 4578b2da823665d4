//! What a session is known by to its owner: browser, system and a part of the address.
//!
//! The names come from two lists and not from a parser crate: browsers have frozen their `User-Agent` to little more
//! than this, and what the lists do not know is said to be unknown. Of the header and the address no more is kept.

use std::{convert::Infallible, net::IpAddr};

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};

use crate::{
    store::Device,
    web::{client_address::ClientAddress, state::AppState},
};

/// A token of the header and what it means. A browser names those that it wants to be taken for too, so the first that
/// is found counts.
type Names = [(&'static str, &'static str)];

const BROWSERS: &Names = &[
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("OPT/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("YaBrowser/", "Yandex Browser"),
    ("Vivaldi/", "Vivaldi"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];

const SYSTEMS: &Names = &[
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

impl FromRequestParts<AppState> for Device {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Infallible> {
        let Ok(ClientAddress(address)) = ClientAddress::from_request_parts(parts, app).await;
        let user_agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(device(user_agent.unwrap_or_default(), address))
    }
}

/// Reads a `User-Agent`, and leaves out the part of the address that tells one household from another.
fn device(user_agent: &str, address: IpAddr) -> Device {
    let find = |names: &Names| {
        let found = names.iter().find(|(token, _)| user_agent.contains(token));
        found.map(|(_, name)| (*name).to_owned())
    };
    Device { browser: find(BROWSERS), system: find(SYSTEMS), address: Some(masked(address)) }
}

fn masked(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.•••")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:••••")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_told_apart_by_what_they_send() {
        const MAC: &str =
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)";
        const WINDOWS: &str =
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)";
        const ANDROID: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)";
        const IPHONE: &str =
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
        for (user_agent, browser, system) in [
            (format!("{MAC} Version/18.6 Safari/605.1.15"), "Safari", "Mac"),
            (format!("{WINDOWS} Chrome/141.0.0.0 Safari/537.36"), "Chrome", "Windows"),
            (format!("{WINDOWS} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0"), "Edge", "Windows"),
            (format!("{WINDOWS} Chrome/139.0.0.0 Safari/537.36 OPR/124.0.0.0"), "Opera", "Windows"),
            (format!("{ANDROID} Chrome/141.0.0.0 Mobile Safari/537.36"), "Chrome", "Android"),
            (
                format!("{ANDROID} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36"),
                "Samsung Internet",
                "Android",
            ),
            (format!("{IPHONE} Version/18.6 Mobile/15E148 Safari/604.1"), "Safari", "iPhone"),
            (format!("{IPHONE} CriOS/141.0.0.0 Mobile/15E148 Safari/604.1"), "Chrome", "iPhone"),
            (format!("{IPHONE} FxiOS/143.0 Mobile/15E148 Safari/605.1.15"), "Firefox", "iPhone"),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0".to_owned(),
                "Firefox",
                "Linux",
            ),
            (
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/141.0.0.0 Safari/537.36".to_owned(),
                "Chrome",
                "ChromeOS",
            ),
        ] {
            let known = device(&user_agent, "127.0.0.1".parse().unwrap());
            assert_eq!(
                (known.browser.as_deref(), known.system.as_deref()),
                (Some(browser), Some(system)),
                "{user_agent}"
            );
        }
        let unknown = device("NetFront/3.0", "127.0.0.1".parse().unwrap());
        assert_eq!((unknown.browser, unknown.system), (None, None));
    }

    #[test]
    fn an_address_loses_its_last_part() {
        for (address, shown) in [
            ("203.0.113.77", "203.0.113.•••"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:••••"),
            ("::ffff:203.0.113.77", "203.0.113.•••"),
            ("::1", "0:0:0:••••"),
        ] {
            let known = device("", address.parse().unwrap());
            assert_eq!(known.address.as_deref(), Some(shown));
        }
    }
}
