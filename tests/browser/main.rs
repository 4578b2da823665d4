//! Sign-ins in a real Chromium, with JavaScript and without: the app with its own simulator, as a visitor meets it.
//!
//! The app's time is moved by hand, and the browser's own clock too where a page counts down. Tests wait for what should
//! come, up to a limit, and never to let time pass.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

/// Each journey is a test with JavaScript and one without.
macro_rules! journeys {
    ($($journey:ident)*) => {
        mod with_javascript {
            $(#[tokio::test] async fn $journey() { super::$journey(super::JavaScript::On).await })*
        }
        mod without_javascript {
            $(#[tokio::test] async fn $journey() { super::$journey(super::JavaScript::Off).await })*
        }
    };
}

mod app;
mod delivery;
mod journeys;
mod mounted;
mod numbers;
mod parts;
mod screenshots;
mod visitor;
mod waiting;
