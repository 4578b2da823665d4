//! The pages: one struct and one method each.
//!
//! What this module promises:
//! * A variable that a template names and no page gives is an error, never a silent blank.
//! * All that comes from outside is escaped.
//! * An operator's templates are read, and rendered in every state, at start: a mistake in one never reaches a
//!   visitor.

use std::{fmt, io, path::Path, sync::Arc};

use axum::body::Bytes;
use minijinja::{Environment, Error, Value, context};

pub use pages::{
    Again, Choice, ErrorPage, Frame, IndexPage, News, ResendPage, ResultPage, SessionItem, SessionsPage,
    SignOutPage, Status, UnauthorizedPage, VerifyPage,
};

use crate::{
    channel::Channel,
    web::{
        assets::Assets,
        overrides::Overrides,
        text::{Catalogue, Language, Sentence},
    },
};

mod environment;
mod pages;
mod samples;
#[cfg(test)]
mod tests;

/// The environment. Cheap to clone.
#[derive(Clone)]
pub struct Templates(Arc<[Framed]>);

impl Templates {
    /// Reads the built-in templates and texts; a file of the same name in `overrides` takes a built-in one's place.
    ///
    /// `brand` is the name of the site, shown at the head of each page; `first` is how a code travels unless asked
    /// otherwise.
    ///
    /// An error names the operator's file that is missing, unreadable or wrong.
    pub fn new(overrides: Option<&Path>, assets: &Assets, brand: &str, first: Channel) -> io::Result<Self> {
        let overrides = Overrides::read(overrides)?;
        let catalogue = Arc::new(Catalogue::new(&overrides)?);
        let shared = environment::shared(&overrides, assets, brand, first)?;
        let wrong = |error| io::Error::new(io::ErrorKind::InvalidData, environment::describe(&error));

        let mut framed = Vec::new();
        for language in Language::all() {
            for simulator in [false, true] {
                let shared = shared.clone();
                framed.push(Framed::new(shared, &catalogue, language, simulator).map_err(wrong)?);
            }
        }
        let templates = Self(framed.into());
        environment::tell_of_unused(&overrides);
        if !overrides.files.is_empty() {
            samples::render(&templates, "").map_err(wrong)?;
        }
        Ok(templates)
    }

    /// The phone form with nothing typed, wrong or announced: rendered once, at start.
    pub fn index_plain(&self, frame: Frame) -> Bytes {
        self.framed(frame).index.clone()
    }

    /// The phone form.
    pub fn index(&self, frame: Frame, page: &IndexPage) -> Result<String, Error> {
        self.framed(frame).index(page)
    }

    /// The PIN form.
    pub fn verify(&self, frame: Frame, page: &VerifyPage) -> Result<String, Error> {
        let framed = self.framed(frame);
        let content = context! {
            failed => page.problem.is_some() || page.alert.is_some(),
            lead => framed.say(&page.lead),
            phone => page.phone.as_str(),
            request_id => page.request_id.as_str(),
            newest_only => page.newest_only,
            news => framed.news(&page.news),
            again => framed.again(&page.again),
            code_length => page.code_length,
            minutes_left => page.minutes_left,
            problem => page.problem.as_ref().map(|problem| framed.say(problem)),
            alert => page.alert.as_ref().map(|alert| framed.say(alert)),
            notice => page.notice.as_ref().map(|notice| framed.say(notice)),
        };
        framed.render("verify.html", content)
    }

    /// `resend.html`: what is done before another message goes out.
    pub fn resend(&self, frame: Frame, page: &ResendPage) -> Result<String, Error> {
        let framed = self.framed(frame);
        let content = context! {
            failed => false,
            title => framed.say(&page.title),
            text => framed.say(&page.text),
            phone => page.phone.as_str(),
            request_id => page.request_id.as_str(),
            wait => countdown(page.seconds_left),
            reload_after => page.reload_after,
        };
        framed.render("resend.html", content)
    }

    /// A fragment, not a page.
    pub fn status(&self, frame: Frame, status: &Status) -> Result<String, Error> {
        let framed = self.framed(frame);
        let news = match status {
            Status::News(news) => Some(framed.news(news)),
            Status::OutOfDate => None,
        };
        framed.render("components/status.html", context! { news => news })
    }

    /// How a sign-in ended.
    pub fn result(&self, frame: Frame, page: &ResultPage) -> Result<String, Error> {
        let framed = self.framed(frame);
        let content = match page {
            ResultPage::SignedIn { phone } => context! { failed => false, phone => phone.as_str() },
            ResultPage::Failed { reason, again } => {
                context! { failed => true, reason => framed.say(reason), again => again.as_str() }
            }
        };
        framed.render("result.html", content)
    }

