//! The running app: a bound port, its jobs, and an end that lets running requests finish.

use std::{io, net::SocketAddr, time::Duration};

use tokio::{net::TcpListener, sync::watch, time::timeout};

use crate::{
    app::{self, AppState, BuildError, CALL_TIMEOUT, CONNECT_TIMEOUT},
    clock::Clock,
    config::Config,
    error::chain,
    jobs, phone,
    random::Random,
    serve::serve,
};

/// How long running requests may take to finish once the app is told to stop.
const GRACE: Duration = Duration::from_secs(20);

/// Why the app did not start. `Display` is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port cannot be had.
    #[error("HOST, PORT: cannot listen on {0}; is it taken already?")]
    Listen(SocketAddr, #[source] io::Error),
    /// Nor can that of the metrics.
    #[error("METRICS_LISTEN: cannot listen on {0}; is it taken already?")]
    Metrics(SocketAddr, #[source] io::Error),
    /// A setting, or what it names, cannot be used.
    #[error(transparent)]
    Build(#[from] BuildError),
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
}

impl Server {
    /// Binds the ports, opens the store and makes everything that a request will need.
    pub async fn bind(config: &Config, world: World) -> Result<Self, StartError> {
        let settings = &config.settings;
        let wanted = SocketAddr::new(settings.host, settings.port);
        let listener = TcpListener::bind(wanted).await.map_err(|error| StartError::Listen(wanted, error))?;
        let address = listener.local_addr().map_err(|error| StartError::Listen(wanted, error))?;
        let metrics = match settings.metrics_listen {
            Some(wanted) => {
                Some(TcpListener::bind(wanted).await.map_err(|error| StartError::Metrics(wanted, error))?)
            }
            None => None,
        };
        let (connect, call) = world.timeouts;
        let builder = AppState::builder().settings(config.clone()).clock(world.clock).random(world.random);
        let state = builder.timeouts(connect, call).address(address).build().await?;
        Ok(Self { listener, metrics, state, jobs: world.jobs })
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

    /// Reads again what may change while the app runs, each time `told` says so. Ends with the sender.
    pub fn reload_when(&self, mut told: watch::Receiver<()>) {
        let sign_in = self.state.sign_in.clone();
        tokio::spawn(async move {
            while told.changed().await.is_ok() {
                if let Err(error) = sign_in.reload_allowed().await {
                    tracing::error!(
                        "sessions could not be ended; they are turned away all the same: {}",
                        chain(&error)
                    );
                }
            }
        });
    }

    /// Serves until `stop` turns true, then lets running requests and calls to the provider finish.
    pub async fn run(self, mut stop: watch::Receiver<bool>) -> Result<(), StartError> {
        let sign_in = self.state.sign_in.clone();
        let idle = self.state.session_idle;
        let simulator = self.state.simulator.as_ref().map(|simulated| simulated.simulator.clone());
        let metrics = self.metrics.map(|listener| {
            tokio::spawn(serve(listener, app::metrics_router(self.state.clone()), stop.clone()))
        });
        let router = app::standalone(self.state, metrics.is_some());
        // Ends with the process: what it would still send, only we would have taken.
        let callbacks = simulator.map(|simulator| tokio::spawn(simulator.send_callbacks()));
        let jobs = self.jobs.then(|| tokio::spawn(jobs::run(sign_in.clone(), idle, stop.clone())));
        // The first number would otherwise wait for the metadata of its country.
        tokio::task::spawn_blocking(phone::warm_up);
        let serve = serve(self.listener, router, stop.clone());
        let give_up = async {
            let _ = stop.wait_for(|stop| *stop).await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            () = serve => {}
            () = give_up => tracing::warn!("some requests did not finish in {GRACE:?}"),
        }
        sign_in.tasks.close();
        let _ = timeout(GRACE, sign_in.tasks.wait()).await;
        if let Some(jobs) = jobs {
            let _ = timeout(GRACE, jobs).await;
        }
        for ended in [callbacks, metrics].into_iter().flatten() {
            ended.abort();
        }
        sign_in.store.close().await;
        Ok(())
    }
}
