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
        error::AppError,
        state::AppState,
        templates::{Frame, Status},
        visitor::Visitor,
    },
};

/// `GET /verify/status?seen=…`: 204 if the page tells all there is.
pub(crate) async fn show(
    State(app): State<AppState>,
    frame: Frame,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    let seen = query.as_deref().and_then(|query| query.strip_prefix("seen=")).unwrap_or_default();
    let standing = match visitor.browser().await? {
        Some(browser) => app.sign_in.standing(&browser).await?,
        None => Standing::Nothing,
    };
    let status = match standing {
        Standing::Pending(attempt) => {
            let news = verify::news(&attempt);
            if news.seen == seen {
                return Ok(StatusCode::NO_CONTENT.into_response());
            }
            let message = |seen: &str| seen.split('-').next().map(str::to_owned);
            let same = seen.is_empty() || message(seen) == message(&news.seen);
            if same { Status::News(news) } else { Status::OutOfDate }
        }
        Standing::Resending(_) | Standing::Over { .. } | Standing::Nothing => Status::OutOfDate,
    };
    Ok(Html(app.pages.templates.status(frame, &status)?).into_response())
}
