//! The text, whatever has happened.

use std::collections::BTreeMap;

use super::*;

fn text(metrics: &Metrics) -> String {
    let overdue = Some([(Job::Resend, Duration::from_millis(1500)); 3]);
    metrics.text(&Now { paused: [false, true], countries_paused: [2, 0], overdue })
}

#[test]
fn a_country_is_one_that_has_phones_or_none() {
    let metrics = Metrics::default();
    // A number of no country is counted by its beginning elsewhere.
    for country in ["GB", "GB", "+8816", "", "XX", "gb\"} 1\n"] {
        metrics.message(country, Channel::Voice, Outcome::Unclear);
    }
    let text = text(&metrics);
    let samples: Vec<_> = text.lines().filter(|line| line.starts_with("phonegate_messages_total{")).collect();
    assert_eq!(samples.len(), 2, "{samples:?}");
    for (country, count) in [("GB", 2), ("none", 4)] {
        let labels = format!("country=\"{country}\",channel=\"voice\",outcome=\"unclear\"");
        assert!(text.contains(&format!("phonegate_messages_total{{{labels}}} {count}\n")), "{text}");
    }
}

#[test]
fn what_is_alerted_on_begins_at_zero() {
    let text = text(&Metrics::default());
    for line in [
        "phonegate_wrong_codes_total 0",
        "phonegate_auth_total{decision=\"failed\"} 0",
        "phonegate_provider_answers_total{operation=\"start\",result=\"ok\"} 0",
        "phonegate_provider_paused{operation=\"send\"} 0",
        "phonegate_provider_paused{operation=\"check\"} 1",
        "phonegate_job_overdue_seconds{job=\"resend\"} 1.5",
        "phonegate_store_up 1",
    ] {
        assert!(text.lines().any(|other| other == line), "{line} in {text}");
    }
}

#[test]
fn figures_that_the_store_did_not_give_are_left_out() {
    let metrics = Metrics::default();
    text(&metrics);
    let text = metrics.text(&Now { paused: [false; 2], countries_paused: [0; 2], overdue: None });
    assert!(text.contains("phonegate_store_up 0\n"), "{text}");
    assert!(!text.contains("phonegate_job_overdue_seconds{"), "{text}");
}

/// One sample of each series.
fn everything() -> Metrics {
    let metrics = Metrics::default();
    metrics.message("GB", Channel::Sms, Outcome::Sent);
    metrics.ended("GB", "verified");
    metrics.undelivered("GB", Channel::Sms, "failed");
    metrics.refused("closed");
    metrics.wrong_code();
    metrics.answered(Operation::Start, Duration::ZERO, None);
    metrics.decided(200);
    metrics.job_restarted(Job::Cancel);
    let place = Place { route: "/".into(), method: labels::Method::Get };
    metrics.request(place, 200, Duration::ZERO);
    metrics
}

#[test]
fn the_page_on_metrics_lists_each_series_with_its_labels_and_no_other() {
    let page = include_str!("../../docs/metrics.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let cells = rows.map(|(name, rest)| (name, rest.split_once(" | ").unwrap()));
    let told: BTreeMap<_, _> =
        cells.clone().map(|(name, (labels, _))| (name.to_owned(), labels.replace('–', ""))).collect();

    let text = text(&everything());
    let kinds = text.lines().filter_map(|line| line.strip_prefix("# TYPE phonegate_")?.split_once(' '));
    let sample = |name: &str| text.lines().find(|line| line.starts_with(&format!("phonegate_{name}")));
    let labels = |(name, kind): (&str, &str)| {
        let of = if kind == "histogram" { format!("{name}_count") } else { name.to_owned() };
        let sample = sample(&of).unwrap_or_else(|| panic!("no sample of {of}"));
        let pairs = sample.split(['{', ',', '}']).filter_map(|pair| pair.split_once('='));
        (name.to_owned(), pairs.map(|(label, _)| label).collect::<Vec<_>>().join(", "))
    };
    assert_eq!(told, kinds.map(labels).collect());

    let meanings: BTreeMap<_, _> = cells.map(|(name, (_, meaning))| (name, meaning)).collect();
    for job in Job::ALL {
        assert!(meanings["job_restarts_total"].contains(&format!("`{}`", job.as_str())), "{job:?}");
    }
    for operation in Operation::ALL {
        assert!(meanings["provider_answers_total"].contains(&format!("`{}`", operation.as_str())));
    }
}
