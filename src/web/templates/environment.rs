//! The template engine as it is set up: strict, escaping, with our texts and assets.

use std::{collections::HashMap, io, path::Path, sync::Arc};

use fluent_bundle::{FluentArgs, FluentValue};
use minijinja::{
    Environment, Error, ErrorKind, HtmlEscape, UndefinedBehavior, Value, context, syntax::SyntaxConfig,
    value::Kwargs,
};
use url::Url;

use super::{Links, Shown};
use crate::web::{
    overrides::{self, Overrides},
    text::{Catalogue, HOLE, Language, channels::ChannelTexts},
};

macro_rules! built_in {
    ($($name:literal),* $(,)?) => { [$(($name, include_str!(concat!("../../../templates/", $name)))),*] };
}

/// Every built-in template by name. Names end in `.html`, or nothing would be escaped.
pub(super) const BUILT_IN: [(&str, &str); 18] = built_in![
    "base.html",
    "components/cancel.html",
    "components/countdown.html",
    "components/field.html",
    "components/messages.html",
    "components/phone.html",
    "components/said.html",
    "components/same.html",
    "components/site.html",
    "components/status.html",
    "error.html",
    "index.html",
    "resend.html",
    "result.html",
    "sessions.html",
    "sign-out.html",
    "unauthorized.html",
    "verify.html",
];

/// What all languages share. An error names the operator's file.
pub(super) fn shared(
    overrides: &Overrides,
    links: Links<'_>,
    shown: Shown<'_>,
) -> io::Result<Environment<'static>> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.map_err(io::Error::other)?);

    for (name, source) in BUILT_IN {
        environment.add_template(name, source).map_err(io::Error::other)?;
    }
    for name in overrides.files.keys().filter(|name| is_page(name)) {
        let source = overrides.text(name)?.unwrap_or_default().to_owned();
        let added = environment.add_template_owned(name.clone(), source);
        added.map_err(|error| overrides.mistake(name, describe(&error)))?;
    }

    add_look(&mut environment, links, shown);
    let ChannelTexts { index_lead, index_consent, index_submit, .. } = ChannelTexts::of(shown.first);
    environment.add_global("index_lead", index_lead.key);
    environment.add_global("index_consent", index_consent.key);
    environment.add_global("index_submit", index_submit.key);
    environment.add_global("hole", HOLE);
    environment.add_filter("holding", holding);
    // None of these addresses has a character that needs escaping.
    let address = |path: &str| Value::from_safe_string(links.mount.path(path));
    let assets: HashMap<_, _> =
        links.assets.urls().map(|(name, url)| (name.to_owned(), address(url))).collect();
    environment.add_function("asset", move |name: &str| {
        let missing = || Error::new(ErrorKind::InvalidOperation, format!("there is no asset called {name}"));
        assets.get(name).cloned().ok_or_else(missing)
    });
    let mount = links.mount.clone();
    environment.add_function("url", move |page: &str| {
        let plain =
            page.starts_with('/') && page.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-_.".contains(&b));
        let wrong = || {
            Error::new(
                ErrorKind::InvalidOperation,
                format!("{page:?} is no page of ours, such as \"/verify\""),
            )
        };
        plain.then(|| Value::from_safe_string(mount.path(page))).ok_or_else(wrong)
    });
    Ok(environment)
}

/// What every page shows of the site.
fn add_look(environment: &mut Environment<'static>, links: Links<'_>, shown: Shown<'_>) {
    let look = shown.look;
    environment.add_global("brand", look.site_name.as_deref().unwrap_or(shown.brand));
    let dark = look.logo_dark.as_ref().map(|logo| format!("logo-dark.{}", logo.kind));
    let logo = look.logo.as_ref().map(|logo| {
        let (width, height) = (logo.width(), logo.height());
        context! { file => format!("logo.{}", logo.kind), dark, width, height, word => logo.is_word() }
    });
    environment.add_global("logo", logo);
    environment.add_global("home_url", look.home_url.as_ref().map(Url::as_str));
    let links_of = [
        ("footer-privacy", &look.privacy_url),
        ("footer-terms", &look.terms_url),
        ("footer-help", &look.help_url),
    ];
    let footer = links_of.into_iter().filter_map(|(key, url)| {
        let url = url.as_ref()?.as_str();
        Some(context! { key, url })
    });
    environment.add_global("footer", footer.collect::<Vec<_>>());
    let item = |language: Language| {
        context! { tag => language.tag(), dir => language.direction(), name => language.name() }
    };
    environment.add_global("languages", shown.languages.iter().map(item).collect::<Vec<_>>());
    environment.add_global("custom", links.assets.has("custom.css"));
}

/// A sentence with what belongs into its hole.
fn holding(sentence: &str, content: &Value) -> Value {
    let escaped = |text: &str| HtmlEscape(text).to_string();
    let text = content.to_string();
    let content = if content.is_safe() { text } else { escaped(&text) };
    let parts: Vec<_> = sentence.split(HOLE).map(escaped).collect();
    Value::from_safe_string(parts.join(&content))
}

/// Whether a file of the operator's is a template.
pub(super) fn is_page(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|ending| ending == "html")
}

/// Says which of the operator's files change nothing: most are misspelt.
pub(super) fn tell_of_unused(overrides: &Overrides) {
    for name in overrides.unused(|name| BUILT_IN.iter().any(|(known, _)| *known == name)) {
        let meant = overrides::nearest(name, BUILT_IN.map(|(known, _)| known));
        let meant = meant.map(|known| format!("; did you mean {known}?")).unwrap_or_default();
        let from = if overrides.is_given(name) { "Builder::template" } else { "TEMPLATES_DIR" };
        tracing::warn!("{from}: {name} has no effect, as no template is called or includes that{meant}");
    }
}

/// Adds what differs from language to language, and the banner's switch.
pub(super) fn framed(
    mut environment: Environment<'static>,
    catalogue: Arc<Catalogue>,
    language: Language,
    simulator: bool,
) -> Environment<'static> {
    environment.add_global("lang", language.tag());
    environment.add_global("dir", language.direction());
    environment.add_global("simulator", simulator);
    environment.add_function("t", move |key: &str, named: Kwargs| -> Result<Value, Error> {
        if let Some(text) = catalogue.resolved(language, key) {
            return Ok(text);
        }
        let mut arguments = FluentArgs::new();
        for name in named.args() {
            let value: Value = named.peek(name)?;
            let value = match value.as_i64() {
                Some(number) => FluentValue::from(number),
                None => FluentValue::from(value.to_string()),
            };
            arguments.set(name.to_owned(), value);
        }
        Ok(catalogue.resolve(language, key, &arguments))
    });
    environment
}

/// The error with its causes, which say in which of the included templates it is.
pub(super) fn describe(error: &Error) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |error| error.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
