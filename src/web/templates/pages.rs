//! What each page is told.

use crate::web::text::{Language, Sentence};

/// What every page needs besides its own content.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// What it is said in.
    pub language: Language,
    /// Shows the banner that links to the simulated phone.
    pub simulator: bool,
}

/// The phone form. No `Debug`: it holds a number.
#[derive(Clone, Default)]
pub struct IndexPage {
    /// What was typed, given back.
    pub phone: String,
    /// The country that was posted with it, given back in a hidden field when present.
    pub country: Option<String>,
    /// Where sign-in leads, posted in a hidden field.
    pub return_to: Option<String>,
    /// What is wrong with the number: beside the field, announced, focused.
    pub problem: Option<Sentence>,
    /// Why no code could be sent, not the number's fault: above the form.
    pub alert: Option<Sentence>,
    /// Shown once: "cancelled", "signed out", "that code has expired".
    pub notice: Option<Sentence>,
}

/// The PIN form, the forms that ask for another message, the cancel form; all carry `request_id`.
#[derive(Debug, Clone)]
pub struct VerifyPage {
    /// How the code went out; the number follows.
    pub lead: Sentence,
    /// Masked.
    pub phone: String,
    /// The hidden field of its forms.
    pub request_id: String,
    /// How many digits a code has.
    pub code_length: u8,
    /// Whole minutes that a code is good, rounded up, from now.
    pub minutes_left: i64,
    /// An earlier message carried another code.
    pub newest_only: bool,
    /// What became of the message.
    pub news: News,
    /// How to ask for another.
    pub again: Again,
    /// What is wrong with the code: beside the field, announced, focused.
    pub problem: Option<Sentence>,
    /// Why it could not be checked, not the code's fault: above the form.
    pub alert: Option<Sentence>,
    /// Shown once: "we already sent a code to this number".
    pub notice: Option<Sentence>,
}

/// What became of the newest message.
#[derive(Debug, Clone)]
pub struct News {
    /// Stands for all that the page tells of it.
    pub seen: String,
    /// What to think while no code comes.
    pub lead: Sentence,
    /// It will not arrive: what happened, and what to do.
    pub trouble: Option<(Sentence, Sentence)>,
}

/// How to ask for another message.
#[derive(Debug, Clone)]
pub struct Again {
    /// Said before the time that has to pass: until a choice can be made or, without any, until sign-in can start anew.
    pub why: Sentence,
    /// How long that is.
    pub seconds: i64,
    /// The buttons; none if there is no further message.
    pub choices: Vec<Choice>,
}

/// A channel to ask for.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What its form posts.
    pub channel: &'static str,
    /// What its button says.
    pub label: Sentence,
}

/// Another message is on its way; the page is asked for again by itself.
#[derive(Debug, Clone)]
pub struct ResendPage {
    /// What is on its way.
    pub title: Sentence,
    /// What is being done.
    pub text: Sentence,
    /// Masked.
    pub phone: String,
    /// Empty between two requests.
    pub request_id: String,
    /// Until that is done.
    pub seconds_left: i64,
    /// Until the page is asked for again.
    pub reload_after: i64,
}

/// A part of the PIN page, for its script.
#[derive(Debug, Clone)]
pub enum Status {
    /// They take the place of what the page says.
    News(News),
    /// The page is of an attempt that has moved on.
    OutOfDate,
}

/// How a sign-in ended.
#[derive(Debug, Clone)]
pub enum ResultPage {
    /// In, with a way out.
    SignedIn {
        /// Masked.
        phone: String,
    },
    /// Not in.
    Failed {
        /// What happened.
        reason: Sentence,
        /// The address to start again at.
        again: String,
    },
}

/// "Sign out?": a POST form, so that any app may link to the page.
#[derive(Debug, Clone)]
pub struct SignOutPage {
    /// Masked.
    pub phone: String,
}

/// A number's sessions, each with a way to end it.
#[derive(Debug, Clone)]
pub struct SessionsPage {
    /// Masked.
    pub phone: String,
    /// The newest first; one of them is the visitor's own.
    pub sessions: Vec<SessionItem>,
    /// Shown once: "that browser is signed out".
    pub notice: Option<Sentence>,
}

/// One of them.
#[derive(Debug, Clone)]
pub struct SessionItem {
    /// What its form posts.
    pub id: String,
    /// Whether it is the one that asks.
    pub here: bool,
    /// The browser, and what it runs on.
    pub device: Sentence,
    /// When it began, in words, and as RFC 3339.
    pub since: Sentence,
    /// For machines.
    pub since_utc: String,
    /// Masked.
    pub address: Option<Sentence>,
}

/// A refusal under the address of a site that is guarded: all addresses on it are absolute.
#[derive(Debug, Clone)]
pub struct UnauthorizedPage {
    /// Where our pages and assets are.
    pub base: String,
    /// Where to sign in, with the way back.
    pub sign_in: String,
}

/// A designed refusal: 403, 404, 405, 409, 413, 415, 421, 429, 5xx.
#[derive(Debug, Clone)]
pub struct ErrorPage {
    /// The status of the answer.
    pub status: u16,
    /// What happened.
    pub headline: Sentence,
    /// What to do about it.
    pub advice: Sentence,
    /// To quote to the operator, who finds it in the log.
    pub trace_id: Option<String>,
}
