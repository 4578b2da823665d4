//! The last page: who is signed in.

use axum::{extract::State, response::Html};
use url::Url;

use crate::web::{
    extractors::Here,
    failure::Failure,
    state::AppState,
    templates::{Frame, Home, ResultPage},
};

/// `GET /result`
pub(crate) async fn show(
    State(app): State<AppState>,
    frame: Frame,
    Here(signed_in): Here,
) -> Result<Html<String>, Failure> {
    let home = |url: &Url| Home { url: url.to_string(), name: url.host_str().unwrap_or_default().to_owned() };
    let page =
        ResultPage::SignedIn { phone: signed_in.phone().masked(), home: app.site.home.as_ref().map(home) };
    Ok(Html(app.pages.templates.pour(frame, page)?))
}
