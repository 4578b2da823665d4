//! All that a visitor can do, and what they are told.

use super::*;

/// What a visitor does, and what they are told.
pub(super) struct Journey {
    pub(super) app: TestApp,
    pub(super) phone: &'static str,
    pub(super) told: Vec<(String, String)>,
}

impl Journey {
    fn note(&mut self, what: &str, answer: &Answer) {
        self.told.push((what.to_owned(), shape(answer)));
    }

    async fn asks(&mut self, browser: &Browser) {
        let answer = browser.post("/verify", &[("phone", self.phone)]).await;
        self.note("asks for a code", &answer);
        self.looks(browser).await;
    }

    /// Opens the page that a form leads to, and what its script asks for.
    async fn looks(&mut self, browser: &Browser) {
        for path in ["/verify", "/verify/status", "/result", "/"] {
            let answer = browser.get(path).await;
            self.note(path, &answer);
        }
    }

    async fn id(&self, browser: &Browser) -> String {
        browser.get("/verify").await.request_ids().first().cloned().unwrap_or_default()
    }

    async fn types(&mut self, browser: &Browser, pins: &[&str]) {
        for pin in pins {
            let answer = browser.check(&self.id(browser).await, pin).await;
            self.note("types a wrong code", &answer);
        }
    }

    async fn resends(&mut self, browser: &Browser, channel: &str) {
        let answer = browser.resend(&self.id(browser).await, channel).await;
        self.note(&format!("asks again, by {channel}"), &answer);
        self.looks(browser).await;
    }

    async fn cancels(&mut self, browser: &Browser) {
        let answer = browser.cancel(&self.id(browser).await).await;
        self.note("cancels", &answer);
        self.looks(browser).await;
    }

    async fn pass(&mut self, seconds: u64) {
        self.app.pass(secs(seconds)).await;
        self.told.push((format!("{seconds} s pass"), String::new()));
    }

    async fn restart(mut self) -> Self {
        self.app = self.app.restart().await;
        self
    }
}

/// All that can be asked for, in one life of an app.
pub(super) async fn walk(app: Builder, phone: &'static str) -> Journey {
    let mut journey = Journey { app: app.spawn().await, phone, told: Vec::new() };
    let (one, two) = (journey.app.browser().await, journey.app.browser().await);

    // Clicks at once, another browser at once, wrong codes, and the same once more.
    let form = [("phone", phone)];
    for answer in join_all((0..3).map(|_| one.post("/verify", &form))).await {
        journey.told.push(("clicks at once".to_owned(), answer.status.to_string()));
    }
    journey.looks(&one).await;
    journey.asks(&two).await;
    journey.types(&one, &[WRONG[0], WRONG[0]]).await;
    // The next step, and the same for the third time.
    journey.resends(&one, "voice").await;
    journey.pass(30).await;
    journey.resends(&one, "voice").await;
    journey.types(&one, &[WRONG[1]]).await;
    journey.pass(30).await;
    journey.resends(&one, "sms").await;
    journey.types(&one, &[WRONG[2], WRONG[2]]).await;
    journey.looks(&one).await;

    // A new one, across a restart; cancelled and taken back; cancelled for good, and asked for again.
    journey.asks(&one).await;
    journey = journey.restart().await;
    journey.looks(&one).await;
    journey.cancels(&one).await;
    journey.asks(&one).await;
    journey.cancels(&one).await;
    journey.pass(31).await;
    journey.asks(&one).await;
    journey.pass(15).await;
    journey.looks(&one).await;

    // Another text by another request, and its codes.
    journey.pass(30).await;
    journey.resends(&one, "sms").await;
    journey.types(&one, &[WRONG[3]]).await;
    journey.pass(15).await;
    journey.looks(&one).await;
    journey.pass(2).await;
    journey.types(&one, &[WRONG[3]]).await;

    // Another browser takes over; then wrong codes have to wait, and the time runs out.
    journey.pass(300).await;
    journey.asks(&one).await;
    journey.pass(16).await;
    journey.pass(31).await;
    journey.asks(&two).await;
    journey.looks(&one).await;
    journey.pass(16).await;
    journey.looks(&two).await;
    journey.types(&two, &WRONG[4..]).await;
    journey.pass(331).await;
    journey.looks(&two).await;
    journey.pass(60).await;
    journey.asks(&two).await;
    journey
}
