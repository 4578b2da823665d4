//! The yardstick: what a sign-in costs here, beside the least it could cost on the same stack.
//!
//! `cargo bench --bench signins` starts a provider that answers at once, then in turns the app (release build, a store of
//! its own) and the ceiling: a bare axum app that makes the same two upstream calls, renders three constant templates and
//! keeps nothing. One binary plays all parts but the app; each is a process, so that all are measured alike.
//!
//! The app has its durable store and its guard, with limits raised until they refuse nobody.
//!
//! What the figures mean:
//! * Each server has one core to itself, load and provider share another, if the machine has two and `taskset`.
//! * A sign-in is all its requests: five with the app (`GET /`, `POST /verify`, `GET /verify`, `POST /check`,
//!   `GET /result`), three with the ceiling, which answers a POST with the next page. Each is a new visitor with a new number.
//! * `GET /auth` is asked about visitors who signed in before, with the headers a proxy sends; the ceiling answers 200 with
//!   the same headers as the app and looks at nothing.
//! * Clients keep their connection and send the next request when the answer is there, so latency includes the queue.
//! * A start lasts from before the process exists to its first 200, the millisecond of `taskset` included.
//! * An answer that is not the expected one ends the run: errors are never measured.
//! * Figures are reported, not judged: the exit code is 0 unless a run failed.

mod browser;
mod ceiling;
mod goals;
mod koa;
mod load;
mod machine;
mod mock;
mod parts;
mod postgres;
mod proc;
mod report;
mod results;
mod run;
mod server;
mod stage;
mod table;

use std::{error::Error, process::ExitCode, time::Duration};

use clap::Parser;
use tokio::{runtime, signal::unix};

use crate::{
    load::Crowd,
    parts::Part,
    run::{Plan, Run},
    stage::Target,
};

/// Whatever goes wrong ends the run; the text is all that is left to do with it.
type Failure = Box<dyn Error + Send + Sync>;
type Outcome<T> = Result<T, Failure>;

/// What a sign-in costs with phonegate, beside the Koa app and a bare axum app.
#[derive(Parser)]
#[command(bin_name = "cargo bench --bench signins --")]
struct Args {
    /// Only this part; may be given more than once.
    #[arg(long)]
    part: Vec<Part>,

    /// Only this server.
    #[arg(long)]
    only: Option<Target>,

    /// Everything once and short: shows that it works, measures little.
    #[arg(long)]
    quick: bool,

    /// Print the report as Markdown.
    #[arg(long)]
    markdown: bool,

    /// Visitors at work at once, each on a connection of its own.
    #[arg(long, default_value_t = 16)]
    connections: u32,

    /// Seconds of each load in a round.
    #[arg(long, default_value_t = 2.5)]
    seconds: f64,

    /// Rounds of each part, servers taken in turns; the median is shown.
    #[arg(long, default_value_t = 3)]
    rounds: u32,

    /// Starts per server on a store that is already there.
    #[arg(long, default_value_t = 5)]
    starts: u32,

    /// Cargo's sign that this is a benchmark run.
    #[arg(long, hide = true)]
    bench: bool,

    #[command(subcommand)]
    role: Option<Role>,
}

/// What else this binary is in its own runs.
#[derive(clap::Subcommand)]
#[command(hide = true)]
enum Role {
    #[command(hide = true)]
    Ceiling { port: u16, upstream: String },
    #[command(hide = true)]
    Mock { port: u16, delay_ms: u64 },
}

fn main() -> ExitCode {
    // `cargo test --benches` runs benchmarks too, without `--bench` and with flags of its own.
    if !std::env::args().skip(1).any(|arg| ["--bench", "--help", "ceiling", "mock"].contains(&arg.as_str())) {
        println!("signins measures only under `cargo bench --bench signins`");
        return ExitCode::SUCCESS;
    }
    let args = Args::parse();
    let outcome = match &args.role {
        None => runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Failure::from)
            .and_then(|runtime| runtime.block_on(unless_stopped(measure(&args)))),
        Some(Role::Mock { port, delay_ms }) => mock::serve(*port, Duration::from_millis(*delay_ms)),
        Some(Role::Ceiling { port, upstream }) => runtime::Runtime::new()
            .map_err(Failure::from)
            .and_then(|runtime| runtime.block_on(ceiling::serve(*port, upstream.clone()))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Ends with an error on Ctrl-C and on SIGTERM, so that the guards stop the servers on every way out.
async fn unless_stopped(run: impl Future<Output = Outcome<()>>) -> Outcome<()> {
    let mut interrupt = unix::signal(unix::SignalKind::interrupt())?;
    let mut terminate = unix::signal(unix::SignalKind::terminate())?;
    tokio::select! {
        outcome = run => outcome,
        _ = interrupt.recv() => Err("interrupted".into()),
        _ = terminate.recv() => Err("terminated".into()),
    }
}

async fn measure(args: &Args) -> Outcome<()> {
    let mut run = Run::new(args.plan()?)?;
    let parts = if args.part.is_empty() { Part::ALL.to_vec() } else { args.part.clone() };
    for part in parts {
        part.measure(&mut run).await?;
    }
    report::print(&run, args.markdown, args.quick);
    Ok(())
}

impl Args {
    fn plan(&self) -> Outcome<Plan> {
        let (rounds, starts, seconds) =
            if self.quick { (1, 1, 0.3) } else { (self.rounds.max(1), self.starts.max(1), self.seconds) };
        let targets = [Target::App, Target::Koa, Target::Ceiling].into_iter();
        Ok(Plan {
            crowd: Crowd { visitors: self.connections.max(1), span: Duration::try_from_secs_f64(seconds)? },
            warm_up: if self.quick { Duration::from_millis(300) } else { Duration::from_secs(1) },
            rounds,
            starts,
            sessions: if self.quick { [100, 1_000, 10_000] } else { [1_000, 100_000, 1_000_000] },
            targets: targets.filter(|target| self.only.is_none_or(|only| only == *target)).collect(),
        })
    }
}
