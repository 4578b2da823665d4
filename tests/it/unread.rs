//! Requests that are answered before they were read to their end: whatever the address, the connection is closed.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use phonegate_testing::{TestApp, test_app};

/// Addresses of the app, by method.
const ROUTES: [(&str, &str); 16] = [
    ("GET", "/"),
    ("HEAD", "/"),
    ("GET", "/auth"),
    ("POST", "/auth"),
    ("GET", "/auth?mode=401"),
    ("GET", "/verify"),
    ("DELETE", "/verify"),
    ("GET", "/style.css"),
    ("GET", "/nowhere"),
    ("POST", "/nowhere"),
    ("GET", "/healthz"),
    ("POST", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/callbacks/verify"),
    ("GET", "/simulator"),
    ("GET", "/simulator/messages"),
];
/// What the gate would take for a request, were the announced body not waited for.
const NEXT: &str = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
/// More than any form of ours may have.
const TOO_MUCH: usize = 100_000;

/// All that comes back until the connection is closed.
async fn answers(address: SocketAddr, sent: &str) -> String {
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(sent.as_bytes()).await.unwrap();
    let mut text = Vec::new();
    client.read_to_end(&mut text).await.unwrap();
    String::from_utf8_lossy(&text).into_owned()
}

async fn is_answered_once_and_closed(address: SocketAddr, request: &str) {
    let text = answers(address, &format!("{request}{NEXT}")).await;
    assert_eq!(text.matches("HTTP/1.1 ").count(), 1, "{request}: {text}");
    assert!(text.to_lowercase().contains("connection: close"), "{request}: {text}");
}

fn address_of(app: &TestApp) -> SocketAddr {
    app.url("/").socket_addrs(|| None).unwrap()[0]
}

#[tokio::test]
async fn an_announced_body_that_nobody_reads_ends_the_connection_at_every_address() {
    let app = test_app().simulator_mode().set("METRICS_LISTEN", "127.0.0.1:0").spawn().await;
    let metrics = app.metrics_url().socket_addrs(|| None).unwrap()[0];
    for announced in [
        "Content-Length: 27",
        "Content-Length: 1000000",
        "Content-Length: 27\r\nExpect: 100-continue",
        "Transfer-Encoding: chunked",
    ] {
        let request =
            |method, path| format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{announced}\r\n\r\n");
        for (method, path) in ROUTES {
            is_answered_once_and_closed(address_of(&app), &request(method, path)).await;
        }
        is_answered_once_and_closed(metrics, &request("GET", "/metrics")).await;
    }
}

#[tokio::test]
async fn so_does_a_form_that_is_refused_before_its_end() {
    let app = test_app().simulator_mode().spawn().await;
    let form = "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin";
    for (path, headers) in [
        // Too long, of another site, of no kind that is read.
        ("/verify", form),
        ("/check", form),
        ("/verify", "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: cross-site"),
        ("/verify", "Content-Type: text/plain\r\nSec-Fetch-Site: same-origin"),
        ("/callbacks/verify", "Content-Type: application/json"),
    ] {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\nContent-Length: {TOO_MUCH}\r\n\r\n"
        );
        is_answered_once_and_closed(address_of(&app), &request).await;
    }
}

#[tokio::test]
async fn a_body_that_is_read_and_one_that_is_not_there_keep_it() {
    let app = test_app().simulator_mode().spawn().await;
    let form = "phone=12";
    for request in [
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(),
        "GET /auth HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(),
        "POST /auth HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n".to_owned(),
        format!(
            "POST /verify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Sec-Fetch-Site: same-origin\r\nContent-Length: {}\r\n\r\n{form}",
            form.len()
        ),
    ] {
        let last = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        let text = answers(address_of(&app), &format!("{request}{last}")).await;
        assert_eq!(text.matches("HTTP/1.1 ").count(), 2, "{request}: {text}");
        assert!(text.ends_with("ok\n"), "{request}: {text}");
    }
}

#[tokio::test]
async fn in_another_app_our_addresses_do_the_same() {
    let app = test_app().spawn().await;
    let router = phonegate::router::<()>(app.state().clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });

    for (method, path) in ROUTES.into_iter().take(8) {
        let request = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 27\r\n\r\n");
        is_answered_once_and_closed(address, &request).await;
    }
}
