//! The last page: who is signed in.

use axum::{extract::State, response::Html};

use crate::{
    app::AppState,
    error::AppError,
    session::Here,
    templates::{Frame, ResultPage},
};

/// `GET /result`
pub(super) async fn show(
    State(app): State<AppState>,
    frame: Frame,
    Here(signed_in): Here,
) -> Result<Html<String>, AppError> {
    let page = ResultPage::SignedIn { phone: signed_in.phone.masked() };
    Ok(Html(app.templates.result(frame, &page)?))
}
