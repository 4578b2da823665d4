//! A provider's application: the tokens that say who calls.
//!
//! What this module promises:
//! * A token is signed with RS256, names the application, and is used again until shortly before its end.
//! * The private key is shown nowhere.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use data_encoding::HEXLOWER;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use crate::{
    clock::{Clock, Timestamp},
    random::Random,
};

/// The provider's clock may be behind ours.
const ISSUED_BEFORE: Duration = Duration::from_secs(5);
/// How long a token is good.
const LIFETIME: Duration = Duration::from_mins(15);
/// How long it is used: not to its very end.
const USED: Duration = Duration::from_mins(14);

/// An application's id and its private key.
#[derive(Clone)]
pub struct Application {
    id: String,
    key: EncodingKey,
}

/// The text is no private RSA key in PEM form.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a private RSA key in PEM form")]
pub(crate) struct BadKey;

impl Application {
    /// Reads the key, and tries it: one that cannot sign is found before the first visitor comes.
    pub(crate) fn new(id: &str, pem: &SecretString) -> Result<Self, BadKey> {
        let key = EncodingKey::from_rsa_pem(pem.expose_secret().as_bytes()).map_err(|_| BadKey)?;
        let application = Self { id: id.to_owned(), key };
        application.sign(Timestamp::from_millis(0), "").map_err(|_| BadKey)?;
        Ok(application)
    }

    fn sign(&self, issued: Timestamp, jti: &str) -> jsonwebtoken::errors::Result<SecretString> {
        #[derive(Serialize)]
        struct Claims<'a> {
            application_id: &'a str,
            iat: i64,
            exp: i64,
            jti: &'a str,
        }

        let seconds = |at: Timestamp| at.as_millis().div_euclid(1_000);
        let (iat, exp) = (seconds(issued), seconds(issued + LIFETIME));
        let claims = Claims { application_id: &self.id, iat, exp, jti };
        encode(&Header::new(Algorithm::RS256), &claims, &self.key).map(SecretString::from)
    }
}

impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Application").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The token of an application, made anew when it is time.
pub(super) struct Tokens {
    application: Application,
    clock: Clock,
    random: Random,
    current: Mutex<Option<Token>>,
}

#[derive(Clone)]
struct Token {
    text: SecretString,
    issued: Timestamp,
}

impl Token {
    /// A clock that was set back makes it one from the future.
    fn is_fresh(&self, now: Timestamp) -> bool {
        (self.issued..self.issued + USED).contains(&now)
    }
}

impl Tokens {
    pub(super) fn new(application: Application, clock: Clock, random: Random) -> Self {
        Self { application, clock, random, current: Mutex::default() }
    }

    /// The token to use now.
    pub(super) fn current(&self) -> jsonwebtoken::errors::Result<SecretString> {
        self.unless(Token::is_fresh)
    }

    /// Another token than `refused`, which the provider no longer takes.
    pub(super) fn instead_of(&self, refused: &SecretString) -> jsonwebtoken::errors::Result<SecretString> {
        self.unless(|token, now| token.is_fresh(now) && token.text.expose_secret() != refused.expose_secret())
    }

    /// The token there is if it `will_do`, else a new one.
    fn unless(
        &self,
        will_do: impl FnOnce(&Token, Timestamp) -> bool,
    ) -> jsonwebtoken::errors::Result<SecretString> {
        let now = self.clock.now();
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = current.as_ref().filter(|token| will_do(token, now)) {
            return Ok(token.text.clone());
        }
        let issued = now - ISSUED_BEFORE;
        let text = self.application.sign(issued, &uuid(&self.random))?;
        *current = Some(Token { text: text.clone(), issued });
        Ok(text)
    }
}

/// A random UUID: no two tokens may have the same.
pub(super) fn uuid(random: &Random) -> String {
    let mut bytes = random.bytes::<16>();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = HEXLOWER.encode(&bytes);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
