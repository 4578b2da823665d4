//! What it costs that many are signed in: the same loads on stores with few, more and very many live sessions.
//!
//! The sessions are copies of real ones, made by `sessions.py` in the store's file before the start. It knows one thing of
//! the tables, how a session is found by its token, so that it goes on working when the rest of them changes.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use crate::{
    Outcome,
    load::{Crowd, Journey},
    machine::version,
    results::What,
    run::Run,
    server::Home,
    stage::{Provider, Target},
};

use super::{Part, progress};

const PYTHON: &str = "python3";
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/signins/parts/sessions.py");

/// How many sessions a site's visitors have open at a time, out of all that are live.
const IN_USE: u32 = 1_000;

pub(super) async fn measure(run: &mut Run) -> Outcome<()> {
    if !run.plan.has(Target::App) {
        return Ok(());
    }
    if version(PYTHON).is_none() {
        run.left_out.push(format!("No figures with many sessions: there is no {PYTHON} to make them."));
        return Ok(());
    }
    let mut stores = Vec::new();
    for count in run.plan.sessions {
        eprintln!("{}: a store with {count}", Part::Sessions);
        let home = Home::new()?;
        sign_in_some(run, &home).await?;
        fill(&home.store(), count)?;
        stores.push((count, home));
    }
    for turn in 1..=run.plan.rounds {
        for (count, home) in &stores {
            progress(Part::Sessions, turn, run.plan.rounds, count);
            round(run, *count, home).await?;
        }
    }
    Ok(())
}

/// Leaves real sessions in a store, to be copied.
async fn sign_in_some(run: &Run, home: &Home) -> Outcome<()> {
    let server = run.stage.start(Target::App, home, Provider::AtOnce, &[])?;
    run.warm_up(Target::App, &server, Journey::AppSignIn, run.plan.crowd.visitors).await
}

/// Makes a store's live sessions so many.
fn fill(store: &Path, count: u32) -> Outcome<()> {
    let mut script = Command::new(PYTHON);
    script.arg(SCRIPT).arg(store).arg(count.to_string()).stdin(Stdio::null());
    if script.status()?.success() { Ok(()) } else { Err("the sessions were not made".into()) }
}

async fn round(run: &mut Run, count: u32, home: &Home) -> Outcome<()> {
    let Crowd { visitors, .. } = run.plan.crowd;
    let in_use = Journey::StoredAuth { among: IN_USE.min(count), of: count };
    let any = Journey::StoredAuth { among: count, of: count };

    let server = run.stage.start(Target::App, home, Provider::AtOnce, &[("AUTH_CACHE", "0s")])?;
    run.warm_up(Target::App, &server, any, visitors).await?;
    run.load(What::UncachedAuth(count), Target::App, &server, any, run.plan.crowd).await?;
    drop(server);

    let server = run.stage.start(Target::App, home, Provider::AtOnce, &[])?;
    run.warm_up(Target::App, &server, in_use, visitors).await?;
    run.load(What::StoredAuth(count), Target::App, &server, in_use, run.plan.crowd).await?;
    run.load(What::StoredSignIn(count), Target::App, &server, Journey::AppSignIn, run.plan.crowd).await?;
    Ok(())
}