    /// The page that asks before it signs out.
    pub fn sign_out(&self, frame: Frame, page: &SignOutPage) -> Result<String, Error> {
        let content = context! { failed => false, phone => page.phone.as_str() };
        self.framed(frame).render("sign-out.html", content)
    }

    /// Where a visitor is signed in.
    pub fn sessions(&self, frame: Frame, page: &SessionsPage) -> Result<String, Error> {
        let framed = self.framed(frame);
        let item = |session: &SessionItem| {
            context! {
                id => session.id.as_str(),
                here => session.here,
                device => framed.say(&session.device),
                since => framed.say(&session.since),
                since_utc => session.since_utc.as_str(),
                address => session.address.as_ref().map(|address| framed.say(address)),
            }
        };
        let content = context! {
            failed => false,
            phone => page.phone.as_str(),
            sessions => page.sessions.iter().map(item).collect::<Vec<_>>(),
            notice => page.notice.as_ref().map(|notice| framed.say(notice)),
        };
        framed.render("sessions.html", content)
    }

    /// The page of a site that needs a sign-in.
    pub fn unauthorized(&self, frame: Frame, page: &UnauthorizedPage) -> Result<String, Error> {
        let content =
            context! { failed => true, base => page.base.as_str(), sign_in => page.sign_in.as_str() };
        self.framed(frame).render("unauthorized.html", content)
    }

    /// A page for all other trouble.
    pub fn error(&self, frame: Frame, page: &ErrorPage) -> Result<String, Error> {
        let framed = self.framed(frame);
        let content = context! {
            failed => true,
            status => page.status,
            headline => framed.say(&page.headline),
            advice => framed.say(&page.advice),
            trace_id => page.trace_id.as_deref(),
        };
        framed.render("error.html", content)
    }

    fn framed(&self, frame: Frame) -> &Framed {
        &self.0[frame.language.index() * 2 + usize::from(frame.simulator)]
    }
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Templates").finish_non_exhaustive()
    }
}

/// Seconds, and how a clock shows them; nothing if none are left.
fn countdown(seconds: i64) -> Option<Value> {
    let text = format!("{}:{:02}", seconds / 60, seconds % 60);
    (seconds > 0).then(|| context! { seconds => seconds, text => text })
}

/// The templates in one language, with the simulator's banner or without.
struct Framed {
    environment: Environment<'static>,
    catalogue: Arc<Catalogue>,
    language: Language,
    /// The phone form as every new visitor gets it.
    index: Bytes,
}

impl Framed {
    fn new(
        shared: Environment<'static>,
        catalogue: &Arc<Catalogue>,
        language: Language,
        simulator: bool,
    ) -> Result<Self, Error> {
        let environment = environment::framed(shared, Arc::clone(catalogue), language, simulator);
        let catalogue = Arc::clone(catalogue);
        let mut framed = Self { environment, catalogue, language, index: Bytes::new() };
        framed.index = framed.index(&IndexPage::default())?.into();
        Ok(framed)
    }

    fn index(&self, page: &IndexPage) -> Result<String, Error> {
        let content = context! {
            failed => page.problem.is_some() || page.alert.is_some(),
            phone => page.phone.as_str(),
            country => page.country.as_deref(),
            return_to => page.return_to.as_deref(),
            problem => page.problem.as_ref().map(|problem| self.say(problem)),
            alert => page.alert.as_ref().map(|alert| self.say(alert)),
            notice => page.notice.as_ref().map(|notice| self.say(notice)),
        };
        self.render("index.html", content)
    }

    fn render(&self, name: &str, content: Value) -> Result<String, Error> {
        self.environment.get_template(name)?.render(content)
    }

    fn news(&self, news: &News) -> Value {
        let trouble = news.trouble.as_ref();
        context! {
            seen => news.seen.as_str(),
            lead => self.say(&news.lead),
            trouble => trouble.map(|(trouble, _)| self.say(trouble)),
            advice => trouble.map(|(_, advice)| self.say(advice)),
        }
    }

    fn again(&self, again: &Again) -> Value {
        let choices = again
            .choices
            .iter()
            .map(|choice| context! { channel => choice.channel, label => self.say(&choice.label) });
        context! {
            why => self.say(&again.why),
            wait => countdown(again.seconds),
            choices => choices.collect::<Vec<_>>(),
        }
    }

    fn say(&self, sentence: &Sentence) -> Value {
        self.catalogue.sentence(self.language, sentence).into()
    }
}
