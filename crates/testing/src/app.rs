//! The app on a free port, on a clock that stands still until told to move.

use std::{ffi::OsString, net::IpAddr, process::Command, time::Duration};

use phonegate::testing::{
    clock::{Clock, Timestamp},
    config::{Config, Environment, Invocation},
    guard::{Asker, Limit},
    keys::Token,
    phone::{Fiction, PhoneNumber},
    random::Random,
    sign_in::{Start, jobs},
    simulator::Options,
    web::{
        server::{Server, World},
        state::AppState,
    },
};
use tempfile::TempDir;
use tokio::{sync::watch, task::JoinHandle};
use url::Url;

use super::{
    browser::Browser,
    log,
    provider::{CREDENTIALS, Provider},
};

/// What a test's clock shows when it begins.
pub const BEGUN: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// How an app under test differs from the ordinary one.
pub struct Builder {
    variables: Vec<(String, String)>,
    arguments: Vec<OsString>,
    timeout: Duration,
    provider: Option<Provider>,
    simulator_mode: bool,
    jobs: bool,
    guarded: bool,
    simulator: Box<dyn FnOnce(&mut Options) + Send>,
    clock: Clock,
}

/// An app with Verify v2 and a SQLite file.
pub fn test_app() -> Builder {
    Builder {
        variables: Vec::new(),
        arguments: Vec::new(),
        timeout: Duration::from_secs(15),
        provider: None,
        simulator_mode: false,
        simulator: Box::new(|_| ()),
        jobs: false,
        guarded: false,
        clock: Clock::fixed(BEGUN),
    }
}

impl Builder {
    pub fn set(mut self, variable: &str, value: &str) -> Self {
        self.variables.push((variable.to_owned(), value.to_owned()));
        self
    }

    pub fn flag(mut self, flag: &str) -> Self {
        self.arguments.push(flag.into());
        self
    }

    /// `v1` or `v2`.
    pub fn api(self, api: &str) -> Self {
        self.set("VERIFY_API", api)
    }

    /// A store from [`each_store`](super::each_store).
    pub fn store(self, url: Option<&str>) -> Self {
        match url {
            Some(url) => self.set("STORE_URL", url),
            None => self,
        }
    }

    /// How long the app waits for the provider.
    pub fn patience(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// A provider that starts as many verifications to a number as it is asked for.
    pub async fn provider_without_limits(mut self) -> Self {
        self.provider = Some(Provider::without_limits(&self.clock).await);
        self
    }

    /// Another instance's provider and clock.
    pub fn beside(mut self, other: &TestApp) -> Self {
        self.provider = Some(other.provider.clone());
        self.clock = other.clock.clone();
        self
    }

    /// Makes the provider differ from the ordinary one.
    pub fn simulator(mut self, change: impl FnOnce(&mut Options) + Send + 'static) -> Self {
        self.simulator = Box::new(change);
        self
    }

    /// With the limits as they are by default. Other tests have more visitors at one address than those allow.
    pub fn guarded(mut self) -> Self {
        self.guarded = true;
        self
    }

    /// No credentials: the app brings its own simulator.
    pub fn simulator_mode(mut self) -> Self {
        self.simulator_mode = true;
        self
    }

    /// Lets the jobs run by themselves.
    pub fn jobs(mut self) -> Self {
        self.jobs = true;
        self
    }

    pub async fn spawn(self) -> TestApp {
        log::catch();
        let folder = tempfile::tempdir().unwrap();
        let provider = match self.provider {
            Some(provider) => provider,
            None => Provider::start_with(&self.clock, self.simulator).await,
        };
        let mut variables = vec![
            ("PORT".to_owned(), "0".to_owned()),
            ("STORE_URL".to_owned(), format!("sqlite:{}", folder.path().join("test.db").display())),
        ];
        if !self.guarded {
            for limit in Limit::ALL.iter().filter(|limit| **limit != Limit::Total) {
                variables.push((limit.setting().to_owned(), "100000/1h".to_owned()));
            }
        }
        if !self.simulator_mode {
            variables.push(("VONAGE_API_KEY".to_owned(), CREDENTIALS.0.to_owned()));
            variables.push(("VONAGE_API_SECRET".to_owned(), CREDENTIALS.1.to_owned()));
            variables.push(("VERIFY_BASE_URL".to_owned(), provider.base_url.to_string()));
        }
        variables.extend(self.variables);
        let environment: Environment = variables.into_iter().collect();
        let invocation = Invocation::read(self.arguments, &environment).unwrap();
        let Invocation::Serve(config) = invocation else { panic!("{invocation:?}") };
        let world = World {
            clock: self.clock.clone(),
            random: Random::system(),
            timeouts: (Duration::from_secs(5), self.timeout),
            jobs: self.jobs,
        };
        let running = Running::start(&config, world.clone()).await;
        TestApp { running, config, clock: self.clock, world, provider, folder }
    }
}

/// A served app and the means to stop it.
struct Running {
    base: Url,
    metrics: Option<Url>,
    state: AppState,
    stop: watch::Sender<bool>,
    served: JoinHandle<()>,
}

impl Running {
    async fn start(config: &Config, world: World) -> Self {
        let bound = Server::bind(config, world).await.unwrap();
        let base = format!("http://{}/", bound.address().unwrap()).parse().unwrap();
        let metrics = bound.metrics_address().unwrap();
        let metrics = metrics.map(|address| format!("http://{address}/metrics").parse().unwrap());
        let state = bound.state().clone();
        let (stop, told) = watch::channel(false);
        let served = tokio::spawn(async move { bound.run(told).await.unwrap() });
        Self { base, metrics, state, stop, served }
    }
}

/// The app, its provider and its clock.
pub struct TestApp {
    running: Running,
    config: Box<Config>,
    pub clock: Clock,
    world: World,
    pub provider: Provider,
    folder: TempDir,
}

impl TestApp {
    pub fn url(&self, path: &str) -> Url {
        self.running.base.join(path).unwrap()
    }

