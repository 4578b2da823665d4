//! Who is let in, what every answer carries, and what becomes of one that failed.
//!
//! One layer does all of it: it is on the way of each page, and each layer by itself costs a box for its future and one for
//! the body.

use std::{
    convert::Infallible,
    panic::AssertUnwindSafe,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
    http::{HeaderMap, HeaderName, header},
    response::Response,
};
use futures_util::FutureExt;
use tower::{BoxError, Layer, Service};
use tower_http::{
    catch_panic::{DefaultResponseForPanic, ResponseForPanic},
    request_id::{MakeRequestId, MakeRequestUuid, RequestId},
};
use tracing::{Instrument, Span};
use url::{Host, Position, Url};

use crate::web::state::AppState;
use crate::{
    hosts::is_loopback_name,
    phone::hide_numbers,
    web::{
        error_pages::{self, Asker},
        failure::Failure,
    },
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

type MakeSpan = fn(&Request, Option<&RequestId>) -> Span;

/// Lets in only who came by a name of ours, and sets what every answer carries; failures become pages, if they are
/// to.
#[derive(Clone)]
pub(crate) struct FrontDoor {
    app: AppState,
    span: MakeSpan,
    renders: bool,
    checks: bool,
}

impl FrontDoor {
    /// In front of pages of ours. What is behind it is in the log's `span`.
    pub(crate) fn of_pages(app: AppState, span: MakeSpan) -> Self {
        Self { app, span, renders: true, checks: true }
    }

    /// In front of what holds no secret, and what the page that turns somebody away is made of.
    pub(crate) fn of_assets(app: AppState, span: MakeSpan) -> Self {
        Self { checks: false, ..Self::of_pages(app, span) }
    }

    /// In front of pages that tell of failures themselves.
    pub(crate) fn of_others(app: AppState, span: MakeSpan) -> Self {
        Self { renders: false, ..Self::of_pages(app, span) }
    }
}

impl<S> Layer<S> for FrontDoor {
    type Service = Behind<S>;

    fn layer(&self, inner: S) -> Behind<S> {
        Behind { door: self.clone(), inner }
    }
}

/// What is behind the door.
#[derive(Clone)]
pub(crate) struct Behind<S> {
    door: FrontDoor,
    inner: S,
}

impl<S, B> Service<Request> for Behind<S>
where
    S: Service<Request, Response = Response<B>, Error = Infallible>,
    S::Future: Send + 'static,
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let FrontDoor { app, span, renders, checks } = self.door.clone();
        // An id of the client's choosing has no place in our log.
        let id = MakeRequestUuid.make_request_id(&request);
        let span = span(&request, id.as_ref());
        let chosen = app.pages.languages.in_query(request.uri().query());
        let asker = Asker { frame: app.frame(request.headers(), request.uri().query()), trace_id: id };
        let entered = span.enter();
        let entry = if checks { check_entry(&app, request.headers()) } else { Ok(()) };
        let answer = entry.map(|()| self.inner.call(request));
        drop(entered);
        let answer = async move {
            let mut answer = match answer {
                Ok(answer) => {
                    let answer = match AssertUnwindSafe(answer).catch_unwind().await {
                        Ok(answer) => answer?.map(Body::new),
                        Err(panic) => {
                            DefaultResponseForPanic::default().response_for_panic(panic).map(Body::new)
                        }
                    };
                    if renders {
                        error_pages::rendered(&app, &asker, app.site.mount.relocate(answer))
                    } else {
                        answer
                    }
                }
                Err(failure) => error_pages::refuse(&app, &asker, &failure),
            };
            let headers = answer.headers_mut();
            app.site.headers.add_to(headers);
            if let Some(cookie) = chosen.and_then(|language| app.site.cookies.of_language(language)) {
                headers.append(header::SET_COOKIE, cookie);
            }
            if let Some(id) = asker.trace_id {
                headers.insert(REQUEST_ID, id.into_header_value());
            }
            Ok(answer)
        };
        Box::pin(answer.instrument(span))
    }
}

fn check_entry(app: &AppState, headers: &HeaderMap) -> Result<(), Failure> {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !is_our_host(host, &app.site.public_url) {
        return Err(Failure::host(&hide_numbers(host).chars().take(100).collect::<String>()));
    }
    if app.refuses_elsewhere(headers) {
        return Err(Failure::forwarded());
    }
    Ok(())
}

/// `PUBLIC_URL`'s host, a loopback name or an IP literal: names that no stranger's DNS can point at us.
fn is_our_host(host: &str, public_url: &Url) -> bool {
    // As nearly all say it.
    if host == &public_url[Position::BeforeHost..Position::AfterPort] {
        return true;
    }
    let Ok(url) = Url::parse(&format!("{}://{host}/", public_url.scheme())) else { return false };
    if url.path() != "/" || !url.username().is_empty() || url.password().is_some() {
        return false;
    }
    match url.host() {
        Some(Host::Domain(name)) => {
            is_loopback_name(name)
                || (url.host_str() == public_url.host_str()
                    && url.port_or_known_default() == public_url.port_or_known_default())
        }
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    }
}
