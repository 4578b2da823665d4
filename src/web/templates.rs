//! The pages: one struct each, which is what its template sees.
//!
//! What this module promises:
//! * A variable that a template names and no page gives is an error, never a silent blank.
//! * All that comes from outside is escaped.
//! * An operator's templates are read, and rendered in every state, at start: a mistake in one never reaches a
//!   visitor.

use std::{collections::BTreeSet, fmt, io, sync::Arc};

use minijinja::{
    Environment, Error, Value, context,
    value::{Serde, ValueKind},
};

pub(crate) use countries::CountryItem;
pub(crate) use first_page::FirstPage;
use first_page::FirstPages;
use moulds::{Moulds, Poured};
pub(crate) use pages::{
    Again, Choice, Countdown, ErrorPage, Frame, Home, IndexPage, News, Page, ResendPage, ResultPage,
    SessionItem, SessionsPage, SignOutPage, StatusPart, UnauthorizedPage, VerifyPage, clock,
};

use crate::{
    channel::Channel,
    config::Look,
    phone::{Area, Country},
    web::{
        assets::Assets,
        mount::Mount,
        overrides::Overrides,
        text::{self, Catalogue, Language, Languages, Sentence},
    },
};

mod countries;
mod environment;
mod first_page;
mod moulds;
mod pages;
mod samples;
#[cfg(test)]
mod tests;

/// The built-in templates and texts by their names in `TEMPLATES_DIR`.
pub(crate) fn built_in() -> impl Iterator<Item = (String, &'static str)> {
    let pages = environment::BUILT_IN.iter().map(|(name, text)| ((*name).to_owned(), *text));
    pages.chain(text::built_in())
}

/// What pages link to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Links<'a> {
    pub(crate) assets: &'a Assets,
    pub(crate) mount: &'a Mount,
}

/// What pages show of the settings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown<'a> {
    /// The name in messages, and on pages where there is no other.
    pub(crate) brand: &'a str,
    /// What the pages look like.
    pub(crate) look: &'a Look,
    /// What they can be read in.
    pub(crate) languages: &'a Languages,
    /// How a code travels unless asked otherwise.
    pub(crate) first: Channel,
    /// Where codes are sent; `None`: to all countries.
    pub(crate) countries: Option<&'a BTreeSet<Area>>,
}

/// The environment. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Templates {
    framed: Arc<[Framed]>,
    offered: Arc<BTreeSet<Country>>,
}

impl Templates {
    /// Reads the built-in templates and texts; one of the same name in `overrides` takes a built-in one's place.
    ///
    /// An error names the operator's file that is missing, unreadable or wrong.
    pub(crate) fn new(overrides: &Overrides, links: Links<'_>, shown: Shown<'_>) -> io::Result<Self> {
        let catalogue = Arc::new(Catalogue::new(overrides)?);
        let shared = environment::shared(overrides, links, shown)?;
        let offered = Arc::new(countries::offered(shown.countries));
        let wrong = |error| io::Error::new(io::ErrorKind::InvalidData, environment::describe(&error));

        let built_in = !overrides.files.keys().any(|name| environment::is_page(name));
        let mut framed = Vec::new();
        for language in Language::all() {
            for simulator in [false, true] {
                let shared = shared.clone();
                framed.push(Framed::new(shared, &catalogue, language, simulator, built_in, &offered));
            }
        }
        let templates = Self { framed: framed.into(), offered };
        environment::tell_of_unused(overrides);
        if !overrides.files.is_empty() {
            samples::render(&templates, "").map_err(wrong)?;
        }
        Ok(templates)
    }

    /// The phone form with nothing typed, wrong or announced, and that country chosen: rendered once.
    pub(crate) fn first_page(&self, frame: Frame, country: Option<Country>) -> Result<FirstPage, Error> {
        self.framed(frame).first_page(country)
    }

    /// The countries that the phone form offers.
    pub(crate) fn offered(&self) -> &BTreeSet<Country> {
        &self.offered
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
        &self.framed[frame.language.index() * 2 + usize::from(frame.simulator)]
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
    /// The phone form as new visitors get it.
    first: FirstPages,
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
        offered: &Arc<BTreeSet<Country>>,
    ) -> Self {
        let mut environment = environment::framed(shared, Arc::clone(catalogue), language, simulator);
        environment.add_global("countries", countries::list(offered, catalogue, language));
        let catalogue = Arc::clone(catalogue);
        let moulds = built_in.then(Moulds::default);
        Self { environment, catalogue, language, first: FirstPages::default(), moulds }
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
