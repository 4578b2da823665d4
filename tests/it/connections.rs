//! Clients that take what others need: places, memory and time.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Instant,
};

use reqwest::Client;

use phonegate_testing::{Binary, secs, test_app};

const SILENT: &str = "";
const HALF: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";
const REGULAR: &str = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// A client that has said something, and waits.
fn client(address: SocketAddr, says: &str) -> TcpStream {
    let mut client = TcpStream::connect(address).unwrap();
    client.set_read_timeout(Some(secs(60))).unwrap();
    client.write_all(says.as_bytes()).unwrap();
    if says == REGULAR {
        let mut status = [0; 12];
        client.read_exact(&mut status).unwrap();
        assert_eq!(&status, b"HTTP/1.1 200");
    }
    client
}

/// Somebody who comes anew, and does not wait until the others' time is up.
async fn assert_answers(address: SocketAddr, what: &str) {
    let client = Client::builder().timeout(secs(10)).build().unwrap();
    let answer = client.get(format!("http://{address}/healthz")).send().await;
    assert!(answer.is_ok_and(|answer| answer.status() == 200), "{what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_hundred_who_ask_for_nothing_keep_nobody_out() {
    // Ours, too.
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    for says in [SILENT, HALF, REGULAR] {
        let mut program = Binary::start_after("ulimit -n 256", &[]);
        let told = program.wait_for("MAX_CONNECTIONS");
        assert!(told.contains("WARN") && told.contains("at most 96"), "{told}");
        let address = program.address();
        let crowd: Vec<_> = (0..400).map(|_| client(address, says)).collect();

        for _ in 0..5 {
            assert_answers(address, says).await;
        }
        assert_eq!(crowd.len(), 400);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_are_let_in_than_the_setting_says() {
    let mut program = Binary::start(&[("MAX_CONNECTIONS", "16")]);
    let address = program.address();
    let mut crowd: Vec<_> = (0..17).map(|_| client(address, SILENT)).collect();
    // The first has made room for the last, long before its own time was up.
    let (begun, mut rest) = (Instant::now(), Vec::new());
    let _ = crowd[0].read_to_end(&mut rest);
    assert!(rest.is_empty() && begun.elapsed() < secs(10));
    let told = program.wait_for("MAX_CONNECTIONS is reached");
    assert!(told.contains("WARN"), "{told}");
    assert_answers(address, "a newcomer").await;
}

/// How much memory the process has had at most, in KiB.
fn peak(program: &Binary) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_without_end_cost_little_memory() {
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    let program = Binary::start(&[]);
    let address = program.address();
    let before = peak(&program);
    let head = format!("{HALF}{}", "x".repeat(390 * 1024));
    let mut crowd = Vec::new();
    for _ in 0..300 {
        let mut client = TcpStream::connect(address).unwrap();
        client.set_write_timeout(Some(secs(60))).unwrap();
        // It may be cut short: that is what is asked for.
        let _ = client.write_all(head.as_bytes());
        crowd.push(client);
    }
    assert_answers(address, "a newcomer").await;

    let grown = peak(&program) - before;
    assert!(grown < 40 * 1024, "grown by {grown} KiB");
    assert_eq!(crowd.len(), 300);
}

#[tokio::test]
async fn the_simulator_has_the_limits_of_the_pages() {
    let app = test_app().simulator_mode().spawn().await;
    let browser = app.browser().await;
    let large = "x".repeat(20 * 1024);
    for path in ["/simulator/verify/json", "/simulator/v2/verify", "/simulator/clock", "/verify"] {
        let answer = browser.post(path, &[("number", &large)]).await;
        assert_eq!(answer.status, 413, "{path}");
    }
}
