//! One app or two on one store, their provider, and the wire between: all on one clock.

use std::{net::SocketAddr, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{Request, header},
};
use phonegate::testing::{
    attempt::RequestId,
    clock::{Clock, Timestamp},
    config::{Config, Environment, Invocation},
    random::Random,
    sign_in::jobs,
    web::{
        router::router,
        server::{Server, World as Outside},
        state::AppState,
    },
};
use tempfile::TempDir;
use tower::ServiceExt;

use super::{
    actions::PHONE,
    wire::{Fault, Wire},
};

/// How a visitor's address looks from inside.
const PEER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 40_000);
/// Longer than any answer that is not meant to be late.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);
pub(super) const HOST: &str = "localhost:3000";

/// How a sequence's world is set up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    pub(super) api: &'static str,
    pub(super) channels: &'static str,
    pub(super) lifetime: u64,
    /// How long a number stays taken after a cancel.
    pub(super) lock: u64,
    pub(super) instances: usize,
    /// Only the number that everybody types may sign in, by a list.
    pub(super) listed: bool,
}

pub(super) struct World {
    pub(super) clock: Clock,
    pub(super) wire: Wire,
    pub(super) setting: Setting,
    random: Random,
    instances: Vec<Instance>,
    config: Box<Config>,
    _folder: TempDir,
    /// Whether the jobs run as time passes.
    pub(super) awake: bool,
}

struct Instance {
    router: Router,
    state: AppState,
}

/// What came back to a browser.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) location: Option<String>,
    pub(super) retry_after: Option<u64>,
    pub(super) refresh: bool,
    pub(super) cookies: Vec<String>,
    pub(super) body: String,
}

impl World {
    pub(super) async fn new(setting: Setting, random: Random, postgres: Option<&str>) -> Self {
        let clock = Clock::fixed(Timestamp::from_millis(1_800_000_000_000));
        let wire = Wire::start(&clock, &random, Duration::from_secs(setting.lock)).await;
        // In memory where there is such a folder: nothing here must outlive the test.
        let memory = std::path::Path::new("/dev/shm");
        let folder =
            if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        let list = folder.path().join("numbers");
        std::fs::write(&list, format!("+{PHONE}")).unwrap();
        let list = if setting.listed { list.to_str().unwrap().to_owned() } else { String::new() };
        let file = || format!("sqlite:{}", folder.path().join("s.db").display());
        let variables = [
            ("PORT", "0".to_owned()),
            ("ALLOWED_NUMBERS", list),
            ("PUBLIC_URL", format!("http://{HOST}")),
            ("STORE_URL", postgres.map_or_else(file, str::to_owned)),
            ("VONAGE_API_KEY", "key".to_owned()),
            ("VONAGE_API_SECRET", "secret".to_owned()),
            ("VONAGE_SIGNATURE_SECRET", super::SECRET.to_owned()),
            ("VERIFY_BASE_URL", wire.base_url.to_string()),
            ("VERIFY_API", setting.api.to_owned()),
            ("CHANNELS", setting.channels.to_owned()),
            ("CODE_LIFETIME", setting.lifetime.to_string()),
        ];
        let environment: Environment = variables.into_iter().collect();
        let Invocation::Serve(config) = Invocation::read([], &environment).unwrap() else { unreachable!() };
        let mut world = Self {
            clock,
            wire,
            setting,
            random,
            instances: Vec::new(),
            config,
            _folder: folder,
            awake: true,
        };
        for _ in 0..setting.instances {
            let instance = world.start().await;
            world.instances.push(instance);
        }
        world
    }

    async fn start(&self) -> Instance {
        let outside = Outside {
            clock: self.clock.clone(),
            random: self.random.clone(),
            timeouts: (PATIENCE, PATIENCE),
            jobs: false,
        };
        let state = Server::bind(&self.config, outside).await.unwrap().state().clone();
        Instance { router: router(state.clone()), state }
    }

    /// Ends an instance between two requests, and starts it anew.
    pub(super) async fn restart(&mut self, index: usize) {
        self.instances[index].state.sign_in.core.store.close().await;
        self.instances[index] = self.start().await;
    }

    /// Ends an instance in the middle of the first call that `request` makes, so that nothing of its answer is written
    /// down, and starts it anew. Says whether there was a call.
    pub(super) async fn crash(&mut self, index: usize, request: Request<String>) -> bool {
        self.wire.fault_next(Fault::Held);
        let called = {
            let asked = self.ask(index, request);
            tokio::pin!(asked);
            let called = tokio::select! {
                _ = &mut asked => false,
                () = self.wire.held.notified() => true,
            };
            if called {
                self.instances[index].state.sign_in.core.store.close().await;
                self.wire.release.notify_one();
                asked.await;
            }
            called
        };
        self.wire.heal();
        self.restart(index).await;
        called
    }

    /// A request to one of the instances.
    pub(super) async fn ask(&self, instance: usize, request: Request<String>) -> Answer {
        let mut request = request.map(Body::from);
        request.extensions_mut().insert(ConnectInfo(PEER));
        let answer = self.instances[instance].router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let text = |name| parts.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        let cookies = parts.headers.get_all(header::SET_COOKIE);
        Answer {
            status: parts.status.as_u16(),
            location: text(header::LOCATION),
            retry_after: text(header::RETRY_AFTER).map(|value| value.parse().unwrap()),
            refresh: parts.headers.contains_key("refresh"),
            cookies: cookies.iter().map(|value| value.to_str().unwrap().to_owned()).collect(),
            body: String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap(),
        }
    }

    /// Lets time pass, in steps short enough for the jobs to see what is due in its time.
    pub(super) async fn pass(&self, seconds: u64) {
        let mut left = seconds;
        while left > 0 {
            let step = left.min(5);
            left -= step;
            self.clock.advance(Duration::from_secs(step));
            if self.awake {
                self.calls_out().await;
            }
        }
        if self.awake {
            self.work().await;
        }
    }

    /// What the jobs of all instances would ask of the provider now.
    async fn calls_out(&self) {
        for instance in &self.instances {
            jobs::cancels(&instance.state.sign_in).await.unwrap();
            jobs::moves(&instance.state.sign_in).await.unwrap();
        }
    }

    /// Does what the jobs of all instances would do now.
    pub(super) async fn work(&self) {
        self.calls_out().await;
        let first = &self.instances[0].state;
        jobs::endings(&first.sign_in).await.unwrap();
        jobs::sweep(&first.sign_in).await.unwrap();
    }

    /// Whether the answer to a request's next step is awaited.
    pub(super) async fn awaits_step(&self, request: &str) -> bool {
        let request = RequestId::parse(request).unwrap();
        self.state().sign_in.core.store.awaits_step(&request, self.clock.now()).await.unwrap()
    }

    pub(super) fn state(&self) -> &AppState {
        &self.instances[0].state
    }
}
