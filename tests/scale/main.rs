//! What a sign-in, a visit and a sweep cost a Postgres server, at a thousandth of what `docs/scale.md` reckons with: ten
//! sign-ins a second, and 100,000 sessions.
//!
//! `cargo test --test scale -- --nocapture` prints what it has measured, and fails where the page says otherwise. It is no
//! part of the other tests: it needs four minutes, and little of the processor.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should say where")]

#[path = "../postgres/world.rs"]
mod world;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use phonegate_testing::{Crowd, postgres::Postgres, secs};
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};

const SESSIONS: usize = 100_000;
const SIGN_INS_A_SECOND: u32 = 10;
/// So long until the first attempts end, which from then on is a part of what is measured. The shortest that there is.
const CODE_LIFETIME: Duration = Duration::from_secs(60);
const MEASURED: Duration = Duration::from_secs(60);
/// By how many hundredths a figure of the page may differ from what is measured.
const TOLERANCE: f64 = 15.0;

/// What is measured, by the name that the page has for it.
type Figures = BTreeMap<String, f64>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_on_scale_says_what_is_measured() {
    // No checkpoint comes in between: whole pages are written once after each, and reckoned for themselves.
    let settings = ["checkpoint_timeout=1h", "max_wal_size=8GB", "autovacuum_naptime=10s"];
    let server = Postgres::start(&settings);
    server.sql("CREATE EXTENSION pg_walinspect");
    let provider = world::provider().await;
    let lifetime = CODE_LIFETIME.as_secs().to_string();
    let settings = [("CODE_LIFETIME", lifetime.as_str()), ("TRUSTED_PROXIES", "127.0.0.1")];
    let phonegate = world::phonegate(&provider, &server.url(), &settings);
    let crowd = Crowd::from_everywhere(&phonegate.base());
    crowd.sign_in().await.unwrap();
    make_sessions(&server);
    let mut figures = visits(&server);
    // Each page is in the log as a whole once after this.
    server.sql("CHECKPOINT");

    let coming = tokio::spawn(steadily(crowd.clone()));
    tokio::time::sleep(CODE_LIFETIME + secs(20)).await;
    let (counters, busy) = (Counters::read(&server), server.processor_time());
    tokio::time::sleep(MEASURED).await;
    let sign_ins = f64::from(SIGN_INS_A_SECOND) * MEASURED.as_secs_f64();
    let busy = server.processor_time() - busy;
    figures.extend(counters.each(&server, sign_ins));
    coming.abort();
    figures.extend(rows(&server));
    // These say something of this machine only.
    let of_this_machine = [
        ("ms of the server's processor", busy.as_secs_f64() * 1_000.0 / sign_ins),
        ("the same with as many as this machine takes", ms_of_the_busy_server(&server, &crowd).await),
        ("attempts ended a second", attempts_ended_a_second(&server)),
    ];
    for (name, figure) in of_this_machine {
        println!("{name:<60} {figure:>10.2}");
    }

    for (name, figure) in &figures {
        println!("{name:<60} {figure:>10.2}");
    }
    let page = std::fs::read_to_string("docs/scale.md").unwrap();
    let said = said(page.split("\n## 10,000 a second").next().unwrap());
    assert!(said.len() > 15, "{said:?}");
    for (name, said) in said {
        let measured = figures[&name];
        assert!(!differ(said, measured), "docs/scale.md says {said} for {name}, measured was {measured:.2}");
    }
}

async fn ms_of_the_busy_server(server: &Postgres, crowd: &Crowd) -> f64 {
    const SIGN_INS: u32 = 300;
    let _coming = crowd.keeps_coming(16);
    crowd.more(50).await;
    let busy = server.processor_time();
    crowd.more(SIGN_INS as usize).await;
    (server.processor_time() - busy).as_secs_f64() * 1_000.0 / f64::from(SIGN_INS)
}

/// How fast the jobs count attempts whose time is over, each from another address.
fn attempts_ended_a_second(server: &Postgres) -> f64 {
    const ATTEMPTS: u32 = 20_000;
    server.sql(&format!(
        "INSERT INTO verifications SELECT (jsonb_populate_record(one, jsonb_build_object('attempt_id', number, \
         'request_id', number, 'browser_hash', number, 'phone_hash', number, 'address_hash', md5(number::text), \
         'state', 'verified', 'counted', 0, 'expires_at', 1))).* \
         FROM verifications AS one, generate_series(1, {ATTEMPTS}) AS number \
         WHERE one.attempt_id = (SELECT min(attempt_id) FROM verifications)"
    ));
    let begun = Instant::now();
    server.until("SELECT count(*) FROM verifications WHERE counted = 0 AND expires_at = 1", "0");
    f64::from(ATTEMPTS) / begun.elapsed().as_secs_f64()
}

/// New visitors, so many each second, however long each takes.
async fn steadily(crowd: Crowd) {
    let mut tick = interval(Duration::from_secs(1) / SIGN_INS_A_SECOND);
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut visitors = JoinSet::new();
    loop {
        tick.tick().await;
        let crowd = crowd.clone();
        visitors.spawn(async move { crowd.sign_in().await.expect("a sign-in") });
        while let Some(visitor) = visitors.try_join_next() {
            visitor.unwrap();
        }
    }
}

