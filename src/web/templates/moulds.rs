//! Pages that differ from visitor to visitor in a few words alone: rendered once in each form, and then poured.
//!
//! What this module promises:
//! * What is poured is what rendering would have given. So only the built-in templates are: they do nothing with those words
//!   but show them, which an operator's may.
//! * Of the many forms that a page can have, only so many are kept.

use std::{
    collections::HashMap,
    fmt::Write,
    hash::Hash,
    mem,
    sync::{Arc, PoisonError, RwLock},
};

use minijinja::{Error, HtmlEscape};

use super::{Framed, Page, ResultPage, VerifyPage};

/// A wait is counted in seconds, and each is a form of its own.
const FORMS: usize = 128;

/// A page that can be poured.
pub(crate) trait Poured: Page + Clone + Eq + Hash {
    /// The words that templates only show. None: this one is rendered each time.
    fn words(&mut self) -> Vec<&mut String>;

    fn forms(moulds: &Moulds) -> &Forms<Self>;
}

impl Poured for VerifyPage {
    fn words(&mut self) -> Vec<&mut String> {
        vec![
            &mut self.phone,
            &mut self.request_id,
            &mut self.news.seen,
            &mut self.seconds_left,
            &mut self.time_left,
        ]
    }

    fn forms(moulds: &Moulds) -> &Forms<Self> {
        &moulds.verify
    }
}

impl Poured for ResultPage {
    fn words(&mut self) -> Vec<&mut String> {
        match self {
            Self::SignedIn { phone, .. } => vec![phone],
            Self::Failed { .. } => Vec::new(),
        }
    }

    fn forms(moulds: &Moulds) -> &Forms<Self> {
        &moulds.result
    }
}

/// Those of one frame.
#[derive(Default)]
pub(crate) struct Moulds {
    verify: Forms<VerifyPage>,
    result: Forms<ResultPage>,
}

/// Known forms of a page: the page with a mark in the place of each word, and what its template makes of that.
type Forms<P> = RwLock<HashMap<P, Arc<Mould>>>;

/// A page with holes.
pub(crate) struct Mould {
    /// What stands before each hole, and which word belongs there.
    pieces: Vec<(String, usize)>,
    end: String,
}

/// Stands where a word belongs. Unicode keeps these characters free for such uses: no text has them.
fn mark(word: usize) -> char {
    u32::try_from(word)
        .ok()
        .and_then(|word| char::from_u32(FIRST + word))
        .unwrap_or(char::REPLACEMENT_CHARACTER)
}

const FIRST: u32 = 0xfdd0;
const MARKS: std::ops::RangeInclusive<char> = '\u{fdd0}'..='\u{fdef}';

impl Mould {
    fn of(page: &str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = page;
        while let Some((at, mark)) = rest.char_indices().find(|(_, c)| MARKS.contains(c)) {
            pieces.push((rest[..at].to_owned(), (u32::from(mark) - FIRST) as usize));
            rest = &rest[at + mark.len_utf8()..];
        }
        Self { pieces, end: rest.to_owned() }
    }

    fn fill(&self, words: &[String]) -> String {
        const ROOM: usize = 64;
        let length: usize = self.pieces.iter().map(|(piece, _)| piece.len() + ROOM).sum();
        let mut page = String::with_capacity(length + self.end.len());
        for (piece, word) in &self.pieces {
            page.push_str(piece);
            // A text takes all that is written to it.
            let _ = write!(page, "{}", HtmlEscape(words.get(*word).map_or("", String::as_str)));
        }
        page.push_str(&self.end);
        page
    }
}

impl Framed {
    /// What [`Framed::render`] gives.
    pub(super) fn pour<P: Poured>(&self, mut page: P) -> Result<String, Error> {
        let Some(moulds) = &self.moulds else { return self.render(&page) };
        let places = page.words().into_iter().enumerate();
        let words: Vec<_> = places.map(|(word, place)| mem::replace(place, mark(word).into())).collect();
        if words.is_empty() {
            return self.render(&page);
        }
        let forms = P::forms(moulds);
        if let Some(mould) = forms.read().unwrap_or_else(PoisonError::into_inner).get(&page) {
            return Ok(mould.fill(&words));
        }
        let mould = Arc::new(Mould::of(&self.render(&page)?));
        let mut forms = forms.write().unwrap_or_else(PoisonError::into_inner);
        if forms.len() >= FORMS {
            forms.clear();
        }
        forms.insert(page, mould.clone());
        drop(forms);
        Ok(mould.fill(&words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{
        overrides::{Overrides, tests::Scratch},
        templates::{samples, tests},
        text::Sentence,
    };

    fn same<P: Poured>(framed: &Framed, page: &P) {
        let rendered = framed.render(page).unwrap();
        // The second time its form is known.
        for _ in 0..2 {
            assert_eq!(framed.pour(page.clone()).unwrap(), rendered);
        }
    }

    #[test]
    fn what_is_poured_is_what_is_rendered() {
        let templates = tests::templates();
        for framed in &*templates.framed {
            for mark in ["", "<b>\"'&/", "•"] {
                for (_, page) in samples::code_pages(mark) {
                    same(framed, &page);
                }
                same(framed, &ResultPage::SignedIn { phone: format!("+44{mark}"), home: None });
                let reason = Sentence::new("failed-expired");
                same(framed, &ResultPage::Failed { reason, again: mark.into(), same: true, site: None });
            }
        }
    }

    #[test]
    fn an_operators_templates_see_the_words_themselves() {
        let folder = Scratch::with(&[("result.html", "{{ reason if failed else phone|length }}")]);
        let overrides = Overrides::read(Some(&folder.0)).unwrap();
        let templates = tests::made(&overrides, "phonegate", crate::channel::Channel::Sms).unwrap();
        let page = ResultPage::SignedIn { phone: "+44 123".to_owned(), home: None };
        assert_eq!(templates.pour(tests::PLAIN, page).unwrap(), "7");
    }

    #[test]
    fn no_more_forms_are_kept_than_memory_is_set_aside_for() {
        let templates = tests::templates();
        let framed = &templates.framed[0];
        for form in 0..FORMS * 2 {
            framed.pour(VerifyPage { site: Some(form.to_string()), ..samples::code_page("") }).unwrap();
        }
        let moulds = framed.moulds.as_ref().unwrap();
        assert!(moulds.verify.read().unwrap().len() <= FORMS);
    }
}
