//! Long links to a site: they come back as they are up to the length that every proxy on the way takes, and beyond it to
//! the site's first page.

use reqwest::Response;

use crate::{
    proxy::Kind,
    requests::behind_each,
    world::{COOKIE, SITE, World, click, location},
};
use phonegate_testing::{Browser as Visitor, PHONE};

/// Signs, by what the query of the first page makes of them.
const KINDS: [&str; 3] = ["a", ":", "%7B"];
/// As `return_to` has it: the longest text, once it is escaped in a query.
const MAX_WRITTEN: usize = 6_000;

/// A link of that length, or a little less.
fn link(sign: &str, length: usize) -> String {
    let start = format!("{SITE}/app?q=");
    format!("{start}{}", sign.repeat((length - start.len()) / sign.len()))
}

fn written(link: &str) -> usize {
    url::form_urlencoded::byte_serialize(link.as_bytes()).map(str::len).sum()
}

fn path(response: &Response) -> String {
    location(response).unwrap().strip_prefix(crate::world::SIGN_IN).unwrap().to_owned()
}

behind_each! {
    no_link_is_too_long_to_be_led_to_sign_in
    at_the_edge_of_the_length_a_sign_in_comes_to_its_end
}

/// Caddy passes them on.
#[tokio::test]
async fn what_a_site_keeps_in_headers_is_no_burden_for_the_gate_behind_nginx() {
    let world = World::behind(Kind::Nginx).await;
    let visitor = world.visitor();
    let long = link("a", 7_900);
    let start = click(&world.client(), &format!("{SITE}/app")).send().await.unwrap();
    sign_in(&world, &visitor, &path(&start), &format!("{SITE}/app")).await;
    let token = visitor.cookie(COOKIE).unwrap();
    let (stale, of_the_site) = ("A".repeat(43), "s".repeat(7_000));
    for cookies in [
        format!("{COOKIE}={token}; site={of_the_site}"),
        format!("site={of_the_site}; {COOKIE}={token}"),
        format!("{COOKIE}={stale}; site={of_the_site}; {COOKIE}={token}"),
    ] {
        let request = click(&world.client(), &long).header("cookie", &cookies);
        let response = request.header("authorization", format!("Bearer {}", "t".repeat(6_000))).send().await;

        assert_eq!(response.unwrap().status(), 200, "{}", &cookies[..60]);
    }
}

async fn no_link_is_too_long_to_be_led_to_sign_in(kind: Kind) {
    let world = World::behind(kind).await;
    let visitor = world.visitor();
    for sign in KINDS {
        for length in (2_000..=10_000).step_by(250).chain([7_999, 8_000, 8_150, 8_170, 8_190]) {
            let link = link(sign, length);
            let mut request = click(&world.client(), &link);
            if kind == Kind::Nginx {
                // A visitor clicks on one such link in the page of another.
                request = request.header("referer", &link);
            }
            let response = request.send().await.unwrap();
            let status = response.status().as_u16();
            if kind == Kind::Nginx && link.len() > 8_000 && status != 302 {
                assert!([400, 414].contains(&status), "{sign} {length}: nginx takes no longer line");
                continue;
            }
            assert_eq!(status, 302, "{sign} {length}");
            let page = visitor.get(&path(&response)).await;
            assert_eq!(page.status, 200, "{sign} {length}");
            let kept = if written(&link) <= MAX_WRITTEN { link } else { format!("{SITE}/") };
            assert_eq!(page.hidden("return_to"), Some(kept), "{sign} {length}");

            let upload = world.client().post(self::link(sign, length.min(7_500))).body("note");
            assert_eq!(upload.send().await.unwrap().status(), 401, "{sign} {length}");
        }
    }
    assert_eq!(world.site.reached(), 0);
}

async fn at_the_edge_of_the_length_a_sign_in_comes_to_its_end(kind: Kind) {
    let world = World::behind(kind).await;
    for sign in KINDS {
        let mut links = (1_000..8_000).rev().map(|length| link(sign, length));
        let longest = links.find(|link| written(link) <= MAX_WRITTEN).unwrap();
        let too_long = format!("{longest}{sign}");
        for (link, end) in [(&longest, longest.clone()), (&too_long, format!("{SITE}/"))] {
            let response = click(&world.client(), link).send().await.unwrap();
            let visitor = world.visitor();
            sign_in(&world, &visitor, &path(&response), &end).await;

            let token = visitor.cookie(COOKIE).unwrap();
            let there = click(&world.client(), &end).header("cookie", format!("{COOKIE}={token}"));
            assert_eq!(there.send().await.unwrap().status(), 200, "{sign}");
        }
    }
}

/// With a detour: the first attempt is cancelled.
async fn sign_in(world: &World, visitor: &Visitor, start: &str, end: &str) {
    let page = visitor.get(start).await;
    let return_to = page.hidden("return_to").unwrap();
    assert_eq!(return_to, end);
    let form = [("phone", PHONE), ("return_to", return_to.as_str())];
    visitor.post("/verify", &form).await.assert_redirect("/verify");
    let id = visitor.get("/verify").await.request_id();
    let cancelled = visitor.cancel(&id).await;
    assert_eq!(cancelled.status, 303);
    visitor.get(cancelled.location().unwrap()).await.assert_page(200, "You cancelled signing in.");
    visitor.post("/verify", &form).await.assert_redirect("/verify");
    let id = visitor.get("/verify").await.request_id();
    visitor.check(&id, &world.provider.code(PHONE).await).await.assert_redirect(end);
}
