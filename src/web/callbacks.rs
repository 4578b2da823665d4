//! What the provider reports by itself.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header::AUTHORIZATION},
};

use crate::{
    verify::callback::{self, CallbackError},
    web::state::AppState,
};

/// `POST /callbacks/verify`: a refusal is a 503, so that the provider sends the callback again.
pub(crate) async fn submit(
    State(app): State<AppState>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, &'static str) {
    let authorization = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let verified = match &app.provider.callbacks {
        Some(verifier) => verifier.verify(authorization, &body),
        None => Err(CallbackError::NoSecret),
    };
    if let Err(refused) = verified {
        tracing::debug!("a callback was refused: {refused}");
        if let Some(count) = app.provider.refused_callbacks.one_more(app.core.clock.now()) {
            tracing::warn!(
                "{count} callbacks in a row were refused, the last because {refused}; if they are the provider's, check \
                 VONAGE_SIGNATURE_SECRET against the dashboard, and this machine's clock"
            );
        }
        return (StatusCode::SERVICE_UNAVAILABLE, "not taken\n");
    }
    app.provider.refused_callbacks.end();
    let Some(report) = callback::read(&body) else {
        tracing::warn!("a signed callback says nothing that can be read");
        return (StatusCode::NO_CONTENT, "");
    };
    match app.sign_in.report(&report).await {
        Ok(true) => (StatusCode::NO_CONTENT, ""),
        Ok(false) => {
            tracing::info!("a callback came too early, and has to come again");
            (StatusCode::SERVICE_UNAVAILABLE, "not yet\n")
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a callback was lost: {error}");
            (StatusCode::SERVICE_UNAVAILABLE, "not taken\n")
        }
    }
}