    /// Where `METRICS_LISTEN` put them.
    pub fn metrics_url(&self) -> Url {
        self.running.metrics.clone().unwrap()
    }

    /// A browser that has been here before: it holds the cookie that the first page sets.
    pub async fn browser(&self) -> Browser {
        let browser = self.stranger();
        assert_eq!(browser.get("/").await.status, 200);
        browser
    }

    /// A browser without cookies.
    pub fn stranger(&self) -> Browser {
        Browser::new(self.running.base.clone())
    }

    /// A browser on the PIN page, and the id in its forms.
    pub async fn waiting_for_code(&self, phone: &str) -> (Browser, String) {
        let browser = self.browser().await;
        browser.post("/verify", &[("phone", phone)]).await.assert_redirect("/verify");
        let id = browser.get("/verify").await.request_id();
        (browser, id)
    }

    /// A browser that is signed in.
    pub async fn signed_in(&self, phone: &str) -> Browser {
        let (browser, id) = self.waiting_for_code(phone).await;
        let code = self.provider.code(phone).await;
        browser.check(&id, &code).await.assert_redirect("/result");
        browser
    }

    /// Asks for a code from an address of choice, as a browser of its own each time.
    pub async fn ask_from(&self, address: impl Into<IpAddr>, phone: &str) -> Start {
        self.ask_as(&self.new_token(), Asker::at(address.into()), phone).await
    }

    pub async fn ask_as(&self, browser: &Token, asker: Asker, phone: &str) -> Start {
        let phone = PhoneNumber::parse(phone, None, Fiction::Allowed).unwrap();
        self.running.state.sign_in.start(browser, phone, asker, None).await.unwrap()
    }

    pub fn new_token(&self) -> Token {
        Token::new(&self.running.state.sign_in.core.random)
    }

    /// Signs in with the code of the newest message.
    pub async fn signs_in_with_the_newest_code(&self, browser: &Browser, phone: &str) {
        let id = browser.get("/verify").await.request_id();
        let code = self.provider.code(phone).await;
        browser.check(&id, &code).await.assert_redirect("/result");
    }

    /// Runs a command of the program on this app's store; what it prints.
    pub fn command(&self, arguments: &[&str]) -> String {
        self.command_and_log(arguments, &[]).0
    }

    /// The same with more settings; what it prints, and what it logs.
    pub fn command_and_log(&self, arguments: &[&str], settings: &[(&str, &str)]) -> (String, String) {
        let mut command = Command::new(crate::program());
        command.env_clear().env("STORE_URL", self.store_url()).current_dir(self.folder()).args(arguments);
        let output = command.envs(settings.iter().copied()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(output.stdout), text(output.stderr))
    }

    pub fn state(&self) -> &AppState {
        &self.running.state
    }

    pub fn store_url(&self) -> String {
        use secrecy::ExposeSecret;
        self.config.settings.store_url.expose_secret().to_owned()
    }

    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Does what the jobs would do now.
    pub async fn run_jobs(&self) {
        // A round makes a few calls of each kind.
        for _ in 0..5 {
            jobs::cancels(&self.running.state.sign_in).await.unwrap();
            jobs::moves(&self.running.state.sign_in).await.unwrap();
        }
        jobs::endings(&self.running.state.sign_in).await.unwrap();
        jobs::sweep(&self.running.state.sign_in).await.unwrap();
    }

    /// Moves time ahead for the app and its provider, and lets the jobs see it.
    pub async fn pass(&self, time: Duration) {
        self.clock.advance(time);
        self.run_jobs().await;
    }

    /// Restarts the app with other settings.
    pub async fn restart_with(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self.restart().await
    }

    /// Ends the app, as an update does, and starts it again on the same store.
    pub async fn restart(mut self) -> Self {
        self.running.stop.send(true).unwrap();
        self.running.served.await.unwrap();
        // Visitors type the same address as before.
        self.config.settings.port = self.running.base.port().unwrap();
        self.running = Running::start(&self.config, self.world.clone()).await;
        self
    }
}
