//! What each template sees, by the names of the fields.

use serde::Serialize;

use super::CountryItem;
use crate::web::text::{Language, Sentence};

/// What every page needs besides its own content.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    pub(crate) language: Language,
    /// Shows the banner that links to the simulated phone.
    pub(crate) simulator: bool,
}

/// A page, or a part of one that a script asks for.
pub(crate) trait Page: Serialize {
    /// The file that shows it.
    const TEMPLATE: &'static str;

    /// Whether its title says first that something is wrong: `failed` in the template.
    fn failed(&self) -> bool {
        false
    }
}

/// The phone form. No `Debug`: it holds a number.
#[derive(Clone, Default, Serialize)]
pub(crate) struct IndexPage {
    /// What was typed, given back.
    pub(crate) phone: String,
    /// What it is read by unless it begins with a `+`: chosen in the list, if it is one of those.
    pub(crate) country: Option<CountryItem>,
    /// Whether this browser is to keep the number.
    pub(crate) remember: bool,
    /// Where sign-in leads, posted in a hidden field.
    pub(crate) return_to: Option<String>,
    /// The site of that, if it is another one.
    pub(crate) site: Option<String>,
    /// How fresh a sign-in is asked for, in seconds, of a visitor who is signed in: posted in a hidden field.
    pub(crate) max_age: Option<u64>,
    /// What is wrong with the number: beside the field, announced, focused.
    pub(crate) problem: Option<Sentence>,
    /// Why no code could be sent, not the number's fault: above the form.
    pub(crate) alert: Option<Sentence>,
    /// Shown once: "cancelled", "signed out", "that code has expired".
    pub(crate) notice: Option<Sentence>,
}

impl Page for IndexPage {
    const TEMPLATE: &'static str = "index.html";

    fn failed(&self) -> bool {
        self.problem.is_some() || self.alert.is_some()
    }
}

/// The PIN form, the forms that ask for another message, the cancel form; all carry `request_id`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub(crate) struct VerifyPage {
    /// How the code went out, with a hole for the number.
    pub(crate) lead: Sentence,
    /// Whole: the browser that typed it checks it here.
    pub(crate) phone: String,
    pub(crate) request_id: String,
    /// How many digits a code has.
    pub(crate) code_length: u8,
    /// How long the code is good from now: in seconds, and as a clock shows it.
    pub(crate) seconds_left: String,
    pub(crate) time_left: String,
    /// The site that sign-in leads to, if it is another one.
    pub(crate) site: Option<String>,
    /// An earlier message carried another code.
    pub(crate) newest_only: bool,
    pub(crate) news: News,
    pub(crate) again: Again,
    /// What is wrong with the code: beside the field, announced, focused.
    pub(crate) problem: Option<Sentence>,
    /// Why it could not be checked, not the code's fault: above the form.
    pub(crate) alert: Option<Sentence>,
    /// Shown once: "we already sent a code to this number".
    pub(crate) notice: Option<Sentence>,
}

impl Page for VerifyPage {
    const TEMPLATE: &'static str = "verify.html";

    fn failed(&self) -> bool {
        self.problem.is_some() || self.alert.is_some()
    }
}

/// What became of the newest message.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub(crate) struct News {
    /// Stands for all that the page tells of it.
    pub(crate) seen: String,
    /// What to think while no code comes.
    pub(crate) lead: Sentence,
    /// Why it will not arrive.
    pub(crate) trouble: Option<Sentence>,
    /// What to do about that.
    pub(crate) advice: Option<Sentence>,
}

/// How to ask for another message.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub(crate) struct Again {
    /// With a hole for the time that has to pass: until a choice can be made or, without any, until sign-in can start anew.
    pub(crate) why: Sentence,
    pub(crate) wait: Option<Countdown>,
    /// The buttons; none if there is no further message.
    pub(crate) choices: Vec<Choice>,
}

/// A channel to ask for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub(crate) struct Choice {
    /// What its form posts.
    pub(crate) channel: &'static str,
    /// What its button says.
    pub(crate) label: Sentence,
}

