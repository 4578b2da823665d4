//! A story: what happens to whom, drawn at random, and what must hold after each step.

use std::{collections::HashSet, sync::Mutex, time::Duration};

use data_encoding::HEXLOWER;
use jsonwebtoken::{EncodingKey, Header, encode};
use phonegate::testing::{keys::Token, random::Random};
use serde_json::json;

use super::{
    visitor::{Checked, Outcome, Page, Visitor},
    wire::Fault,
    world::{Setting, World},
};

/// The number that everybody types, and another.
pub(super) const PHONE: &str = "12025550150";
const OTHER: &str = "12025550151";
const FAULTS: [Fault; 8] = [
    Fault::Refused(500),
    Fault::Refused(503),
    Fault::Refused(429),
    Fault::Closed,
    Fault::Cut,
    Fault::Html,
    Fault::Garbage,
    Fault::Unnamed,
];
/// Around every limit there is; long enough for another message more often than others.
const TIMES: [u64; 20] = [1, 4, 11, 14, 15, 15, 16, 29, 30, 30, 30, 31, 31, 33, 45, 75, 150, 290, 299, 301];

pub(super) struct Story<'a> {
    pub(super) world: World,
    pub(super) random: Random,
    /// Two browsers of two people; both want the same number.
    pub(super) visitors: [Visitor; 2],
    lines: &'a Mutex<Vec<String>>,
    /// Messages that were asked for by the phone form, and the requests whose form asked for another: there is one.
    pub(super) asked: usize,
    again: HashSet<String>,
}

impl<'a> Story<'a> {
    pub(super) async fn begin(random: Random, lines: &'a Mutex<Vec<String>>, postgres: Option<&str>) -> Self {
        let pick = |bound: u64| usize::try_from(random.below(bound)).unwrap();
        let setting = Setting {
            api: ["v1", "v2"][pick(2)],
            channels: ["sms,voice", "sms,voice", "voice,sms", "voice,sms", "sms", "voice"][pick(6)],
            lifetime: [300, 60, 120, 600][pick(4)],
            lock: [0, 12, 25][pick(3)],
            instances: 1 + pick(2),
            listed: pick(4) == 0,
        };
        // Of its own: what the app draws does not change the story.
        let world = World::new(setting, Random::seeded(!random.below(u64::MAX)), postgres).await;
        let visitors = [Visitor::new("A"), Visitor::new("B")];
        let story = Self { world, random, visitors, lines, asked: 0, again: HashSet::new() };
        story.note(&format!("{setting:?}"));
        story
    }

    pub(super) fn note(&self, line: &str) {
        let since = self.world.clock.now().as_millis() / 1_000 - 1_800_000_000;
        self.lines.lock().unwrap().push(format!("{since:>5} s  {line}"));
    }

    pub(super) fn pick(&self, bound: usize) -> usize {
        usize::try_from(self.random.below(bound as u64)).unwrap()
    }

    /// Some things happen.
    pub(super) async fn happens(&mut self) -> Checked<()> {
        for who in 0..2 {
            self.visitors[who].opens(&self.world, 0, "/").await?;
        }
        for _ in 0..8 + self.pick(24) {
            match self.pick(100) {
                0..28 => self.time_passes().await,
                28..36 => self.something_breaks(),
                36..40 => self.world_changes().await,
                40 => self.crashes().await?,
                41..45 => self.provider_reports().await?,
                45..53 => self.two_clicks_at_once().await?,
                _ => {
                    let who = usize::from(self.pick(4) == 0);
                    self.acts(who).await?;
                }
            }
            self.holds().await?;
        }
        Ok(())
    }

    async fn time_passes(&mut self) {
        let seconds = TIMES[self.pick(TIMES.len())];
        self.note(&format!("{seconds} s pass{}", if self.world.awake { "" } else { ", and nobody works" }));
        if !self.world.awake {
            self.world.wire.sleeps();
        }
        self.world.pass(seconds).await;
    }

