//! Sign-ins, `GET /` and `GET /auth` at full load, with a provider that answers at once; and the memory they leave behind.

use std::time::Duration;

use crate::{
    Outcome,
    load::Journey,
    proc,
    results::{Measure, What},
    run::Run,
    server::Home,
    stage::{Provider, Target},
};

use super::{Part, progress};

/// After this, a server has done what it does after its first page.
const SETTLE: Duration = Duration::from_millis(300);

pub(super) async fn measure(run: &mut Run) -> Outcome<()> {
    for turn in 1..=run.plan.rounds {
        for target in run.plan.targets() {
            progress(Part::Signins, turn, run.plan.rounds, &target);
            round(run, target).await?;
        }
    }
    Ok(())
}

/// One server from its start to its end, on a store of its own.
async fn round(run: &mut Run, target: Target) -> Outcome<()> {
    let home = Home::new()?;
    let server = run.stage.start(target, &home, Provider::AtOnce, &[])?;
    tokio::time::sleep(SETTLE).await;
    run.results.add(What::Idle, Measure::Mib, target, proc::resident_mib(server.pid()));

    let crowd = run.plan.crowd;
    run.warm_up(target, &server, target.sign_in(), crowd.visitors).await?;
    run.load(What::SignIn, target, &server, target.sign_in(), crowd).await?;
    run.load(What::FrontPage, target, &server, Journey::FrontPage, crowd).await?;
    if let Some(auth) = target.auth() {
        run.load(What::Auth, target, &server, auth, crowd).await?;
    }
    run.results.add(What::Loaded, Measure::Mib, target, proc::resident_mib(server.pid()));
    Ok(())
}
