//! The server key and what is derived from it: one key for each purpose, so that no hash serves two.

mod sealed;

use std::fmt;

use aws_lc_rs::{digest, hkdf, hmac};
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};

use crate::{phone::PhoneNumber, random::Random};

/// A random token of 256 bits as it travels in a cookie. No `Display`; `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; TOKEN_LENGTH]);

/// Characters of a token: 32 bytes in base64.
const TOKEN_LENGTH: usize = 43;

impl Token {
    /// A fresh one.
    pub fn new(random: &Random) -> Self {
        Self::of(&random.bytes())
    }

    fn of(bytes: &[u8; 32]) -> Self {
        let mut text = [0; TOKEN_LENGTH];
        BASE64URL_NOPAD.encode_mut(bytes, &mut text);
        Self(text)
    }

    /// A token that came back in a cookie, if it has the form of one.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == TOKEN_LENGTH
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        fits.then(|| text.as_bytes().try_into().ok().map(Self)).flatten()
    }

    /// For the cookie only.
    pub fn expose(&self) -> &str {
        // Only ASCII is ever in it.
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// How the store knows it. A plain hash will do: 256 random bits cannot be guessed.
    pub fn hash(&self) -> String {
        BASE64URL_NOPAD.encode(&self.digest())
    }

    /// The bytes of [`Token::hash`].
    pub(crate) fn digest(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest::digest(&digest::SHA256, &self.0).as_ref());
        bytes
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Keyed hashes, each under a key of its own.
#[derive(Clone)]
pub struct Keys {
    phone: hmac::Key,
    pin: hmac::Key,
    successor: hmac::Key,
    address: hmac::Key,
    known: hmac::Key,
    known_token: hmac::Key,
    subject: hmac::Key,
    session: hmac::Key,
    /// Encrypts what a browser keeps for us.
    kept: [u8; 32],
}

impl Keys {
    /// Derives all keys from the server key.
    pub fn new(server_key: &[u8]) -> Self {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"phonegate").extract(server_key);
        let derive = |purpose: &str| {
            let info = [purpose.as_bytes()];
            // Fails only for an output longer than HKDF can give; SHA-256's own length never is.
            match root.expand(&info, hmac::HMAC_SHA256) {
                Ok(key) => hmac::Key::from(key),
                Err(_) => unreachable!("HKDF gives a key of its own hash's length"),
            }
        };
        Self {
            phone: derive("phone"),
            pin: derive("pin"),
            successor: derive("successor"),
            address: derive("address"),
            known: derive("known"),
            known_token: derive("known token"),
            subject: derive("subject"),
            session: derive("session"),
            kept: sealed::key(&root),
        }
    }

    /// How the store finds a number: its numbers cannot be told from the hash without the key.
    pub fn phone(&self, phone: &PhoneNumber) -> String {
        sign(&self.phone, &[phone.as_str()])
    }

    /// How the store finds what comes from an address.
    pub(crate) fn address(&self, network: &str) -> String {
        sign(&self.address, &[network])
    }

    /// How the store knows that a number has signed in with a browser: neither can be told from it, nor one without
    /// the other.
    pub fn known(&self, browser: &Token, phone_hash: &str) -> String {
        sign(&self.known, &[browser.expose(), phone_hash])
    }

    /// The token by which the browser of an attempt is known again to its number; as with a [`Keys::successor`], both halves
    /// of a double click get the same. It tells us, and nobody else, that we made it, and for which number.
    pub(crate) fn known_token(&self, browser: &Token, attempt_id: &str, phone_hash: &str) -> Token {
        let tag = mac(&self.known_token, &["id", browser.expose(), attempt_id, phone_hash]);
        let id = BASE64URL_NOPAD.encode(&tag.as_ref()[..ID]);
        let marks = [self.made_mark(&id), self.number_mark(&id, phone_hash)];
        let mut bytes = [0; ID + 2 * MARK];
        bytes[..ID].copy_from_slice(&tag.as_ref()[..ID]);
        bytes[ID..].copy_from_slice(marks.as_flattened());
        Token::of(&bytes)
    }

    /// Whether [`Keys::known_token`] made it. What it is good for, the store knows: nothing secret hangs on these marks.
    pub(crate) fn is_known_token(&self, token: &Token) -> bool {
        parts(token).is_some_and(|(id, made, _)| made == self.made_mark(&id))
    }

    /// Whether it made it for that number.
    pub(crate) fn is_known_token_of(&self, token: &Token, phone_hash: &str) -> bool {
        parts(token).is_some_and(|(id, _, number)| number == self.number_mark(&id, phone_hash))
    }

    fn made_mark(&self, id: &str) -> [u8; MARK] {
        mark(&mac(&self.known_token, &["made", id]))
    }

    fn number_mark(&self, id: &str, phone_hash: &str) -> [u8; MARK] {
        mark(&mac(&self.known_token, &["number", id, phone_hash]))
    }

    /// Tells whether the same code was typed again for one attempt.
    pub fn pin(&self, attempt_id: &str, pin: &str) -> String {
        sign(&self.pin, &[attempt_id, pin])
    }

    /// The name under which other sites know a number: the same at each sign-in, and no number can be told from it.
    /// 160 bits as 32 letters and digits, which fit wherever user names do.
    pub fn subject(&self, phone: &PhoneNumber) -> String {
        let tag = mac(&self.subject, &[phone.as_str()]);
        BASE32_NOPAD.encode(&tag.as_ref()[..20]).to_ascii_lowercase()
    }

    /// The name of a session in its owner's forms: of no use where tokens are looked for.
    pub(crate) fn session(&self, token_hash: &str) -> String {
        BASE64URL_NOPAD.encode(&mac(&self.session, &[token_hash]).as_ref()[..16])
    }

    /// The token that takes `token`'s place at sign-in.
    ///
    /// It is made from the old one so that both answers to a double click set the same cookie; without the server
    /// key it is as hard to guess as a random one.
    pub fn successor(&self, token: &Token, purpose: &str) -> Token {
        Token::of(&whole(&mac(&self.successor, &[token.expose(), purpose])))
    }
}

