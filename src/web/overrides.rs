//! The files of an operator's folder, which take the place of built-in ones.
//!
//! What this module promises:
//! * The folder is read once, at start, so that a page never waits for a disk or changes half-way.
//! * Only regular files inside the folder are read: a link that leads out of it is a mistake, said by name.
//! * Names that begin with a dot are passed over, `.well-known` excepted.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs, io,
    path::{Path, PathBuf},
};

/// What was read. Empty where no folder is set.
#[derive(Debug, Default)]
pub(crate) struct Overrides {
    folder: PathBuf,
    /// The names of those that came from memory.
    given: BTreeSet<String>,
    /// By path within the folder, with `/` between the parts.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

impl Overrides {
    /// Reads all of `folder`. An error names the file.
    pub(crate) fn read(folder: Option<&Path>) -> io::Result<Self> {
        let Some(folder) = folder else { return Ok(Self::default()) };
        let root = folder.canonicalize().map_err(|error| mistake(folder, error.kind(), error))?;
        let mut files = BTreeMap::new();
        collect(folder, &root, "", &mut files)?;
        Ok(Self { folder: folder.to_owned(), files, given: BTreeSet::new() })
    }

    /// The same with texts from memory, which win.
    pub(crate) fn with(mut self, texts: BTreeMap<String, String>) -> Self {
        for (name, text) in texts {
            self.given.insert(name.clone());
            self.files.insert(name, text.into());
        }
        self
    }

    /// Whether a text came from memory.
    pub(crate) fn is_given(&self, name: &str) -> bool {
        self.given.contains(name)
    }

    /// The file as text, if there is one of that name.
    pub(crate) fn text(&self, name: &str) -> io::Result<Option<&str>> {
        let Some(bytes) = self.files.get(name) else { return Ok(None) };
        let text = str::from_utf8(bytes).map_err(|error| self.mistake(name, error))?;
        // Some editors begin a file with an invisible mark.
        Ok(Some(text.trim_start_matches('\u{feff}')))
    }

    /// Templates that neither are `known` nor stand in the text of another one, and whatever is neither template nor texts.
    pub(crate) fn unused(&self, known: impl Fn(&str) -> bool) -> Vec<&str> {
        let mentions = |text: &[u8], name: &str| str::from_utf8(text).is_ok_and(|text| text.contains(name));
        let included = |name: &str| {
            let is_page = Path::new(name).extension().is_some_and(|ending| ending == "html");
            is_page && self.files.iter().any(|(other, text)| other != name && mentions(text, name))
        };
        let names = self.files.keys().map(String::as_str);
        names.filter(|name| !known(name) && !name.starts_with("locales/") && !included(name)).collect()
    }

    /// An error about one of the files.
    pub(crate) fn mistake(&self, name: &str, why: impl fmt::Display) -> io::Error {
        let path = if self.is_given(name) { name.into() } else { self.folder.join(name) };
        mistake(&path, io::ErrorKind::InvalidData, why)
    }
}

/// Which of `known` is almost spelt like `name`.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let apart = known.into_iter().map(|known| (strsim::osa_distance(name, known), known));
    apart.filter(|(apart, _)| (1..=2).contains(apart)).min().map(|(_, known)| known)
}

fn mistake(path: &Path, kind: io::ErrorKind, why: impl fmt::Display) -> io::Error {
    io::Error::new(kind, format!("{}: {why}", path.display()))
}

