//! `phonegate export-pages`: the built-in pages, texts and files, to start one's own from.

use std::{fs, io, path::Path};

use super::{Outcome, print};
use crate::web::{assets, templates};

pub(super) fn run(folder: &Path) -> Outcome {
    let pages = templates::built_in().map(|(name, text)| (format!("templates/{name}"), text.as_bytes()));
    let files = assets::built_in().map(|(name, content)| (format!("public/{name}"), content));
    let mut written = 0;
    for (name, content) in pages.chain(files) {
        write(&folder.join(&name), content)?;
        written += 1;
    }
    let folder = folder.display();
    print(&format!(
        "{written} files are in {folder}. Delete what you do not change, so that updates reach it, then set\n\
         TEMPLATES_DIR={folder}/templates and PUBLIC_DIR={folder}/public.\n"
    ))
}

/// Nothing that is there is written over.
fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    path.parent().map_or(Ok(()), fs::create_dir_all).map_err(named)?;
    let mut file = fs::File::create_new(path).map_err(named)?;
    io::Write::write_all(&mut file, content).map_err(named)
}
