//! Where a visitor is signed in: every session of the number, and the way to end each.

use axum::{
    extract::State,
    response::{Html, Redirect, Response},
};
use serde::Deserialize;

use crate::web::form::Form;
use crate::{
    audit::{Event, Line},
    clock::Timestamp,
    store::{Device, Session},
    web::{
        client_address::ClientAddress,
        extractors::{Here, SignedIn},
        failure::Failure,
        notice::Notice,
        state::AppState,
        templates::{Frame, SessionItem, SessionsPage},
        text::Sentence,
        visitor::Visitor,
    },
};

/// What the forms post: one session, or all others.
#[derive(Debug, Deserialize)]
pub(crate) struct SessionsForm {
    id: Option<String>,
    others: Option<String>,
}

/// `GET /sessions`
pub(crate) async fn show(
    State(app): State<AppState>,
    frame: Frame,
    mut visitor: Visitor,
    Here(signed_in): Here,
) -> Result<Response, Failure> {
    let now = app.core.clock.now();
    let item = |row: Session| SessionItem {
        id: app.core.keys.session(&row.token_hash),
        here: row.token_hash == signed_in.session.token_hash,
        since: ago(row.signed_in_at, now),
        since_utc: row.signed_in_at.to_string(),
        address: row
            .device
            .address
            .clone()
            .map(|part| Sentence::new("sessions-address").text("address", part)),
        device: name(row.device),
    };
    let mut items: Vec<_> = sessions(&app, &signed_in).await?.into_iter().map(item).collect();
    items.sort_by_key(|item| !item.here);
    let page = SessionsPage {
        phone: signed_in.phone().masked(),
        sessions: items,
        notice: visitor.take_notice().map(Notice::sentence),
    };
    let html = app.pages.templates.render(frame, &page)?;
    Ok(visitor.answer(Html(html)))
}

/// `POST /sessions`
pub(crate) async fn submit(
    State(app): State<AppState>,
    mut visitor: Visitor,
    Here(signed_in): Here,
    ClientAddress(address): ClientAddress,
    Form(form): Form<SessionsForm>,
) -> Result<Response, Failure> {
    if form.others.as_deref() == Some("1") {
        let ended = app.end_sessions_but(signed_in.phone(), Some(&signed_in.session.token_hash)).await?;
        let line = Line::new(Event::SignedOutElsewhere, signed_in.phone(), &app.core.keys);
        line.at(address).count(ended).write();
        visitor.set_notice(Notice::OthersEnded);
        return Ok(visitor.answer(Redirect::to("/sessions")));
    }
    // Only among the number's own: an id is no key.
    let named = |row: &Session| form.id.as_deref() == Some(&*app.core.keys.session(&row.token_hash));
    let Some(row) = sessions(&app, &signed_in).await?.into_iter().find(named) else {
        return Ok(visitor.answer(Redirect::to("/sessions")));
    };
    if row.token_hash == signed_in.session.token_hash {
        visitor.sign_out(address).await?;
        visitor.set_notice(Notice::SignedOut);
        return Ok(visitor.answer(Redirect::to("/")));
    }
    if app.end_session(&row).await? {
        Line::new(Event::SessionEnded, &row.phone, &app.core.keys).at(address).write();
    }
    visitor.set_notice(Notice::SessionEnded);
    Ok(visitor.answer(Redirect::to("/sessions")))
}

async fn sessions(app: &AppState, signed_in: &SignedIn) -> Result<Vec<Session>, Failure> {
    let now = app.core.clock.now();
    let idle_since = now - app.sign_in.session_idle;
    Ok(app.core.store.sessions_of_phone(&signed_in.session.phone_hash, now, idle_since).await?)
}

fn name(device: Device) -> Sentence {
    match (device.browser, device.system) {
        (Some(browser), Some(system)) => {
            Sentence::new("sessions-device").text("browser", browser).text("system", system)
        }
        (Some(browser), None) => Sentence::new("sessions-browser").text("browser", browser),
        (None, Some(system)) => Sentence::new("sessions-system").text("system", system),
        (None, None) => Sentence::new("sessions-unknown"),
    }
}

/// In words and not as a date: nobody here knows the visitor's time zone.
fn ago(since: Timestamp, now: Timestamp) -> Sentence {
    let minutes = now.since(since).as_secs() / 60;
    let (key, count) = match minutes {
        0 => return Sentence::new("sessions-now"),
        1..60 => ("sessions-minutes", minutes),
        60..1440 => ("sessions-hours", minutes / 60),
        _ => ("sessions-days", minutes / 1440),
    };
    Sentence::new(key).number("count", i64::try_from(count).unwrap_or(i64::MAX))
}
