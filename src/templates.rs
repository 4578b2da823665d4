//! The pages: one struct and one method each.

use std::path::Path;

use crate::text::{Language, Sentence};

/// What every page needs besides its own content.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    pub language: Language,
    /// Shows the banner that links to the simulated phone.
    pub simulator: bool,
}

/// The phone form.
#[derive(Debug, Clone, Default)]
pub struct IndexPage {
    /// What was typed, given back.
    pub phone: String,
    /// The country that was posted with it, given back in a hidden field when present.
    pub country: Option<String>,
    /// What is wrong with the number: beside the field, announced, focused.
    pub problem: Option<Sentence>,
    /// Why no code could be sent, not the number's fault: above the form.
    pub alert: Option<Sentence>,
    /// Shown once: "cancelled", "signed out", "that code has expired".
    pub notice: Option<Sentence>,
}

/// The PIN form, the cancel form; both carry `request_id`.
#[derive(Debug, Clone)]
pub struct VerifyPage {
    /// Masked.
    pub phone: String,
    pub request_id: String,
    pub code_length: u8,
    /// Whole minutes that a code is good, rounded up, from now.
    pub minutes_left: i64,
    /// What is wrong with the code: beside the field, announced, focused.
    pub problem: Option<Sentence>,
    /// Why it could not be checked, not the code's fault: above the form.
    pub alert: Option<Sentence>,
    /// Shown once: "we sent it before".
    pub notice: Option<Sentence>,
}

/// How a sign-in ended.
#[derive(Debug, Clone)]
pub enum ResultPage {
    /// Masked number and sign-out.
    SignedIn { phone: String },
    /// What happened, and a way to start again.
    Failed { reason: Sentence },
}

/// "Sign out?": a POST form, so that any app may link to the page.
#[derive(Debug, Clone)]
pub struct SignOutPage {
    /// Masked.
    pub phone: String,
}

/// A designed refusal: 403, 404, 405, 409, 413, 415, 421, 429, 5xx.
#[derive(Debug, Clone)]
pub struct ErrorPage {
    pub status: u16,
    pub headline: Sentence,
    pub advice: Sentence,
    /// To quote to the operator, who finds it in the log.
    pub trace_id: Option<String>,
}

/// The environment. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Templates;

impl Templates {
    /// Reads the built-in templates; a file of the same name in `overrides` takes a built-in one's place.
    pub fn new(overrides: Option<&Path>, _assets: &crate::assets::Assets) -> Result<Self, minijinja::Error> {
        let _ = overrides;
        Ok(Self)
    }

    pub fn plain_index(&self, frame: Frame) -> axum::response::Html<String> {
        let _ = frame;
        axum::response::Html(String::new())
    }

    pub fn index(&self, frame: Frame, page: &IndexPage) -> Result<String, minijinja::Error> {
        let _ = (self, frame, page);
        Ok(String::new())
    }

    pub fn verify(&self, frame: Frame, page: &VerifyPage) -> Result<String, minijinja::Error> {
        let _ = (self, frame, page);
        Ok(String::new())
    }

    pub fn result(&self, frame: Frame, page: &ResultPage) -> Result<String, minijinja::Error> {
        let _ = (self, frame, page);
        Ok(String::new())
    }

    pub fn sign_out(&self, frame: Frame, page: &SignOutPage) -> Result<String, minijinja::Error> {
        let _ = (self, frame, page);
        Ok(String::new())
    }

    pub fn error(&self, frame: Frame, page: &ErrorPage) -> Result<String, minijinja::Error> {
        let _ = (self, frame, page);
        Ok(String::new())
    }
}
