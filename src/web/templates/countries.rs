//! The countries that the phone form offers: in each language by their names there, in the order of its file.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use minijinja::{Value, value::Serde};
use serde::Serialize;

use crate::{
    phone::{Area, Country},
    web::text::{COUNTRY, Catalogue, Language},
};

/// A country as templates see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CountryItem {
    /// Two letters.
    code: String,
    /// Digits, without the `+`.
    calling: String,
    /// What stands for its flag.
    flag: String,
    /// A mobile number as it is written there.
    example: &'static str,
    /// Whether a larger country has the same code.
    also: bool,
}

impl From<Country> for CountryItem {
    fn from(country: Country) -> Self {
        Self {
            code: country.as_str().to_owned(),
            calling: country.calling_code().unwrap_or_default(),
            flag: country.flag(),
            example: country.example(),
            also: !country.is_first_of_its_code(),
        }
    }
}

/// Those that codes are sent to.
pub(super) fn offered(named: Option<&BTreeSet<Area>>) -> BTreeSet<Country> {
    let is_named = |country: &Country| named.is_none_or(|named| named.contains(&Area::Country(*country)));
    Country::all().filter(is_named).collect()
}

#[derive(Serialize)]
struct Named {
    #[serde(flatten)]
    country: CountryItem,
    name: String,
}

/// The list of a language. It is made for the first page that shows it: many languages are never asked for.
pub(super) fn list(
    offered: &Arc<BTreeSet<Country>>,
    catalogue: &Arc<Catalogue>,
    language: Language,
) -> Value {
    let (offered, catalogue) = (Arc::clone(offered), Arc::clone(catalogue));
    let made = OnceLock::new();
    let list = move || made.get_or_init(|| listed(&offered, &catalogue, language)).clone();
    Value::make_iterable(move || list().into_iter())
}

fn listed(offered: &BTreeSet<Country>, catalogue: &Catalogue, language: Language) -> Vec<Value> {
    let mut names: BTreeMap<Country, String> =
        offered.iter().map(|country| (*country, country.as_str().to_owned())).collect();
    let mut listed = Vec::new();
    for key in Catalogue::keys(language) {
        let country = key.strip_prefix(COUNTRY).and_then(Country::parse);
        let Some((country, _)) = country.and_then(|country| names.remove_entry(&country)) else { continue };
        let name = catalogue.resolved(language, key).map(|name| name.to_string()).unwrap_or_default();
        listed.push((country, name));
    }
    // A name that nobody has written down is better than no country.
    listed.extend(names);
    let items = listed.into_iter().map(|(country, name)| Named { country: country.into(), name });
    items.map(Serde).map(Value::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::overrides::Overrides;

    fn names(named: Option<&BTreeSet<Area>>) -> Vec<String> {
        let catalogue = Catalogue::new(&Overrides::default()).unwrap();
        let list = list(&Arc::new(offered(named)), &Arc::new(catalogue), Language::DEFAULT);
        list.try_iter().unwrap().map(|item| item.get_attr("name").unwrap().to_string()).collect()
    }

    #[test]
    fn every_country_is_there_by_its_name_or_only_those_that_codes_are_sent_to() {
        let all = names(None);
        assert_eq!(all.len(), Country::all().count());
        assert!(all.iter().all(|name| name.chars().count() > 2), "{all:?}");
        assert!(all.contains(&"Åland Islands".to_owned()));

        let two = ["GB", "DE", "+881"].map(|code| Area::parse(code).unwrap()).into();
        assert_eq!(names(Some(&two)), ["Germany", "United Kingdom"]);
    }
}
