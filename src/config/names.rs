//! What our variables are called, and what was meant by a name that is almost one of them.

use std::sync::LazyLock;

use super::{ALLOWED_NUMBERS, FROM_FILES, OLDER_NAMES, SECRETS, Warning, flags};

/// Beginnings of names that are ours and the provider's alone.
pub(super) const PREFIXES: [&str; 2] = ["VONAGE_", "NEXMO_"];

/// Every variable that is read.
static ALL: LazyLock<Vec<String>> = LazyLock::new(|| {
    let settings = flags().into_iter().map(|(variable, _)| variable);
    let older = OLDER_NAMES.into_iter().map(|(older, _)| older.to_owned());
    let files = FROM_FILES.into_iter().map(|name| format!("{name}_FILE"));
    settings.chain(SECRETS.map(str::to_owned)).chain(older).chain(files).collect()
});

pub(super) fn is_known(name: &str) -> bool {
    ALL.iter().any(|known| known == name)
}

/// The variable that was meant by a name that is not quite one.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    // What a person's own messages are in, on every system.
    if name == "LANGUAGE" {
        return None;
    }
    let typed = plain(name.strip_prefix("PHONEGATE_").unwrap_or(name));
    let apart = |known: &str| {
        let known = plain(known);
        let most = match known.len() {
            0..=3 => 0,
            4..=6 => 1,
            _ => 2,
        };
        Some(strsim::osa_distance(&typed, &known)).filter(|apart| *apart <= most)
    };
    let near = ALL.iter().filter_map(|known| Some((apart(known)?, known.as_str())));
    near.min().map(|(_, known)| known)
}

/// In capitals, without lines between the words, each in the singular.
fn plain(name: &str) -> String {
    let words = name.split(['_', '-', '.']).map(str::to_ascii_uppercase);
    let singular = |word: String| match (word.strip_suffix("IES"), word.strip_suffix('S')) {
        (Some(stem), _) => format!("{stem}Y"),
        (None, Some(stem)) => stem.to_owned(),
        (None, None) => word,
    };
    words.map(singular).collect()
}

/// What the process environment sets without effect, if it looks as if one was meant.
pub(super) fn without_effect<'a>(
    set: impl Iterator<Item = &'a str>,
    is_set: impl Fn(&str) -> bool,
) -> Vec<Warning> {
    set.filter(|name| !is_known(name) && !is_of_a_service(name))
        .filter_map(|name| match nearest(name) {
            Some(meant) => {
                let open = meant == ALLOWED_NUMBERS && !is_set(meant);
                let so = if open { " Without it anyone with a phone can sign in." } else { "" };
                let text = format!("{name} is no setting and has no effect; did you mean {meant}?{so}");
                Some(Warning { text, grave: open })
            }
            None if PREFIXES.iter().any(|prefix| name.starts_with(prefix)) => {
                Some(Warning::new(format!("{name} is no setting of phonegate and has no effect")))
            }
            None => None,
        })
        .collect()
}

/// What Kubernetes sets by itself where a service is called phonegate.
fn is_of_a_service(name: &str) -> bool {
    name.starts_with("PHONEGATE_PORT") || name.starts_with("PHONEGATE_SERVICE_")
}
