//! An axum app of its own, with phonegate built in below `/login`.
//!
//! `cargo run --example embed`, then open <http://localhost:3000/>. Settings are read as the program reads them; without any,
//! a simulator stands in for the provider.

use std::{error::Error, net::SocketAddr};

use axum::{
    Json, Router,
    extract::{FromRef, State},
    http::StatusCode,
    response::Html,
    routing::{get, post},
};
use phonegate::{AppState, Config, Deny, SignedIn, SigningIn, VerifiedWithin};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What the app's own handlers work with.
#[derive(Clone, FromRef)]
struct Club {
    name: &'static str,
    phonegate: AppState,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let config = Config::load()?;
    let listener = TcpListener::bind((config.settings.host, config.settings.port)).await?;
    let phonegate = AppState::builder()
        .settings(config)
        .address(listener.local_addr()?)
        .mount("/login")
        .template("locales/en.ftl", "index-title = Come into the club\n")
        .on_sign_in(welcome)
        .on_sign_out(async |session| println!("{} has left", session.user_id))
        .build()
        .await?;
    tokio::spawn(phonegate.jobs());
    println!("the club is at {}", phonegate.public_url());
    // Without the address of its visitor a request could not be held against any limit.
    let service = club(phonegate).into_make_service_with_connect_info::<SocketAddr>();
    Ok(axum::serve(listener, service).await?)
}

fn club(phonegate: AppState) -> Router {
    Router::new()
        .route("/", get(front))
        .route("/members", get(members))
        .route("/members/card", get(card))
        .route("/members/lost-phone", post(lost_phone))
        .route("/api/me", get(me))
        .fallback(async || (StatusCode::NOT_FOUND, "The club has no such page.\n"))
        .with_state(Club { name: "the club", phonegate: phonegate.clone() })
        .merge(phonegate::router(phonegate))
}

/// Asked about everybody whose code was right.
async fn welcome(visitor: SigningIn) -> Result<(), Deny> {
    if visitor.phone.as_str() == "+12025550199" {
        return Err(Deny::Because("Your membership has ended. Ask at the door.".to_owned()));
    }
    println!("{} comes in", visitor.user_id);
    Ok(())
}

/// For everybody.
async fn front(State(phonegate): State<AppState>, visitor: Option<SignedIn>) -> Html<String> {
    let out = phonegate.path("/signout");
    Html(match visitor {
        Some(_) => format!("<p>The club. <a href=/members>Members</a>, <a href={out}>sign out</a></p>"),
        None => "<p>The club. <a href=/members>Members</a></p>".to_owned(),
    })
}

/// Whoever is not signed in is led to sign in, and back here.
async fn members(State(name): State<&'static str>, visitor: SignedIn) -> String {
    format!("Welcome to {name}, {}!\n", visitor.phone().masked())
}

/// Whoever signed in more than five minutes ago does so again first.
async fn card(VerifiedWithin(visitor): VerifiedWithin<300>) -> String {
    format!("Member {}, by a code of {}\n", visitor.user_id(), visitor.signed_in_at())
}

/// Ends the sessions on all devices.
async fn lost_phone(State(phonegate): State<AppState>, visitor: SignedIn) -> Result<String, StatusCode> {
    let ended = phonegate.end_sessions(visitor.phone()).await;
    ended.map(|ended| format!("{ended} signed out\n")).map_err(|_| StatusCode::SERVICE_UNAVAILABLE)
}

/// Scripts get 401 where people are led to sign in.
async fn me(visitor: SignedIn) -> Json<Value> {
    Json(json!({ "id": visitor.user_id(), "signed_in_at": visitor.signed_in_at().to_string() }))
}
