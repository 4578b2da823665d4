//! The pages: one struct each, which is what its template sees.
//!
//! What this module promises:
//! * A variable that a template names and no page gives is an error, never a silent blank.
//! * All that comes from outside is escaped.
//! * An operator's templates are read, and rendered in every state, at start: a mistake in one never reaches a
//!   visitor.

use std::{fmt, io, sync::Arc};

use axum::body::Bytes;
use minijinja::{
    Environment, Error, Value, context,
    value::{Serde, ValueKind},
};

use moulds::{Moulds, Poured};
pub(crate) use pages::{
    Again, Choice, Countdown, ErrorPage, Frame, IndexPage, News, Page, ResendPage, ResultPage, SessionItem,
    SessionsPage, SignOutPage, StatusPart, UnauthorizedPage, VerifyPage,
};

use crate::{
    channel::Channel,
    web::{
        assets::Assets,
        mount::Mount,
        overrides::Overrides,
        text::{Catalogue, Language, Sentence},
    },
};

mod environment;
mod moulds;
mod pages;
mod samples;
#[cfg(test)]
mod tests;

/// What pages link to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Links<'a> {
    pub(crate) assets: &'a Assets,
    pub(crate) mount: &'a Mount,
}

/// The environment. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Templates(Arc<[Framed]>);

impl Templates {
    /// Reads the built-in templates and texts; one of the same name in `overrides` takes a built-in one's place.
    ///
    /// `brand` is the name of the site, shown at the head of each page; `first` is how a code travels unless asked
    /// otherwise.
    ///
    /// An error names the operator's file that is missing, unreadable or wrong.
    pub(crate) fn new(
        overrides: &Overrides,
        links: Links<'_>,
        brand: &str,
        first: Channel,
    ) -> io::Result<Self> {
        let catalogue = Arc::new(Catalogue::new(overrides)?);
        let shared = environment::shared(overrides, links, brand, first)?;
        let wrong = |error| io::Error::new(io::ErrorKind::InvalidData, environment::describe(&error));

        let built_in = !overrides.files.keys().any(|name| environment::is_page(name));
        let mut framed = Vec::new();
        for language in Language::all() {
            for simulator in [false, true] {
                let shared = shared.clone();
                let framed_so = Framed::new(shared, &catalogue, language, simulator, built_in);
                framed.push(framed_so.map_err(wrong)?);
            }
        }
        let templates = Self(framed.into());
        environment::tell_of_unused(overrides);
        if !overrides.files.is_empty() {
            samples::render(&templates, "").map_err(wrong)?;
        }
        Ok(templates)
    }

    /// The phone form with nothing typed, wrong or announced: rendered once, at start.
    pub(crate) fn index_plain(&self, frame: Frame) -> Bytes {
        self.framed(frame).index.clone()
    }

    /// A page, or the part of one.
    pub(crate) fn render(&self, frame: Frame, page: &impl Page) -> Result<String, Error> {
        self.framed(frame).render(page)
    }

    /// The same for a page whose form is likely to be known, where that can be used.
    pub(crate) fn pour(&self, frame: Frame, page: impl Poured) -> Result<String, Error> {
        self.framed(frame).pour(page)
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

/// The templates in one language, with the simulator's banner or without.
struct Framed {
    environment: Environment<'static>,
    catalogue: Arc<Catalogue>,
    language: Language,
    /// The phone form as every new visitor gets it.
    index: Bytes,
    /// Where no template is an operator's.
    moulds: Option<Moulds>,
}

impl Framed {
    fn new(
        shared: Environment<'static>,
        catalogue: &Arc<Catalogue>,
        language: Language,
        simulator: bool,
        built_in: bool,
    ) -> Result<Self, Error> {
        let environment = environment::framed(shared, Arc::clone(catalogue), language, simulator);
        let catalogue = Arc::clone(catalogue);
        let moulds = built_in.then(Moulds::default);
        let mut framed = Self { environment, catalogue, language, index: Bytes::new(), moulds };
        framed.index = framed.render(&IndexPage::default())?.into();
        Ok(framed)
    }

    fn render<P: Page>(&self, page: &P) -> Result<String, Error> {
        let content = self.said(Value::from(Serde(page)))?;
        let template = self.environment.get_template(P::TEMPLATE)?;
        template.render(context! { failed => page.failed(), ..content })
    }

    /// The same value with every sentence in it as text.
    fn said(&self, value: Value) -> Result<Value, Error> {
        if let Some(sentence) = value.downcast_object_ref::<Sentence>() {
            return Ok(self.catalogue.sentence(self.language, sentence));
        }
        match value.kind() {
            ValueKind::Map => {
                let pairs = value.try_iter()?.map(|key| {
                    let item = self.said(value.get_item(&key)?)?;
                    Ok((key, item))
                });
                Ok(Value::from_pairs(pairs.collect::<Result<Vec<_>, Error>>()?))
            }
            ValueKind::Seq => value.try_iter()?.map(|item| self.said(item)).collect(),
            _ => Ok(value),
        }
    }
}
