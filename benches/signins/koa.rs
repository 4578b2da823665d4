//! The Koa app of `benches/koa`: whether it can be run here, and how.
//!
//! It is what a reader of the tutorial writes today, with its packages in their current versions, in Node's production
//! mode:
//! * Verify is called by `@vonage/verify`, which took the place of the tutorial's client, `nexmo`. It calls by `fetch`; with
//!   undici's `request` in its place a sign-in takes less than half of the processor time.
//! * Templates are compiled once, to Koa's advantage: koa-views with Nunjucks, which the tutorial has, compiles one for
//!   every page.

use std::{
    fs, io,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Outcome, machine::version};

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/koa");
const LOCK: &str = "package-lock.json";
/// What npm writes when all packages are there.
const WHOLE: &str = "node_modules/.package-lock.json";

/// Beside what Cargo builds; there are the packages, and a copy of the app that finds them.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("koa")
}

/// Installs it as its lock file says, unless it is there. An error says why it cannot be measured here.
pub(crate) fn install() -> Outcome<()> {
    for program in ["node", "npm"] {
        version(program).ok_or_else(|| format!("there is no {program}"))?;
    }
    let folder = folder();
    let lock = fs::read(Path::new(SOURCE).join(LOCK))?;
    let is_installed =
        folder.join(WHOLE).exists() && fs::read(folder.join(LOCK)).is_ok_and(|old| old == lock);
    fs::create_dir_all(&folder)?;
    copy(Path::new(SOURCE), &folder)?;
    if is_installed {
        return Ok(());
    }
    eprintln!("npm ci");
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=5", "--loglevel=error"]);
    npm.arg("--prefix").arg(&folder).stdout(io::stderr());
    if npm.status()?.success() { Ok(()) } else { Err("npm ci failed".into()) }
}

fn copy(from: &Path, to: &Path) -> Outcome<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let copied = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&copied)?;
            copy(&entry.path(), &copied)?;
        } else {
            fs::copy(entry.path(), copied)?;
        }
    }
    Ok(())
}

/// Makes of a command that runs node one that runs the app.
pub(crate) fn set_up(node: &mut Command, port: u16, upstream: &str) {
    node.arg(folder().join("app.js"))
        .env("NODE_ENV", "production")
        .env("HOST", Ipv4Addr::LOCALHOST.to_string())
        .env("PORT", port.to_string())
        .env("VERIFY_BASE_URL", upstream)
        .env("NEXMO_API_KEY", "bench")
        .env("NEXMO_API_SECRET", "bench");
}

/// Its version of Koa.
pub(crate) fn koa_version() -> Option<String> {
    let package = fs::read(folder().join("node_modules/koa/package.json")).ok()?;
    let package: serde_json::Value = serde_json::from_slice(&package).ok()?;
    Some(format!("koa {}", package.get("version")?.as_str()?))
}
