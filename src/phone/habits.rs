//! How people write mobile numbers that their country's numbering plan writes otherwise: as one dialled them before the
//! plan was changed, or as one dials them at home.
//!
//! The library knows of trunk prefixes and of most of what is dialled. Here is what it leaves out.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat};

use super::{LineType, plan::Plan};

/// Argentina's calling code.
const ARGENTINA: i32 = 54;

/// The mobile number that is meant by one that is none by its plan, if there is no doubt.
pub(super) fn meant(number: &PhoneNumber, plan: Plan) -> Option<(PhoneNumber, Plan)> {
    // A landline is what was typed, but where mobile numbers look just like it.
    if plan.has_it() && (number.country_code != ARGENTINA || plan.line != LineType::Landline) {
        return None;
    }
    let e164 = PHONE_NUMBER_UTIL.format(number, PhoneNumberFormat::E164);
    let code = number.country_code.to_string();
    let national = e164.strip_prefix('+')?.strip_prefix(&code)?;
    let written = [of_country(&code, national), national.strip_prefix('0').map(str::to_owned)];
    written.into_iter().flatten().find_map(|national| mobile(&format!("+{code}{national}")))
}

fn of_country(code: &str, national: &str) -> Option<String> {
    let after = |prefixes: &[&str], length| {
        let rest = prefixes.iter().find_map(|prefix| national.strip_prefix(prefix));
        rest.filter(|rest: &&str| rest.len() == length)
    };
    match code {
        // From abroad mobiles have a 9 before the area code, at home a 15 behind it, which within the area stands first.
        // Blocks of numbers are either mobile or not, so the 9 makes nobody else's number of a mobile's. Only in Buenos
        // Aires (11) do numbers have eight digits.
        "54" => match after(&["15", "015"], 8) {
            Some(local) => Some(format!("911{local}")),
            None => Some(format!("9{national}")),
        },
        // Until 2019 a 1 from abroad, 044 or 045 at home, 01 for landlines: some of which are mobile by now.
        "52" => after(&["1", "01", "044", "045"], 10).map(str::to_owned),
        // Until 2016 mobiles had eight digits behind the area code and began with 6 to 9.
        "55" if national.len() == 10 && matches!(national.as_bytes()[2], b'6'..=b'9') => {
            Some(format!("{}9{}", &national[..2], &national[2..]))
        }
        // Until the end of 2024 numbers had eight digits.
        "229" if national.len() == 8 => Some(format!("01{national}")),
        _ => None,
    }
}

/// Only if text messages reach it, as far as its plan tells.
fn mobile(e164: &str) -> Option<(PhoneNumber, Plan)> {
    let number = PHONE_NUMBER_UTIL.parse(e164, None).ok()?;
    let plan = Plan::of(&number);
    plan.may_be_mobile().then_some((number, plan))
}
