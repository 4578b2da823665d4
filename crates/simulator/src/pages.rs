//! What a developer looks at: the explanation, the simulated phone, its messages as JSON; and the clock.
//!
//! What this module promises:
//! * All addresses in the pages start with the place where the router is mounted.
//! * Nothing inline, so a strict content security policy holds; every page works without its script.

mod clock;
mod messages;
mod phone;

use std::borrow::Cow;

use axum::{
    Extension, Router,
    extract::{NestedPath, State},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use minijinja::{Environment, UndefinedBehavior, value::Serde};
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use super::{Simulator, special};

/// For the pages, which carry nothing inline. The clock's form posts to where the page came from.
const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/", get(index))
        .route("/phone", get(phone::phone))
        .route("/messages", get(messages::messages))
        .route("/clock", post(clock::clock))
        .route("/simulator.css", get(style))
        .route("/phone.js", get(script))
        .route("/simulator.svg", get(icon))
}

/// The templates, compiled in.
pub(super) struct Pages(Environment<'static>);

impl Pages {
    pub(super) fn new() -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        for (name, source) in [
            ("base.html", include_str!("../templates/base.html")),
            ("index.html", include_str!("../templates/index.html")),
            ("phone.html", include_str!("../templates/phone.html")),
        ] {
            if let Err(error) = environment.add_template(name, source) {
                tracing::error!("a template of the simulator cannot be read: {error}");
            }
        }
        Self(environment)
    }

    fn render(&self, name: &str, page: impl Serialize) -> Response {
        match self.0.get_template(name).and_then(|template| template.render(Serde(page))) {
            Ok(html) => {
                ([(header::CONTENT_SECURITY_POLICY, POLICY), (header::CACHE_CONTROL, "no-store")], Html(html))
                    .into_response()
            }
            Err(error) => {
                tracing::error!("a page of the simulator cannot be made: {error}");
                (StatusCode::INTERNAL_SERVER_ERROR, "This page cannot be shown.").into_response()
            }
        }
    }
}

/// Where the router is mounted: empty, or a path without a slash at its end.
type Mount = Option<Extension<NestedPath>>;

fn mount(place: &Mount) -> &str {
    place.as_ref().map_or("", |place| place.as_str().trim_end_matches('/'))
}

#[derive(Deserialize)]
struct To {
    to: Option<String>,
}

impl To {
    /// The number in digits, or the address; what was typed around the digits is dropped.
    fn wanted(&self) -> Option<Cow<'_, str>> {
        let to = self.to.as_deref()?.trim();
        let wanted = if to.contains('@') {
            Cow::from(to)
        } else {
            to.chars().filter(char::is_ascii_digit).collect::<String>().into()
        };
        (!wanted.is_empty()).then_some(wanted)
    }
}

#[derive(Serialize)]
struct IndexPage<'a> {
    mount: &'a str,
    /// What a client is given as its base address.
    base: String,
    now: String,
    throttle: bool,
    callback_url: Option<&'a str>,
    specials: Vec<SpecialRow>,
}

#[derive(Serialize)]
struct SpecialRow {
    ending: &'static str,
    v1: &'static str,
    v2: &'static str,
}

async fn index(State(simulator): State<Simulator>, place: Mount, headers: HeaderMap) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let specials = special::TABLE.iter().map(|row| SpecialRow { ending: row.0, v1: row.2, v2: row.3 });
    let page = IndexPage {
        mount: mount(&place),
        base: format!("http://{host}{}", mount(&place)),
        now: simulator.now().to_string(),
        throttle: simulator.options().throttle,
        callback_url: simulator.options().callbacks.as_ref().map(|callbacks| callbacks.url.as_str()),
        specials: specials.collect(),
    };
    simulator.pages().render("index.html", page)
}

/// `to=` for an address.
fn query(to: &str) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair("to", to).finish()
}

async fn style() -> impl IntoResponse {
    file("text/css; charset=utf-8", include_str!("../templates/simulator.css"))
}

async fn script() -> impl IntoResponse {
    file("text/javascript; charset=utf-8", include_str!("../templates/phone.js"))
}

async fn icon() -> impl IntoResponse {
    file("image/svg+xml", include_str!("../templates/simulator.svg"))
}

fn file(kind: &'static str, body: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], body)
}
