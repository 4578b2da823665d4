//! What clients say of themselves through each proxy changes nothing.

use crate::{
    proxy::Kind,
    requests::behind_each,
    world::{COOKIE, DEEP_LINK, SIGN_IN_FOR_DEEP_LINK, World, click, location, seen},
};
use phonegate_testing::PHONE;

/// All that a proxy or the gate says, said by a client.
const FORGED: [(&str, &str); 22] = [
    ("x-forwarded-host", "evil.test"),
    ("x-forwarded-host", "sign-in.example.com"),
    ("x-forwarded-uri", "/evil"),
    ("x-forwarded-uri", "@evil.test/"),
    ("x-forwarded-proto", "http"),
    ("x-forwarded-proto", "javascript"),
    ("x-forwarded-method", "POST"),
    ("x-forwarded-for", "192.0.2.1"),
    ("x-forwarded-port", "8443"),
    ("forwarded", "for=192.0.2.1;host=evil.test;proto=http"),
    ("x-original-url", "/auth"),
    ("remote-user", "admin"),
    ("remote-phone", "+12025550199"),
    ("remote-verified-at", "2020-01-01T00:00:00Z"),
    ("remote_user", "admin"),
    ("remote_phone", "+12025550199"),
    ("remote-verified_at", "2020-01-01T00:00:00Z"),
    ("connection", "close, Remote-User, Remote-Phone, Remote-Verified-At"),
    ("connection", "close, X-Forwarded-Host, X-Forwarded-Uri, X-Forwarded-Method, X-Forwarded-Proto"),
    ("authorization", "Basic YWRtaW46YWRtaW4="),
    ("content-length", "0"),
    ("referer", "https://evil.test/"),
];

behind_each! {
    a_stranger_stays_a_stranger
    a_visitor_stays_who_they_are
    a_host_that_is_not_the_sites_leads_nowhere
}

async fn a_stranger_stays_a_stranger(kind: Kind) {
    let world = World::behind(kind).await;
    for (name, value) in FORGED {
        let response = click(&world.client(), DEEP_LINK).header(name, value).send().await.unwrap();
        assert_eq!(
            (response.status().as_u16(), location(&response)),
            (302, Some(SIGN_IN_FOR_DEEP_LINK)),
            "{name}: {value}"
        );
    }
    let all = FORGED.iter().filter(|(name, _)| !["connection", "content-length"].contains(name));
    let request =
        all.fold(click(&world.client(), DEEP_LINK), |request, (name, value)| request.header(*name, *value));
    assert_eq!(location(&request.send().await.unwrap()), Some(SIGN_IN_FOR_DEEP_LINK));
    assert_eq!(world.site.reached(), 0);
}

async fn a_visitor_stays_who_they_are(kind: Kind) {
    let world = World::behind(kind).await;
    let (_, token) = world.sign_in(PHONE).await;
    let ask = || click(&world.client(), DEEP_LINK).header("cookie", format!("{COOKIE}={token}"));
    let user = seen(ask().send().await.unwrap()).await.all("remote-user")[0].to_owned();

    for (name, value) in FORGED {
        let seen = seen(ask().header(name, value).send().await.unwrap()).await;
        for (header, expected) in [
            ("remote-user", user.as_str()),
            ("remote-phone", "+12025550150"),
            ("x-forwarded-host", "app.example.com"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-uri", "/orders?id=7&sort=a+b"),
            ("x-forwarded-method", "GET"),
            ("x-forwarded-for", "127.0.0.1"),
        ] {
            assert_eq!(seen.all(header), [expected], "{name}: {value}");
        }
        assert_ne!(seen.all("remote-verified-at"), ["2020-01-01T00:00:00Z"]);
        assert_eq!(seen.all("remote-verified-at").len(), 1, "{name}: {value}");
        // Behind CGI and its kin a name with underscores is the same header.
        assert_eq!(
            seen.names().filter(|name| name.replace('_', "-").starts_with("remote-")).count(),
            3,
            "{name}"
        );
    }
}

async fn a_host_that_is_not_the_sites_leads_nowhere(kind: Kind) {
    let world = World::behind(kind).await;
    let (_, token) = world.sign_in(PHONE).await;
    for host in ["evil.test", "evil.test:443", "app.example.com.evil.test", "app.example.com@evil.test"] {
        let response = click(&world.client(), DEEP_LINK).header("host", host).send().await;
        if let Ok(response) = response {
            let location = location(&response).unwrap_or("https://sign-in.example.com/");
            assert!(location.starts_with("https://sign-in.example.com/"), "{host}: {location}");
            assert!(!location.contains("evil"), "{host}: {location}");
        }
    }
    assert_eq!(world.site.reached(), 0);
    // The name of the gate itself is never guarded, and never leads to the site.
    let own = click(&world.client(), DEEP_LINK).header("host", "sign-in.example.com");
    let answer = own.header("cookie", format!("{COOKIE}={token}")).send().await;
    assert!(answer.is_err() || world.site.reached() == 0);
}
