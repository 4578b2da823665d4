//! Compresses the files of `public/` and lists them for `src/web/assets.rs`.

use std::{env, fs, io, io::Write as _, path::Path};

use flate2::{Compression, write::GzEncoder};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=public");
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set"))?;
    let out = Path::new(&out);

    let mut names = Vec::new();
    collect(Path::new("public"), "", &mut names)?;
    names.sort();

    let mut rows = Vec::new();
    for (number, name) in names.iter().enumerate() {
        let plain = fs::read(Path::new("public").join(name))?;
        let packed = gzip(&plain)?;
        let gzip = if packed.len() < plain.len() {
            fs::write(out.join(format!("{number}.gz")), packed)?;
            format!("Some(include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{number}.gz\")))")
        } else {
            "None".to_owned()
        };
        let path = format!("concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/public/\", {name:?})");
        rows.push(format!("BuiltIn {{ name: {name:?}, plain: include_bytes!({path}), gzip: {gzip} }}"));
    }
    fs::write(out.join("assets.rs"), format!("[{}]", rows.join(",\n")))
}

fn collect(folder: &Path, prefix: &str, names: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{prefix}{name}/"), names)?;
        } else if !name.starts_with('.') {
            names.push(format!("{prefix}{name}"));
        }
    }
    Ok(())
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}
