//! Traefik, by the requests that its `ForwardAuth` makes and by what it does with the answers, as its documentation and
//! its source (`pkg/middlewares/auth/forward.go`, `pkg/middlewares/forwardedheaders/forwarded_header.go`) tell.
//!
//! It asks with GET, copies the client's headers but for those of one hop, and sets five of its own over them; its entry
//! point has taken away what an untrusted client said of the rest. A 2xx lets the request on with the headers that
//! `authResponseHeaders` names in the place of the client's; any other answer goes to the client as it is.

use reqwest::{Client, Response, redirect::Policy};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::world::{COOKIE, DEEP_LINK, SIGN_IN_FOR_DEEP_LINK, location, sign_in, start_phonegate};
use phonegate::testing::clock::Clock;
use phonegate_testing::{Binary, PHONE, Provider};

struct Traefik {
    client: Client,
    phonegate: Binary,
    provider: Provider,
}

impl Traefik {
    async fn start() -> Self {
        let provider = Provider::start(&Clock::system()).await;
        let phonegate = start_phonegate(&provider, &[("COOKIE_DOMAIN", "example.com")]);
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { client, phonegate, provider }
    }

    /// What it sends to the gate for a client's request to `https://app.example.com`.
    async fn asks(&self, method: &str, uri: &str, from_client: &[(&str, &str)]) -> Response {
        const ONE_HOP: [&str; 8] = [
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailers",
            "transfer-encoding",
            "upgrade",
        ];
        let url = format!("http://{}/auth", self.phonegate.address());
        let kept = from_client.iter().filter(|(name, _)| {
            // The entry point knows its own headers by underscores, too.
            !ONE_HOP.contains(name) && !name.replace('_', "-").starts_with("x-forwarded-")
        });
        let request = kept.fold(self.client.get(url), |request, (name, value)| request.header(*name, *value));
        request
            .header("x-forwarded-for", "203.0.113.7")
            .header("x-forwarded-method", method)
            .header("x-forwarded-proto", "https")
            .header("x-forwarded-host", "app.example.com")
            .header("x-forwarded-uri", uri)
            .header("x-forwarded-port", "443")
            .header("x-forwarded-server", "edge")
            .header("x-real-ip", "203.0.113.7")
            .header("accept-encoding", "gzip")
            .send()
            .await
            .unwrap()
    }
}

const URI: &str = "/orders?id=7&sort=a+b";

#[tokio::test]
async fn a_click_is_led_to_sign_in_and_a_session_passes() {
    let traefik = Traefik::start().await;
    let navigate = [("sec-fetch-mode", "navigate"), ("accept", "text/html")];
    let response = traefik.asks("GET", URI, &navigate).await;
    assert_eq!((response.status().as_u16(), location(&response)), (302, Some(SIGN_IN_FOR_DEEP_LINK)));
    assert!(DEEP_LINK.ends_with(URI));

    let (_, token) = sign_in(&traefik.phonegate, &traefik.provider, PHONE).await;
    let cookie = format!("{COOKIE}={token}");
    let response =
        traefik.asks("POST", "/form", &[("cookie", &cookie), ("content-type", "text/plain")]).await;
    assert_eq!(response.status(), 200);
    // What `authResponseHeaders` of deploy/traefik.yml names is there, so that it replaces what the client sent.
    let set_up = include_str!("../../deploy/traefik.yml");
    for name in ["Remote-User", "Remote-Phone", "Remote-Verified-At"] {
        assert!(set_up.contains(name));
        assert_eq!(response.headers().get_all(name).iter().count(), 1, "{name}");
    }
}

#[tokio::test]
async fn everything_else_is_answered_by_a_page_that_explains() {
    let traefik = Traefik::start().await;
    for (method, headers) in [
        ("POST", &[("sec-fetch-mode", "navigate")][..]),
        ("GET", &[("sec-fetch-mode", "cors")]),
        // Of a handshake it passes the mode on, not the upgrade.
        ("GET", &[("sec-fetch-mode", "websocket"), ("upgrade", "websocket"), ("connection", "upgrade")]),
        ("GET", &[("accept", "*/*")]),
    ] {
        let response = traefik.asks(method, URI, headers).await;
        assert_eq!((response.status().as_u16(), location(&response)), (401, None), "{method} {headers:?}");
        assert!(response.text().await.unwrap().contains("Sign in to go on"));
    }
}

#[tokio::test]
async fn what_a_client_forges_changes_nothing() {
    let traefik = Traefik::start().await;
    for (name, value) in [
        ("x-forwarded-host", "evil.test"),
        ("x_forwarded_host", "evil.test"),
        ("x-forwarded-uri", "/evil"),
        ("remote-user", "admin"),
        ("remote-phone", "+12025550150"),
        ("cookie", "__Secure-phonegate=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ("host", "evil.test"),
    ] {
        let response = traefik.asks("GET", URI, &[("sec-fetch-mode", "navigate"), (name, value)]).await;
        assert_eq!(
            (response.status().as_u16(), location(&response)),
            (302, Some(SIGN_IN_FOR_DEEP_LINK)),
            "{name}"
        );
        assert!(response.headers().keys().all(|key| !key.as_str().starts_with("remote-")), "{name}");
    }
}

/// By itself it announces no body that it does not send; a proxy that did would ask like this, on connections that it
/// keeps as long as it is let.
#[tokio::test]
async fn no_question_is_taken_for_the_body_of_the_one_before() {
    const HIDDEN: &str = "GET /healthz HTTP/1.1";
    const ROUNDS: usize = 1_000;
    let traefik = Traefik::start().await;
    let question = |length: usize| {
        format!(
            "GET /auth HTTP/1.1\r\nHost: app.example.com\r\nX-Forwarded-Method: POST\r\nX-Forwarded-Proto: https\r\n\
             X-Forwarded-Host: app.example.com\r\nX-Forwarded-Uri: /form\r\nContent-Length: {length}\r\n\
             X-Hidden: {HIDDEN}\r\nHost: app.example.com\r\n\r\n"
        )
    };
    let question = question(question(100).find(HIDDEN).unwrap());
    assert!(question.contains("Content-Length: 1"), "three digits, as was assumed");

    let mut kept: Option<TcpStream> = None;
    for round in 0..ROUNDS {
        let mut stream = match kept.take() {
            Some(stream) => stream,
            None => TcpStream::connect(traefik.phonegate.address()).await.unwrap(),
        };
        stream.write_all(question.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let mut buffer = [0; 8192];
        while !answer.windows(7).any(|end| end == b"</html>") {
            let count = stream.read(&mut buffer).await.unwrap();
            assert_ne!(count, 0, "round {round}: {}", String::from_utf8_lossy(&answer));
            answer.extend_from_slice(&buffer[..count]);
        }
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 401 "), "round {round}: {answer}");
        if !answer.contains("connection: close") {
            kept = Some(stream);
        }
    }
    assert!(kept.is_none(), "the gate would have read on");
}
