//! Makes an [`AppState`] of the settings, or of what an app brings in their place.

mod error;
mod provider;
mod site;
mod store;

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use tokio_util::task::TaskTracker;
use url::Url;

pub use error::BuildError;
use provider::{Provided, Surroundings};
use site::{default_country, site};

use super::state::{AppState, Health, Pages, Parts, Provider};
use crate::{
    clock::Clock,
    config::{Config, Settings},
    core::Core,
    guard::{Guard, GuardSettings, Limit, breaker::Breakers, destination::Destinations},
    hooks::{Deny, Hooks, SignedOut, SigningIn},
    metrics::Metrics,
    random::Random,
    sign_in::{self, Answers, Queues},
    store::Store,
    verify::{VerifyClient, callback::RefusedCallbacks},
    web::{
        assets::Assets,
        gate::Gate,
        mount::Mount,
        overrides::Overrides,
        templates::{Links, Shown, Templates},
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
    mount: Option<String>,
    templates: BTreeMap<String, String>,
    hooks: Hooks,
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
    pub(crate) fn random(mut self, random: Random) -> Self {
        self.random = Some(random);
        self
    }

    /// How long to wait for a connection to the provider, and for a whole call: 5 s and 15 s unless set.
    pub(crate) fn timeouts(mut self, connect: Duration, call: Duration) -> Self {
        self.timeouts = Some((connect, call));
        self
    }

    /// Where the server listens, if `PUBLIC_URL` does not tell: of use with `PORT=0`.
    pub fn address(mut self, listening: SocketAddr) -> Self {
        self.address = Some(listening);
        self
    }

    /// The path that all our addresses live below, such as `/login`, where the app has pages of its own at the root: the
    /// pages, assets, `/auth`, health, callbacks and simulator. The origin stays that of `PUBLIC_URL`.
    ///
    /// The cookies keep `Path=/`: the session is for the app's own handlers too, and browsers take none of the name
    /// `__Host-…` otherwise.
    pub fn mount(mut self, path: impl Into<String>) -> Self {
        self.mount = Some(path.into());
        self
    }

    /// A template, or texts as `locales/en.ftl`, in the place of the built-in ones of that name and of `TEMPLATES_DIR`'s.
    /// They are checked as those are: a mistake is an error of [`Builder::build`].
    pub fn template(mut self, name: impl Into<String>, source: impl Into<String>) -> Self {
        self.templates.insert(name.into(), source.into());
        self
    }

    /// Asks the app about everybody whose code was right, before there is a session: [`Deny`] keeps them out.
    ///
    /// It is asked once for each sign-in, however often its form is sent. Who is let in may yet have cancelled meanwhile. A hook
    /// that panics or takes longer than five seconds lets nobody in. The code is used up in each case.
    pub fn on_sign_in<F>(mut self, hook: impl Fn(SigningIn) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), Deny>> + Send + 'static,
    {
        self.hooks.on_sign_in(hook);
        self
    }

    /// Tells the app of each session that has ended before its time: by its visitor, from another browser, by
    /// [`AppState::end_sessions`] or because its number has left `ALLOWED_NUMBERS`. The answer to the visitor waits for it,
    /// for five seconds at most.
    ///
    /// It is not told of sessions that run out, of those that the program's commands end, and of one that a new sign-in of the
    /// same number in the same browser replaces. With several instances, the one that ended the session tells.
    pub fn on_sign_out<F>(mut self, hook: impl Fn(SignedOut) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.hooks.on_sign_out(hook);
        self
    }

    /// Opens the store and makes everything that a request will need.
    pub async fn build(self) -> Result<AppState, BuildError> {
        // A large future, and those of its callers would be as large.
        Box::pin(self.make()).await
    }

    async fn make(self) -> Result<AppState, BuildError> {
        let mount = self.mount.as_deref().map_or(Ok(Mount::default()), Mount::parse)?;
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
            mount: &mount,
            address: self.address,
            clock: &clock,
            random: &random,
        };
        let Provided { verify, callbacks, simulator } = surroundings.provider(self.verify, timeouts)?;
        let store = match self.store {
            Some(store) => store,
            None => store::open(&settings.store_url).await?,
        };
        let assets =
            Assets::new(settings.public_dir.as_deref()).and_then(|assets| assets.with_look(&settings.look));
        let assets = assets.map_err(BuildError::Assets)?;
        let domain = settings.cookie_domain.as_deref();
        let folder = settings.templates_dir.as_deref();
        let from = match (folder, self.templates.is_empty()) {
            (_, true) => "TEMPLATES_DIR",
            (None, false) => "Builder::template",
            (Some(_), false) => "TEMPLATES_DIR, Builder::template",
        };
        let wrong_template = |problem| BuildError::Templates { from, problem };
        let overrides = Overrides::read(folder).map_err(wrong_template)?.with(self.templates);
        let links = Links { assets: &assets, mount: &mount };
        let core = Core {
            keys: store.keys(config.secrets.server_key.as_ref(), &random).await?,
            store,
            clock,
            random,
            metrics: Metrics::default(),
        };
        let default_country = default_country(settings);
        let languages = site::languages(settings)?;
        let shown = Shown {
            brand: &settings.brand,
            look: &settings.look,
            languages: &languages,
            first: settings.channels.first(),
            countries: settings.countries.as_ref(),
        };
        let pages = Pages {
            templates: Templates::new(&overrides, links, shown).map_err(wrong_template)?,
            assets,
            default_country,
            languages,
            fiction: config.fiction(),
            code_length: settings.code_length,
        };
        let state = AppState::from(Parts {
            sign_in: sign_in(&config, core.clone(), &verify, self.hooks).into(),
            core,
            // A visit has to be written down before the session would end without it.
            gate: Gate::new(
                &public_url,
                &mount,
                domain,
                settings.auth_cache.min(settings.session_idle / 10),
            )?,
            pages,
            site: site(settings, public_url, mount)?,
            health: Health::default(),
            provider: Provider { callbacks, refused_callbacks: RefusedCallbacks::default(), simulator },
        });
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

fn sign_in(config: &Config, core: Core, verify: &VerifyClient, hooks: Hooks) -> sign_in::Parts {
    let settings = &config.settings;
    sign_in::Parts {
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
        hooks,
        jobs: std::sync::Arc::default(),
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
