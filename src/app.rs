//! The app: its state, and every route and layer on one screen.

mod bounds;
mod builder;
mod elsewhere;
mod front_door;
mod metrics;
mod provider;
mod readiness;
mod store;
mod visits;

use std::{ops::Deref, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::{Next, from_fn, from_fn_with_state},
    response::Redirect,
    routing::any,
};
use tokio::sync::watch;
use tower::ServiceBuilder;
use tower_http::{
    csrf::CsrfLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    trace::TraceLayer,
};
use tracing::field;
use url::Url;

use crate::{
    assets::Assets,
    callback::{Refusals, Verifier},
    error::{self, AppError},
    gate::{
        self, Gate,
        return_to::{self, ReturnTo},
    },
    guard::address::{self, Proxies},
    handlers, jobs,
    metrics::{Job, http},
    phone::{Country, Fiction, hide_numbers},
    session::Cookies,
    sign_in::SignIn,
    simulator::Simulator,
    supervisor::keep_running,
    templates::{Frame, Templates},
    text::Language,
    unread,
};

use bounds::bounds;
pub(crate) use bounds::simulator_alone;
pub use builder::{BuildError, Builder};
pub(crate) use builder::{CALL_TIMEOUT, CONNECT_TIMEOUT};
pub(crate) use metrics::metrics_router;
pub(crate) use readiness::NotReady;
use readiness::Readiness;
use visits::Visits;

/// What the handlers work with. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AppState(Arc<Parts>);

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
    pub gate: Gate,
    /// Turns away forms of other sites.
    pub csrf: CsrfLayer,
    /// The `Content-Security-Policy` of our pages.
    pub policy: HeaderValue,
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

/// The simulator on our own port.
#[derive(Debug)]
pub struct Simulated {
    /// The provider that it plays.
    pub simulator: Simulator,
    /// Asked for by `--simulator`: others may reach it.
    pub forced: bool,
}

impl AppState {
    /// Makes one; see [`Builder`] for what may be given, and [`router`] for what to do with it.
    pub fn builder() -> Builder {
        Builder::default()
    }

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
        let Some(peer) = address::peer(request.extensions()) else { return false };
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

/// Everything under our own name: all other paths answer with a page that says so. `measured`: requests are counted.
pub(crate) fn standalone(app: AppState, measured: bool) -> Router {
    let routes = handlers::routes().fallback(async || AppError::NotFound);
    let health = handlers::health_routes().with_state(app.clone());
    layered(routes, app, measured).merge(health)
}

/// The pages, assets and `/auth`, to be merged into the router of another app at its root.
///
/// The paths of both must differ: `/`, `/verify`, `/check`, `/resend`, `/cancel`, `/result`, `/sessions`, `/signout`, `/auth`, those
/// of the assets, and below `/callbacks` and `/simulator` are taken. The layers are on these paths only.
///
/// For limits and `TRUSTED_PROXIES` to work, serve with `into_make_service_with_connect_info::<SocketAddr>()`.
///
/// An answer of ours to a request that was not read to its end closes the connection, so that nothing on it is taken
/// for another request. A proxy asks `/auth` on the connections that it keeps to your app: see to it that no handler or
/// layer of yours keeps one open after half a request either.
pub fn router<S: Clone + Send + Sync + 'static>(app: AppState) -> Router<S> {
    let close =
        async |request: Request, next: Next| unread::close_after(request, |request| next.run(request)).await;
    layered(handlers::routes(), app, false).reset_fallback().layer(from_fn(close))
}

fn layered<S: Clone + Send + Sync + 'static>(
    routes: Router<AppState>,
    app: AppState,
    measured: bool,
) -> Router<S> {
    let csrf = app.csrf.clone();
    let pages = routes
        .merge(app.assets.router())
        .method_not_allowed_fallback(async || AppError::MethodNotAllowed)
        .layer(
            ServiceBuilder::new()
                .layer(from_fn_with_state(app.clone(), error::render_errors))
                .layer(bounds())
                .layer(csrf.clone()),
        );
    let routes = match &app.simulator {
        Some(simulated) => {
            let simulator = simulated.simulator.clone().router().with_state(());
            pages.nest("/simulator", simulator.layer(ServiceBuilder::new().layer(bounds()).layer(csrf)))
        }
        None => pages,
    };
    let trace = TraceLayer::new_for_http().make_span_with(span).on_request(()).on_response(()).on_failure(());
    let front = ServiceBuilder::new()
        .map_request(without_request_id)
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(trace.clone())
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(from_fn_with_state(app.clone(), front_door::front_door));
    let callbacks = handlers::callback_routes().layer(
        ServiceBuilder::new()
            .map_request(without_request_id)
            .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
            .layer(trace)
            .layer(PropagateRequestIdLayer::x_request_id())
            .layer(bounds()),
    );
    let mut routes = routes.layer(front).merge(callbacks);
    if measured {
        routes = routes.layer(from_fn_with_state(app.sign_in.metrics.clone(), http::measure));
    }
    routes.route("/auth", any(gate::decide)).with_state(app)
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// An id of the client's choosing has no place in our log.
fn without_request_id(mut request: Request) -> Request {
    request.headers_mut().remove(REQUEST_ID);
    request
}

/// What each log line of a request carries. No query: it may hold what a visitor typed.
fn span(request: &Request) -> tracing::Span {
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
    let path = hide_numbers(request.uri().path());
    tracing::info_span!("request", id, method = %request.method(), path = &*path, phone = field::Empty)
}
