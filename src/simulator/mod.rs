//! A Vonage look-alike for development.

use axum::Router;
use secrecy::SecretString;

use crate::{clock::Clock, random::Random};

/// How a simulator behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// The key and secret that callers must give; `None` takes any.
    pub credentials: Option<(String, SecretString)>,
    /// Its own clock: a fork of whoever runs it.
    pub clock: Clock,
    pub random: Random,
}

/// A running simulator. Clones share its state.
#[derive(Debug, Clone)]
pub struct Simulator {
    options: Options,
}

impl Simulator {
    pub fn new(options: Options) -> Self {
        Self { options }
    }

    /// Its routes, relative: mounted at `/simulator` by the app, at the root when it runs alone.
    pub fn router(self) -> Router {
        let _ = self.options;
        Router::new()
    }
}
