//! A Chromium of one's own: started with its chromedriver, without history, and gone with both when it is dropped.

use std::{
    io::{BufRead, BufReader, ErrorKind, Read, Write},
    net::{Ipv4Addr, Ipv6Addr, TcpListener, TcpStream},
    process::{Child, ChildStdout, Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    time::{Duration, Instant},
};

use fantoccini::{
    Client, ClientBuilder, Locator,
    actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction},
    elements::Element,
    wd::WebDriverCompatibleCommand,
};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::{ParseError, Url};

/// For a page's script time passes only when it is told so.
const CLOCK: &str = "
    let now = Date.now();
    Date.now = () => now;
    window.pass = (seconds) => { now += seconds * 1000; };
";

/// How long a page may take to come.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JavaScript {
    On,
    Off,
}

pub struct Browser {
    pub client: Client,
    _driver: Driver,
}

impl Browser {
    pub async fn open(javascript: JavaScript) -> Self {
        Self::open_with(javascript, &[]).await
    }

    /// With more arguments for Chromium.
    pub async fn open_with(javascript: JavaScript, more: &[&str]) -> Self {
        let driver = Driver::start();
        let mut arguments = vec![
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ];
        arguments.extend(more);
        let preferences = match javascript {
            JavaScript::On => json!({}),
            JavaScript::Off => json!({ "profile.managed_default_content_settings.javascript": 2 }),
        };
        let capabilities = json!({
            "goog:chromeOptions": { "args": arguments, "prefs": preferences },
            "goog:loggingPrefs": { "browser": "ALL" },
            "timeouts": { "pageLoad": PATIENCE.as_millis() },
        });
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().unwrap().clone())
            .connect(&format!("http://127.0.0.1:{}", driver.port))
            .await
            .unwrap_or_else(|error| panic!("Chromium does not start (tests/run installs it): {error}"));
        let browser = Self { client, _driver: driver };
        if javascript == JavaScript::On {
            browser.tools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": CLOCK })).await;
        }
        browser
    }

    /// The name by which a screen reader calls an element.
    pub async fn name_of(&self, element: &Element) -> String {
        let path = format!("element/{}/computedlabel", element.element_id().as_ref());
        let name = self.client.issue_cmd(Asked { path }).await.unwrap();
        name.as_str().unwrap_or_default().to_owned()
    }

    /// Lets time pass for the page that is open.
    pub async fn pass(&self, seconds: u64) {
        self.client.execute("window.pass(arguments[0]);", vec![seconds.into()]).await.unwrap();
    }

    /// As a screen of this size shows it, a narrow one as a phone does.
    pub async fn resize(&self, (width, height): (u32, u32)) {
        let screen =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.tools("Emulation.setDeviceMetricsOverride", screen).await;
    }

    pub async fn goto(&self, url: &Url) {
        self.client.goto(url.as_str()).await.unwrap();
    }

    pub async fn find(&self, css: &str) -> Element {
        match self.client.find(Locator::Css(css)).await {
            Ok(element) => element,
            Err(error) => panic!("no {css} ({error}) {}", self.sight().await),
        }
    }

    pub async fn has(&self, css: &str) -> bool {
        !self.client.find_all(Locator::Css(css)).await.unwrap().is_empty()
    }

    /// Waits for a page that may come by itself at any moment.
    pub async fn until_there_is(&self, css: &str) {
        let there =
            async || self.client.find_all(Locator::Css(css)).await.is_ok_and(|found| !found.is_empty());
        self.until(&format!("no {css}"), there).await;
    }

    pub async fn text(&self, css: &str) -> String {
        self.find(css).await.text().await.unwrap()
    }

    /// Does something that ends with another document in this one's place.
    pub async fn leaves(&self, act: impl AsyncFnOnce()) {
        let old = self.find("html").await;
        act().await;
        // An element of a document that is gone answers with an error.
        self.until("the page stays", async || old.tag_name().await.is_err()).await;
    }

    /// Presses a button or a link that leads to another page.
    pub async fn press(&self, css: &str) {
        let button = self.find(css).await;
        self.leaves(async || button.click().await.unwrap()).await;
    }

    /// As a visitor does who takes buttons for icons.
    pub async fn double_click(&self, css: &str) {
        let button = self.find(css).await;
        let press = PointerAction::Down { button: MOUSE_BUTTON_LEFT };
        let release = PointerAction::Up { button: MOUSE_BUTTON_LEFT };
        let at = PointerAction::MoveToElement { element: button, duration: None, x: 0.0, y: 0.0 };
        let clicks = MouseActions::new("mouse".to_owned())
            .then(at)
            .then(press.clone())
            .then(release.clone())
            .then(press)
            .then(release);
        self.leaves(async || self.client.perform_actions(clicks).await.unwrap()).await;
    }

    pub async fn is_at(&self, path: &str) {
        let here = async || self.client.current_url().await.unwrap().path() == path;
        self.until(&format!("not at {path}"), here).await;
    }

    /// Asks `done` again until it says yes.
    pub async fn until(&self, complaint: &str, done: impl AsyncFn() -> bool) {
        let start = Instant::now();
        while !done().await {
            assert!(start.elapsed() < PATIENCE, "{complaint} {}", self.sight().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What a visitor would report.
    async fn sight(&self) -> String {
        let address = self.client.current_url().await.map_or(String::new(), |url| url.to_string());
        let body = self.client.find(Locator::Css("body")).await;
        let text = match body {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(error) => error.to_string(),
        };
        format!("at {address}:\n{text}")
    }

    /// A command of the developer tools' protocol.
    pub async fn tools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.client.issue_cmd(Extension { path: "goog/cdp/execute", body }).await.unwrap()
    }

    /// What the console shows since the last time it was asked: refused styles, failed scripts, missing files.
    pub async fn complaints(&self) -> Vec<String> {
        // The console also notes that a page itself was refused; visitors read that on the page. And that a field was
        // clicked before the page had put the cursor into it.
        let refused = format!("{} - Failed to load resource", self.client.current_url().await.unwrap());
        let noted = |message: &String| {
            message.starts_with(&refused) || message.contains(" - Autofocus processing was blocked")
        };
        self.console().await.into_iter().filter(|message| !noted(message)).collect()
    }

    /// All that the console shows since the last time it was asked.
    pub async fn console(&self) -> Vec<String> {
        let command = Extension { path: "se/log", body: json!({ "type": "browser" }) };
        let entries = self.client.issue_cmd(command).await.unwrap();
        let messages = entries.as_array().unwrap().iter().map(|entry| entry["message"].as_str().unwrap());
        messages.map(str::to_owned).collect()
    }
}

/// A question of the standard that fantoccini does not ask.
#[derive(Debug)]
struct Asked {
    path: String,
}

impl WebDriverCompatibleCommand for Asked {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        base_url.join(&format!("session/{}/{}", session_id.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::GET, None)
    }
}

/// A command of chromedriver's that the `WebDriver` standard does not know.
#[derive(Debug)]
struct Extension {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        base_url.join(&format!("session/{}/{}", session_id.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

/// A port that is free in both families, and stays free: the system gives out those from 32768 on by itself.
///
/// Asked for any port, chromedriver takes one of IPv6 and ends if somebody has its twin of IPv4.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Where two of these programs run, they begin apart.
    let first = 20_000 + u16::try_from(std::process::id() % 100).unwrap() * 100;
    let free = |port: &u16| {
        TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok()
            && TcpListener::bind((Ipv6Addr::LOCALHOST, *port))
                .map_or_else(|error| error.kind() != ErrorKind::AddrInUse, |_| true)
    };
    std::iter::repeat_with(|| first + NEXT.fetch_add(1, Ordering::Relaxed))
        .take_while(|port| *port < 32_768)
        .find(free)
        .unwrap()
}

struct Driver {
    process: Child,
    port: u16,
    /// Kept open: chromedriver may want to say more.
    _says: BufReader<ChildStdout>,
    /// The home and the temporary folder of chromedriver and its Chromium.
    _folder: TempDir,
}

impl Driver {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let mut process = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .envs([("HOME", folder.path()), ("TMPDIR", folder.path())])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("chromedriver does not start (tests/run installs it): {error}"));
        let mut says = BufReader::new(process.stdout.take().unwrap());
        let mut said = String::new();
        while !said.contains("started successfully") {
            let more = says.read_line(&mut said).unwrap();
            assert_ne!(more, 0, "chromedriver ended: {said}");
        }
        Self { process, port, _says: says, _folder: folder }
    }

    /// Asks chromedriver to end its Chromium and itself. Killed, it would leave Chromium behind.
    fn shut_down(&self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(b"GET /shutdown HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        stream.read_to_end(&mut Vec::new()).map(drop)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.shut_down();
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
