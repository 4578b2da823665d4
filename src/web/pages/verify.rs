//! The second page: the visitor types the code, or waits for another one.

use std::time::Duration;

use axum::{
    extract::State,
    http::{HeaderName, HeaderValue, header},
    response::{Html, IntoResponse, Response},
};

use crate::{
    attempt::Move,
    channel::{Channel, Trouble},
    sign_in::{self, NoResend, Offer},
    web::{
        extractors::{Pending, Stage},
        failure::{Failure, seconds},
        notice::Notice,
        state::AppState,
        templates::{Again, Choice, Countdown, Frame, News, ResendPage, VerifyPage, clock},
        text::{Sentence, channels::ChannelTexts},
        visitor::Visitor,
    },
};

/// A page that waits is asked for again this long after what it waits for is due, and not more often.
const RELOAD_AFTER: Duration = Duration::from_secs(2);

/// `GET /verify`
pub(crate) async fn show(
    State(app): State<AppState>,
    frame: Frame,
    mut visitor: Visitor,
    pending: Pending,
) -> Result<Response, Failure> {
    match &pending.stage {
        Stage::Code(attempt) => {
            let notice = visitor.take_notice().map(Notice::sentence);
            let html = app.pages.templates.pour(frame, VerifyPage { notice, ..page(&app, attempt) })?;
            Ok(visitor.answer(Html(html)))
        }
        Stage::Resend(attempt) => {
            let left = attempt.due.since(app.core.clock.now());
            let page = resend_page(attempt, left);
            let html = app.pages.templates.render(frame, &page)?;
            // A header, since a page that reloads itself by its own markup cannot be held up by those who need time.
            let refresh = HeaderValue::from(page.reload_after);
            let header = [(HeaderName::from_static("refresh"), refresh), (header::CACHE_CONTROL, NO_STORE)];
            Ok(visitor.answer((header, Html(html)).into_response()))
        }
    }
}

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

fn resend_page(attempt: &sign_in::Resending, left: Duration) -> ResendPage {
    let texts = ChannelTexts::of(attempt.channel);
    ResendPage {
        title: if attempt.first { &texts.sending_first } else { &texts.sending_again }.clone(),
        text: Sentence::new(match attempt.next {
            _ if attempt.first => "resend-first",
            Move::Next => "resend-next",
            Move::Cancel => "resend-cancel",
            Move::Start => "resend-start",
        })
        .hole("phone"),
        phone: attempt.phone.written(),
        request_id: attempt.request_id.clone().unwrap_or_default(),
        wait: Countdown::new(seconds(left)),
        reload_after: seconds(left + RELOAD_AFTER),
    }
}

/// The PIN page of an attempt, before anything is said on it.
pub(crate) fn page(app: &AppState, attempt: &sign_in::Pending) -> VerifyPage {
    let left = attempt.expires_at.since(app.core.clock.now());
    let texts = ChannelTexts::of(attempt.channel);
    // With a list of the numbers that may sign in it is the same for all others.
    let listed = app.sign_in.destinations.allowed.is_limited();
    let lead = if listed { &texts.lead_listed } else { &texts.lead }.clone();
    let seconds_left = seconds(left);
    VerifyPage {
        lead: lead.number("length", app.pages.code_length.into()).hole("phone"),
        phone: attempt.phone.written(),
        request_id: attempt.request_id.clone(),
        code_length: app.pages.code_length,
        seconds_left: seconds_left.to_string(),
        time_left: clock(seconds_left),
        site: app.other_site(app.site.return_to.read(attempt.return_to.as_deref()).as_ref()),
        newest_only: attempt.newest_only,
        news: news(attempt),
        again: again(attempt),
        problem: None,
        alert: None,
        notice: None,
    }
}

/// What became of the newest message, and a word that stands for it.
pub(crate) fn news(attempt: &sign_in::Pending) -> News {
    let texts = ChannelTexts::of(attempt.channel);
    let trouble = attempt.trouble.map(|trouble| {
        let advice = match attempt.offer {
            Offer::After { channels, .. } => {
                let other = channels.iter().find(|channel| *channel != attempt.channel);
                let again = || Sentence::new("trouble-try-again");
                other.map_or_else(again, |other| ChannelTexts::of(other).try_this.clone())
            }
            Offer::Nothing { .. } => Sentence::new("trouble-try-number"),
        };
        (texts.trouble(trouble).clone(), advice)
    });
    let word = attempt.trouble.map_or("sent", Trouble::as_str);
    let seen = format!("{}-{word}", attempt.sent_at.as_millis());
    let lead = if attempt.not_resent { Sentence::new("again-lead-failed") } else { texts.waiting.clone() };
    let (trouble, advice) = trouble.unzip();
    News { seen, lead, trouble, advice }
}

/// Whether two such words are about one message.
pub(crate) fn is_same_message(seen: &str, other: &str) -> bool {
    seen.split('-').next() == other.split('-').next()
}

/// How to ask for another message, or why not.
fn again(attempt: &sign_in::Pending) -> Again {
    let (wait, choices, why) = match attempt.offer {
        Offer::After { wait, channels } => {
            let choice = |channel: Channel| {
                let texts = ChannelTexts::of(channel);
                let label = if channel == attempt.channel { &texts.again } else { &texts.instead };
                Choice { channel: channel.as_str(), label: label.clone() }
            };
            (wait, channels.iter().map(choice).collect(), "again-wait")
        }
        // Whatever else is out can be cancelled at any time.
        Offer::Nothing { why, wait } => {
            let wait = if why == NoResend::BothOut { wait } else { Duration::ZERO };
            let why = match why {
                NoResend::BothOut => "again-both-out",
                NoResend::UsedUp => "again-used-up",
                NoResend::TooLate => "again-too-late",
            };
            (wait, Vec::new(), why)
        }
    };
    Again { why: Sentence::new(why).hole("time"), wait: Countdown::new(seconds(wait)), choices }
}
