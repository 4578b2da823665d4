//! The last page: who is signed in.

use axum::{extract::State, response::Html};

use crate::web::{
    error::AppError,
    extractors::Here,
    state::AppState,
    templates::{Frame, ResultPage},
};

/// `GET /result`
pub(crate) async fn show(
    State(app): State<AppState>,
    frame: Frame,
    Here(signed_in): Here,
) -> Result<Html<String>, AppError> {
    let page = ResultPage::SignedIn { phone: signed_in.phone.masked() };
    Ok(Html(app.pages.templates.result(frame, &page)?))
}
