//! Sign-ins in a real Chromium, with JavaScript and without: the whole program, as a visitor meets it.
//!
//! Time is real here, as it is for the browser: tests wait for what should come, up to a limit, and never
//! to let the app's time pass.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod app;
mod driver;
mod journeys;
mod screenshots;
mod visitor;
