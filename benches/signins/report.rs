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

/// What is known of a load, and of what is not one.
const OF_LOADS: [Measure; 6] = [
    Measure::PerSecond,
    Measure::CpuMicros,
    Measure::P50Millis,
    Measure::P99Millis,
    Measure::Busy,
    Measure::LoadBusy,
];
const OF_OTHERS: [Measure; 3] = [Measure::CpuMillis, Measure::WallMillis, Measure::Mib];
const TARGETS: [Target; 3] = [Target::App, Target::Koa, Target::Ceiling];

pub(crate) fn print(run: &Run, markdown: bool, quick: bool) {
    let title = |level: &str, title: &str| println!("{}{title}", if markdown { level } else { "" });
    let show = |table: &Table| {
        if !table.is_empty() {
            println!();
            table.print(markdown);
        }
    };
    title("## ", "Latest figures");
    show(&goals::table(&run.results, run.plan.sessions, quick));
    println!();
    for line in conditions(run, quick) {
        println!("{}{line}", if markdown { "* " } else { "" });
    }
    println!();
    title("### ", "All figures");
    show(&loads(run));
    show(&others(run));
}

/// Every load: medians, and how far the rounds lie apart.
fn loads(run: &Run) -> Table {
    let head = [String::new(), String::new()].into_iter().chain(OF_LOADS.map(|measure| measure.to_string()));
    let mut table = Table::new(head);
    for what in run.results.whats() {
        for target in TARGETS.iter().filter(|target| has(run, what, Measure::PerSecond, **target)) {
            let cells = OF_LOADS.map(|measure| cell(run, what, measure, *target));
            table.push([what.to_string(), target.to_string()].into_iter().chain(cells).collect());
            if has(run, what, Measure::DatabaseCpuMicros, *target) {
                let cpu = cell(run, what, Measure::DatabaseCpuMicros, *target);
                let cells = OF_LOADS
                    .map(|measure| if measure == Measure::CpuMicros { cpu.clone() } else { String::new() });
                table.push([what.to_string(), "Postgres".to_owned()].into_iter().chain(cells).collect());
            }
        }
    }
    table
}

/// Starts, memory and sizes.
fn others(run: &Run) -> Table {
    let mut table = Table::new(["", "app", "Koa", "ceiling"].map(str::to_owned));
    for what in run.results.whats() {
        for measure in OF_OTHERS {
            if TARGETS.iter().any(|target| has(run, what, measure, *target)) {
                let cells = TARGETS.map(|target| cell(run, what, measure, target));
                table.push([format!("{what}, {measure}")].into_iter().chain(cells).collect());
            }
        }
    }
    table
}

fn has(run: &Run, what: What, measure: Measure, target: Target) -> bool {
    !run.results.samples(what, measure, target).is_empty()
}

fn cell(run: &Run, what: What, measure: Measure, target: Target) -> String {
    let (samples, median) =
        (run.results.samples(what, measure, target), run.results.median(what, measure, target));
    format!("{}{}", figure(median), spread(samples, median))
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
    lines.extend(idle_servers(run));
    lines.extend(run.left_out.iter().cloned());
    if quick {
        lines.push("A quick run: it shows that all works; the figures mean little.".to_owned());
    }
    lines
}

/// What is to be said where a server was not the limit of its rate.
fn idle_servers(run: &Run) -> Option<String> {
    let all = [What::SignIn, What::FrontPage, What::Auth, What::PostgresSignIn];
    let all = all.into_iter().flat_map(|what| TARGETS.map(|target| (what, target)));
    let idle = all.filter_map(|(what, target)| {
        let busy = run.results.median(what, Measure::Busy, target);
        (busy < KEPT_BUSY).then(|| format!("{target}: {what} ({busy:.0} %)"))
    });
    let idle: Vec<_> = idle.collect();
    let note = "Servers that did not use their whole core, since load, disk or other work was the limit; trust their CPU \
                figures, not their rates and latencies";
    (!idle.is_empty()).then(|| format!("{note}: {}.", idle.join(", ")))
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignIn => f.write_str("sign-ins"),
            Self::FrontPage => f.write_str("GET /"),
            Self::Auth => f.write_str("GET /auth"),
            Self::SlowCalls(visitors) => write!(f, "{visitors} visitors, added wait"),
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

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PerSecond => "per s",
            Self::CpuMicros | Self::DatabaseCpuMicros => "CPU each, µs",
            Self::P50Millis => "p50, ms",
            Self::P99Millis => "p99, ms",
            Self::Busy => "core used, %",
            Self::LoadBusy => "load's core, %",
            Self::WallMillis => "wall, ms",
            Self::CpuMillis => "CPU, ms",
            Self::Mib => "MiB",
        })
    }
}
