//! What visitors wait besides what the provider takes: few of them, and more than a server can serve at once.

use crate::{
    Outcome,
    load::Crowd,
    results::What,
    run::Run,
    server::Home,
    stage::{Provider, Target},
};

use super::{Part, progress};

const VISITORS: [u32; 2] = [32, 256];

pub(super) async fn measure(run: &mut Run) -> Outcome<()> {
    for turn in 1..=run.plan.rounds {
        for target in run.plan.targets() {
            progress(Part::Waits, turn, run.plan.rounds, &target);
            round(run, target).await?;
        }
    }
    Ok(())
}

async fn round(run: &mut Run, target: Target) -> Outcome<()> {
    let home = Home::new()?;
    let server = run.stage.start(target, &home, Provider::Slow, &[])?;
    run.warm_up(target, &server, target.sign_in(), VISITORS[1]).await?;
    for visitors in VISITORS {
        let crowd = Crowd { visitors, ..run.plan.crowd };
        run.load(What::SlowCalls(visitors), target, &server, target.sign_in(), crowd).await?;
    }
    Ok(())
}
