//! The provider: Verify v2, and v1 for the Koa app, as far as a sign-in needs them; every code is right.
//!
//! It shares a core with the load, so it takes little of it: a thread for each connection, which reads, sleeps and
//! writes. A sleeping thread wakes to within 0.1 ms; tokio's timers would add up to a millisecond to what is measured.

use std::{
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::{Failure, Outcome};

/// What a thread needs at most, many times over: there are hundreds.
const STACK: usize = 128 * 1024;

/// Answers each call after `delay`.
pub(crate) fn serve(port: u16, delay: Duration) -> Outcome<()> {
    for stream in TcpListener::bind((Ipv4Addr::LOCALHOST, port))?.incoming() {
        let stream = stream?;
        thread::Builder::new().stack_size(STACK).spawn(move || {
            // The server at the other end tells of it, and so does the load.
            if let Err(failure) = converse(&stream, delay) {
                eprintln!("a call was not understood: {failure}");
            }
        })?;
    }
    Ok(())
}

/// Answers call after call until the caller hangs up.
fn converse(mut stream: &TcpStream, delay: Duration) -> Outcome<()> {
    stream.set_nodelay(true)?;
    let mut calls = BufReader::new(stream);
    while let Some(call) = Call::read(&mut calls)? {
        let begun = Instant::now();
        let (status, body) = answer(&call.method, &call.path)?;
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        if call.path != "/" {
            thread::sleep(delay.saturating_sub(begun.elapsed()));
        }
        stream.write_all(answer.as_bytes())?;
    }
    Ok(())
}

/// What is asked. No body has anything that the answer depends on.
struct Call {
    method: String,
    path: String,
}

impl Call {
    /// None once the caller has hung up.
    fn read(from: &mut impl BufRead) -> Outcome<Option<Self>> {
        let mut line = String::new();
        if from.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut words = line.split(' ').map(str::to_owned);
        let (Some(method), Some(path)) = (words.next(), words.next()) else {
            return Err(format!("no request line: {line:?}").into());
        };
        let mut body_length = 0;
        loop {
            line.clear();
            from.read_line(&mut line)?;
            match line.trim_end().split_once(": ") {
                Some((name, length)) if name.eq_ignore_ascii_case("content-length") => {
                    body_length = length.parse()?;
                }
                Some((name, _)) if name.eq_ignore_ascii_case("transfer-encoding") => {
                    return Err("a body without a length".into());
                }
                Some(_) => {}
                None => break,
            }
        }
        from.read_exact(&mut vec![0; body_length])?;
        Ok(Some(Self { method, path }))
    }
}

/// Every request gets an id of its own, in the shape of the provider's.
fn answer(method: &str, path: &str) -> Outcome<(&'static str, String)> {
    static STARTED: AtomicU64 = AtomicU64::new(1);
    let request_id = || format!("00000000-0000-4000-8000-{:012x}", STARTED.fetch_add(1, Ordering::Relaxed));
    let answer = match (method, path) {
        ("GET", "/") => ("200 OK", String::new()),
        ("POST", "/v2/verify") => ("202 Accepted", format!(r#"{{"request_id":"{}"}}"#, request_id())),
        ("POST", "/verify/json") => {
            ("200 OK", format!(r#"{{"request_id":"{}","status":"0"}}"#, request_id()))
        }
        ("POST", "/verify/check/json") => {
            let right =
                r#"{"request_id":"1","event_id":"2","status":"0","price":"0.10000000","currency":"EUR"}"#;
            ("200 OK", right.to_owned())
        }
        ("POST", "/verify/control/json") => ("200 OK", r#"{"status":"0","command":"cancel"}"#.to_owned()),
        _ => match (method, path.strip_prefix("/v2/verify/")) {
            ("POST", Some(id)) => ("200 OK", format!(r#"{{"request_id":"{id}","status":"completed"}}"#)),
            ("DELETE", Some(_)) => ("204 No Content", String::new()),
            _ => return Err(Failure::from(format!("{method} {path}"))),
        },
    };
    Ok(answer)
}
