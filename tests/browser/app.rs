//! The app in simulator mode, with a port and a store of its own, and a clock that stands still until told to move.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, response::Html, routing::get};
use phonegate::{
    AppState, Config, SignedIn,
    testing::{
        clock::{Clock, Timestamp},
        config::{Environment, Invocation},
        random::Random,
        web::server::{Server, World},
    },
};
use reqwest::{Client, Response, header::COOKIE};
use serde::Deserialize;
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::watch};
use url::Url;

/// What the clock shows when a test begins.
const BEGUN: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// A visitor who starts again at once would have to wait, but for these.
fn settings(more: &[(&'static str, &str)]) -> (TempDir, Config) {
    // Shown if the test fails.
    let _ = tracing_subscriber::fmt().with_test_writer().try_init();
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("browser.db").display());
    let variables = [("PORT", "0"), ("STORE_URL", store.as_str()), ("LIMIT_NUMBER", "off")];
    let environment: Environment = variables.into_iter().chain(more.iter().copied()).collect();
    let invocation = Invocation::read(Vec::new(), &environment).unwrap();
    let Invocation::Serve(config) = invocation else { panic!("{invocation:?}") };
    (folder, *config)
}

fn client() -> Client {
    Client::builder().timeout(Duration::from_secs(10)).build().unwrap()
}

/// Ends when it is dropped.
pub(crate) struct App {
    /// What a visitor types.
    base: Url,
    /// The path that the pages are below.
    mount: &'static str,
    clock: Clock,
    http: Client,
    _stop: watch::Sender<bool>,
    _folder: TempDir,
}

/// A message on the simulated phone.
#[derive(Deserialize)]
pub(crate) struct Message {
    pub(crate) channel: String,
    pub(crate) code: String,
}

impl App {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With more settings.
    pub(crate) async fn start_with(more: &[(&'static str, &str)]) -> Self {
        let (folder, config) = settings(more);
        let clock = Clock::fixed(BEGUN);
        let world = World { clock: clock.clone(), random: Random::system(), ..World::real() };
        let server = Server::bind(&config, world).await.unwrap();
        let base = server.state().site.public_url.clone();
        let (stop, told) = watch::channel(false);
        tokio::spawn(async move { server.run(told).await.unwrap() });
        Self { base, mount: "", clock, http: client(), _stop: stop, _folder: folder }
    }

    /// Below `/login` of another app, which has a members' page.
    pub(crate) async fn mounted() -> Self {
        let (folder, config) = settings(&[]);
        let clock = Clock::fixed(BEGUN);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let builder = AppState::builder().settings(config).clock(clock.clone()).mount("/login");
        let state = builder.address(listener.local_addr().unwrap()).build().await.unwrap();
        tokio::spawn(state.jobs());
        let base = state.public_url().clone();
        let members = async |visitor: SignedIn| Html(format!("<main>{}</main>", visitor.phone().masked()));
        let members = Router::new().route("/members", get(members)).with_state(state.clone());
        let service =
            members.merge(phonegate::router(state)).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Self { base, mount: "/login", clock, http: client(), _stop: watch::channel(false).0, _folder: folder }
    }

    /// The path of a page of ours.
    pub(crate) fn at(&self, page: &str) -> String {
        format!("{}{page}", self.mount)
    }

    /// Where the app has a page of its own.
    pub(crate) fn page_of_the_app(&self, path: &str) -> Url {
        self.base.join(path).unwrap()
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        self.base.join(&self.at(path)).unwrap()
    }

    /// Lets time pass for the app and its simulator.
    pub(crate) async fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
        // The simulator looks at its clock once a second, or when it is asked something.
        let look = self.http.post(self.url("/simulator/clock")).form(&[("advance_s", "0")]);
        look.send().await.unwrap().error_for_status().unwrap();
    }

    /// The answer as a browser with these cookies gets it.
    pub(crate) async fn get(&self, path: &str, cookies: &str) -> Response {
        let request = self.http.get(self.url(path)).header(COOKIE, cookies);
        request.send().await.unwrap().error_for_status().unwrap()
    }

    /// All messages sent to `number`, newest first.
    pub(crate) async fn messages(&self, number: &str) -> Vec<Message> {
        let mut url = self.url("/simulator/messages");
        url.query_pairs_mut().append_pair("to", number);
        self.http.get(url).send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
    }
}
