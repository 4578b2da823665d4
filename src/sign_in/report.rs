//! What the provider reports of a message.

use std::time::Duration;

use tokio::time::sleep;

use super::{SignIn, SignInError};
use crate::{guard::Kind, verify::callback::Report};

/// When a report looks again for a request that may be about to be written down. Each further wait is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(30);
/// How often it looks: two seconds' worth.
const LOOKS: u32 = 6;

impl SignIn {
    /// Takes a report up. One of a request that we do not know, or that tells nothing new, changes nothing. `false`: it is
    /// too early to tell which message it means, and it has to come again.
    pub(crate) async fn report(&self, report: &Report) -> Result<bool, SignInError> {
        for look in 0..LOOKS {
            let mut news = false;
            for (channel, trouble) in &report.troubles {
                let attempt = self.core.store.record_trouble(&report.request_id, *channel, *trouble).await?;
                if let Some(attempt) = attempt {
                    let (phone, trouble) = (attempt.phone.masked(), trouble.as_str());
                    tracing::info!(phone, trouble, "a message will not arrive");
                    self.core.metrics.undelivered(&attempt.origin.country, attempt.delivery.channel, trouble);
                    self.count_undelivered(&attempt.attempt_id).await?;
                    news = true;
                }
            }
            let now = self.core.clock.now();
            if news || report.troubles.is_empty() {
                return Ok(true);
            }
            // A report may overtake the answer to the very call that brought its message about.
            if !self.core.store.may_become_known(&report.request_id, now).await?
                && !self.core.store.awaits_step(&report.request_id, now).await?
            {
                return Ok(true);
            }
            sleep(FIRST_WAIT * 2_u32.pow(look)).await;
        }
        // An id that is still unknown is nobody's: to ask for it again would go on for ever.
        Ok(!self.core.store.awaits_step(&report.request_id, self.core.clock.now()).await?)
    }

    /// Counts a message that will not arrive: many of them may be an attack, or the end of the provider's patience.
    async fn count_undelivered(&self, attempt_id: &str) -> Result<(), SignInError> {
        if let Some(all) = self.count_for_alarm(Kind::Undelivered, attempt_id).await? {
            tracing::warn!(
                all,
                "{all} messages in an hour did not arrive: look for abuse, or a provider that blocks"
            );
        }
        Ok(())
    }
}
