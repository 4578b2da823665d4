//! `phonegate simulator`: the real binary as a stand-in for the provider.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    process::{Child, ChildStderr, Command, Stdio},
};

use aws_lc_rs::{digest, hmac};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    routing::post,
};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedSender, unbounded_channel},
};

use phonegate_testing::{exit_code, secs};

const PAIR: [(&str, &str); 2] = [("VONAGE_API_KEY", "abcd1234"), ("VONAGE_API_SECRET", "Sup3rS3cr3tValue")];
const NUMBER: &str = "12025550150";

/// The process, which ends with this.
struct Alone {
    process: Child,
    base: String,
    http: Client,
    /// Held open, so that it can be read.
    _log: BufReader<ChildStderr>,
    _folder: TempDir,
}

impl Alone {
    fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_phonegate"));
        command.env_clear().current_dir(folder.path()).env("LOG_FORMAT", "json");
        command.envs(variables.iter().copied()).args(["simulator", "--listen=127.0.0.1:0"]).args(arguments);
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();

        let (mut log, mut line) = (BufReader::new(process.stderr.take().unwrap()), String::new());
        log.read_line(&mut line).unwrap();
        let entry: Value = serde_json::from_str(&line).expect("the first line tells where it listens");
        let base = format!("http://{}", entry["fields"]["address"].as_str().unwrap());
        let http = Client::builder().timeout(secs(30)).build().unwrap();
        Self { process, base, http, _log: log, _folder: folder }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn start_v1(&self) -> RequestBuilder {
        self.http.post(self.url("/verify/json")).form(&[("number", NUMBER), ("brand", "Acme")])
    }

    fn start_v2(&self) -> RequestBuilder {
        let body = json!({ "brand": "Acme", "workflow": [{ "channel": "sms", "to": NUMBER }] });
        self.http.post(self.url("/v2/verify")).json(&body)
    }

