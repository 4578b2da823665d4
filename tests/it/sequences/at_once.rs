//! What happens at the same moment: two forms, or a form and the end of the instance that has it.

use std::collections::HashSet;

use super::{
    actions::{Story, may_have_sent},
    visitor::Checked,
};

impl Story<'_> {
    /// Two forms sent at the same moment to any instances, of one browser or of two.
    pub(super) async fn two_clicks_at_once(&mut self) -> Checked<()> {
        let one = usize::from(self.pick(4) == 0);
        let two = if self.pick(3) == 0 { 1 - one } else { one };
        let form = self.form(one);
        let other = if one == two && self.pick(2) == 0 { form.clone() } else { self.form(two) };
        let clicks = [(one, form), (two, other)];
        let requests = clicks.clone().map(|(who, (path, form))| {
            let pairs: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            self.note(&format!("{} sends {path} {form:?}, at once", self.visitors[who].name));
            self.visitors[who].post(path, &pairs)
        });
        let instances = [self.pick(self.world.setting.instances), self.pick(self.world.setting.instances)];
        let [first, second] = requests;
        let (first, second) =
            tokio::join!(self.world.ask(instances[0], first), self.world.ask(instances[1], second));
        // However often a browser asks for the same number at once, it asks for one message.
        let mut asked = HashSet::new();
        for (answer, (who, (path, form))) in [first, second].into_iter().zip(clicks) {
            let outcome = self.visitors[who].answered(&self.world, instances[0], answer).await?;
            let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            self.note(&format!("  {path}: {} then {:?}", outcome.status, self.visitors[who].page));
            let led_on = outcome.location.as_deref() == Some("/verify");
            match path {
                "/verify" if (led_on && !outcome.resumed) || may_have_sent(&outcome) => {
                    asked.insert((who, form[0].1.to_owned()));
                }
                "/resend" if led_on => self.asks_again(&form),
                _ => {}
            }
        }
        self.asked += asked.len();
        Ok(())
    }

    /// An instance ends in the middle of what a visitor's form has it do.
    pub(super) async fn crashes(&mut self) -> Checked<()> {
        let who = usize::from(self.pick(4) == 0);
        let (path, form) = self.form(who);
        let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let index = self.pick(self.world.setting.instances);
        let request = self.visitors[who].post(path, &form);
        self.note(&format!("{} sends {path} {form:?}, and instance {index} ends", self.visitors[who].name));
        let called = self.world.crash(index, request).await;
        match path {
            "/verify" => self.asked += 1,
            "/resend" => self.asks_again(&form),
            _ => {}
        }
        self.note(if called { "  in the middle of a call" } else { "  after it was done" });
        // Who tries at once waits until the dead process's claim is over.
        if !self.world.awake {
            self.world.wire.sleeps();
        }
        self.world.pass(21).await;
        self.visitors[who].opens(&self.world, index, "/verify").await
    }
}
