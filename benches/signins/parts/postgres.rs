//! Sign-ins with a Postgres as the store, on the core that the app has.

use std::path::Path;

use crate::{
    Outcome,
    machine::version,
    postgres::{self, Postgres},
    results::{Measure, What},
    run::Run,
    server::Home,
    stage::{Provider, Target},
};

use super::{Part, progress};

pub(super) async fn measure(run: &mut Run) -> Outcome<()> {
    if !run.plan.has(Target::App) {
        return Ok(());
    }
    let Some(programs) = postgres::programs() else {
        run.left_out.push("No figures with Postgres: it is not where Debian installs it.".to_owned());
        return Ok(());
    };
    run.versions.extend(version(programs.join("postgres")));
    for turn in 1..=run.plan.rounds {
        progress(Part::Postgres, turn, run.plan.rounds, &Target::App);
        round(run, &programs).await?;
    }
    Ok(())
}

/// Each on a server of its own: what is in its tables would slow down the next.
async fn round(run: &mut Run, programs: &Path) -> Outcome<()> {
    let postgres = Postgres::start(&run.stage, programs)?;
    let home = Home::new()?;
    let settings = [("STORE_URL", postgres.url.as_str())];
    let server = run.stage.start(Target::App, &home, Provider::AtOnce, &settings)?;
    let (sign_in, crowd) = (Target::App.sign_in(), run.plan.crowd);
    run.warm_up(Target::App, &server, sign_in, crowd.visitors).await?;

    let before = postgres.cpu_seconds();
    let count = run.load(What::PostgresSignIn, Target::App, &server, sign_in, crowd).await?;
    let each = (postgres.cpu_seconds() - before) * 1e6 / count;
    run.results.add(What::PostgresSignIn, Measure::DatabaseCpuMicros, Target::App, each);
    Ok(())
}
