//! Reads the parameters of a v1 start.

use std::time::Duration;

use rlibphonenumber::{ParseError, PhoneNumber, PhoneNumberFormat, enums::Region};

use super::{no_custom_code, params::Params, refusal::Refusal};
use crate::{
    channel::Channel,
    special::Special,
    verification::{Api, Plan, Step},
};

const SMS: Channel = Channel::Sms;
const CALL: Channel = Channel::Voice;

/// The steps of `workflow_id` 1 to 7, and for how many seconds each waits for the next unless `next_event_wait` is given.
const WORKFLOWS: [&[(Channel, u64)]; 7] = [
    &[(SMS, 125), (CALL, 180), (CALL, 300)],
    &[(SMS, 125), (SMS, 180), (CALL, 300)],
    &[(CALL, 150), (CALL, 150)],
    &[(SMS, 120), (SMS, 180)],
    &[(SMS, 120), (CALL, 180)],
    &[(SMS, 300)],
    &[(CALL, 300)],
];

/// What `lg` may be.
const LANGUAGES: [&str; 39] = [
    "ar-xa", "cs-cz", "cy-cy", "cy-gb", "da-dk", "de-de", "el-gr", "en-au", "en-gb", "en-in", "en-us",
    "es-es", "es-mx", "es-us", "fi-fi", "fil-ph", "fr-ca", "fr-fr", "hi-in", "hu-hu", "id-id", "is-is",
    "it-it", "ja-jp", "ko-kr", "nb-no", "nl-nl", "pl-pl", "pt-br", "pt-pt", "ro-ro", "ru-ru", "sv-se",
    "th-th", "tr-tr", "vi-vn", "yue-cn", "zh-cn", "zh-tw",
];

/// The number, in digits, and what to do.
pub(super) fn read(params: &Params) -> Result<(String, Plan), Refusal> {
    let number = number(params)?;
    let brand = params.required("brand")?;
    if brand.chars().count() > 18 || brand.contains(['/', '{', '}', ':', '$']) {
        return Err(Refusal::invalid("brand"));
    }
    let sender = params.get("sender_id").unwrap_or("VERIFY");
    if sender.chars().count() > 11 {
        return Err(Refusal::invalid("sender_id"));
    }
    if params.get("lg").is_some_and(|language| !LANGUAGES.contains(&language)) {
        return Err(Refusal::invalid("lg"));
    }
    let code_length = match params.number("code_length", |length| length == 4 || length == 6)? {
        Some(6) => 6,
        _ => 4,
    };
    let workflow = params.number("workflow_id", |id| (1..=7).contains(&id))?.unwrap_or(1);
    let (wait, lifetime) = timings(params)?;
    if params.get("pin_code").is_some() {
        return Err(no_custom_code());
    }

    let steps = usize::try_from(workflow - 1).ok().and_then(|index| WORKFLOWS.get(index));
    let steps = steps.copied().unwrap_or_default().iter().map(|(channel, usual)| Step {
        channel: *channel,
        to: number.clone(),
        from: sender.to_owned(),
        wait: Duration::from_secs(wait.unwrap_or(*usual)),
        reuse_code: true,
    });
    let plan = Plan {
        api: Api::V1,
        brand: brand.to_owned(),
        steps: steps.collect(),
        code_length,
        custom_code: None,
        code_lifetime: Some(lifetime),
        channel_timeout: Duration::ZERO,
        client_ref: None,
        delivery: Special::delivery(Special::of(&number)),
    };
    Ok((number, plan))
}

/// The wait between steps, if given, and the lifetime of a code, in which the waits must go without remainder.
fn timings(params: &Params) -> Result<(Option<u64>, Duration), Refusal> {
    let wait = params.number("next_event_wait", |seconds| (60..=900).contains(&seconds))?;
    let lifetime = params.number("pin_expiry", |seconds| (60..=3_600).contains(&seconds))?;
    let lifetime = match (lifetime, wait) {
        (Some(lifetime), Some(wait)) if !lifetime.is_multiple_of(wait) => wait,
        (lifetime, _) => lifetime.unwrap_or(300),
    };
    Ok((wait, Duration::from_secs(lifetime)))
}

/// Digits from the country code on; with `country` the national form is taken too.
fn number(params: &Params) -> Result<String, Refusal> {
    let number = params.required("number")?;
    let Some(country) = params.get("country") else {
        return if is_number(number) { Ok(number.to_owned()) } else { Err(Refusal::invalid("number")) };
    };
    let region = Region::from_code(&country.to_ascii_uppercase()).map_err(|_| Refusal::invalid("country"))?;
    let parsed = PhoneNumber::parse(number, Some(region)).map_err(|error| match error {
        ParseError::InvalidCountryCode => Refusal::invalid("country"),
        _ => Refusal::invalid("number"),
    })?;
    Ok(parsed.format_as(PhoneNumberFormat::E164).trim_start_matches('+').to_owned())
}

fn is_number(text: &str) -> bool {
    (7..=15).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0')
}
