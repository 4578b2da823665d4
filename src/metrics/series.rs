//! The series: name, meaning and unit of each, in one place.

use std::sync::atomic::AtomicU64;

use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::{Metric, Registry, Unit},
};

use super::labels::{
    Answer, ByJob, ByOperation, Circuit, Decision, Ended, Job, Message, OK, Operation, Place, Refusal,
    Request, Undelivered,
};

/// Up to the longest that a call to the provider may take.
const PROVIDER_SECONDS: [f64; 9] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0];
/// Up to the longest that a page may take.
const HTTP_SECONDS: [f64; 10] = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];

pub(super) type Histograms<S> = Family<S, Histogram, fn() -> Histogram>;

#[derive(Debug)]
pub(super) struct Series {
    pub(super) messages: Family<Message, Counter>,
    pub(super) verifications: Family<Ended, Counter>,
    pub(super) undelivered: Family<Undelivered, Counter>,
    pub(super) refusals: Family<Refusal, Counter>,
    pub(super) wrong_codes: Counter,
    pub(super) provider_answers: Family<Answer, Counter>,
    pub(super) provider_seconds: Histograms<ByOperation>,
    pub(super) provider_paused: Family<Circuit, Gauge>,
    pub(super) countries_paused: Family<Circuit, Gauge>,
    pub(super) auth: Decisions,
    pub(super) http_requests: Family<Request, Counter>,
    pub(super) http_seconds: Histograms<Place>,
    pub(super) job_overdue: Family<ByJob, Gauge<f64, AtomicU64>>,
    pub(super) job_restarts: Family<ByJob, Counter>,
    pub(super) store_up: Gauge,
}

/// Looked up once: the gate has no time for it.
#[derive(Debug)]
pub(super) struct Decisions {
    pub(super) allowed: Counter,
    pub(super) denied: Counter,
    pub(super) failed: Counter,
}

impl Series {
    /// Those that an alert needs and that have few labels begin at zero: of a series that begins at one, Prometheus
    /// sees no step.
    pub(super) fn new(registry: &mut Registry) -> Self {
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The version that runs", version);
        let mut all = Registrar(registry);
        let series = Self {
            messages: all.plain("messages", "Messages asked of the provider"),
            verifications: all.plain("verifications", "Sign-ins with a message that ended"),
            undelivered: all.plain("undelivered", "Messages that the provider reports as not delivered"),
            refusals: all.plain("refusals", "Sends and tries refused by a rule before any call"),
            wrong_codes: all.plain("wrong_codes", "Wrong codes"),
            provider_answers: all.plain("provider_answers", "Calls to the provider by how they ended"),
            provider_seconds: all.seconds("provider_answer", "Time that calls to the provider took", || {
                Histogram::new(PROVIDER_SECONDS)
            }),
            provider_paused: all.plain("provider_paused", "1 while a breaker is open"),
            countries_paused: all.plain("countries_paused", "Countries for which a breaker is open"),
            auth: Decisions::of(&all.plain("auth", "Answers of GET /auth")),
            http_requests: all.plain("http_requests", "Requests answered, those to /auth aside"),
            http_seconds: all
                .seconds("http_request", "Time that their answers took", || Histogram::new(HTTP_SECONDS)),
            job_overdue: all.with_unit(
                "job_overdue",
                "How long the oldest piece of work of a job has been due",
                Family::default(),
            ),
            job_restarts: all.plain("job_restarts", "Jobs that ended and were started again"),
            store_up: all.plain("store_up", "1 if the store takes writes"),
        };
        for job in Job::ALL {
            drop(series.job_restarts.get_or_create(&ByJob { job }));
        }
        for operation in Operation::ALL {
            drop(series.provider_answers.get_or_create(&Answer { operation, result: OK }));
        }
        series
    }
}

impl Decisions {
    fn of(auth: &Family<Decision, Counter>) -> Self {
        let counter = |decision| auth.get_or_create_owned(&Decision { decision });
        Self { allowed: counter("allowed"), denied: counter("denied"), failed: counter("failed") }
    }
}

struct Registrar<'a>(&'a mut Registry);

impl Registrar<'_> {
    fn plain<M: Metric + Clone + Default>(&mut self, name: &str, help: &str) -> M {
        let metric = M::default();
        self.0.register(name, help, metric.clone());
        metric
    }

    fn with_unit<M: Metric + Clone>(&mut self, name: &str, help: &str, metric: M) -> M {
        self.0.register_with_unit(name, help, Unit::Seconds, metric.clone());
        metric
    }

    fn seconds<S>(&mut self, name: &str, help: &str, make: fn() -> Histogram) -> Histograms<S>
    where
        Histograms<S>: Metric + Clone,
        S: Clone + Eq + std::hash::Hash,
    {
        self.with_unit(name, help, Family::new_with_constructor(make))
    }
}
