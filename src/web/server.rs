//! The running app: a bound port, its jobs, and an end that lets running requests finish.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{join, net::TcpListener, select, sync::watch, time::timeout};

use crate::{
    causes::chain,
    clock::Clock,
    config::Config,
    metrics::{Job, Metrics},
    random::Random,
    sign_in::jobs,
    simulator::Simulator,
    store::StoreError,
    supervisor::keep_running,
    web::{
        bounds,
        builder::{BuildError, CALL_TIMEOUT, CONNECT_TIMEOUT},
        router, scrape,
        serve::{Ending, Limit, connections, serve},
        state::AppState,
    },
};

/// How many connections the metrics take: Prometheus needs one.
const METRICS_CONNECTIONS: Limit = Limit { most: 16, name: "the limit for METRICS_LISTEN" };

/// Why the app did not start. `Display` is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port cannot be had.
    #[error("{setting}: cannot listen on {address}; {}", fix(.problem))]
    Listen {
        /// What names it.
        setting: &'static str,
        /// What was asked for.
        address: SocketAddr,
        /// What the system says.
        #[source]
        problem: io::Error,
    },
    /// A setting, or what it names, cannot be used.
    #[error(transparent)]
    Build(#[from] BuildError),
}

impl StartError {
    /// A port that cannot be had.
    pub fn listen(setting: &'static str, address: SocketAddr, problem: io::Error) -> Self {
        Self::Listen { setting, address, problem }
    }

    /// Whether an operator has to mend something: another start later would end the same way.
    pub fn is_mistake(&self) -> bool {
        !matches!(
            self,
            Self::Build(
                BuildError::Store(StoreError::Away(_) | StoreError::Database(_)) | BuildError::SignIn(_)
            )
        )
    }
}

/// What to do about a port.
fn fix(problem: &io::Error) -> &'static str {
    match problem.kind() {
        io::ErrorKind::AddrInUse => "is it taken already?",
        io::ErrorKind::PermissionDenied => {
            "ports below 1024 need rights; take another port, or give CAP_NET_BIND_SERVICE"
        }
        io::ErrorKind::AddrNotAvailable => "that is no address of this machine",
        _ => "take another address or port",
    }
}

/// What a test sets otherwise than the world does.
#[derive(Debug, Clone)]
pub struct World {
    /// What time it is.
    pub clock: Clock,
    /// Where tokens come from.
    pub random: Random,
    /// For connecting to the provider, and for a whole call to it.
    pub timeouts: (Duration, Duration),
    /// Whether the jobs run by themselves; a test calls them when it has moved the clock.
    pub jobs: bool,
}

impl World {
    /// As it is outside of tests.
    pub fn real() -> Self {
        Self {
            clock: Clock::system(),
            random: Random::system(),
            timeouts: (CONNECT_TIMEOUT, CALL_TIMEOUT),
            jobs: true,
        }
    }
}

/// The app, bound to its port but not yet serving.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    metrics: Option<TcpListener>,
    state: AppState,
    jobs: bool,
    doors: Doors,
}

/// How many are let in at once, and how the app stops.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Doors {
    /// The most connections.
    pub(crate) max_connections: usize,
    /// How long the app goes on serving, as not ready, once it is told to stop.
    pub(crate) drain: Duration,
}

impl Server {
    /// Binds the ports, opens the store and makes everything that a request will need.
    pub async fn bind(config: &Config, world: World) -> Result<Self, StartError> {
        let settings = &config.settings;
        let wanted = SocketAddr::new(settings.host, settings.port);
        let taken = |error| StartError::listen("HOST, PORT", wanted, error);
        let listener = TcpListener::bind(wanted).await.map_err(taken)?;
        let address = listener.local_addr().map_err(taken)?;
        let metrics = match settings.metrics_listen {
            Some(wanted) => {
                let taken = |error| StartError::listen("METRICS_LISTEN", wanted, error);
                Some(TcpListener::bind(wanted).await.map_err(taken)?)
            }
            None => None,
        };
        let (connect, call) = world.timeouts;
        let builder = AppState::builder().settings(config.clone()).clock(world.clock).random(world.random);
        let state = builder.timeouts(connect, call).address(address).build().await?;
        let doors = Doors { max_connections: settings.max_connections, drain: settings.drain };
        Ok(Self { listener, metrics, state, jobs: world.jobs, doors })
    }