fn collect(
    folder: &Path,
    root: &Path,
    prefix: &str,
    files: &mut BTreeMap<String, Vec<u8>>,
) -> io::Result<()> {
    let unreadable = |path: &Path, error: io::Error| mistake(path, error.kind(), error);
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let entry = entry.map_err(|error| unreadable(folder, error))?;
        let path = entry.path();
        let file_name = entry.file_name();
        let Some(name) = file_name.to_str() else {
            return Err(mistake(&path, io::ErrorKind::InvalidData, "its name is not UTF-8"));
        };
        if name.starts_with('.') && name != ".well-known" {
            continue;
        }

        let name = format!("{prefix}{name}");
        if entry.file_type().map_err(|error| unreadable(&path, error))?.is_dir() {
            collect(&path, root, &format!("{name}/"), files)?;
            continue;
        }
        // Links are followed to files only: that is how Kubernetes mounts a folder, and it cannot loop.
        let real = path.canonicalize().map_err(|error| unreadable(&path, error))?;
        if !real.starts_with(root) {
            return Err(mistake(&path, io::ErrorKind::InvalidData, "it leads out of the folder"));
        }
        if !real.is_file() {
            return Err(mistake(&path, io::ErrorKind::InvalidData, "it is not a regular file"));
        }
        files.insert(name, fs::read(&real).map_err(|error| unreadable(&path, error))?);
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// A folder of its own for one test, removed at its end.
    pub(crate) struct Scratch(pub(crate) PathBuf);

    impl Scratch {
        pub(crate) fn with(files: &[(&str, &str)]) -> Self {
            static NEXT: AtomicU32 = AtomicU32::new(0);
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let folder = std::env::temp_dir().join(format!("phonegate-{}-{number}", std::process::id()));
            fs::create_dir_all(&folder).unwrap();
            for (name, text) in files {
                let path = folder.join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            Self(folder)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn names(folder: &Scratch) -> Vec<String> {
        Overrides::read(Some(&folder.0)).unwrap().files.into_keys().collect()
    }

    #[test]
    fn files_are_found_at_every_depth_and_dot_files_are_passed_over() {
        let folder = Scratch::with(&[
            ("style.css", ""),
            ("img/deep/logo.svg", ""),
            (".git/config", ""),
            (".DS_Store", ""),
            (".well-known/security.txt", ""),
        ]);

        assert_eq!(names(&folder), [".well-known/security.txt", "img/deep/logo.svg", "style.css"]);
    }

    #[test]
    fn no_folder_means_no_files_and_a_missing_folder_is_named() {
        assert!(Overrides::read(None).unwrap().files.is_empty());

        let error = Overrides::read(Some(Path::new("/no/such/folder"))).unwrap_err();
        assert!(error.to_string().starts_with("/no/such/folder: "), "{error}");
    }

    #[test]
    fn a_text_may_begin_with_an_invisible_mark() {
        let folder = Scratch::with(&[("locales/en.ftl", "\u{feff}index-title = Hello\r\n")]);
        let overrides = Overrides::read(Some(&folder.0)).unwrap();
        assert_eq!(overrides.text("locales/en.ftl").unwrap(), Some("index-title = Hello\r\n"));
    }

    #[test]
    fn what_changes_nothing_is_found_and_what_was_meant() {
        let folder = Scratch::with(&[
            ("index.html", "{% include 'components/banner.html' %}"),
            ("components/banner.html", ""),
            ("indx.html", ""),
            ("component/field.html", ""),
            ("locales/en.ftl", ""),
            ("style.css", ""),
        ]);
        let overrides = Overrides::read(Some(&folder.0)).unwrap();
        let unused = overrides.unused(|name| name == "index.html");
        assert_eq!(unused, ["component/field.html", "indx.html", "style.css"]);

        let known = ["index.html", "components/field.html"];
        assert_eq!(nearest("indx.html", known), Some("index.html"));
        assert_eq!(nearest("component/field.html", known), Some("components/field.html"));
        assert_eq!(nearest("style.css", known), None);
    }

    #[test]
    fn text_that_is_not_utf_8_is_named() {
        let folder = Scratch::with(&[]);
        fs::write(folder.0.join("index.html"), [0xff]).unwrap();

        let error = Overrides::read(Some(&folder.0)).unwrap().text("index.html").unwrap_err();
        assert!(error.to_string().contains("index.html: invalid utf-8"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_inside_the_folder_and_refused_out_of_it() {
        use std::os::unix::fs::symlink;

        let elsewhere = Scratch::with(&[("secret", "")]);
        let folder = Scratch::with(&[("..2025/style.css", "a { }")]);
        symlink("..2025", folder.0.join("..data")).unwrap();
        symlink("..data/style.css", folder.0.join("style.css")).unwrap();
        assert_eq!(names(&folder), ["style.css"]);

        for (target, why) in [
            (elsewhere.0.join("secret"), "leads out"),
            (elsewhere.0.clone(), "leads out"),
            (folder.0.join("..2025"), "not a regular file"),
        ] {
            let link = folder.0.join("link.css");
            symlink(target, &link).unwrap();
            let error = Overrides::read(Some(&folder.0)).unwrap_err().to_string();
            assert!(error.contains("link.css") && error.contains(why), "{error}");
            fs::remove_file(link).unwrap();
        }
    }
}
