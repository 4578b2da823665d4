//! The ceiling: the least that a sign-in can cost on this stack.
//!
//! The same two calls to the provider and three constant templates, on the runtime the app has. It checks nothing, keeps
//! nothing and has no layers, so nothing that does the work of the app can be faster by much.

#![expect(clippy::disallowed_types, reason = "the ceiling has no pages for refusals")]

use std::{sync::Arc, time::Duration};

use axum::{
    Form, Router,
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use minijinja::{Environment, context};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{Failure, Outcome};

struct Ceiling {
    pages: Environment<'static>,
    http: reqwest::Client,
    upstream: String,
}

type Page = Result<Html<String>, Broken>;

/// Any failure: it ends the run, which prints the answer.
struct Broken(Failure);

#[derive(Deserialize)]
struct NumberForm {
    phone: String,
}

#[derive(Deserialize)]
struct PinForm {
    request_id: String,
    pin: String,
}

pub(crate) async fn serve(port: u16, upstream: String) -> Outcome<()> {
    let mut pages = Environment::new();
    pages.add_template("index.html", include_str!("../koa/views/index.html"))?;
    pages.add_template("verify.html", include_str!("../koa/views/verify.html"))?;
    pages.add_template("result.html", include_str!("../koa/views/result.html"))?;
    let http = reqwest::Client::builder().timeout(Duration::from_secs(15)).build()?;

    let router = Router::new()
        .route("/", get(index))
        .route("/verify", post(verify))
        .route("/check", post(check))
        .route("/auth", get(auth))
        .with_state(Arc::new(Ceiling { pages, http, upstream }));
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    Ok(axum::serve(listener, router).await?)
}

async fn index(State(ceiling): State<Arc<Ceiling>>) -> Page {
    Ok(ceiling.page("index.html", "")?)
}

async fn verify(State(ceiling): State<Arc<Ceiling>>, Form(form): Form<NumberForm>) -> Page {
    let request_id = ceiling.start(&form.phone).await?;
    Ok(ceiling.page("verify.html", &request_id)?)
}

async fn check(State(ceiling): State<Arc<Ceiling>>, Form(form): Form<PinForm>) -> Page {
    ceiling.check(&form.request_id, &form.pin).await?;
    Ok(ceiling.page("result.html", "")?)
}

/// The headers of the app's answer, for the same visitor each time.
async fn auth() -> [(&'static str, &'static str); 4] {
    [
        ("remote-user", "usy7leos2tdmueh6npmgmwj7nwr5tg37"),
        ("remote-phone", "+447400000000"),
        ("remote-verified-at", "2026-11-24T11:57:27Z"),
        ("cache-control", "no-store"),
    ]
}

impl Ceiling {
    async fn start(&self, phone: &str) -> Outcome<String> {
        #[derive(Deserialize)]
        struct Started {
            request_id: String,
        }

        let to = phone.trim_start_matches('+');
        let workflow = json!([{ "channel": "sms", "to": to }]);
        let body =
            json!({ "brand": "ceiling", "workflow": workflow, "code_length": 6, "channel_timeout": 300 });
        let answer = self.post(format!("{}/v2/verify", self.upstream), &body).await?;
        Ok(answer.json::<Started>().await?.request_id)
    }

    async fn check(&self, request_id: &str, pin: &str) -> Outcome<()> {
        let answer =
            self.post(format!("{}/v2/verify/{request_id}", self.upstream), &json!({ "code": pin })).await?;
        answer.bytes().await?;
        Ok(())
    }

    async fn post(&self, url: String, body: &Value) -> reqwest::Result<reqwest::Response> {
        let request = self.http.post(url).basic_auth("bench", Some("bench")).json(body);
        request.send().await?.error_for_status()
    }

    fn page(&self, name: &str, request_id: &str) -> Outcome<Html<String>> {
        Ok(Html(self.pages.get_template(name)?.render(context! { request_id, verified => true })?))
    }
}

impl From<Failure> for Broken {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl IntoResponse for Broken {
    fn into_response(self) -> Response {
        (StatusCode::BAD_GATEWAY, self.0.to_string()).into_response()
    }
}