    /// Where it listens; the port is the real one even if 0 was asked for.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Where the metrics are, if `METRICS_LISTEN` is set.
    pub fn metrics_address(&self) -> io::Result<Option<SocketAddr>> {
        self.metrics.as_ref().map(TcpListener::local_addr).transpose()
    }

    /// What the handlers work with.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// Reads again what may change while the app runs, each time `told` says so.
    pub(crate) fn reload_when(&self, told: watch::Receiver<()>) {
        let sign_in = self.state.sign_in.clone();
        tokio::spawn(async move {
            // Nobody stops it: it has nothing to finish.
            let (_running, stop) = watch::channel(false);
            keep_running(Job::Reload, &sign_in.core.metrics, stop, || {
                let (sign_in, mut told) = (sign_in.clone(), told.clone());
                async move {
                    while told.changed().await.is_ok() {
                        if let Err(error) = sign_in.reload_allowed().await {
                            tracing::error!(
                                "sessions could not be ended; they are turned away all the same: {}",
                                chain(&error)
                            );
                        }
                    }
                    // Whoever told is gone.
                    std::future::pending::<()>().await;
                }
            })
            .await;
        });
    }

    /// Serves until `stop` turns true, goes on for `DRAIN`, then lets running requests and calls to the provider finish.
    pub async fn run(self, stop: watch::Receiver<bool>) -> Result<(), StartError> {
        let Self { listener, metrics: metrics_listener, state, jobs, doors } = self;
        let sign_in = state.sign_in.clone();
        let ending = &Ending::new(state.health.readiness.leaving());
        let jobs = jobs.then(|| tokio::spawn(jobs::run(sign_in.clone(), ending.closing())));
        let simulator = state.provider.simulator.as_ref().map(|simulated| simulated.simulator.clone());
        let measured = metrics_listener.is_some();
        // They end with the pages: what the simulator would still send, only we would have taken.
        let others = async {
            let callbacks = send_callbacks(simulator, &sign_in.core.metrics, ending);
            join!(callbacks, serve_metrics(metrics_listener, state.clone(), ending));
            std::future::pending::<()>().await;
        };
        let router = router::standalone(state.clone(), measured);
        select! {
            () = serve(Arc::new(listener), router, visitors(doors), ending) => {}
            () = ending.lead(stop, doors.drain) => {}
            () = others => {}
        }
        sign_in.tasks.close();
        let rest = async {
            sign_in.tasks.wait().await;
            if let Some(jobs) = jobs {
                let _ = jobs.await;
            }
        };
        // Whoever waits for this process to end was promised one such time, not one for each.
        let _ = timeout(ending.left(), rest).await;
        sign_in.core.store.close().await;
        Ok(())
    }
}

/// Serves the simulator alone, at the root of `listener`, until `stop` turns true and running requests have finished.
pub(crate) async fn serve_simulator(
    listener: TcpListener,
    simulator: Simulator,
    doors: Doors,
    stop: watch::Receiver<bool>,
) {
    let ending = &Ending::new(Arc::default());
    let router = bounds::simulator_alone(simulator.clone());
    let others = async {
        send_callbacks(Some(simulator), &Metrics::default(), ending).await;
        std::future::pending::<()>().await;
    };
    select! {
        () = serve(Arc::new(listener), router, visitors(doors), ending) => {}
        () = ending.lead(stop, doors.drain) => {}
        () = others => {}
    }
}

fn visitors(doors: Doors) -> Limit {
    Limit { most: connections(doors.max_connections), name: "MAX_CONNECTIONS" }
}

async fn send_callbacks(simulator: Option<Simulator>, metrics: &Metrics, ending: &Ending) {
    if let Some(simulator) = simulator.filter(Simulator::sends_callbacks) {
        keep_running(Job::Callbacks, metrics, ending.closing(), || simulator.clone().send_callbacks()).await;
    }
}

async fn serve_metrics(listener: Option<TcpListener>, state: AppState, ending: &Ending) {
    let Some(listener) = listener.map(Arc::new) else { return };
    keep_running(Job::Metrics, &state.core.metrics, ending.closing(), || {
        let (listener, router, ending) =
            (listener.clone(), scrape::metrics_router(state.clone()), ending.clone());
        async move { serve(listener, router, METRICS_CONNECTIONS, &ending).await }
    })
    .await;
}
