//! An axum app with a page for whoever is signed in by phone, and phonegate built into it.
//!
//! `cargo run --example embed`, then open <http://localhost:3000/members>. Settings are read as the program reads them;
//! without any, a simulator stands in for the provider.

use std::{error::Error, net::SocketAddr};

use axum::{
    Json, Router,
    extract::{FromRef, State},
    routing::get,
};
use phonegate::{AppState, Config, SignedIn};
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
    let phonegate = AppState::builder().settings(config).build().await?;
    tokio::spawn(phonegate.jobs());
    println!("the members' page is at {}members", phonegate.public_url());
    let service = club(phonegate).into_make_service_with_connect_info::<SocketAddr>();
    Ok(axum::serve(listener, service).await?)
}

pub(crate) fn club(phonegate: AppState) -> Router {
    Router::new()
        .route("/members", get(members))
        .route("/api/me", get(me))
        .with_state(Club { name: "the club", phonegate: phonegate.clone() })
        .merge(phonegate::router(phonegate))
}

/// Whoever is not signed in is led to sign in, and back here.
async fn members(State(name): State<&'static str>, visitor: SignedIn) -> String {
    format!("Welcome to {name}, {}!\n", visitor.phone().masked())
}

/// Scripts get 401 in that case.
async fn me(visitor: SignedIn) -> Json<Value> {
    Json(json!({ "signed_in_since": visitor.signed_in_at().to_string() }))
}
