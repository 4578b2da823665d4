//! The unverified-send budget: robots that ask for codes nobody types, and the visitors among them.

use std::net::{IpAddr, Ipv4Addr};

use futures_util::future::join_all;
use phonegate::{
    guard::Asker,
    keys::Token,
    sign_in::{Refusal, Start},
};

use crate::support::{Browser, TestApp, postgres_store, secs, test_app};

/// A British number outside of the robots' runs.
const VISITOR: &str = "+44 7500 000001";

/// A robot: its own browser, one of 500 addresses, a number from one of three runs.
struct Robot {
    browser: Token,
    address: IpAddr,
    phone: String,
    /// What its page told it to come back with.
    ticket: Option<Token>,
}

impl Robot {
    fn new(app: &TestApp, number: u32) -> Self {
        let [_, _, high, low] = (number % 500).to_be_bytes();
        let (run, last) = (number % 3, number / 3);
        let phone = format!("+44740{run}{last:06}");
        Self {
            browser: app.new_token(),
            address: Ipv4Addr::new(198, 18, high, low).into(),
            phone,
            ticket: None,
        }
    }

    /// Whether a message left.
    async fn ask(&mut self, app: &TestApp) -> bool {
        let asker = Asker { ticket: self.ticket.take(), ..Asker::at(self.address) };
        match app.ask_as(&self.browser, asker, &self.phone).await {
            Start::Sent => true,
            Start::Refused(Refusal::Ticket { ticket, .. }) => {
                self.ticket = Some(ticket);
                false
            }
            Start::Refused(Refusal::Guard(_)) => false,
            other => panic!("{other:?}"),
        }
    }
}

/// The hidden ticket in a page.
fn ticket(page: &str) -> String {
    let after =
        page.split("name=\"ticket\" value=\"").nth(1).unwrap_or_else(|| panic!("no ticket in {page}"));
    after.split('"').next().unwrap().to_owned()
}

/// Signs a new visitor in past a budget that is used up.
async fn sign_in_with_a_ticket(app: &TestApp, phone: &str) -> Browser {
    let browser = app.browser().await;
    let answer = browser.post("/verify", &[("phone", phone)]).await;
    answer.assert_page(429, "Far more codes are asked for than usual");
    assert_eq!(answer.header("retry-after"), Some("60"));
    let ticket = ticket(&answer.body);

    app.clock.advance(secs(59));
    let early = browser.post("/verify", &[("phone", phone), ("ticket", &ticket)]).await;
    early.assert_page(429, "Yours comes in one second");
    app.clock.advance(secs(1));
    browser.post("/verify", &[("phone", phone), ("ticket", &ticket)]).await.assert_redirect("/verify");

    let id = browser.get("/verify").await.request_id();
    browser.check(&id, &app.provider.code(phone).await).await.assert_redirect("/result");
    browser
}

/// 10,000 sends in a day, from 500 addresses, to runs of numbers in three prefixes of one country; a tenth of the
/// robots waits for tickets. With defaults no more leave than this:
///
/// * Twenty robots ask at once, every 172.8 s. A send is unverified 300 s later and counted in the next round, so at
///   any time the sends of two rounds are not yet known to be: 40.
/// * None leaves once 100 of the country are counted in the day, so at most 99 + 40 leave without a ticket.
/// * A tenth of the budget leaves on tickets: 10, of which one block of numbers has two: 6.
///
/// Without the budget the limit on prefixes would let 3 x 30 an hour leave, 2,160 in the day.
const MOST: usize = 99 + 40 + 6;

async fn pumping_run(store: Option<String>) {
    let app = test_app().guarded().store(store.as_deref()).spawn().await;
    let (mut patient, mut left) = (Vec::new(), 0);
    for round in 0..500 {
        let mut robots: Vec<_> = (0..20).map(|robot| Robot::new(&app, round * 20 + robot)).collect();
        for sent in join_all(robots.iter_mut().map(|robot| robot.ask(&app))).await {
            left += usize::from(sent);
        }
        patient.extend(robots.into_iter().take(2).filter(|robot| robot.ticket.is_some()));
        app.clock.advance(secs(86));
        for mut robot in patient.drain(..) {
            left += usize::from(robot.ask(&app).await);
        }
        if round == 250 {
            assert!(left > 60, "the attack is under way: {left}");
            sign_in_with_a_ticket(&app, VISITOR).await;
            left += 1;
        }
        app.pass(std::time::Duration::from_millis(86_800)).await;
    }

    assert_eq!(app.provider.calls("start"), left);
    assert!((100..=MOST + 1).contains(&left), "{left} messages left");
}

#[tokio::test]
async fn a_pumping_run_is_stopped_and_a_visitor_of_the_same_country_gets_in() {
    pumping_run(None).await;
}

#[tokio::test]
async fn a_pumping_run_is_stopped_on_postgres_too() {
    let Some(store) = postgres_store().await else { return };
    pumping_run(Some(store)).await;
}

/// An app whose budget for Britain, and for 198.18.0.0 if so many sends come from there, is used up.
async fn used_up(sends: u32) -> TestApp {
    let app = test_app().spawn().await;
    for number in 0..sends {
        assert!(Robot::new(&app, number).ask(&app).await);
    }
    app.pass(secs(300)).await;
    app
}

