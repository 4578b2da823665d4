//! Every route and layer on one screen.

use axum::{
    Router,
    extract::{NestedPath, OriginalUri, RawQuery, Request, rejection::NestedPathRejection},
    http::{HeaderName, StatusCode},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Redirect, Response},
    routing::{MethodRouter, any, get, post},
};
use tower::ServiceBuilder;
use tower_http::{
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    trace::TraceLayer,
};
use tracing::{Span, field};

use super::{
    auth,
    bounds::{bounds, limits},
    callbacks,
    failure::Failure,
    front_door::FrontDoor,
    health,
    mount::Mount,
    pages::{cancel, check, index, resend, result, sessions, sign_out, status, verify},
    state::AppState,
    unread,
};
use crate::{metrics::http, phone::hide_numbers, seldom::OnceAMinute};

/// Everything under our own name: all other paths answer with a page that says so. `measured`: requests are counted.
pub(crate) fn standalone(app: AppState, measured: bool) -> Router {
    layered(routes().fallback(async || Failure::not_found()), app, measured)
}

/// The pages, assets, `/auth`, `/healthz` and `/readyz`, to be merged into the router of another app.
///
/// The paths of both must differ: `/`, `/verify`, `/check`, `/resend`, `/cancel`, `/result`, `/sessions`, `/signout`, `/auth`,
/// `/healthz`, `/readyz`, those of the assets, and below `/callbacks` and `/simulator` are taken; with
/// [`Builder::mount`](crate::Builder::mount) they all lie below that path. The layers are on these paths only, and the fallback
/// is the app's.
///
/// Nesting it under a path would lead visitors astray, so every address answers with 500 then, and the log says why.
///
/// For limits and `TRUSTED_PROXIES` to work, serve with `into_make_service_with_connect_info::<SocketAddr>()`.
///
/// An answer of ours to a request that was not read to its end closes the connection, so that nothing on it is taken
/// for another request. A proxy asks `/auth` on the connections that it keeps to your app: see to it that no handler or
/// layer of yours keeps one open after half a request either.
pub fn router<S: Clone + Send + Sync + 'static>(app: AppState) -> Router<S> {
    let answer = async |nested: Nested, request: Request, next: Next| match nested {
        Ok(nested) => nested_by_hand(nested.as_str()),
        Err(_) => unread::close_after(request, |request| next.run(request)).await,
    };
    let mount = app.site.mount.clone();
    let routes = layered(routes(), app, false).reset_fallback();
    below(&mount, routes).layer(from_fn(answer))
}

/// The routes below the mount. A slash at its end is how some people would type it.
fn below<S: Clone + Send + Sync + 'static>(mount: &Mount, routes: Router<S>) -> Router<S> {
    if mount.is_root() {
        return routes;
    }
    let first_page = mount.path("/");
    let slash = format!("{first_page}/");
    let without = async move |RawQuery(query): RawQuery| {
        Redirect::permanent(&query.map_or(first_page.clone(), |query| format!("{first_page}?{query}")))
    };
    Router::new().nest(&mount.path("/"), routes).route(&slash, get(without))
}

/// Where the router is nested, if it is: around the mount, where we have put it ourselves, it is not.
type Nested = Result<NestedPath, NestedPathRejection>;

/// The answer of a router that does not know where it is.
fn nested_by_hand(path: &str) -> Response {
    static TOLD: OnceAMinute = OnceAMinute::new();
    if TOLD.is_due() {
        tracing::error!(
            "phonegate::router is nested under {path}, where its links and redirects do not lead; merge it instead, and say \
             AppState::builder().mount({path:?})"
        );
    }
    (StatusCode::INTERNAL_SERVER_ERROR, "Sign-in is not set up correctly on this site; its log says why.\n")
        .into_response()
}

