//! What the guard costs: processor time of a send and of a try, with it and without.
//!
//! `cargo bench --bench guard` works on a SQLite file of its own, by default limits that are raised so far that nothing
//! is refused. The guard's share is the difference between two figures of a group. Figures are processor time of all
//! threads, so that other work on the machine changes them little; they come from Linux's `/proc`.

#![expect(clippy::expect_used, reason = "a measurement that cannot go on should say where")]

use std::{
    collections::BTreeMap,
    fs,
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
    time::Duration,
};

use criterion::{
    Criterion,
    measurement::{Measurement, ValueFormatter, WallTime},
};
use phonegate::testing::{
    attempt::{Attempt, Delivery, Origin, State},
    channel::{Channel, Channels},
    clock::Clock,
    guard::{Counted, Guard, GuardSettings, Kind, Limit, Mode, Rates, Subject, guessing::OF_NUMBER},
    keys::{Keys, Token},
    phone::{PhoneNumber, warm_up},
    random::Random,
    store::Store,
};
use tokio::runtime::Builder;

/// Processor time of this process, in nanoseconds.
struct CpuTime;

impl Measurement for CpuTime {
    type Intermediate = u64;
    type Value = u64;

    fn start(&self) -> u64 {
        let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
        let spent = threads.filter_map(|thread| fs::read_to_string(thread.path().join("schedstat")).ok());
        spent.filter_map(|spent| spent.split(' ').next()?.parse::<u64>().ok()).sum()
    }

    fn end(&self, start: u64) -> u64 {
        self.start() - start
    }

    fn add(&self, one: &u64, other: &u64) -> u64 {
        one + other
    }

    fn zero(&self) -> u64 {
        0
    }

    #[expect(clippy::cast_precision_loss, reason = "a figure to read")]
    fn to_f64(&self, value: &u64) -> f64 {
        *value as f64
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

/// A store and visitors, each with a number and an address of their own.
struct World {
    store: Store,
    keys: Keys,
    guard: Guard,
    clock: Clock,
    random: Random,
    visitors: u32,
    folder: PathBuf,
}

impl World {
    async fn new(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("phonegate-bench-guard-{name}-{}", std::process::id()));
        fs::create_dir(&folder).expect("a folder");
        let url = format!("sqlite:{}", folder.join("bench.db").display()).into();
        let store = Store::open(&url).await.expect("a store");
        let mut limits: BTreeMap<_, _> =
            Limit::ALL.iter().map(|limit| (*limit, limit.by_default())).collect();
        let rates = |text| Rates::parse(text).expect("rates");
        limits.insert(Limit::Prefix, rates("1000000000/1h"));
        limits.insert(Limit::Total, rates("1000000000/1h,1000000000/1d"));
        let guard = Guard::new(GuardSettings { limits, unverified: true, mode: Mode::Enforce });
        let (keys, clock, random) = (Keys::new(b"bench"), Clock::system(), Random::system());
        Self { store, keys, guard, clock, random, visitors: 0, folder }
    }

    fn next_visitor(&mut self) -> (PhoneNumber, IpAddr) {
        self.visitors += 1;
        // 7400 000000 to 7449 999999 are numbers of British mobiles.
        let phone = PhoneNumber::from_store(format!("+44{}", 7_400_000_000_u64 + u64::from(self.visitors)));
        (phone, Ipv4Addr::from_bits(0x0a00_0000 + self.visitors).into())
    }

    fn attempt(&self, phone: PhoneNumber, phone_hash: String, origin: Origin) -> Attempt {
        let now = self.clock.now();
        let browser = Token::new(&self.random);
        Attempt {
            denied: None,
            attempt_id: Token::new(&self.random).expose().to_owned(),
            request_id: None,
            phone,
            phone_hash,
            browser_hash: browser.hash(),
            state: State::Starting,
            created_at: now,
            sent_at: now,
            expires_at: now + Duration::from_mins(5),
            ended_at: None,
            wrong_codes: 0,
            pin_hash: None,
            claimed_until: now,
            cancel_at: None,
            origin,
            return_to: None,
            delivery: Delivery::new(Channels::only(Channel::Sms), now, now + Duration::from_mins(5)),
        }
    }

    /// Writes an attempt down.
    async fn send(&mut self) {
        let (phone, _) = self.next_visitor();
        let phone_hash = self.keys.phone(&phone);
        let attempt = self.attempt(phone, phone_hash, Origin::default());
        assert!(self.store.insert(&attempt).await.expect("an answer"));
    }

    /// The same with all that the guard looks at and counts.
    async fn guarded_send(&mut self) {
        let (phone, address) = self.next_visitor();
        let subject = Subject::new(&self.keys, &phone, address);
        let attempt = self.attempt(phone, subject.phone_hash.clone(), subject.origin.clone());
        let counted = self.store.insert_first(&attempt, self.guard.send(&subject));
        assert!(counted.await.expect("an answer"));
    }

    /// Counts a try for a number of its own.
    async fn try_code(&mut self) {
        let (phone, address) = self.next_visitor();
        let subject = Subject::new(&self.keys, &phone, address);
        let (label, now) = (phone.masked(), self.clock.now());
        let own = subject.key(Kind::wrong_number(false));
        let counted = self.store.count_wrong_code(&OF_NUMBER, &own, Some(&label), now);
        assert!(counted.await.expect("an answer").is_some());
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn main() {
    // `cargo test --benches` runs benchmarks too, without `--bench`.
    if !std::env::args().any(|arg| arg == "--bench") {
        println!("guard measures only under `cargo bench --bench guard`");
        return;
    }
    warm_up();
    let mut criterion = Criterion::default().with_measurement(CpuTime).configure_from_args();
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");

    let mut sends = criterion.benchmark_group("send");
    let mut world = runtime.block_on(World::new("alone"));
    sends.bench_function("alone", |bencher| bencher.iter(|| runtime.block_on(world.send())));
    let mut world = runtime.block_on(World::new("guarded"));
    sends.bench_function("guarded", |bencher| bencher.iter(|| runtime.block_on(world.guarded_send())));
    sends.finish();

    let mut world = runtime.block_on(World::new("try"));
    criterion.bench_function("try, what the guard adds", |bencher| {
        bencher.iter(|| runtime.block_on(world.try_code()));
    });
    criterion.final_summary();
}
