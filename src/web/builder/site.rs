//! Where the app is found, and where sign-ins lead.

use tower_http::csrf::CsrfLayer;
use url::Url;

use super::{BuildError, Settings};
use crate::{
    config::ConfigError,
    phone::{Area, Country},
    web::{
        client_address::Proxies, cookies::Cookies, headers::Headers, mount::Mount, return_to, state::Site,
        text::Languages,
    },
};

pub(super) fn site(settings: &Settings, public_url: Url, mount: Mount) -> Result<Site, BuildError> {
    let domain = settings.cookie_domain.as_deref();
    let return_to = return_to::Rules::new(&public_url, &settings.return_to_origins.0, domain);
    Ok(Site {
        csrf: CsrfLayer::new().add_trusted_origin(public_url.origin().ascii_serialization())?,
        headers: Headers::new(&public_url, &return_to)?,
        return_to,
        home: home(settings),
        cookies: Cookies::new(&public_url, settings.cookie_domain.clone()),
        proxies: Proxies::new(settings.trusted_proxies.clone().unwrap_or_default()),
        public_url,
        mount,
    })
}

/// What pages can be read in.
pub(super) fn languages(settings: &Settings) -> Result<Languages, BuildError> {
    let named = settings.look.languages.as_ref().map_or(&[][..], |named| &named.0);
    let wrong = |problem| ConfigError { variable: "LANGUAGES".to_owned(), problem };
    Ok(Languages::of(named).map_err(wrong)?)
}

/// Where whoever has signed in goes on to.
fn home(settings: &Settings) -> Option<Url> {
    let only = || match &settings.return_to_origins.0[..] {
        [only] => Some(only.clone()),
        _ => None,
    };
    settings.look.home_url.clone().or_else(only)
}

/// The country that the phone form begins with for everybody: what is set, or the only one there is to choose.
pub(super) fn default_country(settings: &Settings) -> Option<Country> {
    let only = || match settings.countries.as_ref()?.iter().collect::<Vec<_>>()[..] {
        [Area::Country(country)] => Some(*country),
        _ => None,
    };
    settings.default_country.or_else(only)
}
