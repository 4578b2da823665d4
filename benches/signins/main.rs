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
mod load;
mod measure;
mod mock;
mod report;
mod server;

use std::{error::Error, process::ExitCode, time::Duration};

use clap::Parser;
use tokio::{runtime, signal::unix};

use crate::{
    load::{Crowd, Journey},
    measure::{Record, Round},
    server::{Home, Stage, Target},
};

/// Whatever goes wrong ends the run; the text is all that is left to do with it.
type Failure = Box<dyn Error + Send + Sync>;
type Outcome<T> = Result<T, Failure>;

/// Sign-ins per second of phonegate, beside a bare axum app.
#[derive(Parser)]
#[command(bin_name = "cargo bench --bench signins --")]
struct Args {
    /// Visitors at work at once, each on a connection of its own.
    #[arg(long, default_value_t = 16)]
    connections: u32,

    /// Seconds of `GET /`, of sign-ins and of `GET /auth` in each round.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,

    /// Rounds per server, taken in turns; the median is shown.
    #[arg(long, default_value_t = 3)]
    rounds: u32,

    /// Starts per server on a store that is already there.
    #[arg(long, default_value_t = 5)]
    starts: u32,

    /// One short round: shows that everything works, measures little.
    #[arg(long)]
    quick: bool,

    /// Only this server.
    #[arg(long)]
    only: Option<Target>,

    /// Cargo's sign that this is a benchmark run.
    #[arg(long, hide = true)]
    bench: bool,

    #[command(subcommand)]
    part: Option<Part>,
}

/// The parts this binary plays for its own runs.
#[derive(clap::Subcommand)]
#[command(hide = true)]
enum Part {
    #[command(hide = true)]
    Ceiling { port: u16, upstream: String },
    #[command(hide = true)]
    Mock { port: u16 },
}

fn main() -> ExitCode {
    // `cargo test --benches` runs benchmarks too, without `--bench` and with flags of its own.
    if !std::env::args().skip(1).any(|arg| ["--bench", "--help", "ceiling", "mock"].contains(&arg.as_str())) {
        println!("signins measures only under `cargo bench --bench signins`");
        return ExitCode::SUCCESS;
    }
    let args = Args::parse();
    let outcome = match &args.part {
        None => single_thread().and_then(|runtime| runtime.block_on(unless_stopped(run(&args)))),
        Some(Part::Mock { port }) => single_thread().and_then(|runtime| runtime.block_on(mock::serve(*port))),
        Some(Part::Ceiling { port, upstream }) => runtime::Runtime::new()
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

fn single_thread() -> Outcome<runtime::Runtime> {
    Ok(runtime::Builder::new_current_thread().enable_all().build()?)
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

async fn run(args: &Args) -> Outcome<()> {
    let (rounds, starts, seconds) =
        if args.quick { (1, 1, 0.3) } else { (args.rounds.max(1), args.starts.max(1), args.seconds) };
    let crowd = Crowd { visitors: args.connections.max(1), span: Duration::try_from_secs_f64(seconds)? };
    let stage = Stage::set()?;

    let mut records = Vec::new();
    for target in [Target::App, Target::Ceiling] {
        if args.only.is_none_or(|only| only == target) {
            records.push(Record::new(target, Home::new()?)?);
        }
    }
    for turn in 0..=starts {
        for record in &mut records {
            record.start(&stage, turn == 0)?;
        }
    }
    for turn in 1..=rounds {
        for record in &mut records {
            eprintln!("round {turn} of {rounds}: {}", record.target);
            record.rounds.push(round(record.target, &stage, crowd).await?);
        }
    }
    report::print(&records, &stage, crowd, args.quick);
    Ok(())
}

/// One server from its start to its end, on a store of its own.
async fn round(target: Target, stage: &Stage, crowd: Crowd) -> Outcome<Round> {
    const SETTLE: Duration = Duration::from_millis(300);

    let home = Home::new()?;
    let server = stage.start(target, &home)?;
    tokio::time::sleep(SETTLE).await;
    let idle_mib = server.resident_mib();

    let warm_up = Crowd { span: crowd.span.min(SETTLE), ..crowd };
    server.under_load(target.sign_in(), warm_up).await?;
    let front_page = server.under_load(Journey::FrontPage, crowd).await?;
    let sign_in = server.under_load(target.sign_in(), crowd).await?;
    let auth = server.under_load(target.auth(), crowd).await?;
    Ok(Round { front_page, sign_in, auth, idle_mib, loaded_mib: server.resident_mib() })
}
