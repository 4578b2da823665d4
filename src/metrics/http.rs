//! What visitors meet: the answers by route and status, and how long they took.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    http::Method as HttpMethod,
    middleware::Next,
    response::Response,
};

use super::{
    Metrics,
    labels::{Method, Place},
};

/// The addresses of `handlers`; all others that answer are files, or the simulator's.
const ROUTES: [&str; 10] = [
    "/",
    "/verify",
    "/check",
    "/verify/status",
    "/resend",
    "/cancel",
    "/result",
    "/sessions",
    "/signout",
    "/callbacks/verify",
];

/// For a path that nothing answers at.
const OTHER: &str = "other";

/// A layer around all others. Cheap, and yet there only where somebody looks.
pub(crate) async fn measure(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or(OTHER, |path| route(path.as_str()));
    let place = Place { route, method: method(request.method()) };
    let response = next.run(request).await;
    metrics.request(place, response.status().as_u16(), begun.elapsed());
    response
}

/// Files have a route each, and there may be many.
fn route(path: &str) -> &'static str {
    match ROUTES.iter().find(|route| **route == path) {
        Some(route) => route,
        None if path.starts_with("/simulator") => "simulator",
        None => "asset",
    }
}

fn method(method: &HttpMethod) -> Method {
    match *method {
        HttpMethod::GET | HttpMethod::HEAD => Method::Get,
        HttpMethod::POST => Method::Post,
        _ => Method::Other,
    }
}
