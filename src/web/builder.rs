//! Makes an [`AppState`] of the settings, or of what an app brings in their place.

mod error;
mod provider;
mod store;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio_util::task::TaskTracker;
use tower_http::csrf::CsrfLayer;
use url::Url;

pub use error::BuildError;
use provider::{Provided, Surroundings};

use super::{
    headers::Headers,
    state::{AppState, Pages, Provider, Site},
};
use crate::{
    clock::Clock,
    config::{Config, Settings},
    core::Core,
    guard::{Guard, GuardSettings, Limit, breaker::Breakers, destination::Destinations},
    metrics::Metrics,
    random::Random,
    sign_in::{Answers, Queues, SignIn},
    store::Store,
    verify::{VerifyClient, callback::Refusals},
    web::{
        assets::Assets, client_address::Proxies, cookies::Cookies, gate::Gate, return_to,
        templates::Templates,
    },
};

/// A provider that takes longer to accept a connection will not answer in time either.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A visitor waits no longer than this for one answer of the provider, whatever client is brought along.
pub(crate) const CALL_TIMEOUT: Duration = Duration::from_secs(15);

impl AppState {
    /// Makes one; see [`Builder`] for what may be given, and [`router`](crate::router) for what to do with it.
    pub fn builder() -> Builder {
        Builder::default()
    }
}

/// What an [`AppState`] is made of. Whatever is not given is made as the settings say.
#[derive(Debug, Default)]
pub struct Builder {
    config: Option<Config>,
    store: Option<Store>,
    verify: Option<VerifyClient>,
    clock: Option<Clock>,
    random: Option<Random>,
    timeouts: Option<(Duration, Duration)>,
    address: Option<SocketAddr>,
}

impl Builder {
    /// The settings; without them they are read from the environment and `.env`, as the program does.
    pub fn settings(mut self, config: Config) -> Self {
        self.config = Some(config);
        self
    }

    /// A store that is open already, in the place of `STORE_URL`'s.
    pub fn store(mut self, store: Store) -> Self {
        self.store = Some(store);
        self
    }

    /// A client of the Verify API, in the place of the one that the settings describe. No simulator is built in then.
    pub fn verify(mut self, client: VerifyClient) -> Self {
        self.verify = Some(client);
        self
    }

    /// Another clock than the machine's, for tests.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Another source of randomness than the machine's, for tests.
    pub fn random(mut self, random: Random) -> Self {
        self.random = Some(random);
        self
    }

    /// How long to wait for a connection to the provider, and for a whole call: 5 s and 15 s unless set.
    pub fn timeouts(mut self, connect: Duration, call: Duration) -> Self {
        self.timeouts = Some((connect, call));
        self
    }

    /// Where the server listens, if `PUBLIC_URL` does not tell: of use with `PORT=0`.
    pub fn address(mut self, listening: SocketAddr) -> Self {
        self.address = Some(listening);
        self
    }

    /// Opens the store and makes everything that a request will need.
    pub async fn build(self) -> Result<AppState, BuildError> {
        // A large future, and those of its callers would be as large.
        Box::pin(self.make()).await
    }

    async fn make(self) -> Result<AppState, BuildError> {
        let config = match self.config {
            Some(config) => config,
            None => Config::load()?,
        };
        config.tell(self.store.is_some(), self.verify.is_some());
        let settings = &config.settings;
        let clock = self.clock.unwrap_or_else(Clock::system);
        let random = self.random.unwrap_or_else(Random::system);
        let public_url = public_url(&config, self.address);
        let timeouts = self.timeouts.unwrap_or((CONNECT_TIMEOUT, CALL_TIMEOUT));
        let surroundings = Surroundings {
            config: &config,
            public_url: &public_url,
            address: self.address,
            clock: &clock,
            random: &random,
        };
        let Provided { verify, callbacks, simulator } = surroundings.provider(self.verify, timeouts)?;
        let store = match self.store {
            Some(store) => store,
            None => store::open(&settings.store_url).await?,
        };
        let assets = Assets::new(settings.public_dir.as_deref()).map_err(BuildError::Assets)?;
        let domain = settings.cookie_domain.as_deref();
        let folder = settings.templates_dir.as_deref();
        let core = Core {
            keys: store.keys(config.secrets.server_key.as_ref(), &random).await?,
            store,
            clock,
            random,
            metrics: Metrics::default(),
        };
        let pages = Pages {
            templates: Templates::new(folder, &assets, &settings.brand, settings.channels.first())
                .map_err(BuildError::Templates)?,
            assets,
            default_country: settings.default_country,
            fiction: config.fiction(),
            code_length: settings.code_length,
        };
        let state = AppState {
            sign_in: Arc::new(sign_in(&config, core.clone(), &verify)),
            core: Arc::new(core),
            // A visit has to be written down before the session would end without it.
            gate: Arc::new(Gate::new(
                &public_url,
                domain,
                settings.auth_cache.min(settings.session_idle / 10),
            )?),
            pages: Arc::new(pages),
            site: Arc::new(site(settings, public_url)?),
            health: Arc::default(),
            provider: Arc::new(Provider { callbacks, refused_callbacks: Refusals::default(), simulator }),
        };
        if config.sends_everywhere() {
            tracing::warn!(
                "COUNTRIES is not set: anyone can have codes sent to every country; name those of your visitors, \
                 for example COUNTRIES=GB,IE"
            );
        }
        state.sign_in.end_sessions_not_allowed().await?;
        Ok(state)
    }
}

fn site(settings: &Settings, public_url: Url) -> Result<Site, BuildError> {
    let domain = settings.cookie_domain.as_deref();
    let return_to = return_to::Rules::new(&public_url, &settings.return_to_origins.0, domain);
    Ok(Site {
        csrf: CsrfLayer::new().add_trusted_origin(public_url.origin().ascii_serialization())?,
        headers: Headers::new(&public_url, &return_to)?,
        return_to,
        cookies: Cookies::new(&public_url, settings.cookie_domain.clone()),
        proxies: Proxies::new(settings.trusted_proxies.clone().unwrap_or_default()),
        public_url,
    })
}

fn sign_in(config: &Config, core: Core, verify: &VerifyClient) -> SignIn {
    let settings = &config.settings;
    SignIn {
        core,
        verify: verify.within(CALL_TIMEOUT),
        destinations: Destinations {
            countries: settings.countries.clone(),
            voip: settings.allow_voip,
            allowed: config.allowed.clone(),
        },
        breakers: Breakers::default(),
        channels: settings.channels,
        guard: Guard::new(guard_settings(config)),
        lifetime: settings.code_lifetime,
        session_max: settings.session_max,
        session_idle: settings.session_idle,
        answers: Answers::default(),
        queues: Queues::default(),
        jobs: Arc::default(),
        tasks: TaskTracker::new(),
    }
}

/// What visitors type. With `PORT=0` the port is known only once the server listens.
fn public_url(config: &Config, address: Option<SocketAddr>) -> Url {
    let mut public_url = config.public_url.clone();
    if let (0, None, Some(address)) = (config.settings.port, &config.settings.public_url, address) {
        // A URL with a host takes a port.
        let _ = public_url.set_port(Some(address.port()));
    }
    public_url
}

fn guard_settings(config: &Config) -> GuardSettings {
    let settings = &config.settings;
    let rates = |limit: &Limit| (*limit, settings.rates(*limit, config.sends_for_real()));
    GuardSettings {
        limits: Limit::ALL.iter().map(rates).collect(),
        unverified: settings.limit_unverified,
        mode: settings.guard_mode,
    }
}