/// A time that has to pass.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub(crate) struct Countdown {
    seconds: i64,
    /// As a clock shows it.
    text: String,
}

impl Countdown {
    /// Nothing if no time is left.
    pub(crate) fn new(seconds: i64) -> Option<Self> {
        (seconds > 0).then(|| Self { seconds, text: clock(seconds) })
    }
}

/// A time as a clock shows it.
pub(crate) fn clock(seconds: i64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// Another message is on its way; the page is asked for again by itself.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ResendPage {
    /// What is on its way.
    pub(crate) title: Sentence,
    /// What is being done, with a hole for the number.
    pub(crate) text: Sentence,
    /// Whole, as on the PIN page.
    pub(crate) phone: String,
    /// Empty between two requests.
    pub(crate) request_id: String,
    /// Until that is done.
    pub(crate) wait: Option<Countdown>,
    /// Seconds until the page is asked for again.
    pub(crate) reload_after: i64,
}

impl Page for ResendPage {
    const TEMPLATE: &'static str = "resend.html";
}

/// A part of the PIN page, for its script.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct StatusPart {
    /// They take the place of what the page says. `None`: the page is of an attempt that has moved on.
    pub(crate) news: Option<News>,
}

impl Page for StatusPart {
    const TEMPLATE: &'static str = "components/status.html";
}

/// How a sign-in ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub(crate) enum ResultPage {
    /// In, with a way on and a way out.
    SignedIn {
        /// Masked.
        phone: String,
        /// The one site to go on to, if there is one.
        home: Option<Home>,
    },
    Failed {
        /// What happened.
        reason: Sentence,
        /// The address to start again at.
        again: String,
        /// Whether a new code can be asked for to the same number.
        same: bool,
        /// The site that sign-in leads to, if it is another one.
        site: Option<String>,
    },
}

/// A site to go on to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub(crate) struct Home {
    pub(crate) url: String,
    /// Its host.
    pub(crate) name: String,
}

impl Page for ResultPage {
    const TEMPLATE: &'static str = "result.html";

    fn failed(&self) -> bool {
        matches!(self, Self::Failed { .. })
    }
}

/// "Sign out?": a POST form, so that any app may link to the page.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SignOutPage {
    /// Masked.
    pub(crate) phone: String,
}

impl Page for SignOutPage {
    const TEMPLATE: &'static str = "sign-out.html";
}

/// A number's sessions, each with a way to end it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SessionsPage {
    /// Masked.
    pub(crate) phone: String,
    /// The visitor's own first, then the newest.
    pub(crate) sessions: Vec<SessionItem>,
    /// Shown once: "that browser is signed out".
    pub(crate) notice: Option<Sentence>,
}

impl Page for SessionsPage {
    const TEMPLATE: &'static str = "sessions.html";
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct SessionItem {
    /// What its form posts.
    pub(crate) id: String,
    /// Whether it is the one that asks.
    pub(crate) here: bool,
    /// The browser, and what it runs on.
    pub(crate) device: Sentence,
    /// When it began, in words.
    pub(crate) since: Sentence,
    /// The same as RFC 3339, for machines.
    pub(crate) since_utc: String,
    /// Masked.
    pub(crate) address: Option<Sentence>,
}

/// A refusal under the address of a site that is guarded: all addresses on it are absolute.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct UnauthorizedPage {
    /// Where our pages and assets are.
    pub(crate) base: String,
    /// Where to sign in, with the way back.
    pub(crate) sign_in: String,
}

impl Page for UnauthorizedPage {
    const TEMPLATE: &'static str = "unauthorized.html";

    fn failed(&self) -> bool {
        true
    }
}

/// What went wrong, on a page of its own.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ErrorPage {
    pub(crate) status: u16,
    /// What happened.
    pub(crate) headline: Sentence,
    /// What to do about it.
    pub(crate) advice: Sentence,
    /// To quote to the operator, who finds it in the log: the beginning of the request's id.
    pub(crate) trace_id: Option<String>,
}

impl Page for ErrorPage {
    const TEMPLATE: &'static str = "error.html";

    fn failed(&self) -> bool {
        true
    }
}
