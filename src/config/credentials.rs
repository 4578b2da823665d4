//! Who we are to the provider: pairs of settings, of which half is a mistake.

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};

use super::{Config, ConfigError, Provider, Secrets, Settings};
use crate::verify::{Application, Credentials};

/// Key and secret of the simulator, unless others are set.
pub(crate) const SIMULATOR: &str = "simulator";

/// What was set, checked; `None` if nothing was.
pub(super) fn read(settings: &Settings, secrets: &Secrets) -> Result<Option<Credentials>, ConfigError> {
    let basic = basic(settings, secrets)?;
    let application = application(settings, secrets)?;
    match (&basic, &application) {
        (None, None) => Ok(None),
        (None, Some(_)) if !settings.verify_api.facts().takes_applications => {
            let fix = "v1 takes only VONAGE_API_KEY and VONAGE_API_SECRET; set them, or use v2";
            Err(ConfigError::new("VERIFY_API", fix))
        }
        _ => Ok(Some(Credentials { basic, application })),
    }
}

fn basic(settings: &Settings, secrets: &Secrets) -> Result<Option<(String, SecretString)>, ConfigError> {
    match (settings.vonage_api_key.as_deref().filter(|key| !key.is_empty()), &secrets.vonage_api_secret) {
        (Some(key), Some(secret)) => Ok(Some((key.to_owned(), secret.clone()))),
        (Some(_), None) => Err(half("VONAGE_API_SECRET", "VONAGE_API_KEY")),
        (None, Some(_)) => Err(half("VONAGE_API_KEY", "VONAGE_API_SECRET")),
        (None, None) => Ok(None),
    }
}

fn application(settings: &Settings, secrets: &Secrets) -> Result<Option<Application>, ConfigError> {
    match (&settings.vonage_application_id, &secrets.vonage_private_key) {
        (Some(id), Some(key)) => match Application::new(id, &pem(key)?) {
            Ok(application) => Ok(Some(application)),
            Err(problem) => Err(ConfigError::new(
                "VONAGE_PRIVATE_KEY",
                format!("{problem}; give the application's private.key file, or its text"),
            )),
        },
        (Some(_), None) => Err(half("VONAGE_PRIVATE_KEY", "VONAGE_APPLICATION_ID")),
        (None, Some(_)) => Err(half("VONAGE_APPLICATION_ID", "VONAGE_PRIVATE_KEY")),
        (None, None) => Ok(None),
    }
}

fn half(missing: &str, given: &str) -> ConfigError {
    ConfigError::new(missing, format!("is missing; {given} alone is half a pair"))
}

/// The file that is named where a key's own text may stand.
pub(super) fn key_file(value: &SecretString) -> Option<PathBuf> {
    let text = value.expose_secret();
    (!text.contains("-----BEGIN")).then(|| text.into())
}

/// The key itself, or what is in the file that it names. Line breaks may be written as `\n`.
fn pem(value: &SecretString) -> Result<SecretString, ConfigError> {
    let Some(path) = key_file(value) else { return Ok(value.expose_secret().replace("\\n", "\n").into()) };
    // What cannot be read may still be a key, so it is not quoted.
    let file = std::fs::read_to_string(path);
    file.map(|text| text.trim_start_matches('\u{feff}').into()).map_err(|error| {
        let problem = format!("is no key in PEM form, nor a file that can be read ({})", error.kind());
        ConfigError::new("VONAGE_PRIVATE_KEY", problem)
    })
}

impl Config {
    /// Who we are to the provider, or to the simulator in its place.
    pub(crate) fn credentials(&self) -> Credentials {
        match &self.provider {
            Provider::Vonage(credentials) => credentials.clone(),
            Provider::Simulator { .. } => {
                Credentials { basic: Some((SIMULATOR.to_owned(), SIMULATOR.into())), application: None }
            }
        }
    }
}

/// Which pair the simulator takes when it runs alone.
pub(super) fn of_simulator(
    settings: &Settings,
    secrets: &Secrets,
) -> Result<(String, SecretString), ConfigError> {
    let given = basic(settings, secrets)?;
    Ok(given.unwrap_or_else(|| (SIMULATOR.to_owned(), SIMULATOR.into())))
}
