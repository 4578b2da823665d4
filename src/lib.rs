//! Phone sign-in for any web site, in one binary.
//!
//! # The journey of a sign-in
//!
//! A visitor asks for `/`: `web` lets in only who came by a name of ours, and shows the phone form. The number that comes
//! back is made E.164 by `phone`, and `sign_in` takes over: it writes the attempt down in the `store`, asks the
//! `guard` whether it may go out, the provider for a code through `verify`, and records the answer. The visitor types
//! the code; `code` reads it, `sign_in` has it checked, and on success a session is stored before the answer leaves. From
//! then on `web/extractors.rs` knows who is there. If no code comes, `sign_in` has it sent again, and a callback of the
//! provider (`verify` reads it) may tell why. A cancel is over for the visitor at once; `sign_in/jobs.rs` tells the provider
//! when it takes one, and makes the moves of a resend that have to wait. What is sent, refused and answered is counted in
//! `metrics`, and who did what is told in `audit`. Whatever goes wrong becomes one line for the operator and one sentence
//! for the visitor in `web/failure.rs`.
//!
//! Around all that, `web/serve.rs` bounds what a connection may hold and ends it without a cut, `web/unread.rs` closes it
//! after a request that was not read to its end, `supervisor` starts again what should never end, and `log` loses lines
//! before it holds anybody up.
//!
//! A proxy in front of another site asks `web/auth.rs` about each of its requests; who is not signed in there is led to `/`,
//! and back to the page they came for.
//!
//! # In an app of your own
//!
//! ```no_run
//! # async fn build(mine: axum::Router<()>) -> Result<axum::Router, phonegate::BuildError> {
//! use phonegate::{AppState, SignedIn};
//!
//! async fn members(visitor: SignedIn) -> String {
//!     format!("Hello, {}!", visitor.phone().masked())
//! }
//!
//! let phonegate = AppState::builder().mount("/login").build().await?;
//! tokio::spawn(phonegate.jobs());
//! let members = axum::Router::new().route("/members", axum::routing::get(members));
//! let app = mine.merge(members.with_state(phonegate.clone())).merge(phonegate::router(phonegate));
//! # Ok(app)
//! # }
//! ```
//!
//! Everything of ours is below `/login` then. The state of the handlers may be the app's own, as long as an [`AppState`] can
//! be had of it by `FromRef`. [`VerifiedWithin`] asks for a fresh code, [`Builder::on_sign_in`] asks the app who may come in, and
//! [`AppState::end_sessions`] signs somebody out: `examples/embed.rs` shows it all.
//!
//! # The house
//!
//! Arrows go one way: `main → commands → web → sign_in → guard → verify, store → audit, metrics → the words of the domain →
//! clock, random`; `config` is read by `web` and `commands`. `tests/it/house.rs` has the list of the floors, reads the
//! paths that the code names, and fails on an arrow that goes up or round; `cargo doc --document-private-items` shows it. The `simulator` is a crate of its own, a second
//! reading of the provider's contract, and knows none of them.

pub use clock::Timestamp;
pub use commands::run;
pub use config::{Config, ConfigError};
pub use hooks::{Deny, SignedOut, SigningIn};
pub use phone::PhoneNumber;
pub use web::{
    builder::{BuildError, Builder},
    extractors::SignedIn,
    router::router,
    state::AppState,
    verified_within::VerifiedWithin,
};

mod address;
mod attempt;
mod audit;
mod causes;
mod channel;
mod clock;
mod code;
mod commands;
mod config;
mod core;
mod guard;
mod hooks;
mod hosts;
mod keys;
mod log;
mod metrics;
mod phone;
mod random;
mod seldom;
mod sign_in;
mod simulator;
mod store;
mod supervisor;
#[doc(hidden)]
pub mod testing;
mod verify;
mod web;
mod words;
