//! Servers that answer late, in part, too much or not at all.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::json;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{any, path},
};

use super::{Call, ID, VerifyApi, VerifyClient, client, outcome, outcome_of, settings};

const BOTH: [VerifyApi; 2] = [VerifyApi::V1, VerifyApi::V2];
const CALLS: [Call; 4] = [Call::Request, Call::Check, Call::Cancel, Call::Next];

/// What a raw server does after it has read a whole request.
#[derive(Clone, Copy)]
enum Then {
    Close,
    /// Sends this and closes.
    Say(&'static str),
    /// Sends this and holds the connection open.
    Stall(&'static str),
    /// Answers the first request of a connection, closes at the second.
    CloseReused,
}

/// A raw server; the list grows by the number of its connection for each request that arrives.
fn serve(then: Then) -> (String, Arc<Mutex<Vec<usize>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::<Mutex<Vec<usize>>>::default();
    let log = seen.clone();
    std::thread::spawn(move || {
        let mut held = Vec::new();
        for (connection, stream) in listener.incoming().flatten().enumerate() {
            let mut requests = 0;
            while read_request(&stream) {
                requests += 1;
                log.lock().unwrap().push(connection);
                match then {
                    Then::CloseReused if requests == 1 => say(&stream, &started()),
                    Then::Say(answer) => {
                        say(&stream, answer);
                        break;
                    }
                    Then::Stall(answer) => {
                        say(&stream, answer);
                        held.push(stream);
                        break;
                    }
                    Then::Close | Then::CloseReused => break,
                }
            }
        }
    });
    (base, seen)
}

fn started() -> String {
    let body = format!("{{\"request_id\":\"{ID}\"}}");
    format!("HTTP/1.1 202 Accepted\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

fn say(mut stream: &TcpStream, answer: &str) {
    let _ = stream.write_all(answer.as_bytes());
}

fn read_request(stream: &TcpStream) -> bool {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return false;
        }
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            return reader.read_exact(&mut vec![0; length]).is_ok();
        }
    }
}

fn impatient(api: VerifyApi, base_url: &str) -> VerifyClient {
    let timeout = Duration::from_millis(100);
    VerifyClient::new(super::VerifySettings { timeout, ..settings(api, base_url) })
}

#[tokio::test]
async fn a_cut_connection_loses_the_answer_and_nothing_is_sent_twice() {
    for then in [
        Then::Close,
        Then::Say("HTTP/1.1 202 Acc"),
        Then::Say("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"status\":\"0\""),
        Then::Say("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"sta\r\n"),
        Then::Say("220 mail.example.org ESMTP\r\n"),
    ] {
        for api in BOTH {
            for call in CALLS {
                let (base, seen) = serve(then);
                assert_eq!(outcome(&client(api, &base), call, ID).await, "Lost");
                assert_eq!(seen.lock().unwrap().len(), 1);
            }
        }
    }
}

#[tokio::test]
async fn a_reused_connection_that_is_cut_gets_no_second_start() {
    let (base, seen) = serve(Then::CloseReused);
    let client = client(VerifyApi::V2, &base);

    let mut calls = 0;
    let last = loop {
        calls += 1;
        match outcome(&client, Call::Request, ID).await {
            told if told.starts_with("Started") && calls < 1_000 => tokio::task::yield_now().await,
            told => break told,
        }
    };

    assert_eq!(last, "Lost");
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), calls, "as many requests arrived as were made");
    assert_eq!(seen.last(), seen.get(calls - 2), "the last one came over a connection that was used before");
}

#[tokio::test]
async fn a_slow_answer_times_out() {
    for then in
        [Then::Stall(""), Then::Stall("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"status\":\"0\"")]
    {
        for api in BOTH {
            for call in CALLS {
                let (base, seen) = serve(then);
                assert_eq!(outcome(&impatient(api, &base), call, ID).await, "TimedOut");
                assert!(seen.lock().unwrap().len() <= 1);
            }
        }
    }
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (plain, seen) = serve(Then::Say("HTTP/1.1 400 Bad Request\r\n\r\n"));
    for base in
        [format!("http://{closed}"), plain.replace("http:", "https:"), "http://name.invalid".to_owned()]
    {
        for api in BOTH {
            for call in CALLS {
                assert_eq!(outcome(&client(api, &base), call, ID).await, "Unreachable", "{base}");
            }
        }
    }
    assert!(seen.lock().unwrap().is_empty(), "a greeting of TLS is no request");
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let body = |size: usize| {
        let start = format!("{{\"request_id\":\"{ID}\",\"filler\":\"");
        format!("{start}{}\"}}", "x".repeat(size - start.len() - 2))
    };
    for (size, meaning) in [(64 * 1024, format!("Started {ID}")), (64 * 1024 + 1, "Unreadable".to_owned())] {
        let answer = ResponseTemplate::new(202).set_body_string(body(size));
        assert_eq!(outcome_of(VerifyApi::V2, Call::Request, answer).await, meaning);
    }
    let huge = ResponseTemplate::new(200).set_body_bytes(vec![b' '; 8 << 20]);
    assert_eq!(outcome_of(VerifyApi::V1, Call::Check, huge).await, "Unreadable");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    for status in [301, 302, 307, 308] {
        let server = MockServer::start().await;
        let away =
            ResponseTemplate::new(status).insert_header("location", "/elsewhere").set_body_json(json!({}));
        Mock::given(path("/elsewhere"))
            .respond_with(ResponseTemplate::new(200))
            .expect(0)
            .mount(&server)
            .await;
        Mock::given(any()).respond_with(away).expect(4).mount(&server).await;

        let client = client(VerifyApi::V2, &server.uri());
        for call in CALLS {
            assert_eq!(outcome(&client, call, ID).await, "Unexpected");
        }
    }
}

/// Another process, because the environment of this one is shared by all its tests.
#[test]
fn the_environments_proxy_is_not_used_on_loopback() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut again = Command::new(std::env::current_exe().unwrap());
    for variable in ["http_proxy", "HTTP_PROXY", "ALL_PROXY"] {
        again.env(variable, format!("http://{closed}"));
    }
    again.env_remove("NO_PROXY").env_remove("no_proxy");
    let output =
        again.args(["--exact", "verify::tests::v2::each_call_goes_out_as_documented"]).output().unwrap();

    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
}
