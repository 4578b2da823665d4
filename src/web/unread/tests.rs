use std::{net::SocketAddr, time::Duration};

use axum::{
    Router,
    routing::{any, post},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

use super::*;
use crate::web::serve::{Ending, Limit, serve};

struct Served {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    ended: JoinHandle<()>,
}

/// `/` asks for no body, `/all` reads it.
async fn start() -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new()
        .route("/", any(async || "seen"))
        .route("/all", post(async |body: Bytes| body.len().to_string()));
    let (stop, told) = watch::channel(false);
    let ending = Ending::new(Arc::default());
    let led = ending.clone();
    tokio::spawn(async move { led.lead(told, Duration::ZERO).await });
    let ended = tokio::spawn(async move {
        serve(Arc::new(listener), router, Limit { most: 100, name: "none" }, &ending).await;
    });
    Served { address, stop, ended }
}

impl Served {
    /// Sends this and reads what comes until the other side closes, or for want of that until the second answer.
    async fn answers(&self, sent: &str) -> (String, bool) {
        let mut client = TcpStream::connect(self.address).await.unwrap();
        client.write_all(sent.as_bytes()).await.unwrap();
        read_answers(&mut client, 2).await
    }
}

/// What came, and whether the connection was closed before there were as many answers.
async fn read_answers(client: &mut TcpStream, most: usize) -> (String, bool) {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while text.matches("HTTP/1.1 200").count() < most {
        let count = client.read(&mut buffer).await.unwrap();
        if count == 0 {
            return (text, true);
        }
        text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
    }
    (text, false)
}

const NEXT: &str = "GET / HTTP/1.1\r\nHost: b\r\n\r\n";

#[tokio::test]
async fn what_follows_an_announced_body_that_was_not_read_is_no_request() {
    let served = start().await;
    for (announced, body) in [
        ("Content-Length: 5", ""),
        ("Content-Length: 5", "12"),
        // It came, but was not asked for.
        ("Content-Length: 5", "12345"),
        ("Content-Length: 5\r\nExpect: 100-continue", ""),
        ("Transfer-Encoding: chunked", ""),
        ("Transfer-Encoding: chunked", "5\r\n12345\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked", "0\r\n\r\n"),
    ] {
        for method in ["GET", "POST", "HEAD"] {
            let first = format!("{method} / HTTP/1.1\r\nHost: a\r\n{announced}\r\n\r\n{body}");
            let (text, closed) = served.answers(&format!("{first}{NEXT}")).await;

            assert!(closed, "{first}: {text}");
            assert_eq!(text.matches("HTTP/1.1 200").count(), 1, "{first}: {text}");
            assert!(text.contains("connection: close"), "{first}: {text}");
            assert!(!text.contains("100 Continue"), "{first}: {text}");
        }
    }
}

#[tokio::test]
async fn a_connection_is_kept_where_all_was_read() {
    let served = start().await;
    for first in [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
        "POST /all HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345",
        "POST /all HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n",
    ] {
        let (text, closed) = served.answers(&format!("{first}{NEXT}")).await;
        assert!(!closed && !text.contains("connection: close"), "{first}: {text}");
    }
}

#[tokio::test]
async fn whoever_is_still_sending_gets_the_answer() {
    let served = start().await;
    // More than the system holds for whoever does not read.
    let body = vec![b'x'; 16 * 1024 * 1024];
    let mut client = TcpStream::connect(served.address).await.unwrap();
    client
        .write_all(format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes())
        .await
        .unwrap();

    client.write_all(&body).await.unwrap();

    let (text, closed) = read_answers(&mut client, 2).await;
    assert!(closed && text.ends_with("seen"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn nobody_is_waited_for_long() {
    let served = start().await;
    let mut client = TcpStream::connect(served.address).await.unwrap();
    client.write_all(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n").await.unwrap();
    assert!(read_answers(&mut client, 2).await.1, "closed for writing at once");

    served.stop.send(true).unwrap();

    // Time stands still but for waiting: this ends only because the patience does.
    served.ended.await.unwrap();
}
