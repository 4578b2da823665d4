//! The store of the settings, which may take a moment longer to start than we do.

use std::time::Duration;

use secrecy::SecretString;
use tokio::time::{Instant, sleep};

use crate::store::{Store, StoreError};

/// How long a start waits for a store that does not answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is tried meanwhile.
const TRY_AFTER: Duration = Duration::from_secs(1);

/// The store of the settings. A database that starts beside us may take a moment longer.
pub(crate) async fn open(url: &SecretString) -> Result<Store, StoreError> {
    let began = Instant::now();
    let mut told = false;
    loop {
        match Store::open(url).await {
            Err(StoreError::Away(why)) if began.elapsed() < PATIENCE => {
                if !told {
                    tracing::warn!("STORE_URL: {why}; waiting for it up to {PATIENCE:?}");
                }
                told = true;
                sleep(TRY_AFTER).await;
            }
            opened => return opened,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_store_that_does_not_answer_is_waited_for_and_then_named() {
        let began = Instant::now();
        let error = open(&"postgres://u:pw9@127.0.0.1:9/d".into()).await.unwrap_err();

        assert!(error.to_string().starts_with("nothing listens at 127.0.0.1:9: "), "{error}");
        assert!(began.elapsed() >= PATIENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn what_waiting_does_not_mend_is_told_at_once() {
        let began = Instant::now();
        let error = open(&"postgres://u@127.0.0.1:9/d?sslmode=perhaps".into()).await.unwrap_err();

        assert!(error.to_string().starts_with("cannot be used: "), "{error}");
        assert_eq!(began.elapsed(), Duration::ZERO);
    }
}
