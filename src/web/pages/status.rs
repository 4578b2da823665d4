//! What is new on the PIN page: asked for by its script every few seconds.

use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};

use super::verify;
use crate::{
    sign_in::Standing,
    web::{
        failure::Failure,
        state::AppState,
        templates::{Frame, StatusPart},
        visitor::Visitor,
    },
};

/// `GET /verify/status?seen=…`: 204 if the page tells all there is.
pub(crate) async fn show(
    State(app): State<AppState>,
    frame: Frame,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let seen = query.as_deref().and_then(|query| query.strip_prefix("seen=")).unwrap_or_default();
    let standing = match visitor.browser().await? {
        Some(browser) => app.sign_in.standing(&browser).await?,
        None => Standing::Nothing,
    };
    let news = match standing {
        Standing::Pending(attempt) => {
            let news = verify::news(&attempt);
            if news.seen == seen {
                return Ok(StatusCode::NO_CONTENT.into_response());
            }
            (seen.is_empty() || verify::is_same_message(seen, &news.seen)).then_some(news)
        }
        Standing::Resending(_) | Standing::Over { .. } | Standing::Nothing => None,
    };
    Ok(Html(app.pages.templates.render(frame, &StatusPart { news })?).into_response())
}
