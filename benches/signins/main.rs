//! The yardstick: what a sign-in costs here, beside the Koa app it takes the place of and the least it could cost.
//!
//! `cargo bench --bench signins` starts a provider, then in turns the app (release build, durable store, guard with limits
//! raised until they refuse nobody), the Koa app of `benches/koa` if there is Node, and the ceiling: a bare axum app that
//! makes the same two calls to the provider, renders the same pages as the Koa app and keeps nothing. `docs/performance.md`
//! says how to run it and shows what came out.
//!
//! What the figures mean:
//! * Each server has one core to itself, load and provider share another, if the machine has two and `taskset`. Postgres
//!   is on the app's core.
//! * A sign-in is all its requests, each by a new visitor with a new number. The app has five (`GET /`, `POST /verify`,
//!   `GET /verify`, `POST /check`, `GET /result`), since each POST is answered by a redirect, and a reload sends nothing
//!   twice. The tutorial's has three (`GET /`, `POST /verify`, `POST /check`), and so has the ceiling. Styles, scripts and
//!   pictures are not asked for: browsers keep them.
//! * The app and the ceiling call Verify v2, the Koa app v1, as the tutorial does: two calls with either, with answers of
//!   much the same size.
//! * The added wait is that of a POST for which the provider is called and takes 50 ms, without those. No visitor pauses
//!   between two requests: whoever has an answer sends the next one, so that 256 of them ask for as much as a server has.
//! * `GET /auth` is asked about visitors who signed in before, with the headers a proxy sends; the ceiling answers 200 with
//!   the same headers as the app and looks at nothing. The tutorial has nothing like it.
//! * Live sessions are put into the store's file before the start. `GET /auth` is asked about a thousand of them, spread
//!   over all, which the cache knows; and about all of them in turns with the cache off. Sign-ins come on top of them.
//! * A start lasts from before the process exists to its first page, the millisecond of `taskset` included.
//! * Clients keep their connection, so latency includes the queue. Servers warm up before they are measured.
//! * Processor time is the figure to trust: other work on the machine changes it least.
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
            koa_warm: if self.quick { 0 } else { 4_000 },
            rounds,
            starts,
            sessions: if self.quick { [100, 1_000, 10_000] } else { [1_000, 100_000, 1_000_000] },
            targets: targets.filter(|target| self.only.is_none_or(|only| only == *target)).collect(),
        })
    }
}
