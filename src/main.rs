//! The program: see `src/commands.rs`.

use std::process::ExitCode;

fn main() -> ExitCode {
    phonegate::run()
}
