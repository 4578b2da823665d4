//! Why an app cannot be made.

use std::io;

use axum::http::header::InvalidHeaderValue;

use crate::{config::ConfigError, sign_in::SignInError, store::StoreError, web::mount::MountError};

/// Why an [`AppState`](crate::AppState) could not be made. `Display` is for the operator and names the setting.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A setting that cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The store cannot be opened.
    #[error("STORE_URL")]
    Store(#[from] StoreError),
    /// Sessions that `ALLOWED_NUMBERS` forbids could not be ended.
    #[error("{0}")]
    SignIn(#[from] SignInError),
    /// A template is wrong.
    #[error("{from}")]
    Templates {
        /// Where templates came from: `TEMPLATES_DIR`, [`Builder::template`](crate::Builder::template) or both.
        from: &'static str,
        /// Which, and why.
        #[source]
        problem: io::Error,
    },
    /// No path that pages can live below.
    #[error(transparent)]
    Mount(#[from] MountError),
    /// An asset of the operator's cannot be read.
    #[error("PUBLIC_DIR")]
    Assets(#[source] io::Error),
    /// No address can be made of the setting.
    #[error("VERIFY_BASE_URL cannot be used")]
    Url(#[from] url::ParseError),
    /// Browsers never send such an origin.
    #[error("PUBLIC_URL: cannot be an origin: {0}")]
    Origin(#[from] tower_http::csrf::ConfigError),
    /// An address has signs in it that no header takes.
    #[error("PUBLIC_URL, RETURN_TO_ORIGINS: cannot stand in a header: {0}")]
    Header(#[from] InvalidHeaderValue),
}