#[tokio::test]
async fn a_ticket_is_for_one_browser_number_and_send() {
    let app = used_up(30).await;
    let browser = app.browser().await;
    let answer = browser.post("/verify", &[("phone", VISITOR)]).await;
    let ticket = ticket(&answer.body);
    let other = "+44 7501 000002";

    let elsewhere = app.browser().await;
    let answer = elsewhere.post("/verify", &[("phone", other)]).await;
    answer.assert_page(429, "someone on your network is waiting for one already. Try again in 5 minutes.");
    app.clock.advance(secs(60));
    let answer = elsewhere.post("/verify", &[("phone", VISITOR), ("ticket", &ticket)]).await;
    answer.assert_page(429, "someone on your network is waiting for one already. Try again in 4 minutes.");
    let answer = browser.post("/verify", &[("phone", VISITOR), ("ticket", "A".repeat(43).as_str())]).await;
    answer.assert_page(429, "Yours comes in one second");
    assert_eq!(app.provider.calls("start"), 30);

    browser.post("/verify", &[("phone", VISITOR), ("ticket", &ticket)]).await.assert_redirect("/verify");
    let id = browser.get("/verify").await.request_id();
    browser.cancel(&id).await.assert_redirect("/");
    app.pass(secs(60)).await;
    let answer = browser.post("/verify", &[("phone", other), ("ticket", &ticket)]).await;
    answer.assert_page(429, "Yours comes in 60 seconds");
    assert_eq!(app.provider.calls("start"), 31, "used once");
}

#[tokio::test]
async fn two_clicks_with_a_ticket_send_one_message() {
    let app = used_up(30).await;
    let browser = app.browser().await;
    let ticket = ticket(&browser.post("/verify", &[("phone", VISITOR)]).await.body);
    app.clock.advance(secs(60));

    let form = [("phone", VISITOR), ("ticket", ticket.as_str())];
    for answer in join_all((0..10).map(|_| browser.post("/verify", &form))).await {
        answer.assert_redirect("/verify");
    }
    assert_eq!(app.provider.messages(VISITOR).await.len(), 1);
    // And none of them holds the turn of the next at this address.
    let next = app.browser().await.post("/verify", &[("phone", "+44 7501 000001")]).await;
    next.assert_page(429, "Yours comes in 60 seconds");
}

#[tokio::test]
async fn tickets_that_end_well_make_room_for_the_next() {
    let app = used_up(30).await;
    for last in 0..15 {
        // More than the ten tickets of a day, all to one block of numbers, which has two.
        sign_in_with_a_ticket(&app, &format!("+44 7500 1000{last:02}")).await;
    }
    let unverified = async |phone: &str| {
        let browser = app.browser().await;
        let ticket = ticket(&browser.post("/verify", &[("phone", phone)]).await.body);
        app.clock.advance(secs(60));
        browser.post("/verify", &[("phone", phone), ("ticket", &ticket)]).await.assert_redirect("/verify");
    };
    for block in 0..5 {
        unverified(&format!("+44 750{block} 200000")).await;
        unverified(&format!("+44 750{block} 200001")).await;
        let answer =
            app.browser().await.post("/verify", &[("phone", &format!("+44 750{block} 200002"))]).await;
        answer.assert_page(429, "far more are asked for than usual");
    }
    let answer = app.browser().await.post("/verify", &[("phone", "+44 7510 200000")]).await;
    answer.assert_page(429, "far more are asked for than usual");
    let french = app.browser().await.post("/verify", &[("phone", "+33 6 12 34 56 78")]).await;
    french.assert_redirect("/verify");
}

#[tokio::test]
async fn an_address_has_a_budget_of_its_own() {
    let app = test_app().spawn().await;
    let address: IpAddr = Ipv4Addr::new(198, 51, 100, 9).into();
    for country in ["+44740000000", "+3361234560", "+1202555016"] {
        for last in 0..4 {
            app.ask_from(address, &format!("{country}{last}")).await;
        }
    }
    app.pass(secs(300)).await;
    assert_eq!(app.provider.calls("start"), 12);

    let refused = app.ask_from(address, VISITOR).await;
    assert!(matches!(refused, Start::Refused(Refusal::Ticket { .. })), "{refused:?}");
    app.browser().await.post("/verify", &[("phone", VISITOR)]).await.assert_redirect("/verify");
}

#[tokio::test]
async fn an_hour_later_the_hours_budget_is_there_again() {
    let app = used_up(30).await;
    app.browser().await.post("/verify", &[("phone", VISITOR)]).await.assert_page(429, "wait their turn");
    app.pass(secs(3_600)).await;
    app.browser().await.post("/verify", &[("phone", VISITOR)]).await.assert_redirect("/verify");
}

#[tokio::test]
async fn people_who_sign_in_make_the_budget_of_their_country_larger() {
    let app = test_app().provider_without_limits().await.spawn().await;
    let store = &app.state().sign_in.store;
    // As many as a busy day leaves behind.
    let tally = |_: &[phonegate::store::Ended]| {
        let today = phonegate::guard::budget::day(app.clock.now());
        let verified = [(("GB".to_owned(), today - 5), 1_000)].into();
        phonegate::store::Tally { verified, ..Default::default() }
    };
    store.end_attempts(app.clock.now(), 1, tally).await.unwrap();
    let mut sent = 0;
    for hour in 0..12 {
        for number in hour * 60..hour * 60 + 60 {
            sent += u32::from(Robot::new(&app, number).ask(&app).await);
        }
        app.pass(secs(3_900)).await;
    }
    // 30 % of 1,000 in the day, and 50 an hour; who asks within the first lifetime is not yet known to be a robot.
    assert_eq!(sent, 5 * 60, "five hours of sixty make three hundred");
}

#[tokio::test]
async fn switched_off_or_observed_the_budget_lets_everyone_pass() {
    for (setting, value) in [("LIMIT_UNVERIFIED", "off"), ("GUARD_MODE", "observe")] {
        let app = test_app().set(setting, value).spawn().await;
        for number in 0..40 {
            assert!(Robot::new(&app, number).ask(&app).await);
        }
        app.pass(secs(300)).await;
        assert!(Robot::new(&app, 40).ask(&app).await, "{setting}={value}");
    }
}
