//! The program: see [`phonegate::commands`].

use std::process::ExitCode;

fn main() -> ExitCode {
    phonegate::commands::run()
}
