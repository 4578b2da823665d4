//! Reads the body of a v2 start.

use std::time::Duration;

use serde_json::Value;

use super::{fields::Fields, problem::InvalidParameter};
use crate::{
    channel::Channel,
    special::Special,
    verification::{Api, Plan, Step},
};

const CHANNELS: [Channel; 6] =
    [Channel::Sms, Channel::Voice, Channel::Whatsapp, Channel::Rcs, Channel::Email, Channel::SilentAuth];

/// How long a step waits for the silent check, whatever `channel_timeout` says.
const SILENT_WAIT: Duration = Duration::from_mins(1);

/// What to do. A silent step whose coverage is to be checked is left out, since the simulated network has none.
pub(super) fn read(body: &[u8]) -> Result<Plan, Vec<InvalidParameter>> {
    let mut fields = Fields::read(body);
    let brand = fields.required("brand", 1..=18, |sign| !"/{}:$".contains(sign));
    let wait = Duration::from_secs(fields.number("channel_timeout", 15..=900).unwrap_or(180));
    let code_length = fields.number("code_length", 4..=10).and_then(|length| u8::try_from(length).ok());
    let custom_code = fields.text("code", 4..=10, |sign| sign.is_ascii_alphanumeric());
    let client_ref = fields.text("client_ref", 1..=40, |sign| sign.is_ascii_alphanumeric());
    if let Some(locale) = fields.text("locale", 5..=6, |sign| sign.is_ascii_lowercase() || sign == '-')
        && !locale.split_once('-').is_some_and(|(language, region)| language.len() >= 2 && region.len() == 2)
    {
        fields.refuse("locale", "must be like en-us");
    }
    fields.text("template_id", 1..=100, |_| true);
    fields.truth("fraud_check", false);
    let steps = workflow(&mut fields, brand.as_deref().unwrap_or_default(), wait);

    let plan = brand.zip(steps).map(|(brand, steps)| Plan {
        api: Api::V2,
        brand,
        delivery: Special::delivery(steps.first().and_then(|step| Special::of(&step.to))),
        steps,
        code_length: code_length.unwrap_or(4),
        custom_code,
        code_lifetime: None,
        channel_timeout: wait,
        client_ref,
    });
    fields.finish(plan)
}

fn workflow(fields: &mut Fields, brand: &str, wait: Duration) -> Option<Vec<Step>> {
    let items = match fields.take("workflow") {
        Some(Value::Array(items)) if (1..=3).contains(&items.len()) => items,
        Some(Value::Array(_)) => {
            fields.refuse("workflow", "must have 1 to 3 items");
            return None;
        }
        Some(_) => {
            fields.refuse("workflow", "must be an array");
            return None;
        }
        None => {
            fields.refuse("workflow", "is required");
            return None;
        }
    };

    let mut steps = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        let step = step(Fields::item(item, format!("workflow[{index}]")), index, brand, wait);
        steps.extend(fields.adopt(step).flatten());
    }
    Some(steps)
}

/// `None` is a silent step that is left out.
fn step(
    mut item: Fields,
    index: usize,
    brand: &str,
    wait: Duration,
) -> Result<Option<Step>, Vec<InvalidParameter>> {
    if !item.has("channel") {
        item.refuse("channel", "is required");
    }
    let words = CHANNELS.map(Channel::as_str);
    let Some(word) = item.word("channel", &words) else {
        return item.finish(None);
    };
    let channel = CHANNELS.into_iter().find(|channel| channel.as_str() == word).unwrap_or(Channel::Sms);

    if !item.has("to") {
        item.refuse("to", "is required");
    }
    let to = if channel == Channel::Email { address(&mut item, "to") } else { phone(&mut item, "to") };
    let from = sender(&mut item, channel);
    let reuse_code = item.truth("reuse_code", false);
    item.text("entity_id", 1..=20, |_| true);
    item.text("content_id", 1..=20, |_| true);
    item.text("app_hash", 11..=11, |_| true);
    let mut covered = true;
    if channel == Channel::SilentAuth {
        covered = !item.truth("coverage_check", true);
        if index > 0 {
            item.refuse("channel", "silent_auth must come first");
        }
    }
    match channel {
        Channel::SilentAuth => item.word("mode", &["standard", "advanced"]),
        Channel::Whatsapp => item.word("mode", &["otp_code", "zero_tap"]),
        _ => None,
    };

    let step = to.map(|to| {
        covered.then(|| Step {
            channel,
            to,
            from: from.unwrap_or_else(|| brand.to_owned()),
            wait: if channel == Channel::SilentAuth { SILENT_WAIT } else { wait },
            reuse_code,
        })
    });
    item.finish(step)
}

/// Digits from the country code on: no `+`, no `00`.
fn phone(item: &mut Fields, name: &str) -> Option<String> {
    let number = item.text(name, 1..=50, |sign| sign.is_ascii_digit())?;
    if number.starts_with('0') {
        item.refuse(name, "must start with a country code");
        return None;
    }
    Some(number)
}

fn address(item: &mut Fields, name: &str) -> Option<String> {
    let address = item.text(name, 3..=254, |sign| !sign.is_whitespace())?;
    match address.split_once('@') {
        Some((user, host)) if !user.is_empty() && host.contains('.') && !host.contains('@') => Some(address),
        _ => {
            item.refuse(name, "must be an e-mail address");
            None
        }
    }
}

fn sender(item: &mut Fields, channel: Channel) -> Option<String> {
    if matches!(channel, Channel::Whatsapp | Channel::Rcs) && !item.has("from") {
        item.refuse("from", "is required");
    }
    match channel {
        Channel::Whatsapp => phone(item, "from"),
        Channel::Email => address(item, "from"),
        Channel::Rcs => item.text("from", 1..=15, |_| true),
        Channel::Sms => {
            let from = item.text("from", 1..=15, |sign| sign.is_ascii_alphanumeric() || sign == ' ')?;
            if from.len() > 11 && !from.bytes().all(|byte| byte.is_ascii_digit()) {
                item.refuse("from", "must have at most 11 characters, or 15 digits");
            }
            Some(from)
        }
        Channel::Voice | Channel::SilentAuth => None,
    }
}
