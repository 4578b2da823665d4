//! The table: each figure of the app beside the ceiling's, and beside what the project holds itself to.

use crate::{
    load::Crowd,
    measure::{Record, Round},
    server::{Stage, Target},
};

/// A line of the table: what it is called, where its samples are, what it should be.
struct Row(&'static str, fn(&Record) -> Vec<f64>, Option<Goal>);

/// What the app's median should be.
#[derive(Clone, Copy)]
enum Goal {
    AtMost(f64),
    /// At least this part of the ceiling's.
    OfCeiling(f64),
}

/// Percent of its core that a server must have used for its rate to be its own limit.
const KEPT_BUSY: f64 = 90.0;

const ROWS: &[Row] = &[
    Row("sign-ins per s", |r| of_rounds(r, |r| r.sign_in.per_second), None),
    Row("  CPU, µs each", |r| of_rounds(r, |r| r.sign_in.cpu_us), Some(Goal::AtMost(500.0))),
    Row("  latency p50, ms", |r| of_rounds(r, |r| r.sign_in.p50_ms), None),
    Row("  latency p99, ms", |r| of_rounds(r, |r| r.sign_in.p99_ms), None),
    Row("  server busy, % of a core", |r| of_rounds(r, |r| r.sign_in.busy), None),
    Row("GET / per s", |r| of_rounds(r, |r| r.front_page.per_second), Some(Goal::OfCeiling(0.45))),
    Row("  CPU, µs each", |r| of_rounds(r, |r| r.front_page.cpu_us), None),
    Row("  latency p50, ms", |r| of_rounds(r, |r| r.front_page.p50_ms), None),
    Row("  latency p99, ms", |r| of_rounds(r, |r| r.front_page.p99_ms), None),
    Row("  server busy, % of a core", |r| of_rounds(r, |r| r.front_page.busy), None),
    Row("GET /auth per s", |r| of_rounds(r, |r| r.auth.per_second), Some(Goal::OfCeiling(0.75))),
    Row("  CPU, µs each", |r| of_rounds(r, |r| r.auth.cpu_us), None),
    Row("  latency p50, ms", |r| of_rounds(r, |r| r.auth.p50_ms), None),
    Row("  latency p99, ms", |r| of_rounds(r, |r| r.auth.p99_ms), None),
    Row("  server busy, % of a core", |r| of_rounds(r, |r| r.auth.busy), None),
    Row("start, ms", |r| r.start_ms.clone(), Some(Goal::AtMost(50.0))),
    Row("  the first, makes the store", |r| r.first_start_ms.clone(), None),
    Row("memory idle, MiB", |r| of_rounds(r, |r| r.idle_mib), None),
    Row("  after load", |r| of_rounds(r, |r| r.loaded_mib), Some(Goal::AtMost(40.0))),
    Row("binary, MiB", |r| r.binary_mib.clone(), Some(Goal::AtMost(20.0))),
];

pub(crate) fn print(records: &[Record], stage: &Stage, crowd: Crowd, quick: bool) {
    let of = |target| records.iter().find(|record| record.target == target);
    let (app, ceiling) = (of(Target::App), of(Target::Ceiling));

    println!();
    println!("{:28}{:>10}{:>8}{:>10}{:>8}{:>8}  goal", "", "app", "", "ceiling", "", "ratio");
    for Row(name, samples, goal) in ROWS {
        let app = app.map(samples).unwrap_or_default();
        let ceiling = ceiling.map(samples).unwrap_or_default();
        let ratio = median(&app) / median(&ceiling);
        let goal = goal.map(|goal| goal.against(median(&app), ratio)).unwrap_or_default();
        let line = format!(
            "{name:28}{:>10}{:>8}{:>10}{:>8}{:>8}  {goal}",
            figure(median(&app)),
            spread(&app),
            figure(median(&ceiling)),
            spread(&ceiling),
            figure(ratio),
        );
        println!("{}", line.trim_end());
    }
    println!();
    print_conditions(records, stage, crowd, quick);
}

/// How the figures came about, and what therefore not to read into them.
fn print_conditions(records: &[Record], stage: &Stage, crowd: Crowd, quick: bool) {
    let rounds = records.first().map_or(0, |record| record.rounds.len());
    println!(
        "Medians of {rounds} × {:?} of each load on {} connections; ± is half the spread.",
        crowd.span, crowd.visitors
    );
    println!(
        "{}",
        if stage.pinned {
            "The server had one core, load and provider another."
        } else {
            "Nothing was pinned: server, load and provider shared the cores, so compare ratios only."
        }
    );
    for record in records {
        let busy = of_rounds(record, |r| r.front_page.busy.min(r.sign_in.busy).min(r.auth.busy));
        if median(&busy) < KEPT_BUSY {
            println!(
                "The {} was not kept busy: load or other work on this machine was the limit. Trust its CPU figures, \
                 not its rates and latencies.",
                record.target
            );
        }
    }
    if quick {
        println!("A quick run: it shows that all works; the figures mean little.");
    }
}

impl Goal {
    fn against(self, app: f64, ratio: f64) -> String {
        let (goal, is, holds) = match self {
            Self::AtMost(most) => (format!("≤ {most}"), app, app <= most),
            Self::OfCeiling(part) => (format!("≥ {part} of the ceiling"), ratio, ratio >= part),
        };
        let verdict = match is {
            unknown if unknown.is_nan() => "",
            _ if holds => ": held",
            _ => ": missed",
        };
        format!("{goal}{verdict}")
    }
}

fn of_rounds(record: &Record, figure: fn(&Round) -> f64) -> Vec<f64> {
    record.rounds.iter().map(figure).collect()
}

/// NaN if there is no sample.
fn median(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// How far the samples lie apart: half of that, in percent of the median.
fn spread(samples: &[f64]) -> String {
    let least = samples.iter().copied().fold(f64::INFINITY, f64::min);
    let most = samples.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let percent = (most - least) * 50.0 / median(samples);
    if samples.len() > 1 && percent.is_finite() { format!("±{percent:.0} %") } else { String::new() }
}

/// About three digits, with thousands set apart; a dash for what could not be measured.
fn figure(value: f64) -> String {
    match value {
        unknown if !unknown.is_finite() => "–".to_owned(),
        large if large >= 1000.0 => {
            let digits = format!("{large:.0}");
            let (thousands, rest) = digits.split_at(digits.len() - 3);
            format!("{thousands},{rest}")
        }
        hundreds if hundreds >= 99.95 => format!("{hundreds:.0}"),
        tens if tens >= 9.995 => format!("{tens:.1}"),
        small => format!("{small:.2}"),
    }
}
