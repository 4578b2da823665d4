//! The report: ratios, then all figures, then how they came about.

use std::fmt;

use crate::{
    goals, machine,
    results::{Measure, What},
    run::Run,
    stage::Target,
    table::{Table, count, figure, spread},
};

/// Percent of its core that a server must have used for its rate to be its own limit.
const KEPT_BUSY: f64 = 90.0;
/// Percent of the load's core from which on it may have been the limit.
const LOAD_BUSY: f64 = 85.0;

const MEASURES: [Measure; 10] = [
    Measure::PerSecond,
    Measure::CpuMicros,
    Measure::DatabaseCpuMicros,
    Measure::P50Millis,
    Measure::P99Millis,
    Measure::Busy,
    Measure::LoadBusy,
    Measure::WallMillis,
    Measure::CpuMillis,
    Measure::Mib,
];
const TARGETS: [Target; 3] = [Target::App, Target::Koa, Target::Ceiling];

pub(crate) fn print(run: &Run, markdown: bool, quick: bool) {
    let ratios = goals::table(&run.results, run.plan.sessions);
    let title = |title: &str, level: &str| {
        if markdown { println!("{level} {title}\n") } else { println!("\n{title}\n") }
    };
    if markdown {
        title("Latest figures", "##");
    }
    if !ratios.is_empty() {
        ratios.print(markdown);
        println!();
    }
    for line in conditions(run, quick) {
        println!("{}{line}", if markdown { "* " } else { "" });
    }
    if markdown {
        println!();
    }
    title("All figures", "###");
    figures(run).print(markdown);
}

/// Everything that was measured: medians, and how far the rounds lie apart.
fn figures(run: &Run) -> Table {
    let mut table = Table::new(&["", "app", "Koa", "ceiling"]);
    for what in run.results.whats() {
        for measure in MEASURES {
            let cell = |target| {
                let (samples, median) =
                    (run.results.samples(what, measure, target), run.results.median(what, measure, target));
                format!("{}{}", figure(median), spread(samples, median))
            };
            if TARGETS.iter().any(|target| !run.results.samples(what, measure, *target).is_empty()) {
                let name = format!("{what}{measure}");
                table.push([name].into_iter().chain(TARGETS.map(cell)).collect());
            }
        }
    }
    table
}

/// How the figures came about, and what therefore not to read into them.
fn conditions(run: &Run, quick: bool) -> Vec<String> {
    let plan = &run.plan;
    let mut lines = vec![
        format!("Machine: {}. {}.", machine::describe(), run.versions.join(", ")),
        run.neighbours.describe(),
        format!(
            "Medians of {} × {:?} of each load, {} connections but for the waits; ± is half the spread.",
            plan.rounds, plan.crowd.span, plan.crowd.visitors
        ),
    ];
    lines.push(if run.stage.pinned {
        "The server had one core, load and provider another.".to_owned()
    } else {
        "Nothing was pinned: server, load and provider shared the cores, so compare ratios only.".to_owned()
    });
    for what in [What::SignIn, What::FrontPage, What::Auth] {
        lines.extend(TARGETS.iter().filter_map(|target| limit(run, what, *target)));
    }
    lines.extend(run.left_out.iter().cloned());
    if quick {
        lines.push("A quick run: it shows that all works; the figures mean little.".to_owned());
    }
    lines
}

/// What is to be said where the server was not the limit of its rate.
fn limit(run: &Run, what: What, target: Target) -> Option<String> {
    let busy = run.results.median(what, Measure::Busy, target);
    let load = run.results.median(what, Measure::LoadBusy, target);
    let limit = match () {
        () if busy.is_nan() || busy >= KEPT_BUSY => return None,
        () if load >= LOAD_BUSY => "load and provider were the limit",
        () => "it waited for the disk or for the machine",
    };
    Some(format!(
        "{what}: the {target} used {busy:.0} % of its core, and load and provider {load:.0} % of theirs, so {limit}: \
         trust its CPU figures, not its rate and latencies."
    ))
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignIn => f.write_str("sign-ins"),
            Self::FrontPage => f.write_str("GET /"),
            Self::Auth => f.write_str("GET /auth"),
            Self::SlowCalls(visitors) => write!(f, "{visitors} visitors, provider 50 ms"),
            Self::StoredSignIn(sessions) => write!(f, "sign-ins, {} live sessions", count(*sessions)),
            Self::StoredAuth(sessions) => write!(f, "GET /auth, {} live sessions", count(*sessions)),
            Self::UncachedAuth(sessions) => {
                write!(f, "GET /auth past the cache, {} live sessions", count(*sessions))
            }
            Self::PostgresSignIn => f.write_str("sign-ins on Postgres"),
            Self::FirstStart => f.write_str("first start, which makes the store"),
            Self::Start => f.write_str("start to first page"),
            Self::Idle => f.write_str("memory after the start"),
            Self::Loaded => f.write_str("memory after load"),
            Self::Binary => f.write_str("binary"),
        }
    }
}

/// As it follows the name of what was done.
impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PerSecond => ": per s",
            Self::CpuMicros => ": CPU each, µs",
            Self::DatabaseCpuMicros => ": CPU of Postgres each, µs",
            Self::P50Millis => ": p50, ms",
            Self::P99Millis => ": p99, ms",
            Self::Busy => ": server busy, % of its core",
            Self::LoadBusy => ": load and provider busy, % of theirs",
            Self::WallMillis => ": wall, ms",
            Self::CpuMillis => ": CPU, ms",
            Self::Mib => ", MiB",
        })
    }
}
