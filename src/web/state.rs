//! What the handlers work with.

use std::{ops::Deref, sync::Arc};

use axum::{
    extract::Request,
    http::{HeaderMap, header},
    response::Redirect,
};
use tokio::sync::watch;
use tower_http::csrf::CsrfLayer;
use url::Url;

use crate::{
    core::Core,
    metrics::Job,
    phone::{Country, Fiction},
    sign_in::{SignIn, jobs},
    simulator::{Simulated, Simulator},
    supervisor::keep_running,
    verify::callback::{RefusedCallbacks, Verifier},
    web::{
        assets::Assets,
        client_address::{self, Proxies},
        cookies::{self, Cookies},
        gate::Gate,
        mount::Mount,
        return_to::{self, ReturnTo},
        templates::{Frame, Templates},
        text::Languages,
    },
};

use super::{elsewhere, headers::Headers, readiness::Readiness, visits::Visits};

/// What the handlers work with. Clones share everything: one is made for each request, and costs no more than a count.
#[derive(Debug, Clone)]
pub struct AppState(Arc<Parts>);

/// Each part has a name.
#[doc(hidden)]
#[derive(Debug)]
pub struct Parts {
    /// Store, time, randomness, keys and counters.
    pub core: Core,
    /// The state machine.
    pub sign_in: SignIn,
    /// Where we are found, and what may come in and go out.
    pub site: Site,
    pub(crate) pages: Pages,
    pub(crate) gate: Gate,
    pub(crate) health: Health,
    pub(crate) provider: Provider,
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl From<Parts> for AppState {
    fn from(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

/// Where we are found, and what may come in and go out.
#[derive(Debug)]
pub struct Site {
    /// What visitors type.
    pub public_url: Url,
    /// Where our pages are below that.
    pub(crate) mount: Mount,
    /// Where a sign-in may lead.
    pub(crate) return_to: return_to::Rules,
    /// The one site that visitors come from, if there is one: where they go on to.
    pub(crate) home: Option<Url>,
    /// Names and attributes of the cookies.
    pub(crate) cookies: Cookies,
    /// Whose `X-Forwarded-*` are believed.
    pub(crate) proxies: Proxies,
    /// What every answer carries.
    pub(crate) headers: Headers,
    /// Turns away forms of other sites.
    pub(crate) csrf: CsrfLayer,
}

/// What pages are made of, and how what is typed there is read.
#[derive(Debug)]
pub(crate) struct Pages {
    pub(crate) templates: Templates,
    /// The static files.
    pub(crate) assets: Assets,
    /// For numbers typed without a country code: what is set, or the only country that codes are sent to.
    pub(crate) default_country: Option<Country>,
    /// The languages that the site offers.
    pub(crate) languages: Languages,
    /// Whether numbers of films and examples pass.
    pub(crate) fiction: Fiction,
    /// Digits in a code.
    pub(crate) code_length: u8,
}

impl Pages {
    /// The country that the phone form begins with: the one that is set, or else that of the browser's languages.
    pub(crate) fn likely_country(&self, headers: &HeaderMap) -> Option<Country> {
        let languages = || headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok();
        let offered = |country: &Country| self.templates.offered().contains(country);
        self.default_country.or_else(|| Country::of_languages(languages()?).find(offered))
    }
}

/// Whether the app can do its work.
#[derive(Debug, Default)]
pub(crate) struct Health {
    pub(crate) readiness: Readiness,
    /// Whether visits can be written down.
    pub(crate) visits: Visits,
}

/// What comes from the provider's side.
#[derive(Debug)]
pub(crate) struct Provider {
    /// Without a signature secret there is none, and every callback is refused.
    pub(crate) callbacks: Option<Verifier>,
    /// Those that were refused in a row.
    pub(crate) refused_callbacks: RefusedCallbacks,
    /// The built-in simulator, where it stands in for the provider.
    pub(crate) simulator: Option<Simulated>,
}

impl AppState {
    /// What visitors type to reach the app: `PUBLIC_URL`, whatever our mount is.
    pub fn public_url(&self) -> &Url {
        &self.site.public_url
    }

    /// The path of one of our pages as visitors reach it, for an app's own links: `/signout`, or `/login/signout` where
    /// we are mounted at `/login`.
    pub fn path(&self, page: &str) -> String {
        self.site.mount.path(page)
    }

    /// What is done without a visitor waiting: cancels and resends at the provider, deletion of what is over. Never ends:
    /// what fails is started again.
    pub fn jobs(&self) -> impl Future<Output = ()> + Send + 'static {
        let sign_in = self.sign_in.clone();
        let simulator = self.provider.simulator.as_ref().map(|simulated| simulated.simulator.clone());
        async move {
            let (_running, stop) = watch::channel(false);
            let metrics = sign_in.core.metrics.clone();
            let callbacks = async {
                if let Some(simulator) = simulator.filter(Simulator::sends_callbacks) {
                    let send = || simulator.clone().send_callbacks();
                    keep_running(Job::Callbacks, &metrics, stop.clone(), send).await;
                }
            };
            tokio::join!(Box::pin(jobs::run(sign_in, stop.clone())), Box::pin(callbacks));
        }
    }

    /// To where a signed-in visitor wanted to go, or to the last page.
    pub(crate) fn onward(&self, return_to: Option<&str>) -> Redirect {
        let return_to = self.site.return_to.read(return_to);
        Redirect::to(return_to.as_ref().map_or("/result", ReturnTo::as_str))
    }

    /// The host of a site that sign-in leads to, if it is not our own.
    pub(crate) fn other_site(&self, return_to: Option<&ReturnTo>) -> Option<String> {
        let url = return_to?.url();
        (url.origin() != self.site.public_url.origin()).then(|| url.host_str().map(str::to_owned))?
    }

    /// A request from elsewhere to a simulator that nobody said others may reach.
    pub(crate) fn refuses_elsewhere(&self, headers: &HeaderMap) -> bool {
        let forced = self.provider.simulator.as_ref().is_none_or(|simulated| simulated.forced);
        !forced && elsewhere::is_from(headers)
    }

    /// Whether what the request's `X-Forwarded-*` say may be believed; of a peer whose are not, the log is told.
    pub(crate) fn is_behind_trusted_proxy(&self, request: &Request) -> bool {
        let Some(peer) = client_address::peer(request.extensions()) else { return false };
        let trusted = self.site.proxies.trusted.trusts(peer);
        if !trusted && request.headers().contains_key("x-forwarded-host") {
            self.site.proxies.tell_of(peer, self.core.clock.now());
        }
        trusted
    }

    /// The language is the one that a visitor has chosen, now or before, or else the best that the browser names.
    pub(crate) fn frame(&self, headers: &HeaderMap, query: Option<&str>) -> Frame {
        let languages = &self.pages.languages;
        let before = || cookies::sent(headers, &self.site.cookies.language, |tag| languages.parse(tag)).pop();
        let accepted =
            || languages.accepted(headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()));
        let language = languages.in_query(query).or_else(before).unwrap_or_else(accepted);
        Frame { language, simulator: self.provider.simulator.is_some() }
    }
}
