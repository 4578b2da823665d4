//! What an operator reads first in the log: what is in force, and what to look at.

use std::fmt;

use super::{Config, Provider};
use crate::store::address;

/// Something an operator should know, though it ends nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Warning {
    /// One line, with the setting's name.
    pub(crate) text: String,
    /// A door may stand open.
    pub(crate) grave: bool,
}

impl Warning {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), grave: false }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Config {
    /// Who may sign in, which countries, which proxies, which store, which provider. No secret is in it.
    ///
    /// `own_store`, `own_provider`: an app that has us built in brought its own.
    pub(crate) fn in_force(&self, own_store: bool, own_provider: bool) -> String {
        let own = "the app's own".to_owned();
        let settings = &self.settings;
        let who = match &settings.allowed_numbers {
            Some(path) => format!("the {} numbers of {}", self.allowed.count(), path.display()),
            None => "anyone with a phone".to_owned(),
        };
        let countries = match &settings.countries {
            Some(countries) => countries.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
            None => "every country".to_owned(),
        };
        let proxies = settings.trusted_proxies.as_ref().map_or("none".to_owned(), ToString::to_string);
        let store = if own_store { own.clone() } else { address::shown(&settings.store_url) };
        let provider = if own_provider { own } else { self.shown_provider() };
        format!(
            "in force: who may sign in: {who}; codes go to: {countries}; trusted proxies: {proxies}; store: {store}; \
             provider: {provider}"
        )
    }

    fn shown_provider(&self) -> String {
        let facts = self.settings.verify_api.facts();
        let api = facts.name;
        let credentials = match &self.provider {
            Provider::Simulator { .. } => {
                return format!("the built-in simulator ({api}), which sends nothing");
            }
            Provider::Vonage(credentials) => credentials,
        };
        let by = match (&credentials.application, &self.settings.vonage_application_id, &credentials.basic) {
            (Some(_), Some(id), _) if facts.takes_applications => format!("application {id}"),
            (_, _, Some((key, _))) => format!("key {key}"),
            _ => "no key".to_owned(),
        };
        let at = self.settings.verify_base_url.as_ref().map(|url| format!(" at {url}")).unwrap_or_default();
        format!("Vonage {api}{at} by {by}")
    }

    /// Says it in the log.
    pub(crate) fn tell(&self, own_store: bool, own_provider: bool) {
        tracing::info!("{}", self.in_force(own_store, own_provider));
        for warning in &self.warnings {
            if warning.grave { tracing::error!("{warning}") } else { tracing::warn!("{warning}") }
        }
    }
}
