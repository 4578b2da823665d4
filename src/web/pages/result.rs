//! The last page: who is signed in.

use axum::{extract::State, response::Html};

use crate::web::{
    extractors::Here,
    failure::Failure,
    state::AppState,
    templates::{Frame, ResultPage},
};

/// `GET /result`
pub(crate) async fn show(
    State(app): State<AppState>,
    frame: Frame,
    Here(signed_in): Here,
) -> Result<Html<String>, Failure> {
    let page = ResultPage::SignedIn { phone: signed_in.phone().masked() };
    Ok(Html(app.pages.templates.pour(frame, page)?))
}
