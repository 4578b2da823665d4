//! What the handlers work with.

use std::{ops::Deref, sync::Arc, time::Duration};

use axum::{extract::Request, http::HeaderMap, response::Redirect};
use tokio::sync::watch;
use tower_http::csrf::CsrfLayer;
use url::Url;

use crate::{
    metrics::Job,
    phone::{Country, Fiction},
    sign_in::{SignIn, jobs},
    simulator::{Simulated, Simulator},
    supervisor::keep_running,
    verify::callback::{Refusals, Verifier},
    web::{
        assets::Assets,
        client_address::{self, Proxies},
        cookies::Cookies,
        gate::Gate,
        return_to::{self, ReturnTo},
        templates::{Frame, Templates},
        text::Language,
    },
};

use super::{
    elsewhere, headers::Headers, readiness::Readiness, redirect_loop::RedirectLoops, visits::Visits,
};

/// What the handlers work with. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AppState(pub(super) Arc<Parts>);

/// The parts of an [`AppState`].
#[derive(Debug)]
pub struct Parts {
    /// The state machine, and with it store, provider and clock.
    pub sign_in: SignIn,
    /// The pages.
    pub templates: Templates,
    /// The static files.
    pub assets: Assets,
    /// Names and attributes of the cookies.
    pub cookies: Cookies,
    /// Whose `X-Forwarded-*` are believed.
    pub proxies: Proxies,
    /// What visitors type.
    pub public_url: Url,
    /// Where a sign-in may lead.
    pub return_to: return_to::Rules,
    /// What `GET /auth` works with.
    pub(crate) gate: Gate,
    /// Sign-ins that lead nowhere.
    pub(crate) loops: RedirectLoops,
    /// Turns away forms of other sites.
    pub csrf: CsrfLayer,
    /// What every answer carries.
    pub(crate) headers: Headers,
    /// For numbers typed without a country code.
    pub default_country: Option<Country>,
    /// Whether numbers of films and examples pass.
    pub fiction: Fiction,
    /// Digits in a code.
    pub code_length: u8,
    /// How long a session lasts without a visit.
    pub session_idle: Duration,
    /// Whether the app can do its work.
    pub(crate) readiness: Readiness,
    /// Whether visits can be written down.
    pub(crate) visits: Visits,
    /// Without a signature secret there is none, and every callback is refused.
    pub callbacks: Option<Verifier>,
    /// Those that were refused in a row.
    pub refused_callbacks: Refusals,
    /// The built-in simulator, where it stands in for the provider.
    pub simulator: Option<Simulated>,
}

impl AppState {
    /// What is done without a visitor waiting: cancels and resends at the provider, deletion of what is over. Never ends:
    /// what fails is started again.
    pub fn jobs(&self) -> impl Future<Output = ()> + Send + 'static {
        let (sign_in, idle) = (self.sign_in.clone(), self.session_idle);
        let simulator = self.simulator.as_ref().map(|simulated| simulated.simulator.clone());
        async move {
            let (_running, stop) = watch::channel(false);
            let metrics = sign_in.metrics.clone();
            let callbacks = async {
                if let Some(simulator) = simulator.filter(Simulator::sends_callbacks) {
                    let send = || simulator.clone().send_callbacks();
                    keep_running(Job::Callbacks, &metrics, stop.clone(), send).await;
                }
            };
            tokio::join!(Box::pin(jobs::run(sign_in, idle, stop.clone())), Box::pin(callbacks));
        }
    }

    /// To where a signed-in visitor wanted to go, or to the last page.
    pub(crate) fn onward(&self, return_to: Option<&str>) -> Redirect {
        let return_to = self.return_to.read(return_to);
        Redirect::to(return_to.as_ref().map_or("/result", ReturnTo::as_str))
    }

    /// A request from elsewhere to a simulator that nobody said others may reach.
    pub(crate) fn refuses_elsewhere(&self, headers: &HeaderMap) -> bool {
        let forced = self.simulator.as_ref().is_none_or(|simulated| simulated.forced);
        !forced && elsewhere::is_from(headers)
    }

    /// Whether what the request's `X-Forwarded-*` say may be believed; of a peer whose are not, the log is told.
    pub(crate) fn is_behind_trusted_proxy(&self, request: &Request) -> bool {
        let Some(peer) = client_address::peer(request.extensions()) else { return false };
        let trusted = self.proxies.trusted.trusts(peer);
        if !trusted && request.headers().contains_key("x-forwarded-host") {
            self.proxies.tell_of(peer, self.sign_in.clock.now());
        }
        trusted
    }

    pub(crate) fn frame(&self, language: Language) -> Frame {
        Frame { language, simulator: self.simulator.is_some() }
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
