//! The running app: a bound port, its jobs, and an end that lets running requests finish.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use tokio::{net::TcpListener, sync::watch, time::timeout};
use tokio_util::task::TaskTracker;
use url::Url;

use crate::{
    app::{self, AppState, Parts, Simulated},
    assets::Assets,
    clock::Clock,
    config::{Config, Provider},
    error::chain,
    guard::{Guard, GuardSettings, Limits, address::Proxies, breaker::Breakers, destination::Destinations},
    jobs, phone,
    random::Random,
    serve::serve,
    session::Cookies,
    sign_in::{SignIn, SignInError},
    simulator::{self, Simulator},
    store::{Store, StoreError},
    templates::Templates,
    verify::{VerifyClient, VerifySettings},
};

/// Where Vonage's Verify API lives.
const VONAGE: &str = "https://api.nexmo.com";
/// A provider that takes longer to accept a connection will not answer in time either.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A visitor waits no longer than this for the provider.
const CALL_TIMEOUT: Duration = Duration::from_secs(15);
/// How long running requests may take to finish once the app is told to stop.
const GRACE: Duration = Duration::from_secs(20);

/// Why the app did not start. `Display` is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("HOST, PORT: cannot listen on {0}; is it taken already?")]
    Listen(SocketAddr, #[source] io::Error),
    #[error("STORE_URL")]
    Store(#[from] StoreError),
    #[error("{0}")]
    SignIn(#[from] SignInError),
    #[error("TEMPLATES_DIR")]
    Templates(#[source] io::Error),
    #[error("PUBLIC_DIR")]
    Assets(#[source] io::Error),
    #[error("the Verify client cannot be made")]
    Verify(#[from] reqwest::Error),
    #[error("VERIFY_BASE_URL cannot be used")]
    Url(#[from] url::ParseError),
    #[error("PUBLIC_URL: cannot be an origin: {0}")]
    Origin(String),
}

/// What a test sets otherwise than the world does.
#[derive(Debug, Clone)]
pub struct World {
    pub clock: Clock,
    pub random: Random,
    /// For connecting to the provider, and for a whole call to it.
    pub timeouts: (Duration, Duration),
    /// Whether the jobs run by themselves; a test calls them when it has moved the clock.
    pub jobs: bool,
}

impl World {
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
    state: AppState,
    jobs: bool,
}

impl Server {
    /// Binds the port, opens the store and makes everything that a request will need.
    pub async fn bind(config: &Config, world: World) -> Result<Self, StartError> {
        let settings = &config.settings;
        let wanted = SocketAddr::new(settings.host, settings.port);
        let listener = TcpListener::bind(wanted).await.map_err(|error| StartError::Listen(wanted, error))?;
        let address = listener.local_addr().map_err(|error| StartError::Listen(wanted, error))?;
        let store = Store::open(&settings.store_url).await?;
        let keys = store.keys(config.secrets.server_key.as_ref(), &world.random).await?;
        let assets = Assets::new(settings.public_dir.as_deref()).map_err(StartError::Assets)?;
        let templates = Templates::new(settings.templates_dir.as_deref(), &assets, &settings.brand)
            .map_err(StartError::Templates)?;
        let verify = verify_settings(config, address, &world)?;
        let mut public_url = config.public_url.clone();
        if settings.port == 0 && settings.public_url.is_none() {
            // The port is known only now. A URL with a host takes one.
            let _ = public_url.set_port(Some(address.port()));
        }
        if config.sends_everywhere() {
            tracing::warn!(
                "COUNTRIES is not set: anyone can have codes sent to every country; name those of your visitors, \
                 for example COUNTRIES=GB,IE"
            );
        }
        let state = AppState::new(Parts {
            templates,
            assets,
            cookies: Cookies::new(&public_url, settings.cookie_domain.clone()),
            proxies: Proxies::new(settings.trusted_proxies.clone().unwrap_or_default()),
            public_url,
            default_country: settings.default_country,
            fiction: config.fiction(),
            code_length: settings.code_length,
            session_idle: settings.session_idle,
            simulator: simulated(config, &world),
            sign_in: SignIn {
                store,
                verify: VerifyClient::new(verify)?,
                clock: world.clock,
                random: world.random,
                keys,
                destinations: Destinations {
                    countries: settings.countries.clone(),
                    voip: settings.allow_voip,
                    allowed: config.allowed.clone(),
                },
                breakers: Breakers::default(),
                guard: Guard::new(guard_settings(config)),
                lifetime: settings.code_lifetime,
                session_max: settings.session_max,
                jobs: std::sync::Arc::default(),
                tasks: TaskTracker::new(),
            },
        });
        state.sign_in.end_sessions_not_allowed().await?;
        Ok(Self { listener, state, jobs: world.jobs })
    }

    /// Where it listens; the port is the real one even if 0 was asked for.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

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
        let router = app::router(self.state).map_err(|error| StartError::Origin(error.to_string()))?;
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
        sign_in.store.close().await;
        Ok(())
    }
}

fn verify_settings(
    config: &Config,
    address: SocketAddr,
    world: &World,
) -> Result<VerifySettings, StartError> {
    let settings = &config.settings;
    let (base_url, key, secret) = match &config.provider {
        Provider::Vonage { key, secret } => {
            let base_url = match &settings.verify_base_url {
                Some(url) => url.clone(),
                None => Url::parse(VONAGE)?,
            };
            (base_url, key.clone(), secret.clone())
        }
        Provider::Simulator { .. } => {
            let url = Url::parse(&format!("http://{}/simulator/", reach(address)))?;
            (url, "simulator".to_owned(), "simulator".into())
        }
    };
    Ok(VerifySettings {
        api: settings.verify_api,
        base_url,
        key,
        secret,
        brand: settings.brand.clone(),
        code_length: settings.code_length,
        lifetime: settings.code_lifetime,
        connect_timeout: world.timeouts.0,
        timeout: world.timeouts.1,
    })
}

/// An address at which we reach ourselves.
fn reach(listening: SocketAddr) -> SocketAddr {
    let ip = match listening.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listening.port())
}

/// The guard's settings, with the default for all sends together that fits where they may go.
fn guard_settings(config: &Config) -> GuardSettings {
    let settings = &config.settings;
    GuardSettings {
        number: settings.limit_number.clone(),
        address: settings.limit_address.clone(),
        prefix: settings.limit_prefix.clone(),
        total: Limits::total(
            settings.limit_total.as_ref(),
            config.sends_for_real(),
            settings.countries.is_some(),
        ),
        unverified: settings.limit_unverified,
        mode: settings.guard_mode,
    }
}

fn simulated(config: &Config, world: &World) -> Option<Simulated> {
    let Provider::Simulator { forced } = config.provider else { return None };
    let options = simulator::Options::new(world.clock.fork(), world.random.clone());
    Some(Simulated { simulator: Simulator::new(options), forced })
}
