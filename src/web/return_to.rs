//! Where a visitor goes after sign-in: only where the operator allows.
//!
//! What this module promises:
//! * A [`ReturnTo`] is made in one place, of an address whose origin is allowed: our own, one of `RETURN_TO_ORIGINS`,
//!   or with `COOKIE_DOMAIN` a host at or below it, by https on port 443.
//! * Addresses are read by the parser of the URL standard, as browsers read them, and given out as that parser
//!   writes them: nothing of the text that came in is passed on.
//! * What is not allowed is dropped and logged, never mended; the log gets its origin and no more.
//! * None is longer than proxies pass on: of an allowed one that is, the fragment goes, then all but the origin.

#[cfg(test)]
mod tests;

use std::fmt;

use url::{Host, Origin, ParseError, Url, form_urlencoded};

use crate::seldom::OnceAMinute;

/// The query's and the form field's name.
pub(crate) const NAME: &str = "return_to";
/// The same for how fresh a sign-in has to be, in seconds.
pub(crate) const MAX_AGE: &str = "max_age";

/// How long an address may be as it is written into the query of the first page, escaped. Servers and proxies take
/// lines of 8 KiB, or somewhat less; the rest is for what stands beside it.
const MAX_LENGTH: usize = 6_000;

/// The origins that a sign-in may lead to.
#[derive(Debug, Clone)]
pub struct Rules {
    public_url: Url,
    others: Vec<Origin>,
    domain: Option<String>,
}

/// An allowed address. `Debug` shows its origin only: the rest is the visitor's.
#[derive(Clone, PartialEq, Eq)]
pub struct ReturnTo(Url);

/// Why an address was dropped. `Display` is for the operator.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The host alone is longer than proxies pass on.
    #[error("its host is longer than {MAX_LENGTH} bytes")]
    TooLong,
    /// No address to the URL standard.
    #[error("it is no address: {0}")]
    Unreadable(#[from] ParseError),
    /// It would send a name or password along.
    #[error("it has a name or password in it")]
    Userinfo,
    /// A site that is not allowed, by its origin.
    #[error("{0} is not among RETURN_TO_ORIGINS, and no https host that COOKIE_DOMAIN covers")]
    Origin(String),
}

impl Rules {
    /// Allows `public_url`'s origin, the origins of `others`, and with a `domain` its https hosts on port 443.
    pub fn new(public_url: &Url, others: &[Url], domain: Option<&str>) -> Self {
        Self {
            public_url: public_url.clone(),
            others: others.iter().map(Url::origin).collect(),
            domain: domain.map(str::to_owned),
        }
    }

    /// Reads an address; a relative one is ours.
    pub fn allow(&self, text: &str) -> Result<ReturnTo, Refused> {
        let url = self.public_url.join(text)?;
        if !self.is_allowed(&url) {
            // A scheme without hosts has no origin to speak of.
            let shown =
                if url.has_host() { url.origin().ascii_serialization() } else { url.scheme().to_owned() };
            return Err(Refused::Origin(shown.chars().take(100).collect()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::Userinfo);
        }
        ReturnTo::bounded(url)
    }

    /// What a query, a form or the store names, if it may be gone to.
    pub(crate) fn read(&self, text: Option<&str>) -> Option<ReturnTo> {
        let text = text.filter(|text| !text.is_empty())?;
        let allowed = self.allow(text);
        allowed.inspect_err(tell_of).ok()
    }

    fn is_allowed(&self, url: &Url) -> bool {
        // The origin of `blob:https://…` is that of what it wraps.
        if !matches!(url.scheme(), "http" | "https") {
            return false;
        }
        let origin = url.origin();
        origin == self.public_url.origin() || self.others.contains(&origin) || self.in_domain(url)
    }

    fn in_domain(&self, url: &Url) -> bool {
        let (Some(domain), Some(Host::Domain(host))) = (&self.domain, url.host()) else { return false };
        is_at_or_below(host, domain) && url.scheme() == "https" && url.port_or_known_default() == Some(443)
    }

    /// Where our forms may lead, for the `Content-Security-Policy`: Chromium checks the redirect after a POST too.
    pub(crate) fn form_action(&self) -> String {
        let mut sources = "'self'".to_owned();
        let origins = self.others.iter().map(Origin::ascii_serialization);
        let domain =
            self.domain.iter().flat_map(|name| [format!("https://{name}"), format!("https://*.{name}")]);
        for source in origins.chain(domain) {
            sources.push(' ');
            sources.push_str(&source);
        }
        sources
    }
}

pub(super) fn is_at_or_below(host: &str, domain: &str) -> bool {
    host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

/// As the query of the first page spells it; a form is no longer.
fn written_length(url: &Url) -> usize {
    form_urlencoded::byte_serialize(url.as_str().as_bytes()).map(str::len).sum()
}

impl ReturnTo {
    /// As much of it as can be written.
    fn bounded(mut url: Url) -> Result<Self, Refused> {
        let length = written_length(&url);
        if length > MAX_LENGTH {
            url.set_fragment(None);
        }
        if written_length(&url) > MAX_LENGTH {
            url.set_query(None);
            url.set_path("/");
            if written_length(&url) > MAX_LENGTH {
                return Err(Refused::TooLong);
            }
            tracing::info!(
                "a return_to of {length} bytes is too long; sign-in leads to the first page of {} instead",
                url.origin().ascii_serialization()
            );
        }
        Ok(Self(url))
    }

    pub(crate) fn url(&self) -> &Url {
        &self.0
    }

    /// Scheme, host and port: what a log may show.
    pub(crate) fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// Absolute, and safe in a header.
    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl From<ReturnTo> for String {
    fn from(ReturnTo(url): ReturnTo) -> Self {
        url.into()
    }
}

impl fmt::Debug for ReturnTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReturnTo({}/…)", self.origin())
    }
}

/// What a query says of `name`; the first, should it do so several times.
pub(crate) fn in_query(query: Option<&str>, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query?.as_bytes());
    pairs.find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
}

/// The first page, with the address that sign-in leads to.
pub(crate) fn start_page(return_to: Option<&ReturnTo>) -> String {
    start_page_for(return_to, None)
}

/// The same, for whoever has to have signed in within `max_age` seconds.
pub(crate) fn start_page_for(return_to: Option<&ReturnTo>, max_age: Option<u64>) -> String {
    let start = "/?";
    let mut query = form_urlencoded::Serializer::for_suffix(start.to_owned(), start.len());
    if let Some(ReturnTo(url)) = return_to {
        query.append_pair(NAME, url.as_str());
    }
    if let Some(max_age) = max_age {
        query.append_pair(MAX_AGE, &max_age.to_string());
    }
    let page = query.finish();
    page.strip_suffix('?').map(str::to_owned).unwrap_or(page)
}

/// What was dropped last.
static DROPPED: OnceAMinute = OnceAMinute::new();

/// Strangers can name what they like; a site that is missing in the settings has to be seen once.
fn tell_of(refused: &Refused) {
    if DROPPED.is_due() {
        tracing::info!("a return_to was dropped: {refused}; told once a minute");
    } else {
        tracing::debug!("a return_to was dropped: {refused}");
    }
}
