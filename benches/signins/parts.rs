//! The parts of a run: each measures one thing of all servers, in turns.

mod postgres;
mod sessions;
mod signins;
mod start;
mod waits;

use std::fmt;

use crate::{Outcome, run::Run};

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// Start to first page, and the size of the binary.
    Start,
    /// Sign-ins, `GET /` and `GET /auth` at full load, with a provider that answers at once.
    Signins,
    /// What visitors wait besides the 50 ms that the provider takes.
    Waits,
    /// What it costs that many are signed in.
    Sessions,
    /// Sign-ins with a Postgres as the store.
    Postgres,
}

impl Part {
    pub(crate) const ALL: [Self; 5] =
        [Self::Start, Self::Signins, Self::Waits, Self::Sessions, Self::Postgres];

    pub(crate) async fn measure(self, run: &mut Run) -> Outcome<()> {
        match self {
            Self::Start => start::measure(run),
            Self::Signins => signins::measure(run).await,
            Self::Waits => waits::measure(run).await,
            Self::Sessions => sessions::measure(run).await,
            Self::Postgres => postgres::measure(run).await,
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start => "start",
            Self::Signins => "sign-ins",
            Self::Waits => "waits",
            Self::Sessions => "sessions",
            Self::Postgres => "Postgres",
        })
    }
}

/// Tells whoever waits where the run is.
fn progress(part: Part, turn: u32, of: u32, target: &dyn fmt::Display) {
    eprintln!("{part}, round {turn} of {of}: {target}");
}
