//! A site, the gate and a proxy in front of both; and who comes to visit.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use phonegate::testing::clock::Clock;
use reqwest::{Client, Method, RequestBuilder, Response, redirect::Policy};

use crate::{
    proxy::{Changes, Kind, Proxy},
    site::{Seen, Site},
};
use phonegate_testing::{
    Binary, Browser as Visitor, CREDENTIALS, Provider,
    driver::{Browser, JavaScript},
};

pub(crate) const SITE: &str = "https://app.example.com";
pub(crate) const SIGN_IN: &str = "https://sign-in.example.com";
/// A page of the site, and the sign-in that leads back to it.
pub(crate) const DEEP_LINK: &str = "https://app.example.com/orders?id=7&sort=a+b";
pub(crate) const SIGN_IN_FOR_DEEP_LINK: &str =
    "https://sign-in.example.com/?return_to=https%3A%2F%2Fapp.example.com%2Forders%3Fid%3D7%26sort%3Da%2Bb";

pub(crate) const COOKIE: &str = "__Secure-phonegate";

/// How long something may take to come.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct World {
    pub(crate) site: Site,
    pub(crate) phonegate: Binary,
    pub(crate) provider: Provider,
    pub(crate) proxy: Proxy,
}

impl World {
    /// As the page on proxies sets it up.
    pub(crate) async fn behind(kind: Kind) -> Self {
        Self::with(kind, &[("COOKIE_DOMAIN", "example.com")]).await
    }

    pub(crate) async fn with(kind: Kind, settings: &[(&str, &str)]) -> Self {
        Self::set_up(kind, settings, &[]).await
    }

    /// As the page on proxies sets it up but for what an operator has changed.
    pub(crate) async fn changed(kind: Kind, changes: Changes<'_>) -> Self {
        Self::set_up(kind, &[("COOKIE_DOMAIN", "example.com")], changes).await
    }

    async fn set_up(kind: Kind, settings: &[(&str, &str)], changes: Changes<'_>) -> Self {
        let site = Site::start().await;
        let provider = Provider::start(&Clock::system()).await;
        let phonegate = start_phonegate(&provider, settings);
        let proxy = Proxy::start(kind, phonegate.address(), site.address, changes);
        Self { site, phonegate, provider, proxy }
    }

    /// A program that talks to the proxy under any name. It keeps no cookies and follows no redirect.
    pub(crate) fn client(&self) -> Client {
        client_of(self.proxy.address)
    }

    /// A browser without a screen that comes to the gate through the proxy.
    pub(crate) fn visitor(&self) -> Visitor {
        Visitor::through(self.client(), SIGN_IN.parse().unwrap())
    }

    /// A Chromium that finds the proxy under every name.
    pub(crate) async fn browser(&self) -> Browser {
        let rules = format!("--host-resolver-rules=MAP * {}", self.proxy.address);
        Browser::open_with(JavaScript::On, &[&rules, "--ignore-certificate-errors"]).await
    }

    pub(crate) async fn sign_in(&self, phone: &str) -> (Visitor, String) {
        sign_in(&self.phonegate, &self.provider, phone).await
    }
}

/// The program with its settings for a place behind a proxy on this machine.
pub(crate) fn start_phonegate(provider: &Provider, settings: &[(&str, &str)]) -> Binary {
    let base_url = provider.base_url.to_string();
    let mut all = vec![
        ("PUBLIC_URL", SIGN_IN),
        ("TRUSTED_PROXIES", "127.0.0.1"),
        ("STORE_URL", "sqlite:gate.db"),
        ("VERIFY_BASE_URL", &base_url),
        ("VONAGE_API_KEY", CREDENTIALS.0),
        ("VONAGE_API_SECRET", CREDENTIALS.1),
    ];
    // All tests come from one address.
    all.extend(
        ["LIMIT_NUMBER", "LIMIT_ADDRESS", "LIMIT_PREFIX", "LIMIT_TOTAL", "LIMIT_UNVERIFIED"]
            .map(|name| (name, "off")),
    );
    all.extend(settings);
    Binary::start(&all)
}

pub(crate) fn client_of(proxy: SocketAddr) -> Client {
    let names = ["app.example.com", "sign-in.example.com", "evil.test"];
    let builder = names.iter().fold(Client::builder(), |builder, name| builder.resolve(name, proxy));
    builder.danger_accept_invalid_certs(true).redirect(Policy::none()).timeout(PATIENCE).build().unwrap()
}

/// A browser without a screen that signs in at the gate itself, past the proxy; and the session's token.
pub(crate) async fn sign_in(phonegate: &Binary, provider: &Provider, phone: &str) -> (Visitor, String) {
    let visitor = phonegate.browser();
    assert_eq!(visitor.get("/").await.status, 200);
    visitor.post("/verify", &[("phone", phone)]).await.assert_redirect("/verify");
    let id = visitor.get("/verify").await.request_id();
    visitor.check(&id, &provider.code(phone).await).await.assert_redirect("/result");
    let token = visitor.cookie(COOKIE).unwrap();
    (visitor, token)
}

/// A request to the site as a browser sends it for a click on a link.
pub(crate) fn click(client: &Client, url: &str) -> RequestBuilder {
    let request = client.request(Method::GET, url);
    request.header("sec-fetch-mode", "navigate").header("accept", "application/json")
}

pub(crate) fn location(response: &Response) -> Option<&str> {
    response.headers().get("location").map(|value| value.to_str().unwrap())
}

/// What the site saw of a request that got through.
pub(crate) async fn seen(response: Response) -> Seen {
    assert_eq!(response.status(), 200);
    response.json().await.unwrap()
}

/// Asks again until it holds.
pub(crate) async fn until(complaint: &str, holds: impl AsyncFn() -> bool) {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < PATIENCE, "{complaint}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
