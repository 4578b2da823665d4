//! How a story ends: everything works again, and the visitor does what the pages say until they are in.

use super::{
    actions::{PHONE, Story},
    visitor::{Checked, Page},
};

/// More steps than anybody takes who does what the pages say.
const STEPS: usize = 40;

impl Story<'_> {
    pub(super) async fn ends_well(&mut self) -> Checked<()> {
        self.note("all is well again");
        self.world.wire.heal();
        self.world.awake = true;
        self.world.work().await;
        for _ in 0..STEPS {
            self.visitors[0].opens(&self.world, 0, "/verify").await?;
            match self.visitors[0].page.clone() {
                Page::SignedIn => return self.holds().await,
                Page::Pin(id) => self.types_the_newest_code(&id).await?,
                Page::Wait(_) => self.waits(5).await,
                Page::Index => self.asks_for_a_code().await?,
                Page::Over | Page::Nothing => self.visitors[0].opens(&self.world, 0, "/").await?,
            }
            if self.visitors[0].page == Page::SignedIn {
                return self.holds().await;
            }
        }
        Err(format!("stuck: {STEPS} steps, and still {:?}", self.visitors[0].page))
    }

    async fn waits(&self, seconds: u64) {
        self.note(&format!("A waits {seconds} s"));
        self.world.pass(seconds).await;
    }

    async fn asks_for_a_code(&mut self) -> Checked<()> {
        let phone = format!("+{PHONE}");
        let form = [("phone", phone.as_str())];
        let outcome = self.visitors[0].sends(&self.world, 0, "/verify", &form).await?;
        self.note(&format!("A asks for a code: {}, then {:?}", outcome.status, self.visitors[0].page));
        self.counts(&outcome);
        if outcome.status != 303 {
            self.waits(outcome.wait.unwrap_or(5)).await;
        }
        Ok(())
    }

    async fn types_the_newest_code(&mut self, id: &str) -> Checked<()> {
        let Some(code) = self.world.wire.code_of(id) else {
            // An outsider's, as the visitor who typed another number may come to know when no code comes.
            if self.world.setting.listed {
                return self.asks_for_a_code().await;
            }
            return Err(format!("the PIN page is of {id}, which the provider never made"));
        };
        self.is_the_newest(id)?;
        let form = [("request_id", id), ("pin", code.as_str())];
        let outcome = self.visitors[0].sends(&self.world, 0, "/check", &form).await?;
        self.note(&format!("A types the newest code: {}, then {:?}", outcome.status, self.visitors[0].page));
        match (outcome.status, outcome.wait) {
            (303, _) => Ok(()),
            (410, _) => self.world.wire.record(|record| {
                let spent = record.wrong.get(id).is_some_and(|wrong| *wrong >= 3);
                let unclear = record.lost_checks.contains_key(id) || record.failed_cancels.contains_key(id);
                if spent || unclear {
                    return Ok(());
                }
                Err(format!("the newest code, within its life, was refused: {}", outcome.body))
            }),
            (429 | 503, Some(wait)) => {
                self.waits(wait).await;
                Ok(())
            }
            (status, _) => {
                Err(format!("the newest code, within its life, was answered {status}: {}", outcome.body))
            }
        }
    }

    /// No newer message lies on the phone than the one that the page asks for, unless it is the other visitor's, or the
    /// app never heard of it.
    fn is_the_newest(&self, id: &str) -> Checked<()> {
        self.world.wire.record(|record| {
            let newest = record.phones.get(id).and_then(|phone| record.newest.get(phone));
            let unheard = |newest: &String| {
                self.visitors[1].seen.contains(newest) || record.lost_starts.contains(newest)
            };
            // A request that is over without our knowing leaves the number to others.
            let over = record.lost_checks.contains_key(id) || record.failed_cancels.contains_key(id);
            if over || newest.is_some_and(|newest| newest == id || unheard(newest)) {
                return Ok(());
            }
            Err(format!("a newer message lies on the phone than that of {id}"))
        })
    }
}
