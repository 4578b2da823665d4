//! Files that hold what others must not read: who could read them, and whether a page's folder would show them.

use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf, absolute},
};

use secrecy::SecretString;

use super::{ALLOWED_NUMBERS, ConfigError, SECRETS, STORE_URL, Secrets, Settings, Warning, credentials};
use crate::store::address;

/// Whether a variable's value must not be seen.
pub(super) fn is_secret(name: &str, value: &str) -> bool {
    SECRETS.contains(&name) || name == STORE_URL && address::has_password(&SecretString::from(value))
}

/// What must not be seen, each file with the setting that names it. What is added to the settings is added here.
pub(super) struct Kept {
    /// Secrets: other users of the machine should not read them.
    secret: Vec<(String, PathBuf)>,
    /// What only must not be served.
    private: Vec<(String, PathBuf)>,
}

impl Kept {
    /// `read` are those that secrets came from.
    pub(super) fn new(settings: &Settings, secrets: &Secrets, read: &[(String, PathBuf)]) -> Self {
        let mut secret = read.to_vec();
        let key = secrets.vonage_private_key.as_ref().and_then(credentials::key_file);
        secret.extend(key.map(|path| ("VONAGE_PRIVATE_KEY".to_owned(), path)));
        secret.extend(
            address::sqlite_path(&settings.store_url).map(|path| (STORE_URL.to_owned(), path.into())),
        );
        // Looked for at every start, whether or not it is there today.
        let mut private = vec![(".env".to_owned(), PathBuf::from(".env"))];
        private.extend(settings.allowed_numbers.clone().map(|path| (ALLOWED_NUMBERS.to_owned(), path)));
        Self { secret, private }
    }

    /// The folders that visitors see, or whose files make pages, hold none of it.
    pub(super) fn apart_from_folders(&self, settings: &Settings) -> Result<(), ConfigError> {
        let templates = settings.templates_dir.clone().map(|path| ("TEMPLATES_DIR".to_owned(), path));
        for (variable, folder, more) in [
            ("PUBLIC_DIR", &settings.public_dir, templates),
            ("TEMPLATES_DIR", &settings.templates_dir, None),
        ] {
            let Some(folder) = folder else { continue };
            let real =
                folder.canonicalize().map_err(|error| ConfigError::new(variable, error.to_string()))?;
            let mut all = self.secret.iter().chain(&self.private).chain(more.iter());
            if let Some((setting, path)) = all.find(|(_, path)| is_below(path, &real)) {
                let problem = format!(
                    "{} holds {} of {setting}, which nobody shall see; give a folder of its own",
                    shown(folder),
                    shown(path)
                );
                return Err(ConfigError::new(variable, problem));
            }
        }
        Ok(())
    }

    /// Those that every user of the machine can read.
    pub(super) fn open_to_all(&self) -> Vec<Warning> {
        let open = self.secret.iter().filter(|(_, path)| is_open_to_all(path));
        open.map(|(setting, path)| {
            let path = shown(path);
            Warning::new(format!(
                "{setting}: every user of this machine can read {path}; take that right away: chmod o-r"
            ))
        })
        .collect()
    }
}

fn shown(path: &Path) -> String {
    format!("{:?}", path.to_string_lossy())
}

/// Whether the file, there or to come, is below a folder: by its own name, or by where links lead.
fn is_below(path: &Path, real: &Path) -> bool {
    let absolute = absolute(path).unwrap_or_else(|_| path.to_owned());
    // The nearest folder that exists: what is made later comes below it.
    let by_name = absolute.ancestors().skip(1).find_map(|folder| folder.canonicalize().ok());
    [absolute.canonicalize().ok(), by_name].iter().flatten().any(|place| place.starts_with(real))
}

/// Whether others may read it, and get to where it is.
fn is_open_to_all(path: &Path) -> bool {
    let Ok(real) = path.canonicalize() else { return false };
    let allows =
        |path: &Path, right| path.metadata().is_ok_and(|file| file.permissions().mode() & right != 0);
    allows(&real, 0o004) && real.ancestors().skip(1).all(|folder| allows(folder, 0o001))
}
