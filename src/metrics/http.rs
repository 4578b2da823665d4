//! What visitors meet: the answers by route and status, and how long they took.

use std::{borrow::Cow, time::Instant};

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

/// For a path that nothing answers at.
const OTHER: &str = "other";

/// A layer around all others. Cheap, and yet there only where somebody looks.
pub(crate) async fn measure(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or(OTHER.into(), |path| route(path.as_str()));
    let place = Place { route, method: method(request.method()) };
    let response = next.run(request).await;
    metrics.request(place, response.status().as_u16(), begun.elapsed());
    response
}

/// A page by its path. Files have a route each, and there may be many: their names, and no page's, have a dot.
fn route(path: &str) -> Cow<'static, str> {
    if path.starts_with("/simulator") {
        "simulator".into()
    } else if path.contains('.') {
        "asset".into()
    } else {
        path.to_owned().into()
    }
}

fn method(method: &HttpMethod) -> Method {
    match *method {
        HttpMethod::GET | HttpMethod::HEAD => Method::Get,
        HttpMethod::POST => Method::Post,
        _ => Method::Other,
    }
}
