//! What can be said on the command line.

use std::path::PathBuf;

use super::{Settings, simulator};

/// Phone sign-in for any web site, in one binary.
#[derive(Debug, clap::Parser)]
#[command(version, about, args_override_self = true, disable_help_subcommand = true)]
pub(super) struct CommandLine {
    #[command(flatten)]
    pub(super) settings: Settings,

    /// Use the built-in simulator even where others could reach it. It sends nothing: anyone can read its codes.
    #[arg(long)]
    pub(super) simulator: bool,

    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Run the simulator alone, as a stand-in for the Verify API.
    Simulator(simulator::Flags),
    /// Show what the guard counts: budgets, limits, closed numbers, conversion.
    Guard,
    /// Open a phone number again that was closed after too many wrong codes.
    Unlock {
        /// The number, in international form: `+44…`.
        #[arg(long)]
        phone: String,
    },
    /// Delete all that is kept of a phone number.
    Forget {
        /// The number, in international form: `+44…`.
        #[arg(long)]
        phone: String,
    },
    /// Sign a phone number out everywhere.
    SignOut {
        /// The number, in international form: `+44…`.
        #[arg(long)]
        phone: String,
    },
    /// Write the built-in pages, texts and files out, to start your own from.
    ExportPages {
        /// A folder: `templates` and `public` are made in it.
        folder: PathBuf,
    },
}
