//! What programs get through each proxy, and what of a request reaches the site.

use reqwest::{Method, Response};

use crate::{
    proxy::Kind,
    world::{COOKIE, DEEP_LINK, SIGN_IN_FOR_DEEP_LINK, SITE, World, click, location, seen},
};
use phonegate_testing::PHONE;

/// Each is a test behind nginx and one behind Caddy.
macro_rules! behind_each {
    ($($test:ident)*) => {
        mod nginx {
            $(#[tokio::test] async fn $test() { super::$test(super::Kind::Nginx).await })*
        }
        mod caddy {
            $(#[tokio::test] async fn $test() { super::$test(super::Kind::Caddy).await })*
        }
    };
}
pub(crate) use behind_each;

behind_each! {
    a_click_is_led_to_sign_in_and_a_session_passes_with_its_identity
    scripts_sockets_and_forms_get_401
    the_sites_own_cookies_reach_it_and_ours_does_not
    a_session_that_is_signed_out_is_asked_again
}

async fn a_click_is_led_to_sign_in_and_a_session_passes_with_its_identity(kind: Kind) {
    let world = World::behind(kind).await;
    let client = world.client();

    let response = click(&client, DEEP_LINK).send().await.unwrap();
    assert_eq!((response.status().as_u16(), location(&response)), (302, Some(SIGN_IN_FOR_DEEP_LINK)));
    assert_eq!(world.site.reached(), 0);

    let (_, token) = world.sign_in(PHONE).await;
    let request = click(&client, DEEP_LINK).header("cookie", format!("{COOKIE}={token}"));
    let seen = seen(request.send().await.unwrap()).await;
    assert_eq!((seen.method.as_str(), seen.uri.as_str()), ("GET", "/orders?id=7&sort=a+b"));
    assert_eq!(seen.all("remote-phone"), ["+12025550150"]);
    assert_eq!(seen.all("remote-user")[0].len(), 32);
    assert!(seen.all("remote-verified-at")[0].ends_with('Z'));
    assert_eq!(seen.all("x-forwarded-host"), ["app.example.com"]);
    assert_eq!(seen.all("x-forwarded-proto"), ["https"]);
    assert_eq!(seen.all("x-forwarded-for"), ["127.0.0.1"]);
}

/// Not a login page in disguise: no redirect, and nothing that a browser would ask the visitor about.
pub(crate) fn assert_plain_401(response: &Response) {
    assert_eq!((response.status().as_u16(), location(response)), (401, None));
    let challenges: Vec<_> = response.headers().get_all("www-authenticate").iter().collect();
    assert!(
        !challenges.is_empty()
            && challenges.iter().all(|challenge| *challenge == "Cookie realm=\"phonegate\"")
    );
}

async fn scripts_sockets_and_forms_get_401(kind: Kind) {
    let world = World::behind(kind).await;
    let client = world.client();
    let fetch = client.get(DEEP_LINK).header("sec-fetch-mode", "cors").header("accept", "text/html");
    assert_plain_401(&fetch.send().await.unwrap());
    let tool = client.get(DEEP_LINK).header("accept", "*/*");
    assert_plain_401(&tool.send().await.unwrap());
    for mode in ["websocket", "navigate"] {
        let socket = client
            .get(format!("{SITE}/socket"))
            .header("connection", "Upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
            .header("sec-fetch-mode", mode);
        let answer = socket.send().await.unwrap();
        // nginx drops `Upgrade` on the way to the gate; browsers always say `websocket`.
        if mode == "websocket" || kind == Kind::Caddy {
            assert_plain_401(&answer);
        }
    }
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let form =
            client.request(method, DEEP_LINK).body("note=important").header("sec-fetch-mode", "navigate");
        let answer = form.header("referer", format!("{SITE}/form")).send().await.unwrap();
        assert_plain_401(&answer);
        let page = answer.text().await.unwrap();
        assert!(page.contains("If you just sent a form, it did not arrive"), "{page}");
        assert!(page.contains("return_to=https%3A%2F%2Fapp.example.com%2Fform"), "{page}");
    }
    assert_eq!(world.site.reached(), 0);
}

async fn the_sites_own_cookies_reach_it_and_ours_does_not(kind: Kind) {
    let world = World::behind(kind).await;
    let (_, token) = world.sign_in(PHONE).await;
    let ours = format!("{COOKIE}={token}");
    for (cookies, expected) in [
        (format!("a=1; {ours}; b=2"), &["a=1", "b=2"][..]),
        (format!("{ours}; b=2"), &["b=2"]),
        (format!("a=1; {ours}"), &["a=1"]),
        (format!("a={COOKIE}; {ours}"), &["a=__Secure-phonegate"]),
        (format!("{ours}; a=1; {COOKIE}=planted"), &[]),
        (ours.clone(), &[]),
    ] {
        let request = click(&world.client(), DEEP_LINK).header("cookie", &cookies);
        let seen = seen(request.send().await.unwrap()).await;
        let reached: Vec<_> =
            seen.all("cookie").iter().flat_map(|line| line.split(';')).map(str::trim).collect();
        let reached: Vec<_> = reached.into_iter().filter(|pair| !pair.is_empty()).collect();
        assert!(!reached.concat().contains(&token) && !reached.concat().contains("planted"), "{reached:?}");
        // With two of ours, nginx passes none at all.
        assert!(expected.iter().all(|pair| reached.contains(pair)), "{cookies}: {reached:?}");
    }
}

async fn a_session_that_is_signed_out_is_asked_again(kind: Kind) {
    let world = World::behind(kind).await;
    let client = world.client();
    let (visitor, token) = world.sign_in(PHONE).await;
    let again = || click(&client, DEEP_LINK).header("cookie", format!("{COOKIE}={token}")).send();
    assert_eq!(again().await.unwrap().status(), 200);

    visitor.post("/signout", &[]).await.assert_redirect("/");

    let response = again().await.unwrap();
    assert_eq!((response.status().as_u16(), location(&response)), (302, Some(SIGN_IN_FOR_DEEP_LINK)));
    assert_eq!(world.site.reached(), 1);
}
