//! Start to first page: the processor time that it takes, and the time that passes; and the size of the binary.

use std::fs;

use crate::{
    Outcome,
    results::{Measure, What},
    run::Run,
    server::Home,
    stage::Provider,
};

use super::{Part, progress};

pub(super) fn measure(run: &mut Run) -> Outcome<()> {
    let targets = run.plan.targets();
    let mut homes = Vec::new();
    for target in &targets {
        homes.push(Home::new()?);
        if let Some(binary) = target.binary()? {
            let kib = u32::try_from(fs::metadata(binary)?.len() / 1024)?;
            run.results.add(What::Binary, Measure::Mib, *target, f64::from(kib) / 1024.0);
        }
    }
    for turn in 0..=run.plan.starts {
        for (target, home) in targets.iter().zip(&homes) {
            progress(Part::Start, turn, run.plan.starts, target);
            let server = run.stage.start(*target, home, Provider::AtOnce, &[])?;
            let what = if turn == 0 { What::FirstStart } else { What::Start };
            run.results.add(what, Measure::WallMillis, *target, server.start.as_secs_f64() * 1e3);
            run.results.add(what, Measure::CpuMillis, *target, server.start_cpu_seconds * 1e3);
        }
    }
    Ok(())
}
