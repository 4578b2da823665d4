//! Every page in every state: what a start with an operator's templates tries, and what the tests look at.

use minijinja::Error;

use super::{
    Again, Choice, Countdown, ErrorPage, Frame, Home, IndexPage, News, ResendPage, ResultPage, SessionItem,
    SessionsPage, SignOutPage, StatusPart, Templates, UnauthorizedPage, VerifyPage,
};
use crate::{
    phone::Country,
    web::text::{Language, Sentence},
};

/// Renders all, each under a name of its own. `mark` is added to every value that comes from outside.
pub(super) fn render(templates: &Templates, mark: &str) -> Result<Vec<(String, String)>, Error> {
    let mut pages = Vec::new();
    for language in Language::all() {
        for simulator in [false, true] {
            let frame = Frame { language, simulator };
            let tag = language.tag();
            let banner = if simulator { "-simulator" } else { "" };
            for (name, page) in in_frame(templates, frame, mark) {
                pages.push((format!("{tag}-{name}{banner}"), page?));
            }
            parts(templates, frame, mark)?;
        }
    }
    Ok(pages)
}

type Page = (&'static str, Result<String, Error>);

fn in_frame(templates: &Templates, frame: Frame, mark: &str) -> Vec<Page> {
    let phone = format!("+44 •••• ••••23{mark}");
    let home = Home { url: format!("//app.example.com/{mark}"), name: format!("app.example.com{mark}") };
    let signed_in = ResultPage::SignedIn { phone: phone.clone(), home: None };
    let going_on = ResultPage::SignedIn { phone: phone.clone(), home: Some(home) };
    let failed = ResultPage::Failed {
        reason: Sentence::new("failed-too-many"),
        again: format!("/?return_to=https%3A%2F%2Fapp.example.com%2F{mark}"),
        same: false,
        site: None,
    };
    let expired = ResultPage::Failed {
        reason: Sentence::new("failed-expired"),
        again: "/".to_owned(),
        same: true,
        site: Some(format!("app.example.com{mark}")),
    };
    let mut pages = vec![
        ("result-signed-in", templates.pour(frame, signed_in)),
        ("result-going-on", templates.pour(frame, going_on)),
        ("result-failed", templates.pour(frame, failed)),
        ("result-failed-expired", templates.pour(frame, expired)),
        ("sign-out", templates.render(frame, &SignOutPage { phone: phone.clone() })),
        ("sessions", templates.render(frame, &sessions(&phone, mark))),
    ];
    let page = UnauthorizedPage {
        base: format!("//sign-in.example.com/{mark}"),
        sign_in: format!("//sign-in.example.com/?return_to=https%3A%2F%2Fapp.example.com%2F{mark}"),
    };
    pages.push(("unauthorized-error", templates.render(frame, &page)));
    for (name, trace_id) in [("error", None), ("error-trace", Some(format!("01hx7k3v9m{mark}")))] {
        let page = ErrorPage {
            status: 404,
            headline: Sentence::new("error-not-found-headline"),
            advice: Sentence::new("error-not-found-advice"),
            trace_id,
        };
        pages.push((name, templates.render(frame, &page)));
    }
    pages.extend(index_pages(templates, frame, mark));
    pages.extend(verify_pages(templates, frame, mark));
    pages.extend(resend_pages(templates, frame, mark));
    pages
}

fn sessions(phone: &str, mark: &str) -> SessionsPage {
    let here = SessionItem {
        id: format!("q3V2{mark}"),
        here: true,
        device: Sentence::new("sessions-device")
            .text("browser", format!("Firefox{mark}"))
            .text("system", format!("Linux{mark}")),
        since: Sentence::new("sessions-now"),
        since_utc: "2026-11-24T10:00:00Z".to_owned(),
        address: Some(Sentence::new("sessions-address").text("address", format!("203.0.113.•••{mark}"))),
    };
    let other = SessionItem {
        here: false,
        device: Sentence::new("sessions-unknown"),
        since: Sentence::new("sessions-days").number("count", 3),
        address: None,
        ..here.clone()
    };
    SessionsPage {
        phone: phone.to_owned(),
        sessions: vec![here, other],
        notice: Some(Sentence::new("notice-others-ended")),
    }
}

fn index_pages(templates: &Templates, frame: Frame, mark: &str) -> Vec<Page> {
    let plain = IndexPage { phone: mark.to_owned(), ..IndexPage::default() };
    let problem = IndexPage {
        phone: format!("+44 7700 9001{mark}"),
        country: Country::parse("GB").map(Into::into),
        remember: true,
        return_to: Some(format!("/sessions?from={mark}")),
        site: Some(format!("app.example.com{mark}")),
        max_age: Some(300),
        problem: Some(Sentence::new("phone-too-short")),
        ..IndexPage::default()
    };
    let alert = IndexPage {
        phone: format!("+44 7700 900123{mark}"),
        alert: Some(Sentence::new("send-in-doubt").number("amount", 30).text("unit", "seconds")),
        ..IndexPage::default()
    };
    let notice = IndexPage { notice: Some(Sentence::new("notice-cancelled")), ..plain.clone() };
    [("index", plain), ("index-problem", problem), ("index-alert", alert), ("index-notice", notice)]
        .map(|(name, page)| (name, templates.render(frame, &page)))
        .into()
}

/// The PIN form as it comes at first.
pub(super) fn code_page(mark: &str) -> VerifyPage {
    let choice = |channel, label| Choice { channel, label: Sentence::new(label) };
    VerifyPage {
        lead: Sentence::new("verify-lead-sms").number("length", 6).hole("phone"),
        newest_only: false,
        news: News {
            seen: format!("1800000000000-sent{mark}"),
            lead: Sentence::new("again-lead-sms"),
            trouble: None,
            advice: None,
        },
        again: Again {
            why: Sentence::new("again-wait").hole("time"),
            wait: Countdown::new(30),
            choices: vec![choice("sms", "again-sms"), choice("voice", "again-voice-instead")],
        },
        phone: format!("+44 7946 095812{mark}"),
        request_id: format!("c11236f4-00bf-4b89-84ba-88b25df97315{mark}"),
        code_length: 6,
        seconds_left: format!("292{mark}"),
        time_left: format!("4:52{mark}"),
        site: None,
        problem: None,
        alert: None,
        notice: None,
    }
}

fn verify_pages(templates: &Templates, frame: Frame, mark: &str) -> Vec<Page> {
    code_pages(mark).into_iter().map(|(name, page)| (name, templates.pour(frame, page))).collect()
}

/// The PIN form in all its states.
pub(super) fn code_pages(mark: &str) -> [(&'static str, VerifyPage); 7] {
    let plain = code_page(mark);
    let problem = VerifyPage { problem: Some(Sentence::new("pin-wrong").number("left", 2)), ..plain.clone() };
    let alert = VerifyPage { alert: Some(Sentence::new("check-fault")), ..plain.clone() };
    let notice = VerifyPage { notice: Some(Sentence::new("notice-resumed")), ..plain.clone() };
    let ready = VerifyPage { again: Again { wait: None, ..plain.again.clone() }, ..plain.clone() };
    let news = News {
        trouble: Some(Sentence::new("trouble-sms-failed")),
        advice: Some(Sentence::new("trouble-try-voice")),
        ..plain.news.clone()
    };
    let undelivered = VerifyPage { newest_only: true, news, ..ready.clone() };
    let wait = Countdown::new(301);
    let both_out = Again { why: Sentence::new("again-both-out").hole("time"), wait, choices: Vec::new() };
    let lead = Sentence::new("verify-lead-voice").number("length", 6).hole("phone");
    let site = Some(format!("app.example.com{mark}"));
    let called = VerifyPage { lead, again: both_out, site, ..plain.clone() };
    [
        ("verify", plain),
        ("verify-problem", problem),
        ("verify-alert", alert),
        ("verify-notice", notice),
        ("verify-ready", ready),
        ("verify-undelivered", undelivered),
        ("verify-called", called),
    ]
}

fn resend_pages(templates: &Templates, frame: Frame, mark: &str) -> Vec<Page> {
    let page = |title, text, seconds_left| ResendPage {
        title: Sentence::new(title),
        text: Sentence::new(text).hole("phone"),
        phone: format!("+44 7946 095812{mark}"),
        request_id: format!("c11236f4-00bf-4b89-84ba-88b25df97315{mark}"),
        wait: Countdown::new(seconds_left),
        reload_after: seconds_left + 2,
    };
    [
        ("resend", page("resend-title-sms", "resend-start", 14)),
        ("resend-now", page("resend-title-voice", "resend-next", 0)),
    ]
    .map(|(name, page)| (name, templates.render(frame, &page)))
    .into()
}

/// Renders the parts of pages that scripts ask for.
pub(super) fn parts(templates: &Templates, frame: Frame, mark: &str) -> Result<Vec<String>, Error> {
    let good = News {
        seen: format!("1-failed{mark}"),
        lead: Sentence::new("again-lead-voice"),
        trouble: None,
        advice: None,
    };
    let bad = News {
        trouble: Some(Sentence::new("trouble-voice-failed")),
        advice: Some(Sentence::new("trouble-try-sms")),
        ..good.clone()
    };
    [Some(good), Some(bad), None]
        .map(|news| templates.render(frame, &StatusPart { news }))
        .into_iter()
        .collect()
}
