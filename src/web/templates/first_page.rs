//! The phone form as it comes to new visitors: the same bytes for all who are shown the same country in it. It is the one
//! page that is compressed, as it holds nothing that is secret.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use axum::body::Bytes;
use minijinja::Error;

use super::{Framed, IndexPage};
use crate::{phone::Country, web::assets::compressed};

/// Of so many countries at once. Visitors of most sites come from fewer.
const KEPT: usize = 32;

/// The page, as it is and compressed.
#[derive(Debug, Clone)]
pub(crate) struct FirstPage {
    pub(crate) plain: Bytes,
    pub(crate) gzip: Bytes,
}

/// Those of one frame.
pub(super) type FirstPages = RwLock<HashMap<Option<Country>, FirstPage>>;

impl Framed {
    pub(super) fn first_page(&self, country: Option<Country>) -> Result<FirstPage, Error> {
        if let Some(page) = self.first.read().unwrap_or_else(PoisonError::into_inner).get(&country) {
            return Ok(page.clone());
        }
        let plain = self.render(&IndexPage { country: country.map(Into::into), ..IndexPage::default() })?;
        // Nothing is refused by memory.
        let gzip = compressed(plain.as_bytes()).unwrap_or_default();
        let page = FirstPage { plain: plain.into(), gzip: gzip.into() };
        let mut first = self.first.write().unwrap_or_else(PoisonError::into_inner);
        if first.len() >= KEPT {
            first.clear();
        }
        first.insert(country, page.clone());
        Ok(page)
    }
}
