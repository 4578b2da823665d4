//! A log that cannot be written: lines are lost, and nothing else is.

use std::{
    fs::OpenOptions,
    io::{self, BufRead, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use phonegate::testing::{random::Random, store::Store};
use reqwest::Client;
use serde_json::Value;
use tempfile::TempDir;

use phonegate_testing::{Browser, exit_code, secs, wrong_code};

/// The number whose messages do not arrive, as a callback tells.
const UNDELIVERED: &str = "+1 202 555 0133";
const PHONE: &str = "+44 7700 900150";

/// What becomes of the log.
#[derive(Debug, Clone, Copy)]
enum Log {
    FullDisk,
    DeadReader,
    Closed,
    /// It is there, and reads nothing.
    SleepingReader,
}

/// The program in simulator mode, with a log that nobody gets to see.
struct Unheard {
    child: Child,
    base: String,
    metrics: String,
    _folder: TempDir,
}

fn full() -> Stdio {
    OpenOptions::new().write(true).open("/dev/full").unwrap().into()
}

fn dead() -> Stdio {
    io::pipe().unwrap().1.into()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Unheard {
    async fn start(log: Log, format: &str) -> Self {
        loop {
            let (port, metrics) = (free_port(), free_port());
            let folder = tempfile::tempdir().unwrap();
            let mut command = Command::new("sh");
            let shell = if matches!(log, Log::Closed) { "exec \"$0\" 2>&-" } else { "exec \"$0\"" };
            command.args(["-c", shell, env!("CARGO_BIN_EXE_phonegate")]).current_dir(folder.path());
            command.env_clear().env("PORT", port.to_string()).env("LOG_FORMAT", format).env("LOG", "trace");
            command.env("METRICS_LISTEN", format!("127.0.0.1:{metrics}"));
            command.stderr(match log {
                Log::FullDisk => full(),
                Log::DeadReader => dead(),
                Log::Closed => Stdio::null(),
                Log::SleepingReader => Stdio::piped(),
            });
            let child = command.spawn().unwrap();
            let mut unheard = Self {
                child,
                base: format!("http://127.0.0.1:{port}/"),
                metrics: format!("http://127.0.0.1:{metrics}/"),
                _folder: folder,
            };
            // Another took the port before it could; then there is another.
            if unheard.answers().await {
                return unheard;
            }
        }
    }

    async fn answers(&mut self) -> bool {
        let client = Client::builder().timeout(secs(60)).build().unwrap();
        while self.child.try_wait().unwrap().is_none() {
            if client.get(format!("{}healthz", self.base)).send().await.is_ok() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        false
    }
}

impl Drop for Unheard {
    fn drop(&mut self) {
        // Both fail only if it has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn code(browser: &Browser) -> String {
    let messages = browser.get("/simulator/messages?to=%2B447700900150").await.body;
    messages.split("\"code\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn all_answers_come_and_the_jobs_go_on() {
    for log in [Log::FullDisk, Log::DeadReader, Log::Closed, Log::SleepingReader] {
        for format in ["text", "json"] {
            println!("{log:?}, {format}");
            let mut program = Unheard::start(log, format).await;
            let browser = Browser::at(&program.base);
            browser.get("/").await.assert_page(200, "phone");
            for _ in 0..200 {
                assert_eq!(browser.get("/nowhere").await.status, 404);
            }
            browser.post("/verify", &[("phone", "12")]).await.assert_page(422, "phone");
            browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
            let id = browser.get("/verify").await.request_id();
            let code = code(&browser).await;
            browser.check(&id, &wrong_code(&code)).await.assert_page(422, "tries left");
            browser.check(&id, &code).await.assert_redirect("/result");
            browser.post("/signout", &[]).await.assert_redirect("/");

            // A job sends what the code page then tells.
            browser.post("/verify", &[("phone", UNDELIVERED)]).await.assert_redirect("/verify");
            let clock = browser.post("/simulator/clock", &[("advance_s", "3")]).await;
            assert_eq!(clock.status, 204);
            while !browser.get("/verify").await.body.contains("could not be delivered") {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            let metrics = Browser::at(&program.metrics).get("/metrics").await.body;
            let restarts: Vec<_> =
                metrics.lines().filter(|line| line.starts_with("phonegate_job_restarts_total{")).collect();
            assert!(restarts.len() == 7 && restarts.iter().all(|line| line.ends_with(" 0")), "{restarts:?}");
            assert_eq!(browser.get("/readyz").await.status, 200);

            let id = program.child.id().to_string();
            assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
            assert_eq!(exit_code(&mut program.child), Some(0), "{log:?}, {format}");
        }
    }
}

#[tokio::test]
async fn how_many_lines_are_missing_is_told_to_a_reader_who_wakes_up() {
    let mut program = Unheard::start(Log::SleepingReader, "json").await;
    let browser = Browser::at(&program.base);
    // More lines than wait for a reader, of which each request writes one.
    for _ in 0..6_000 {
        assert_eq!(browser.get("/nowhere").await.status, 404);
    }
    let log = BufReader::new(program.child.stderr.take().unwrap());
    let (tell, hear) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let told = log.lines().map_while(Result::ok).find(|line| line.contains("are missing"));
        let _ = tell.send(told);
    });

    let told = hear.recv_timeout(secs(60)).unwrap().unwrap();

    let told: Value = serde_json::from_str(&told).unwrap();
    assert!(told["fields"]["lost"].as_u64().unwrap() > 0, "{told}");
}

fn phonegate(folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_phonegate"));
    command.env_clear().current_dir(folder.path()).args(arguments).stdin(Stdio::null());
    command
}

#[tokio::test]
async fn a_command_that_cannot_tell_what_it_did_says_so_and_does_not_panic() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("phonegate.db").display());
    let store = Store::open(&url.into()).await.unwrap();
    store.keys(None, &Random::system()).await.unwrap();
    store.close().await;
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["guard"],
        &["unlock", "--phone", PHONE],
        &["forget", "--phone", PHONE],
        &["sign-out", "--phone", PHONE],
    ] {
        for (what, stdout) in [("full", full()), ("dead", dead())] {
            let output =
                phonegate(&folder, arguments).stdout(stdout).stderr(Stdio::piped()).output().unwrap();
            let error = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(1), "{arguments:?}, {what}: {error}");
            let said: Vec<_> = error.lines().filter(|line| !line.contains(" audit: ")).collect();
            assert!(
                matches!(said[..], [line] if line.starts_with("phonegate: done, but standard output cannot be written")),
                "{error}"
            );
        }
    }
}

#[tokio::test]
async fn a_mistake_has_its_exit_code_where_nobody_can_be_told() {
    let folder = tempfile::tempdir().unwrap();
    for stderr in [full(), dead()] {
        let status = phonegate(&folder, &["--port=no"]).stderr(stderr).status().unwrap();
        assert_eq!(status.code(), Some(2));
    }
    for stderr in [full(), dead()] {
        let status = phonegate(&folder, &["forget", "--phone", PHONE]).stderr(stderr).status().unwrap();
        assert_eq!(status.code(), Some(2), "there is no store");
    }
}
