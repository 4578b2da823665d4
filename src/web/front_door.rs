//! Who is let in, and what every answer carries.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::Response,
};
use url::{Host, Url};

use crate::web::state::AppState;
use crate::{
    hosts::is_loopback_name,
    phone::hide_numbers,
    web::{error_pages, failure::Failure},
};

/// Lets in only who came by a name of ours, and sets what every answer carries.
pub(crate) async fn front_door(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let mut response = match check_entry(&app, request.headers()) {
        Ok(()) => next.run(request).await,
        Err(failure) => error_pages::refuse(&app, &request, &failure),
    };
    app.site.headers.add_to(response.headers_mut());
    response
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
