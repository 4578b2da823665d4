//! How much the simulator bears: starts per second over HTTP on one core, and its memory over a million starts.
//!
//! `cargo bench --bench simulator` fails below 5,000 starts a second, and if memory grows once all that is ever kept is there.
//!
//! * Starts are v2, each to a new number, on keep-alive connections to the real binary with its throttle off. It has one
//!   core and the load another, if the machine has two and `taskset`.
//! * The million goes to the router in this process, at 5,000 a second by a clock that the bench moves; none is finished.

use std::{
    error::Error,
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{self, Child, ChildStderr, Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header::CONTENT_TYPE},
};
use phonegate::testing::{
    clock::{Clock, Timestamp},
    random::Random,
    simulator::{self, Simulator},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};
use tower::ServiceExt;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const WANTED_PER_SECOND: f64 = 5_000.0;
const CONNECTIONS: u64 = 16;
const SPAN: Duration = Duration::from_secs(5);
const MILLION: u64 = 1_000_000;
const STARTS_PER_MILLISECOND: u64 = 5;
/// From this share of the million on, in tenths, memory must stay within [`SLACK`] of what it was.
const SETTLED: u64 = 3;
const SLACK: f64 = 1.05;

fn main() -> ExitCode {
    // `cargo test --benches` runs this too, and shall not wait for it.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("simulator measures only under `cargo bench --bench simulator`");
        return ExitCode::SUCCESS;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = runtime.map_err(Into::into).and_then(|runtime| {
        runtime.block_on(starts_per_second())?;
        runtime.block_on(memory_over_a_million())
    });
    if let Err(error) = outcome {
        eprintln!("error: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn body(number: u64) -> String {
    format!(r#"{{"brand":"Acme","code_length":6,"workflow":[{{"channel":"sms","to":"{number}"}}]}}"#)
}

/// A British mobile number for each start.
fn number(count: u64) -> u64 {
    447_400_000_000 + count
}

/// The simulator in a process of its own, which ends with this.
struct Alone {
    process: Child,
    address: SocketAddr,
    /// Held open: whoever logs into a closed pipe dies of it.
    _log: BufReader<ChildStderr>,
}

impl Alone {
    fn start() -> Outcome<Self> {
        let mut command = Command::new("taskset");
        command.args(["-c", "0", env!("CARGO_BIN_EXE_phonegate")]);
        if !pin_to_core_1() {
            println!("simulator and load share the cores");
            command = Command::new(env!("CARGO_BIN_EXE_phonegate"));
        }
        command.args(["simulator", "--listen=127.0.0.1:0", "--throttle=off"]);
        command.env_clear().env("LOG_FORMAT", "json");
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path); // where taskset is found
        }
        // Outside the project, so that no `.env` is read.
        let mut process = command.current_dir(std::env::temp_dir()).stderr(Stdio::piped()).spawn()?;
        let mut log = BufReader::new(process.stderr.take().ok_or("no log")?);
        let mut line = String::new();
        log.read_line(&mut line)?;
        let entry: serde_json::Value = serde_json::from_str(&line)?;
        let address = entry["fields"]["address"].as_str().ok_or("no address in the log")?.parse()?;
        Ok(Self { process, address, _log: log })
    }

    /// User and system time of all threads so far; unknown outside Linux.
    fn cpu_seconds(&self) -> Option<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id())).ok()?;
        // The second field is a name that may hold anything; the count starts after it.
        let fields = stat.rsplit_once(')')?.1.split_whitespace();
        fields
            .skip(11)
            .take(2)
            .map(|ticks| ticks.parse::<f64>().ok())
            .sum::<Option<f64>>()
            .map(|sum| sum / 100.0)
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        // Both fail only if it has already ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn pin_to_core_1() -> bool {
    let pinned =
        Command::new("taskset").args(["-cp", "1", &process::id().to_string()]).stdout(Stdio::null()).status();
    pinned.is_ok_and(|status| status.success())
}

async fn starts_per_second() -> Outcome<()> {
    let alone = Alone::start()?;
    let begun = Instant::now();
    let mut callers = JoinSet::new();
    for caller in 0..CONNECTIONS {
        callers.spawn(call(alone.address, caller, begun + SPAN));
    }
    let mut starts = 0;
    while let Some(count) = callers.join_next().await {
        starts += count??;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let count = f64::from(u32::try_from(starts)?);
    // Where others use the core, too, the simulator's share of it is what counts.
    let busy = alone.cpu_seconds().unwrap_or(seconds);
    println!(
        "{:.0} starts per second over HTTP; {:.0} per second of its core",
        count / seconds,
        count / busy
    );
    if count / busy < WANTED_PER_SECOND {
        return Err(format!("at least {WANTED_PER_SECOND} are wanted").into());
    }
    Ok(())
}

/// Starts verifications one after the other until `until`; how many.
async fn call(address: SocketAddr, caller: u64, until: Instant) -> Outcome<u64> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut answer = [0; 4_096];
    let mut count = 0;
    while Instant::now() < until {
        let body = body(number(count * CONNECTIONS + caller));
        let request = format!(
            "POST /v2/verify HTTP/1.1\r\nHost: {address}\r\nAuthorization: Basic c2ltdWxhdG9yOnNpbXVsYXRvcg==\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await?;
        // Head and body of so short an answer come in one piece.
        let length = stream.read(&mut answer).await?;
        if !answer[..length].starts_with(b"HTTP/1.1 202") || !answer[..length].ends_with(b"\"}") {
            return Err(format!("not a start: {}", String::from_utf8_lossy(&answer[..length])).into());
        }
        count += 1;
    }
    Ok(count)
}

async fn memory_over_a_million() -> Outcome<()> {
    let clock = Clock::fixed(Timestamp::from_millis(0));
    let router = Simulator::new(simulator::options(&clock, &Random::system())).router();
    let mut settled = None;
    for tenth in 1..=10 {
        for count in 0..MILLION / 10 {
            start(&router, number((tenth - 1) * (MILLION / 10) + count)).await?;
            if count % STARTS_PER_MILLISECOND == 0 {
                clock.advance(Duration::from_millis(1));
            }
        }
        let Some(mib) = resident_mib() else {
            println!("memory is not known here");
            return Ok(());
        };
        println!("{mib:6.1} MiB after {} starts", tenth * (MILLION / 10));
        match settled {
            _ if tenth < SETTLED => {}
            None => settled = Some(mib),
            Some(before) if mib > before * SLACK => return Err("memory grows".into()),
            Some(_) => {}
        }
    }
    Ok(())
}

async fn start(router: &Router, number: u64) -> Outcome<()> {
    let request =
        Request::post("/v2/verify").header(CONTENT_TYPE, "application/json").body(Body::from(body(number)));
    let answer = router.clone().oneshot(request?).await?;
    if answer.status() == StatusCode::ACCEPTED { Ok(()) } else { Err(format!("{}", answer.status()).into()) }
}

fn resident_mib() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.split_whitespace().next()?.parse::<f64>().ok()? / 1024.0)
}