/// Copies of the one session that there is, and of what belongs to it, each of another number.
fn make_sessions(server: &Postgres) {
    let hash = "encode(sha256(concat(number, '{}')::bytea), 'base64')";
    let copies = |table: &str, columns: &[&str]| {
        let new = columns.iter().map(|column| format!("'{column}', {}", hash.replace("{}", column)));
        let new = new.collect::<Vec<_>>().join(", ");
        format!(
            "INSERT INTO {table} SELECT (jsonb_populate_record(one, jsonb_build_object({new}))).* \
             FROM {table} AS one, generate_series(2, {SESSIONS}) AS number;"
        )
    };
    server.sql(
        &(copies("sessions", &["token_hash", "phone_hash"])
            + &copies("known_browsers", &["hash", "phone_hash"])),
    );
    server.sql("VACUUM ANALYZE");
    server.sql("CHECKPOINT");
}

/// Bytes of a row and of its entries in indexes, with what is lost between them.
fn rows(server: &Postgres) -> Figures {
    let mut figures = Figures::new();
    for table in ["sessions", "known_browsers", "verifications", "guard_counters"] {
        let size = |of: &str| {
            let each = format!("SELECT {of}('{table}')::float / count(*) FROM {table}");
            server.sql(&each).parse::<f64>().unwrap()
        };
        figures.insert(format!("bytes of a row: {table}"), size("pg_table_size"));
        figures.insert(format!("bytes of its index entries: {table}"), size("pg_indexes_size"));
    }
    figures
}

/// What it takes to note that somebody was there.
fn visits(server: &Postgres) -> Figures {
    const VISITS: u32 = 1_000;
    server.sql("CHECKPOINT");
    let touch = "UPDATE sessions SET seen_at = seen_at + 1 WHERE token_hash IN (SELECT token_hash FROM sessions \
                 ORDER BY md5(token_hash) OFFSET {} LIMIT 1000)";
    // The first lot pays for whole pages, which all have been written once by then.
    let wal = |offset: u32| {
        let before = server.sql("SELECT pg_current_wal_insert_lsn()");
        server.sql(&touch.replace("{}", &offset.to_string()));
        wal(server, &before)
    };
    let (records, pages) = wal(0);
    let each = |bytes: f64| bytes / f64::from(VISITS);
    Figures::from([
        ("WAL bytes of a visit".to_owned(), each(records)),
        ("WAL bytes of a visit, whole pages after a checkpoint".to_owned(), each(pages)),
    ])
}

/// Bytes of records and of whole pages since a place in the log.
fn wal(server: &Postgres, since: &str) -> (f64, f64) {
    let sums = format!(
        "SELECT sum(record_size), sum(fpi_size) FROM pg_get_wal_stats('{since}', pg_current_wal_flush_lsn())"
    );
    server.sql("SELECT pg_sleep(0.5)");
    let sums = server.sql(&sums);
    let (records, pages) = sums.split_once('|').unwrap();
    (records.parse().unwrap(), pages.parse().unwrap())
}

/// What the server has counted so far.
struct Counters {
    wal: String,
    commits: f64,
    tables: BTreeMap<String, [f64; 5]>,
}

const PARTS: [&str; 5] = ["inserts", "updates", "updates in place", "deletes", "rows read by whole scans"];

impl Counters {
    fn read(server: &Postgres) -> Self {
        let rows = server.sql(
            "SELECT relname, n_tup_ins, n_tup_upd, n_tup_hot_upd, n_tup_del, seq_tup_read FROM pg_stat_user_tables",
        );
        let row = |line: &str| {
            let mut cells = line.split('|');
            let table = cells.next().unwrap().to_owned();
            (table, std::array::from_fn(|_| cells.next().unwrap().parse().unwrap()))
        };
        let commits = "SELECT xact_commit FROM pg_stat_database WHERE datname = 'postgres'";
        Self {
            wal: server.sql("SELECT pg_current_wal_insert_lsn()"),
            commits: server.sql(commits).parse().unwrap(),
            tables: rows.lines().map(row).collect(),
        }
    }

    /// What each sign-in has added since.
    fn each(&self, server: &Postgres, sign_ins: f64) -> Figures {
        let (now, (records, pages)) = (Self::read(server), wal(server, &self.wal));
        let mut figures = Figures::from([
            ("commits".to_owned(), (now.commits - self.commits) / sign_ins),
            ("WAL bytes".to_owned(), records / sign_ins),
            ("WAL bytes of whole pages".to_owned(), pages / sign_ins),
        ]);
        for (table, counts) in &now.tables {
            for (part, (new, old)) in PARTS.iter().zip(counts.iter().zip(self.tables[table])) {
                figures.insert(format!("{part}: {table}"), (new - old) / sign_ins);
            }
        }
        figures
    }
}

/// The figures of the page that are said to be measured.
fn said(page: &str) -> Figures {
    let rows = page.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | "));
    let figure = |cells: &str| cells.split([' ', '|']).next()?.replace(',', "").parse().ok();
    rows.filter_map(|(name, cells)| Some((name.to_owned(), figure(cells)?))).collect()
}

fn differ(said: f64, measured: f64) -> bool {
    (said - measured).abs() > (TOLERANCE / 100.0 * said.max(measured)).max(0.1)
}
