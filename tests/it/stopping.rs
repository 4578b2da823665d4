//! Signals: how the real program stops, and what does not stop it.

use std::{
    fs::OpenOptions,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use phonegate_testing::{Binary, secs};

/// What became of a client that asks again and again on one connection.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// The last answer said that it was.
    Told,
    /// The connection was closed while nothing was under way on it.
    Idle,
    /// A request was sent, and no answer came.
    Cut,
}

/// Asks until the connection ends, as a proxy does: it looks whether it has ended before it sends a request.
fn ask(address: SocketAddr, asked: &AtomicUsize) -> End {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(secs(60))).unwrap();
    loop {
        stream.set_nonblocking(true).unwrap();
        if stream.peek(&mut [0]).is_ok() {
            return End::Idle;
        }
        stream.set_nonblocking(false).unwrap();
        let request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
        let Ok(answer) = stream.write_all(request).and_then(|()| read_answer(&mut stream)) else {
            return End::Cut;
        };
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        asked.fetch_add(1, Ordering::SeqCst);
        if answer.contains("connection: close") {
            return End::Told;
        }
    }
}

/// The head of an answer; its body is read too.
fn read_answer(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut answer = Vec::new();
    loop {
        let mut bytes = [0; 4096];
        let count = stream.read(&mut bytes)?;
        if count == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        answer.extend_from_slice(&bytes[..count]);
        let text = String::from_utf8_lossy(&answer);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            if body.len() >= length.parse().unwrap() {
                return Ok(head.to_owned());
            }
        }
    }
}

#[test]
fn under_load_each_connection_is_told_and_none_is_cut() {
    for drain in ["0s", "2s"] {
        let mut program = Binary::start(&[("DRAIN", drain)]);
        let address = program.address();
        let asked = Arc::new(AtomicUsize::new(0));
        let clients: Vec<_> = (0..16)
            .map(|_| {
                let asked = asked.clone();
                thread::spawn(move || ask(address, &asked))
            })
            .collect();
        while asked.load(Ordering::SeqCst) < 200 {
            thread::yield_now();
        }

        program.signal("TERM");

        let ends: Vec<_> = clients.into_iter().map(|client| client.join().unwrap()).collect();
        assert!(!ends.contains(&End::Cut), "{drain}: {ends:?}");
        assert!(ends.contains(&End::Told), "{drain}: {ends:?}");
        assert_eq!(program.end(), Some(0));
    }
}

#[tokio::test]
async fn readiness_goes_first_and_service_goes_on() {
    let mut program = Binary::start(&[("DRAIN", "3s")]);
    let (browser, address) = (program.browser(), program.address());
    assert_eq!(browser.get("/readyz").await.status, 200);

    program.signal("TERM");
    program.wait_for("not ready any more");

    let answer = browser.get("/readyz").await;
    assert_eq!((answer.status, answer.body.as_str()), (503, "stopping\n"));
    let answer = browser.get("/").await;
    assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
    assert_eq!(browser.get("/healthz").await.status, 200);
    assert_eq!(program.end(), Some(0));
    assert!(TcpStream::connect(address).is_err());
}

#[tokio::test]
async fn a_hangup_ends_nothing() {
    let program = Binary::start(&[]);
    program.hang_up();
    let browser = program.browser();
    for _ in 0..20 {
        program.hang_up();
        assert_eq!(browser.get("/healthz").await.status, 200);
    }
}

#[test]
fn nor_does_one_while_the_settings_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("numbers");
    assert!(Command::new("mkfifo").arg(&list).status().unwrap().success());
    let mut command = Command::new(env!("CARGO_BIN_EXE_phonegate"));
    command.env_clear().current_dir(folder.path()).envs([("PORT", "0"), ("LOG_FORMAT", "json")]);
    command.env("ALLOWED_NUMBERS", &list).stderr(Stdio::piped());
    let mut program = command.spawn().unwrap();
    let mut log = BufReader::new(program.stderr.take().unwrap()).lines();
    let mut wait_for = |text: &str| {
        let found = log.find(|line| line.as_ref().unwrap().contains(text));
        assert!(found.is_some(), "it ended before {text:?}");
    };
    let say = |signal: Option<&str>| {
        // Opens when the program reads.
        let mut pipe = OpenOptions::new().write(true).open(&list).unwrap();
        if let Some(signal) = signal {
            let id = program.id().to_string();
            assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        }
        pipe.write_all(b"+12025550150\n").unwrap();
    };

    say(Some("-HUP"));
    wait_for(" listens");

    // Nor is it forgotten.
    say(None);
    wait_for("was read again");
    program.kill().unwrap();
    program.wait().unwrap();
}
