//! The program itself, in simulator mode, with a port and a store of its own.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

use reqwest::Client;
use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;
use url::Url;

/// Ends when it is dropped.
pub(crate) struct App {
    _process: Process,
    _folder: TempDir,
    /// What a visitor types.
    base: Url,
    http: Client,
}

/// A message on the simulated phone.
#[derive(Deserialize)]
pub(crate) struct Message {
    pub(crate) code: String,
}

impl App {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_phonegate"))
            .current_dir(folder.path())
            .env_clear()
            .envs([("PORT", "0"), ("STORE_URL", "sqlite:browser.db"), ("LOG_FORMAT", "json")])
            // Real time passes here: a visitor who starts again would have to wait.
            .env("LIMIT_NUMBER", "off")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let process = Process { child, log: Arc::default() };
        let log = process.log.clone();
        let (listens, told) = mpsc::channel();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some(url) = public_url(&line) {
                    let _ = listens.send(url);
                }
                log.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        });
        Self {
            base: told.recv_timeout(Duration::from_secs(30)).unwrap(),
            http: Client::builder().timeout(Duration::from_secs(10)).build().unwrap(),
            _process: process,
            _folder: folder,
        }
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        self.base.join(path).unwrap()
    }

    /// All messages sent to `number`, newest first.
    pub(crate) async fn messages(&self, number: &str) -> Vec<Message> {
        let mut url = self.url("/simulator/messages");
        url.query_pairs_mut().append_pair("to", number);
        self.http.get(url).send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
    }
}

/// The line that tells where the program listens has it.
fn public_url(log_line: &str) -> Option<Url> {
    let line: Value = serde_json::from_str(log_line).ok()?;
    line["fields"]["public_url"].as_str()?.parse().ok()
}

struct Process {
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
            eprintln!("the program's log:\n{}", log.join("\n"));
        }
    }
}
