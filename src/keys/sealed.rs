//! What a browser keeps for us and nobody but us can read: encrypted, and refused if a bit of it was changed.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf, hmac,
};
use data_encoding::BASE64URL_NOPAD;

use super::Keys;
use crate::random::Random;

/// A key of its own, from the server key.
pub(super) fn key(root: &hkdf::Prk) -> [u8; 32] {
    let mut key = [0; 32];
    // Fails only for a buffer of another length than that of the hash.
    match root.expand(&[b"kept by a browser"], hmac::HMAC_SHA256).and_then(|okm| okm.fill(&mut key)) {
        Ok(()) => key,
        Err(_) => unreachable!("HKDF gives a key of its own hash's length"),
    }
}

impl Keys {
    /// Encrypts `text`. What was encrypted for one purpose cannot be opened for another.
    pub(crate) fn seal(&self, random: &Random, purpose: &str, text: &str) -> Option<String> {
        let nonce: [u8; NONCE_LEN] = random.bytes();
        let mut sealed = text.as_bytes().to_vec();
        let aad = Aad::from(purpose.as_bytes());
        let key = self.cipher()?;
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed).ok()?;
        Some(BASE64URL_NOPAD.encode(&[&nonce, &*sealed].concat()))
    }

    /// What was sealed, if it was by us, for that purpose and with this server key.
    pub(crate) fn open(&self, purpose: &str, sealed: &str) -> Option<String> {
        let bytes = BASE64URL_NOPAD.decode(sealed.as_bytes()).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut sealed = sealed.to_vec();
        let text = self.cipher()?.open_in_place(nonce, Aad::from(purpose.as_bytes()), &mut sealed).ok()?;
        str::from_utf8(text).ok().map(str::to_owned)
    }

    fn cipher(&self) -> Option<LessSafeKey> {
        UnboundKey::new(&AES_256_GCM, &self.kept).ok().map(LessSafeKey::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_opened_by_us_alone_and_only_whole() {
        let (keys, random) = (Keys::new(b"one"), Random::seeded(1));
        let sealed = keys.seal(&random, "number", "+12025550123").unwrap();

        assert!(
            !sealed.contains("2025550123")
                && sealed.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        );
        assert_eq!(keys.open("number", &sealed).as_deref(), Some("+12025550123"));
        assert_ne!(keys.seal(&random, "number", "+12025550123").unwrap(), sealed, "each looks different");
        assert_eq!(keys.open("another", &sealed), None);
        assert_eq!(Keys::new(b"two").open("number", &sealed), None);
        for at in 0..sealed.len() {
            let other = if sealed.as_bytes()[at] == b'A' { "B" } else { "A" };
            let changed = format!("{}{other}{}", &sealed[..at], &sealed[at + 1..]);
            assert_eq!(keys.open("number", &changed), None, "changed at {at}");
            assert_eq!(keys.open("number", &sealed[..at]), None, "cut at {at}");
        }
    }
}