    fn something_breaks(&mut self) {
        // Slow ones are slow to tell.
        let slow = self.pick(64) == 0;
        let fault = if slow { Fault::Slow } else { FAULTS[self.pick(FAULTS.len())] };
        let calls = [1, 1, 1, 2, 4][self.pick(5)];
        self.note(&format!("calls to come, {calls} of them: {fault:?}"));
        (0..calls).for_each(|_| self.world.wire.fault(fault));
    }

    async fn world_changes(&mut self) {
        match self.pick(4) {
            0 => {
                let index = self.pick(self.world.setting.instances);
                self.note(&format!("instance {index} starts anew"));
                self.world.restart(index).await;
            }
            1 => {
                self.world.awake = !self.world.awake;
                self.note(if self.world.awake { "the jobs run" } else { "the jobs stand still" });
            }
            2 => {
                self.note("the provider's clock is set ahead");
                self.world.wire.clock.advance(Duration::from_secs(1));
            }
            _ => {
                self.note("the provider is well again");
                self.world.wire.heal();
            }
        }
    }

    /// A callback of whatever request, about whatever channel.
    async fn provider_reports(&mut self) -> Checked<()> {
        let Some(id) = self.visitors[self.pick(2)].seen.last().cloned() else { return Ok(()) };
        let status = ["failed", "blocked", "rejected", "completed"][self.pick(4)];
        let channel = ["sms", "voice"][self.pick(2)];
        let body =
            json!({"request_id": id, "type": "event", "channel": channel, "status": status}).to_string();
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, body.as_bytes());
        let iat = self.world.clock.now().as_millis() / 1_000;
        let claims = json!({"iat": iat, "payload_hash": HEXLOWER.encode(hash.as_ref())});
        let key = EncodingKey::from_secret(super::SECRET.as_bytes());
        let token = encode(&Header::default(), &claims, &key).unwrap();
        self.note(&format!("the provider reports: {status}"));
        let request = axum::http::Request::post("/callbacks/verify")
            .header("authorization", format!("Bearer {token}"))
            .body(body)
            .unwrap();
        match self.world.ask(0, request).await.status {
            204 => Ok(()),
            // Which message it means is not known yet.
            503 if self.world.awaits_step(&id).await => Ok(()),
            status => Err(format!("a callback was answered {status}")),
        }
    }

    /// What a visitor may do next, sensible or not.
    pub(super) fn form(&self, who: usize) -> (&'static str, Vec<(&'static str, String)>) {
        let visitor = &self.visitors[who];
        let id = match (&visitor.page, self.pick(8)) {
            (_, 0) if !visitor.seen.is_empty() => visitor.seen[self.pick(visitor.seen.len())].clone(),
            (Page::Pin(id) | Page::Wait(id), _) => id.clone(),
            _ => visitor.seen.last().cloned().unwrap_or_default(),
        };
        // Mostly what the page offers.
        let (ask, again, check) = match visitor.page {
            Page::Index | Page::Nothing => (75, 5, 10),
            Page::Pin(_) => (10, 55, 20),
            Page::Wait(_) => (20, 20, 10),
            Page::SignedIn | Page::Over => (50, 20, 20),
        };
        match self.pick(100) {
            draw if draw < ask => {
                let phone = if self.pick(8) == 0 { OTHER } else { PHONE };
                ("/verify", vec![("phone", format!("+{phone}"))])
            }
            draw if draw < ask + again => {
                let all: Vec<_> = self.world.setting.channels.split(',').collect();
                let channel = if self.pick(10) == 0 { "voice" } else { all[self.pick(all.len())] };
                ("/resend", vec![("request_id", id), ("channel", channel.to_owned())])
            }
            draw if draw < ask + again + check => {
                let right = self.world.wire.code_of(&id).filter(|_| self.pick(3) == 0);
                (
                    "/check",
                    vec![
                        ("request_id", id),
                        ("pin", right.unwrap_or_else(|| format!("00000{}", self.pick(4)))),
                    ],
                )
            }
            _ => ("/cancel", vec![("request_id", id)]),
        }
    }

    async fn acts(&mut self, who: usize) -> Checked<()> {
        let instance = self.pick(self.world.setting.instances);
        if self.pick(4) == 0 {
            let path = ["/verify", "/", "/verify", "/result"][self.pick(4)];
            self.note(&format!("{} opens {path}", self.visitors[who].name));
            let before = self.triggered();
            self.visitors[who].opens(&self.world, instance, path).await?;
            return self.sent(before, 0, 0, "opening a page");
        }
        let (path, form) = self.form(who);
        let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let before = self.triggered();
        let outcome = self.visitors[who].sends(&self.world, instance, path, &form).await?;
        self.note(&format!(
            "{} sends {path} {form:?}: {} {:?}, then {:?}",
            self.visitors[who].name,
            outcome.status,
            outcome.location.as_deref().unwrap_or_default(),
            self.visitors[who].page
        ));
        match path {
            "/verify" => {
                let outsider = self.world.setting.listed && form[0].1.ends_with(OTHER);
                let (least, most) = if outsider { (0, 0) } else { self.asks(who, &outcome) };
                self.sent(before, least, most, "the phone form")
            }
            "/resend" if outcome.location.as_deref() == Some("/verify") => {
                self.asks_again(&form);
                self.sent(before, 0, 1, "the form for another message")
            }
            _ => self.sent(before, 0, 0, path),
        }
    }

    /// Counts what the phone form asked for; how many messages it must and may have brought about.
    fn asks(&mut self, who: usize, outcome: &Outcome) -> (usize, usize) {
        let waits = matches!(self.visitors[who].page, Page::Wait(_));
        let to_the_code = outcome.location.as_deref() == Some("/verify");
        match outcome.status {
            // To be sent in a moment.
            303 if to_the_code && self.visitors[who].page == Page::Wait(String::new()) => {
                self.asked += 1;
                (0, 0)
            }
            303 if outcome.resumed || waits || !to_the_code => (0, 0),
            303 => {
                self.asked += 1;
                (1, 1)
            }
            502 if may_have_sent(outcome) => {
                self.asked += 1;
                (0, 1)
            }
            _ => (0, 0),
        }
    }

    /// The same, for whoever only wants it counted.
    pub(super) fn counts(&mut self, outcome: &Outcome) {
        self.asks(0, outcome);
    }

    pub(super) fn asks_again(&mut self, form: &[(&str, &str)]) {
        self.again.insert(form[0].1.to_owned());
    }

    fn triggered(&self) -> usize {
        self.world.wire.record(|record| record.triggered)
    }

    fn sent(&self, before: usize, least: usize, most: usize, by: &str) -> Checked<()> {
        let sent = self.triggered() - before;
        if (least..=most).contains(&sent) {
            return Ok(());
        }
        Err(format!("{sent} messages were sent by {by}, and {least} to {most} should have been"))
    }

    /// What must hold at any time.
    pub(super) async fn holds(&self) -> Checked<()> {
        let (triggered, excused) = (self.triggered(), self.world.wire.excused());
        let asked = self.asked + self.again.len();
        if triggered > asked {
            return Err(format!("{triggered} messages were sent, and {asked} were asked for"));
        }
        let mut messages = 0;
        for phone in [PHONE, OTHER] {
            messages += self.world.wire.messages(phone).await.len();
        }
        if self.world.setting.listed && !self.world.wire.messages(OTHER).await.is_empty() {
            return Err("a message went to an outsider".to_owned());
        }
        if messages > triggered + excused {
            return Err(format!("{messages} messages went out, and {triggered} of them were sent"));
        }
        for visitor in &self.visitors {
            let Some(token) = visitor.browser().and_then(Token::parse) else { continue };
            let store = &self.world.state().sign_in.core.store;
            for attempt in store.attempts_of_browser(&token.hash()).await.unwrap() {
                let longest = attempt.delivery.first_sent_at + Duration::from_mins(10);
                if attempt.expires_at > longest {
                    return Err(format!("an attempt outlives ten minutes: {attempt:?}"));
                }
            }
        }
        Ok(())
    }
}

/// Whether an answer says that a message may have gone out.
pub(super) fn may_have_sent(outcome: &Outcome) -> bool {
    outcome.status == 502 && outcome.body.contains("We may have sent you a code")
}
