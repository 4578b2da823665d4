//! Forms and uploads of people who are not signed in: whatever their size and however they are sent, the page that
//! explains comes back.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use http_body::{Body as HttpBody, Frame};
use reqwest::{Body, StatusCode};

use crate::{
    proxy::Kind,
    requests::assert_plain_401,
    smuggling::KEPT,
    world::{COOKIE, SIGN_IN, SITE, World, seen},
};
use phonegate_testing::PHONE;

const TIMES: usize = 30;
const SIZES: [usize; 3] = [1, 20_000, 900_000];
/// Of what it does not pass on Caddy reads 256 kB; whoever sends more finds the connection closed.
const SIZES_FOR_CADDY: [usize; 3] = [1, 20_000, 200_000];

/// A body of a length that is not told ahead.
struct Pieces(usize);

impl HttpBody for Pieces {
    type Data = &'static [u8];
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<&'static [u8]>, Self::Error>>> {
        const PIECE: &[u8] = &[b'x'; 8_000];
        let length = self.0.min(PIECE.len());
        self.0 -= length;
        Poll::Ready((length > 0).then(|| Ok(Frame::data(&PIECE[..length]))))
    }
}

async fn always_the_page_that_explains(world: &World, sizes: [usize; 3]) {
    let client = world.client();
    for _ in 0..TIMES {
        let head = client.head(format!("{SITE}/form")).send().await.unwrap();
        assert_plain_401(&head);
        for size in sizes {
            for (body, expect) in [
                (Body::from(vec![b'x'; size]), ""),
                (Body::from(vec![b'x'; size]), "100-continue"),
                (Body::wrap(Pieces(size)), ""),
            ] {
                let mut request = client.post(format!("{SITE}/form")).body(body);
                if !expect.is_empty() {
                    request = request.header("expect", expect);
                }
                let response = request.header("sec-fetch-mode", "navigate").send().await.unwrap();
                assert_plain_401(&response);
                let page = response.text().await.unwrap();
                assert!(page.contains("If you just sent a form, it did not arrive"), "{size}: {page}");
            }
        }
    }
    assert_eq!(world.site.reached(), 0);
}

#[tokio::test]
async fn behind_nginx_the_page_that_explains_always_comes() {
    always_the_page_that_explains(&World::behind(Kind::Nginx).await, SIZES).await;
}

#[tokio::test]
async fn behind_an_nginx_that_keeps_its_connections_it_does_too() {
    always_the_page_that_explains(&World::changed(Kind::Nginx, KEPT).await, SIZES).await;
}

#[tokio::test]
async fn behind_an_nginx_that_shows_its_own_errors_elsewhere_it_does_too() {
    let include = "include /etc/nginx/snippets/phonegate.conf;\n";
    let own = format!("proxy_intercept_errors on; error_page 500 /own; {include}");
    let world = World::changed(Kind::Nginx, &[(include, &own)]).await;
    always_the_page_that_explains(&world, SIZES).await;
}

#[tokio::test]
async fn behind_caddy_it_does_too() {
    always_the_page_that_explains(&World::behind(Kind::Caddy).await, SIZES_FOR_CADDY).await;
}

/// nginx refuses these itself, 1 MB being its limit unless the site says otherwise.
#[tokio::test]
async fn what_nginx_finds_too_large_is_no_error_of_the_gates() {
    let world = World::changed(Kind::Nginx, KEPT).await;
    for _ in 0..10 {
        for body in [Body::from(vec![b'x'; 1_200_000]), Body::wrap(Pieces(1_200_000))] {
            let response = world.client().post(format!("{SITE}/form")).body(body).send().await;
            // It may close while the body is on its way.
            let status = response.map_or(StatusCode::PAYLOAD_TOO_LARGE, |response| response.status());
            assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
        }
    }
    assert_eq!(world.site.reached(), 0);
}

#[tokio::test]
async fn a_visitors_upload_arrives_in_full() {
    let world = World::changed(Kind::Nginx, KEPT).await;
    let (_, token) = world.sign_in(PHONE).await;
    for size in SIZES {
        let request = world.client().post(format!("{SITE}/form")).body(vec![b'x'; size]);
        let response = request.header("cookie", format!("{COOKIE}={token}")).send().await.unwrap();
        assert_eq!(seen(response).await.all("content-length"), [size.to_string()]);
    }
}

/// Larger than any form of ours, so that the answer comes before the end of it.
#[tokio::test]
async fn a_form_that_the_gate_does_not_read_gets_its_answer() {
    for kind in [Kind::Nginx, Kind::Caddy] {
        let world = World::behind(kind).await;
        for _ in 0..TIMES {
            for size in [20_000, 900_000] {
                let form = format!("phone={}", "1".repeat(size));
                let request = world.client().post(format!("{SIGN_IN}/verify")).body(form);
                let request = request.header("content-type", "application/x-www-form-urlencoded");
                let response = request.header("sec-fetch-site", "same-origin").send().await.unwrap();
                assert_eq!(response.status(), 413, "{kind:?} {size}");
                assert!(response.text().await.unwrap().contains("</html>"));
            }
        }
    }
}