fn layered<S: Clone + Send + Sync + 'static>(
    routes: Router<AppState>,
    app: AppState,
    measured: bool,
) -> Router<S> {
    let csrf = app.site.csrf.clone();
    let behind = |routes: Router<AppState>, door: FrontDoor| {
        let layers = ServiceBuilder::new().layer(door).layer(limits()).layer(csrf.clone());
        routes.method_not_allowed_fallback(async || Failure::method_not_allowed()).layer(layers)
    };
    let assets = behind(app.pages.assets.router(), FrontDoor::of_assets(app.clone(), span));
    let pages = behind(routes, FrontDoor::of_pages(app.clone(), span)).merge(assets);
    let routes = match &app.provider.simulator {
        Some(simulated) => {
            let simulator = simulated.simulator.clone().router().with_state(());
            let door = FrontDoor::of_others(app.clone(), span);
            let door = ServiceBuilder::new().layer(door).layer(limits()).layer(csrf);
            let slash = async || Redirect::permanent(SIMULATOR);
            let slash = get(slash).layer(FrontDoor::of_pages(app.clone(), span));
            pages.nest(SIMULATOR, simulator.layer(door)).route(&format!("{SIMULATOR}/"), slash)
        }
        None => pages,
    };
    let trace = TraceLayer::new_for_http()
        .make_span_with(span_of_callback)
        .on_request(())
        .on_response(())
        .on_failure(());
    let callbacks = callback_routes().layer(
        ServiceBuilder::new()
            .map_request(without_request_id)
            .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
            .layer(trace)
            .layer(PropagateRequestIdLayer::x_request_id())
            .layer(bounds()),
    );
    let mut routes = routes.merge(callbacks);
    if measured {
        routes = routes.layer(from_fn_with_state(app.core.metrics.clone(), http::measure));
    }
    routes.route("/auth", any(auth::decide)).merge(health_routes()).with_state(app)
}

/// Where the simulator is, with a slash at the end too.
const SIMULATOR: &str = "/simulator";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// An id of the client's choosing has no place in our log.
fn without_request_id(mut request: Request) -> Request {
    request.headers_mut().remove(REQUEST_ID);
    request
}

/// What each log line of a request carries. No query: it may hold what a visitor typed.
fn span(request: &Request, id: Option<&RequestId>) -> Span {
    // Made only where a line may be written.
    let id = || id.and_then(|id| id.header_value().to_str().ok());
    // Below a mount, ours is a part of it.
    let whole = || request.extensions().get::<OriginalUri>().map_or(request.uri(), |OriginalUri(uri)| uri);
    let path = || hide_numbers(whole().path());
    tracing::info_span!("request", id = id(), method = %request.method(), path = &*path(), phone = field::Empty)
}

fn span_of_callback(request: &Request) -> Span {
    span(request, request.extensions().get())
}

/// Every page's address and what answers there.
fn routes() -> Router<AppState> {
    Router::new()
        .route("/", get(index::show))
        .route("/verify", get(verify::show).post(index::submit))
        .route("/check", post(check::submit).merge(back_to_verify()))
        .route("/verify/status", get(status::show))
        .route("/resend", post(resend::submit).merge(back_to_verify()))
        .route("/cancel", post(cancel::submit).merge(back_to_verify()))
        .route("/result", get(result::show))
        .route("/sessions", get(sessions::show).post(sessions::submit))
        .route("/signout", get(sign_out::show).post(sign_out::submit))
}

/// For whoever keeps watch: no cookies, no pages, reachable under any name.
fn health_routes() -> Router<AppState> {
    Router::new().route("/healthz", get(health::live)).route("/readyz", get(health::ready))
}

/// For the provider: no cookies, no pages, reachable under any name.
fn callback_routes() -> Router<AppState> {
    Router::new().route("/callbacks/verify", post(callbacks::submit))
}

/// A restored tab asks with GET for the address that a form was posted to.
fn back_to_verify() -> MethodRouter<AppState> {
    get(async || Redirect::to("/verify"))
}
