//! The words of an attempt to sign in.

/// The provider's name for one verification: up to 64 letters, digits and hyphens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestId(String);

impl RequestId {
    /// Reads an id, if it has the form of one.
    pub fn parse(id: &str) -> Option<Self> {
        let fits = (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        fits.then(|| Self(id.to_owned()))
    }

    /// One of ours that has the form of the provider's.
    pub(crate) fn made_up(id: String) -> Self {
        Self(id)
    }

    /// As the provider wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its beginning: enough to find it among the provider's records, of no use in a form.
    pub fn short(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }
}
