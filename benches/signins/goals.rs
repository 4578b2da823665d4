//! What the project holds itself to, beside what is.

use crate::{
    results::{Measure, Results, What},
    stage::Target::{self, App, Ceiling, Koa},
    table::{Table, count, figure},
};

/// A line of the table.
struct Row {
    name: String,
    value: Value,
    /// At least, and then.
    goals: Option<(Goal, Goal)>,
}

/// The app's figure, to be compared with the others'.
#[derive(Clone, Copy)]
enum Value {
    Of(What, Measure),
    /// How many there would be in a second in which the processor does nothing else.
    PerCpuSecond(What),
    /// How many times the one is the other.
    Growth(What, What, Measure),
}

#[derive(Clone, Copy)]
enum Goal {
    Most(f64),
    MostOfKoa(f64),
    LeastOfKoa(f64),
    LeastOfCeiling(f64),
}

/// The ratios, first of all that is shown. What a quick run finds is not held against them.
pub(crate) fn table(results: &Results, sessions: [u32; 3], quick: bool) -> Table {
    let mut table =
        Table::new(["", "app", "to Koa", "to the ceiling", "at least", "then"].map(str::to_owned));
    for row in rows(sessions) {
        let is = row.value.of(results, App);
        if is.is_nan() {
            continue;
        }
        let (to_koa, to_ceiling) = match row.value {
            Value::Growth(..) => (f64::NAN, f64::NAN),
            value => (is / value.of(results, Koa), is / value.of(results, Ceiling)),
        };
        let verdict = |goal: Goal| {
            if quick {
                goal.verdict(f64::NAN, f64::NAN, f64::NAN)
            } else {
                goal.verdict(is, to_koa, to_ceiling)
            }
        };
        let (least, then) =
            row.goals.map(|(least, then)| (verdict(least), verdict(then))).unwrap_or_default();
        let is = if let Value::Growth(..) = row.value { times(is) } else { figure(is) };
        table.push(vec![row.name, is, times(to_koa), times(to_ceiling), least, then]);
    }
    table
}

fn rows([few, _, many]: [u32; 3]) -> Vec<Row> {
    use Goal::{LeastOfCeiling, LeastOfKoa, Most, MostOfKoa};
    use Measure::{
        CpuMicros, CpuMillis, DatabaseCpuMicros, Mib, P50Millis, P99Millis, PerSecond, WallMillis,
    };

    let of = |name: &str, what, measure, goals| Row {
        name: name.to_owned(),
        value: Value::Of(what, measure),
        goals,
    };
    let per_cpu =
        |name: &str, what, goals| Row { name: name.to_owned(), value: Value::PerCpuSecond(what), goals };
    let growth = |name: &str, what: fn(u32) -> What| Row {
        name: format!("{name}: {} live sessions to {}", count(many), count(few)),
        value: Value::Growth(what(many), what(few), CpuMicros),
        goals: Some((Most(1.2), Most(1.1))),
    };
    vec![
        of("sign-ins per s", What::SignIn, PerSecond, Some((LeastOfKoa(2.0), LeastOfKoa(3.0)))),
        of("CPU of a sign-in, µs", What::SignIn, CpuMicros, Some((MostOfKoa(0.5), MostOfKoa(0.333)))),
        of("added wait, 32 visitors, p50, ms", What::SlowCalls(32), P50Millis, None),
        of("added wait, 32 visitors, p99, ms", What::SlowCalls(32), P99Millis, None),
        of(
            "added wait, 256 visitors, p50, ms",
            What::SlowCalls(256),
            P50Millis,
            Some((Most(5.0), Most(2.0))),
        ),
        of(
            "added wait, 256 visitors, p99, ms",
            What::SlowCalls(256),
            P99Millis,
            Some((Most(40.0), Most(10.0))),
        ),
        per_cpu("GET / per CPU second", What::FrontPage, Some((LeastOfCeiling(0.8), LeastOfCeiling(0.9)))),
        per_cpu("GET /auth per CPU second", What::Auth, Some((LeastOfCeiling(0.9), LeastOfCeiling(0.95)))),
        of("start to first page, CPU, ms", What::Start, CpuMillis, Some((Most(25.0), Most(15.0)))),
        of("start to first page, wall, ms", What::Start, WallMillis, None),
        of("memory after load, MiB", What::Loaded, Mib, Some((Most(30.0), Most(25.0)))),
        of("binary, MiB", What::Binary, Mib, Some((Most(15.0), Most(12.0)))),
        growth("CPU of a sign-in", What::StoredSignIn),
        growth("CPU of GET /auth", What::StoredAuth),
        growth("CPU of GET /auth past the cache", What::UncachedAuth),
        of("sign-ins per s, on Postgres", What::PostgresSignIn, PerSecond, None),
        of("CPU of a sign-in, on Postgres, µs", What::PostgresSignIn, CpuMicros, None),
        of("and of Postgres itself, µs", What::PostgresSignIn, DatabaseCpuMicros, None),
    ]
}

impl Value {
    /// A median, or NaN.
    fn of(self, results: &Results, target: Target) -> f64 {
        match self {
            Self::Of(what, measure) => results.median(what, measure, target),
            Self::PerCpuSecond(what) => 1e6 / results.median(what, Measure::CpuMicros, target),
            Self::Growth(more, less, measure) => {
                results.median(more, measure, target) / results.median(less, measure, target)
            }
        }
    }
}

impl Goal {
    fn verdict(self, is: f64, to_koa: f64, to_ceiling: f64) -> String {
        let (goal, is, holds) = match self {
            Self::Most(most) => (format!("≤ {most}"), is, is <= most),
            Self::MostOfKoa(most) => (format!("≤ {most} × Koa"), to_koa, to_koa <= most),
            Self::LeastOfKoa(least) => (format!("≥ {least} × Koa"), to_koa, to_koa >= least),
            Self::LeastOfCeiling(least) => (format!("≥ {least} × ceiling"), to_ceiling, to_ceiling >= least),
        };
        match is {
            unknown if unknown.is_nan() => goal,
            _ if holds => format!("{goal}: held"),
            _ => format!("{goal}: missed"),
        }
    }
}

fn times(ratio: f64) -> String {
    if ratio.is_finite() { format!("{} ×", figure(ratio)) } else { "–".to_owned() }
}
