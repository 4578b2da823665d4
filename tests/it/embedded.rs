//! phonegate in another axum app, which has pages, sessions, layers and a fallback of its own.

mod alone;
mod fresh;
mod hooks;
mod mounted;

use std::net::SocketAddr;

use axum::{Router, extract::FromRef, http::StatusCode, routing::get};
use phonegate::{
    AppState, Builder, Config, SignedIn, VerifiedWithin,
    testing::{
        clock::Clock,
        config::{Environment, Invocation},
    },
};
use phonegate_testing::{Answer, BEGUN, Browser, catch_log};
use reqwest::Method;
use tokio::net::TcpListener;
use tower_http::trace::TraceLayer;
use tower_sessions::{MemoryStore, Session, SessionManagerLayer};

/// The one who signs in, if no other number is named.
const NUMBER: &str = "+12025550150";

/// An app with phonegate in it, and a visitor.
struct Club {
    state: AppState,
    visitor: Browser,
    clock: Clock,
    mount: &'static str,
}

#[derive(Clone, FromRef)]
struct Inside {
    phonegate: AppState,
}

fn config(variables: &[(&str, &str)]) -> Config {
    let settings = [("PORT", "0"), ("STORE_URL", "sqlite::memory:"), ("LIMIT_NUMBER", "off")];
    let environment: Environment = settings.iter().chain(variables).copied().collect();
    match Invocation::read([], &environment).unwrap() {
        Invocation::Serve(config) => *config,
        other => panic!("{other:?}"),
    }
}

/// Pages of the app's own, and sessions that count visits to one of them.
fn pages(state: AppState) -> Router {
    Router::new()
        .route("/counter", get(counter))
        .route("/members", get(members))
        .route("/card", get(card).post(card))
        .fallback(async || (StatusCode::NOT_FOUND, "the club has no such page"))
        .with_state(Inside { phonegate: state })
        .layer(SessionManagerLayer::new(MemoryStore::default()).with_secure(false))
}

async fn counter(session: Session) -> String {
    let visits = session.get::<u32>("visits").await.unwrap().unwrap_or_default() + 1;
    session.insert("visits", visits).await.unwrap();
    format!("{visits} visits")
}

async fn members(visitor: SignedIn) -> String {
    format!("{} {} {}", visitor.user_id(), visitor.phone().as_str(), visitor.signed_in_at())
}

async fn card(VerifiedWithin(visitor): VerifiedWithin<300>) -> String {
    format!("the card of {}", visitor.user_id())
}

impl Club {
    /// phonegate below `mount`, and the app's own first page at the root; a clock that stands still.
    async fn opens(mount: &'static str, change: impl FnOnce(Builder) -> Builder) -> Self {
        catch_log();
        let clock = Clock::fixed(BEGUN);
        let builder = AppState::builder().settings(config(&[])).clock(clock.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = change(builder.mount(mount).address(address)).build().await.unwrap();
        let mut app = pages(state.clone()).merge(phonegate::router(state.clone()));
        if mount != "/" {
            app = app.route("/", get(async || "the club's own first page"));
        }
        let app = app.layer(TraceLayer::new_for_http());
        let service = app.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        let visitor = Browser::at(&format!("http://localhost:{}/", address.port()));
        Self { state, visitor, clock, mount: mount.trim_end_matches('/') }
    }

    /// The path of a page of phonegate's.
    fn at(&self, page: &str) -> String {
        format!("{}{page}", self.mount)
    }

    /// Goes to a page as a browser does whose visitor has clicked on a link.
    async fn goes_to(&self, path: &str) -> Answer {
        let visitor = &self.visitor;
        visitor.send(visitor.request(Method::GET, path).header("sec-fetch-mode", "navigate")).await
    }

    /// Is asked for the code; the id in the form.
    async fn asks_for_a_code(&self, browser: &Browser, number: &str) -> String {
        browser.get(&self.at("")).await;
        let answer = browser.post(&self.at("/verify"), &[("phone", number)]).await;
        answer.assert_redirect(&self.at("/verify"));
        browser.get(&self.at("/verify")).await.request_id()
    }

    /// The newest that was sent there.
    async fn code(&self, number: &str) -> String {
        let to = number.replace('+', "%2B");
        let messages = self.visitor.get(&self.at(&format!("/simulator/messages?to={to}"))).await;
        let messages: serde_json::Value = serde_json::from_str(&messages.body).unwrap();
        messages[0]["code"].as_str().unwrap().to_owned()
    }

    async fn types_code(&self, browser: &Browser, id: &str, code: &str) -> Answer {
        browser.post(&self.at("/check"), &[("request_id", id), ("pin", code)]).await
    }

    async fn signs_in_as(&self, browser: &Browser, number: &str) -> Answer {
        let id = self.asks_for_a_code(browser, number).await;
        self.types_code(browser, &id, &self.code(number).await).await
    }

    async fn signs_in(&self) {
        self.signs_in_as(&self.visitor, NUMBER).await.assert_redirect(&self.at("/result"));
    }

    /// Another browser.
    fn other(&self) -> Browser {
        Browser::at(self.state.public_url().as_str())
    }

    async fn is_signed_in(&self, browser: &Browser) -> bool {
        match browser.get("/members").await.status {
            200 => true,
            401 => false,
            other => panic!("{other}"),
        }
    }
}