    fn signal(&self, name: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    async fn code(&self) -> String {
        let messages = answer(self.http.get(self.url(&format!("/messages?to={NUMBER}")))).await.1;
        messages[0]["code"].as_str().unwrap().to_owned()
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        // Both fail only if it has already ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test]
async fn it_takes_the_credentials_that_it_was_given() {
    let alone = Alone::start(&[], &PAIR);
    let [(_, key), (_, secret)] = PAIR;

    assert_eq!(answer(alone.start_v1()).await.1["status"], "4");
    assert_eq!(answer(alone.start_v1().basic_auth(key, Some("wrong"))).await.1["status"], "4");
    assert_eq!(answer(alone.start_v2()).await.0, 401);
    assert_eq!(answer(alone.start_v2().basic_auth("wrong", Some(secret))).await.0, 401);

    assert_eq!(answer(alone.start_v2().basic_auth(key, Some(secret))).await.0, 202);
    let form = [("number", NUMBER), ("brand", "Acme"), ("api_key", key), ("api_secret", secret)];
    let start = alone.http.post(alone.url("/verify/json")).form(&form);
    assert_eq!(answer(start).await.1["status"], "10");
}

#[tokio::test]
async fn without_any_it_takes_its_own_name_for_both() {
    let alone = Alone::start(&[], &[]);
    assert_eq!(answer(alone.start_v2().basic_auth("simulator", Some("simulator"))).await.0, 202);
}

fn check_v1(alone: &Alone) -> RequestBuilder {
    let check = alone.http.get(alone.url("/verify/check/json?request_id=x&code=1234"));
    check.basic_auth("simulator", Some("simulator"))
}

fn check_v2(alone: &Alone) -> RequestBuilder {
    let check = alone.http.post(alone.url("/v2/verify/x")).json(&json!({ "code": "1234" }));
    check.basic_auth("simulator", Some("simulator"))
}

/// How many of many checks, one right after the other, were answered before one was refused for its haste.
async fn answered(alone: &Alone, check: fn(&Alone) -> RequestBuilder) -> Option<u32> {
    for count in 0..500 {
        let (status, body) = answer(check(alone)).await;
        if status == 429 || body["status"] == "1" {
            return Some(count);
        }
    }
    None
}

#[tokio::test]
async fn more_than_30_requests_a_second_are_refused_unless_told_otherwise() {
    let alone = Alone::start(&[], &[]);
    assert!(answered(&alone, check_v2).await.is_some_and(|count| count >= 30));
    // The next second begins afresh.
    alone.http.post(alone.url("/clock")).form(&[("advance_s", "1")]).send().await.unwrap();
    assert!(answered(&alone, check_v1).await.is_some_and(|count| count >= 30));

    let alone = Alone::start(&["--throttle=off"], &[]);
    assert_eq!(answered(&alone, check_v2).await, None);
}

#[tokio::test]
async fn it_stops_when_told_whatever_its_clients_do_and_not_when_a_terminal_closes() {
    let mut alone = Alone::start(&[], &[]);
    let address = alone.base.trim_start_matches("http://").to_owned();
    let mut half = TcpStream::connect(&address).unwrap();
    half.write_all(b"POST /v2/verify HTTP/1.1\r\nHost: ").unwrap();
    let _silent = TcpStream::connect(&address).unwrap();
    for _ in 0..10 {
        alone.signal("-HUP");
        assert_eq!(alone.http.get(alone.url("/phone")).send().await.unwrap().status(), 200);
    }

    alone.signal("-TERM");

    assert_eq!(exit_code(&mut alone.process), Some(0));
}

#[tokio::test]
async fn it_takes_no_body_that_is_larger_than_any_request_of_vonages() {
    let alone = Alone::start(&[], &[]);
    let large = "x".repeat(20 * 1024);
    for path in ["/verify/json", "/clock"] {
        let answer = alone.http.post(alone.url(path)).form(&[("number", &large)]).send().await.unwrap();
        assert_eq!(answer.status(), 413, "{path}");
    }
}

type Callback = (HeaderMap, Bytes);

async fn receive(
    State(received): State<UnboundedSender<Callback>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    received.send((headers, body)).unwrap();
    StatusCode::NO_CONTENT
}

#[tokio::test]
async fn callbacks_arrive_signed() {
    let (sender, mut received) = unbounded_channel();
    let app = Router::new().route("/callbacks/verify", post(receive)).with_state(sender);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/callbacks/verify", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let secret = ("VONAGE_SIGNATURE_SECRET", "shared");
    let alone = Alone::start(&["--callback-url", &url], &[PAIR[0], PAIR[1], secret]);
    let [(_, key), (_, api_secret)] = PAIR;

    let (_, started) = answer(alone.start_v2().basic_auth(key, Some(api_secret))).await;
    let id = started["request_id"].as_str().unwrap();
    let check =
        alone.http.post(alone.url(&format!("/v2/verify/{id}"))).json(&json!({ "code": alone.code().await }));
    assert_eq!(answer(check.basic_auth(key, Some(api_secret))).await.0, 200);

    for kind in ["event", "summary"] {
        let (headers, body) = tokio::time::timeout(secs(20), received.recv()).await.unwrap().unwrap();
        let token = headers[header::AUTHORIZATION].to_str().unwrap().strip_prefix("Bearer ").unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.1.as_bytes());
        hmac::verify(&key, signed.as_bytes(), &BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap())
            .unwrap();
        let claims = BASE64URL_NOPAD.decode(signed.split_once('.').unwrap().1.as_bytes()).unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(claims["api_key"], PAIR[0].1);
        assert_eq!(claims["payload_hash"], HEXLOWER.encode(digest::digest(&digest::SHA256, &body).as_ref()));
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((&body["type"], &body["status"]), (&json!(kind), &json!("completed")));
        assert_eq!(body["request_id"], id);
    }
}
