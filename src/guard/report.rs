//! What `phonegate guard` shows: how full everything is that is counted.

use super::{
    Mode,
    budget::{self, Allowance, DAY, HOUR, PAST_DAYS},
    guessing::{ALARM_SPAN, FOREVER, MOST},
    judge::Found,
    key::{By, Kind},
    limit::Limit,
    rates::Span,
};
use crate::{
    clock::Timestamp,
    store::{Fullness, Quota, Store, StoreError},
};

/// How many blocks of numbers are listed.
const PREFIXES: i64 = 10;

/// The state of the guard, for the operator's terminal. `mode` and `unverified` are the settings `GUARD_MODE` and
/// `LIMIT_UNVERIFIED`.
pub async fn report(
    store: &Store,
    (mode, unverified): (Mode, bool),
    now: Timestamp,
) -> Result<String, StoreError> {
    let mode = if mode == Mode::Enforce { "enforce" } else { "observe" };
    let unverified = if unverified { "on" } else { "off" };
    let mut lines = vec![format!("GUARD_MODE={mode} LIMIT_UNVERIFIED={unverified}")];
    lines.extend(countries(store, now).await?);
    lines.extend(limits(store, now).await?);
    lines.extend(alarms(store, now).await?);
    Ok(lines.join("\n") + "\n")
}

/// The sends of the last day by country, and the budgets.
async fn countries(store: &Store, now: Timestamp) -> Result<Vec<String>, StoreError> {
    let mut lines = vec![format!(
        "\n{:<8} {:>17} {:>11} {:>17} {:>17} {:>14}",
        "country", "verified, 24 h", "of sent", "unverified, day", "unverified, hour", "reserve, day"
    )];
    for (country, sent, verified) in store.conversion(now - DAY).await? {
        let [unverified, reserve] =
            [Kind::Unverified(By::Country), Kind::Reserve(By::Country)].map(|kind| kind.of(&country));
        let counters = store.counters(&[unverified.clone(), reserve.clone()]).await?;
        let days = store.verified_days(&country, budget::day(now) - PAST_DAYS).await?;
        let allowance = Allowance::of(&days, budget::day(now));
        let of = |key, span, most: i64| format!("{} of {most}", Found(&counters, now).held(key, span));
        let percent = verified * 100 / sent.max(1);
        lines.push(format!(
            "{country:<8} {:>17} {sent:>11} {:>17} {:>17} {:>14}",
            format!("{verified} ({percent} %)"),
            of(&unverified, DAY, allowance.day.most.into()),
            of(&unverified, HOUR, allowance.hour.most.into()),
            of(&reserve, DAY, budget::of_reserve(allowance.day.most)),
        ));
    }
    Ok(lines)
}

/// How full the counters of sends are.
async fn limits(store: &Store, now: Timestamp) -> Result<Vec<String>, StoreError> {
    let mut kinds = Vec::new();
    for limit in Limit::ALL {
        let (strangers, known) = (limit.kind(false), limit.kind(true));
        kinds.extend(strangers.map(|kind| (kind, limit.setting())));
        kinds.extend(known.filter(|_| known != strangers).map(|kind| (kind, "  known browsers")));
    }
    kinds.push((Kind::Unverified(By::Address), "LIMIT_UNVERIFIED of an address"));

    let mut lines = vec![format!(
        "\n{:<32} {:>8} {:>9} {:>12} {:>8} {:>8}",
        "limit", "window", "counted", "four fifths", "full", "highest"
    )];
    for (kind, name) in kinds {
        for Fullness { span, running, near, full, highest, most } in
            store.fullness(&kind.to_string(), now).await?
        {
            let (span, highest) = (Span(span).to_string(), format!("{highest}/{most}"));
            lines.push(format!("{name:<32} {span:>8} {running:>9} {near:>12} {full:>8} {highest:>8}"));
        }
    }
    let prefix = Kind::Sends { by: By::Prefix, known: false }.to_string();
    for (Quota { key, span, most }, count) in store.fullest(&prefix, PREFIXES, now).await? {
        lines.push(format!("{}: {count} of {most} in {}", key.as_str(), Span(span)));
    }
    Ok(lines)
}

async fn alarms(store: &Store, now: Timestamp) -> Result<Vec<String>, StoreError> {
    let alarms = [Kind::WRONG_TOTAL, Kind::Undelivered].map(|kind| kind.of(""));
    let counters = store.counters(&alarms).await?;
    let [wrong_codes, undelivered] = alarms.map(|alarm| Found(&counters, now).held(&alarm, ALARM_SPAN));
    let closed = store.closed(&Kind::wrong_number(false).to_string(), FOREVER, MOST).await?;
    let mut lines = vec![
        format!("\nwrong codes in the last hour: {wrong_codes}"),
        format!("messages of the last hour that did not arrive: {undelivered}"),
        format!("numbers closed to unknown browsers: {}", closed.len()),
    ];
    lines.extend(closed.iter().map(|(phone, since)| format!("  {phone}, wrong codes since {since}")));
    Ok(lines)
}