/// The bytes of a known browser's token that nobody can guess, and those of each mark behind them.
const ID: usize = 16;
const MARK: usize = 8;

/// The parts of a known browser's token: what it is, who made it, and for which number.
fn parts(token: &Token) -> Option<(String, Vec<u8>, Vec<u8>)> {
    let bytes = BASE64URL_NOPAD.decode(&token.0).ok()?;
    let (id, marks) = bytes.split_at_checked(ID)?;
    let (made, number) = marks.split_at_checked(MARK)?;
    Some((BASE64URL_NOPAD.encode(id), made.to_vec(), number.to_vec()))
}

fn whole(tag: &hmac::Tag) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(tag.as_ref());
    bytes
}

fn mark(tag: &hmac::Tag) -> [u8; MARK] {
    let mut mark = [0; MARK];
    mark.copy_from_slice(&tag.as_ref()[..MARK]);
    mark
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(…)")
    }
}

fn sign(key: &hmac::Key, parts: &[&str]) -> String {
    BASE64URL_NOPAD.encode(mac(key, parts).as_ref())
}

/// Parts are told apart by their lengths, so that no two lists of parts give the same input.
fn mac(key: &hmac::Key, parts: &[&str]) -> hmac::Tag {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(&(part.len() as u64).to_le_bytes());
        context.update(part.as_bytes());
    }
    context.sign()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_purpose_and_each_server_key_hashes_differently() {
        let keys = Keys::new(b"one");
        let phone = PhoneNumber::from_store("+12025550123".to_owned());

        assert_ne!(keys.phone(&phone), keys.pin("", phone.as_str()));
        assert_ne!(keys.phone(&phone), Keys::new(b"two").phone(&phone));
        assert_ne!(keys.pin("ab", "c"), keys.pin("a", "bc"));
    }

    #[test]
    fn a_subject_is_a_name_that_fits_anywhere_and_depends_on_the_server_key() {
        let phone = PhoneNumber::from_store("+12025550123".to_owned());
        let subject = Keys::new(b"one").subject(&phone);

        assert_eq!(subject.len(), 32);
        assert!(subject.bytes().all(|b| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b)), "{subject}");
        assert_eq!(subject, Keys::new(b"one").subject(&phone));
        assert_ne!(subject, Keys::new(b"two").subject(&phone));
    }

    #[test]
    fn a_successor_is_a_token_of_its_own_and_repeats() {
        let keys = Keys::new(b"one");
        let token = Token::new(&Random::seeded(1));

        let next = keys.successor(&token, "session");

        assert_eq!(next, keys.successor(&token, "session"));
        assert_ne!(next, keys.successor(&token, "browser"));
        assert_ne!(next, token);
        assert_eq!(Token::parse(next.expose()).as_ref(), Some(&next));
    }

    #[test]
    fn a_known_browsers_token_tells_us_alone_that_it_is_ours_and_whose() {
        let keys = Keys::new(b"one");
        let browser = Token::new(&Random::seeded(1));

        let token = keys.known_token(&browser, "attempt", "number");

        assert_eq!(Token::parse(token.expose()).as_ref(), Some(&token));
        assert_eq!(token, keys.known_token(&browser, "attempt", "number"));
        assert!(keys.is_known_token(&token) && keys.is_known_token_of(&token, "number"));
        assert!(!keys.is_known_token_of(&token, "another number"));
        for others in [Keys::new(b"two").known_token(&browser, "attempt", "number"), browser] {
            assert!(!keys.is_known_token(&others) && !keys.is_known_token_of(&others, "number"));
        }
        for attempt in 0..100 {
            let other = keys.known_token(&token, &attempt.to_string(), "number");
            assert_ne!(other.expose()[..21], token.expose()[..21]);
        }
        assert!(!keys.is_known_token(&Token::parse(&"A".repeat(43)).unwrap()));
    }

    #[test]
    fn only_tokens_parse() {
        assert!(Token::parse("").is_none());
        assert!(Token::parse(&"a".repeat(42)).is_none());
        assert!(Token::parse(&"ä".repeat(22)).is_none());
        assert!(
            !format!("{:?}", Token::new(&Random::seeded(1)))
                .contains(Token::new(&Random::seeded(1)).expose())
        );
    }
}
