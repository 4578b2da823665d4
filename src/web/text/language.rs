//! The languages that pages are in, and which of them a visitor reads.

/// The languages there are, the default first. Adding one is a line here and a file beside `en.ftl`.
pub(super) const LOCALES: [Locale; 3] = [
    Locale {
        tag: "en",
        name: "English",
        right_to_left: false,
        source: include_str!("../../../templates/locales/en.ftl"),
    },
    Locale {
        tag: "de",
        name: "Deutsch",
        right_to_left: false,
        source: include_str!("../../../templates/locales/de.ftl"),
    },
    Locale {
        tag: "ar",
        name: "العربية",
        right_to_left: true,
        source: include_str!("../../../templates/locales/ar.ftl"),
    },
];

/// More ranges than any browser sends.
const MAX_RANGES: usize = 32;

pub(super) struct Locale {
    pub(super) tag: &'static str,
    /// What it is called by those who speak it.
    name: &'static str,
    pub(super) right_to_left: bool,
    pub(super) source: &'static str,
}

/// A language that the catalogue has. The first is the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Language(usize);

impl Language {
    pub(crate) const DEFAULT: Self = Self(0);

    /// What it is called by those who speak it.
    pub(crate) fn name(self) -> &'static str {
        LOCALES[self.0].name
    }

    /// All there are, the default first.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0..LOCALES.len()).map(Self)
    }

    /// The tag for `<html lang>` and `Content-Language`.
    pub(crate) fn tag(self) -> &'static str {
        LOCALES[self.0].tag
    }

    /// `ltr` or `rtl`, for `<html dir>`.
    pub(crate) fn direction(self) -> &'static str {
        if LOCALES[self.0].right_to_left { "rtl" } else { "ltr" }
    }

    pub(crate) fn index(self) -> usize {
        self.0
    }
}

/// The languages that a site offers: what is said there, and the tags again, to be looked through quickly.
#[derive(Debug, Clone)]
pub(crate) struct Languages {
    offered: Vec<Language>,
    tags: Vec<&'static str>,
}

impl Languages {
    /// Those that are named, the first of them for everybody whose language is not among them; or all there are. An error
    /// says what would be right.
    pub(crate) fn of(named: &[String]) -> Result<Self, String> {
        let known = |tag: &String| {
            let found = Language::all().find(|language| language.tag() == tag);
            let all: Vec<_> = Language::all().map(Language::tag).collect();
            found.ok_or_else(|| format!("{tag:?} is no language of ours; give some of {}", all.join(", ")))
        };
        let named = named.iter().map(known).collect::<Result<Vec<_>, _>>()?;
        let offered = if named.is_empty() { Language::all().collect() } else { named };
        let tags = offered.iter().map(|language| language.tag()).collect();
        Ok(Self { offered, tags })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Language> {
        self.offered.iter().copied()
    }

    /// The best of them for an `Accept-Language` header; `None` stands for no header.
    pub(crate) fn accepted(&self, header: Option<&str>) -> Language {
        let best = header.and_then(|header| negotiate(header, &self.tags)).unwrap_or_default();
        self.offered.get(best).copied().unwrap_or(Language::DEFAULT)
    }

    /// The language of a tag, as a visitor has chosen it.
    pub(crate) fn parse(&self, tag: &str) -> Option<Language> {
        self.iter().find(|language| language.tag() == tag)
    }

    /// What a query says of it: `lang=de`.
    pub(crate) fn in_query(&self, query: Option<&str>) -> Option<Language> {
        query?.split('&').find_map(|pair| self.parse(pair.strip_prefix("lang=")?))
    }
}

/// Which of `tags` the header likes best; the earlier range wins among equals.
pub(super) fn negotiate(header: &str, tags: &[&str]) -> Option<usize> {
    let mut best = (None, 0.0);
    for range in header.split(',').take(MAX_RANGES) {
        let (range, weight) = range.split_once(';').unwrap_or((range, "q=1"));
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok()).unwrap_or(0.0);
        if weight > best.1
            && let Some(found) = look_up(range.trim(), tags)
        {
            best = (Some(found), weight);
        }
    }
    best.0
}

/// RFC 4647 lookup: `de-CH-1996`, then `de-CH`, then `de`.
fn look_up(range: &str, tags: &[&str]) -> Option<usize> {
    if range == "*" {
        return Some(0);
    }
    std::iter::successors(Some(range), |range| range.rsplit_once('-').map(|(shorter, _)| shorter))
        .find_map(|range| tags.iter().position(|tag| tag.eq_ignore_ascii_case(range)))
}
