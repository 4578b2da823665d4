//! The file of a store: whether it is still the one that was opened.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// How often a reader looks whether its file was replaced.
pub(super) const LOOK_AFTER: Duration = Duration::from_secs(1);

/// Where it is. Clones are cheap.
#[derive(Debug, Clone)]
pub(super) struct File(Arc<PathBuf>);

/// Which one it is, wherever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity(u64, u64);

impl File {
    pub(super) fn new(path: &Path) -> Self {
        Self(Arc::new(path.to_owned()))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// What is there now.
    pub(super) fn identity(&self) -> Option<Identity> {
        let metadata = fs::metadata(self.path()).ok()?;
        #[cfg(unix)]
        let identity = {
            use std::os::unix::fs::MetadataExt;
            Identity(metadata.dev(), metadata.ino())
        };
        // No other system lets a file that is open be deleted.
        #[cfg(not(unix))]
        let identity = Identity(u64::from(metadata.is_file()), 0);
        Some(identity)
    }

    /// Whether the file that was opened as `identity` is still there.
    pub(super) fn is(&self, identity: Option<Identity>) -> bool {
        identity.is_some() && self.identity() == identity
    }
}
