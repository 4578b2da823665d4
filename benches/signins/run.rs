//! One run: its plan, its stage, and what it has learnt so far.

use std::time::{Duration, Instant};

use crate::{
    Outcome, koa,
    load::{Crowd, Journey, drive},
    machine::{self, Neighbours, Snapshot},
    proc,
    results::{Results, What},
    server::Server,
    stage::{Stage, Target},
};

/// How long a server may warm up, if the machine is busy with other things.
const WARM_UP_LIMIT: Duration = Duration::from_secs(12);

/// How long and how often everything is done.
pub(crate) struct Plan {
    pub(crate) crowd: Crowd,
    /// How long a server is at work before it is measured.
    pub(crate) warm_up: Duration,
    /// How many sign-ins Node takes until all that is hot is compiled.
    pub(crate) koa_warm: usize,
    pub(crate) rounds: u32,
    pub(crate) starts: u32,
    /// Live sessions in the store, from few to many.
    pub(crate) sessions: [u32; 3],
    pub(crate) targets: Vec<Target>,
}

pub(crate) struct Run {
    pub(crate) plan: Plan,
    pub(crate) stage: Stage,
    pub(crate) results: Results,
    pub(crate) neighbours: Neighbours,
    /// What could not be measured, and why.
    pub(crate) left_out: Vec<String>,
    /// The versions of what was measured.
    pub(crate) versions: Vec<String>,
}

impl Plan {
    /// In turns, so that what else happens on the machine happens to all.
    pub(crate) fn targets(&self) -> Vec<Target> {
        self.targets.clone()
    }

    pub(crate) fn has(&self, target: Target) -> bool {
        self.targets.contains(&target)
    }
}

impl Run {
    /// Sets the stage, and finds out what can be measured here.
    pub(crate) fn new(mut plan: Plan) -> Outcome<Self> {
        let mut left_out = Vec::new();
        let mut versions: Vec<_> = machine::version("rustc").into_iter().collect();
        if plan.has(Target::Koa) {
            match koa::install() {
                Ok(()) => {
                    versions.extend(machine::version("node").map(|version| format!("node {version}")));
                    versions.extend(koa::koa_version());
                }
                Err(why) => {
                    left_out.push(format!("No figures of the Koa app: {why}."));
                    eprintln!("going on without the Koa app: {why}");
                    plan.targets.retain(|target| *target != Target::Koa);
                }
            }
        }
        let stage = Stage::set()?;
        Ok(Self {
            plan,
            stage,
            results: Results::default(),
            neighbours: Neighbours::new(),
            left_out,
            versions,
        })
    }

    /// Measures a server under a load; says how many journeys there were.
    pub(crate) async fn load(
        &mut self,
        what: What,
        target: Target,
        server: &Server,
        journey: Journey,
        crowd: Crowd,
    ) -> Outcome<f64> {
        let before = Snapshot::take();
        let (cpu, load_cpu) = (proc::cpu_seconds(server.pid()), self.stage.load_cpu_seconds());
        let load = drive(server.address, journey, crowd).await.map_err(|failure| server.explain(&failure))?;
        let cpu = proc::cpu_seconds(server.pid()) - cpu;
        let load_cpu = self.stage.load_cpu_seconds() - load_cpu;
        self.neighbours.add_since(&before);
        self.results.add_load(what, target, &load, cpu, load_cpu)?;
        Ok(f64::from(u32::try_from(load.journeys.len())?))
    }

    /// A load that nobody looks at.
    pub(crate) async fn warm_up(
        &self,
        target: Target,
        server: &Server,
        journey: Journey,
        visitors: u32,
    ) -> Outcome<()> {
        let crowd = Crowd { visitors, span: self.plan.warm_up };
        let (begun, mut warm) = (Instant::now(), 0);
        loop {
            let load =
                drive(server.address, journey, crowd).await.map_err(|failure| server.explain(&failure))?;
            warm += load.journeys.len();
            if target != Target::Koa || warm >= self.plan.koa_warm || begun.elapsed() >= WARM_UP_LIMIT {
                return Ok(());
            }
        }
    }
}
