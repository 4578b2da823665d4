//! The unverified-send budget: robots that ask for codes nobody types, and the visitors among them.

use std::net::{IpAddr, Ipv4Addr};

use futures_util::future::join_all;
use phonegate::testing::{
    code::Pin,
    guard::Asker,
    keys::Token,
    sign_in::{Check, Refusal, Start},
    store::Device,
};

use phonegate_testing::{Fault, TestApp, each_store, postgres_store, secs, test_app};

/// A British number outside of the robots' runs.
const VISITOR: &str = "+44 7500 000001";

/// A robot: its own browser, one of 500 addresses, a number from one of three runs.
struct Robot {
    browser: Token,
    address: IpAddr,
    phone: String,
}

impl Robot {
    fn new(app: &TestApp, number: u32) -> Self {
        let [_, _, high, low] = (number % 500).to_be_bytes();
        let (run, last) = (number % 3, number / 3);
        let phone = format!("+44740{run}{last:06}");
        Self { browser: app.new_token(), address: Ipv4Addr::new(198, 18, high, low).into(), phone }
    }

    /// Whether a message left.
    async fn ask(&self, app: &TestApp) -> bool {
        left(app.ask_as(&self.browser, Asker::at(self.address), &self.phone).await)
    }
}

/// Whether a message left, and else that a limit or the budget kept it back and says until when.
fn left(start: Start) -> bool {
    match start {
        Start::Sent => true,
        Start::Refused(Refusal::Guard(refused)) => {
            assert!(refused.wait.is_some(), "{refused:?}");
            false
        }
        other => panic!("{other:?}"),
    }
}

/// An address that nobody else in these tests has.
fn address(last: u8) -> IpAddr {
    Ipv4Addr::new(203, 0, 113, last).into()
}

/// Signs a visitor in from an address, with the newest code.
async fn sign_in_from(app: &TestApp, address: IpAddr, phone: &str) {
    let browser = app.new_token();
    assert!(left(app.ask_as(&browser, Asker::at(address), phone).await), "{phone}");
    let attempts = app.state().sign_in.core.store.attempts_of_browser(&browser.hash()).await.unwrap();
    let pin = Pin::parse(&app.provider.code(phone).await, 6).unwrap();
    let id = attempts[0].request_id.as_deref().unwrap();
    let checked = app.state().sign_in.check(&browser, id, pin, Asker::at(address), Device::default()).await;
    assert!(matches!(checked, Ok(Check::SignedIn { .. })), "{checked:?}");
}

/// 10,000 sends in a day, from 500 addresses, to runs of numbers in three prefixes of one country. With defaults no more
/// leave than this:
///
/// * Twenty robots ask at once, every 172.8 s. A send is unverified 300 s later and counted in the next round, so at
///   any time the sends of two rounds are not yet known to be: 40.
/// * None leaves once 100 of the country are counted in the day, so at most 99 + 40 leave within the budget.
/// * A tenth of the budget is the reserve: 10, of which one block of numbers has two: 6.
///
/// Without the budget the limit on prefixes would let 3 x 30 an hour leave, 2,160 in the day.
const MOST: usize = 99 + 40 + 6;

async fn pumping_run(store: Option<String>) {
    let app = test_app().guarded().store(store.as_deref()).spawn().await;
    let mut left = 0;
    for round in 0..500 {
        let robots: Vec<_> = (0..20).map(|robot| Robot::new(&app, round * 20 + robot)).collect();
        for sent in join_all(robots.iter().map(|robot| robot.ask(&app))).await {
            left += usize::from(sent);
        }
        if round == 250 {
            assert!(left > 60, "the attack is under way: {left}");
            sign_in_from(&app, address(1), VISITOR).await;
            left += 1;
        }
        app.pass(std::time::Duration::from_millis(172_800)).await;
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

/// An app whose budget for Britain is used up for the hour, by thirty addresses.
async fn used_up(store: Option<&str>) -> TestApp {
    let app = test_app().store(store).spawn().await;
    for number in 0..30 {
        assert!(Robot::new(&app, number).ask(&app).await);
    }
    app.pass(secs(300)).await;
    app
}

#[tokio::test]
async fn past_the_budget_an_address_without_an_unverified_send_gets_one_and_all_others_the_time() {
    let app = used_up(None).await;
    let robot = Robot { phone: VISITOR.to_owned(), ..Robot::new(&app, 0) };
    assert!(!robot.ask(&app).await, "its address has an unverified send");

    let browser = app.browser().await;
    browser.post("/verify", &[("phone", VISITOR)]).await.assert_redirect("/verify");
    let next = app.browser().await;
    let answer = next.post("/verify", &[("phone", "+44 7501 000002")]).await;
    answer.assert_page(429, "Too many codes are being requested right now. Try again in 60 minutes.");
    assert_eq!(answer.header("retry-after"), Some("3600"));

    // What ends well makes room for the next at that address.
    app.signs_in_with_the_newest_code(&browser, VISITOR).await;
    next.post("/verify", &[("phone", "+44 7501 000002")]).await.assert_redirect("/verify");
    app.pass(secs(300)).await;
    let answer = app.browser().await.post("/verify", &[("phone", "+44 7502 000002")]).await;
    answer.assert_page(429, "Try again in 55 minutes.");
}

#[tokio::test]
async fn of_many_sends_at_once_from_one_address_one_leaves() {
    for store in each_store().await {
        let app = used_up(store.as_deref()).await;
        let asked = (0..200_u32).map(|number| {
            let (app, phone) = (&app, format!("+44750{}{:06}", number % 8, 500 + number));
            // All of one /64.
            let address: IpAddr = format!("2001:db8:7:7:{number:x}::1").parse().unwrap();
            async move { left(app.ask_from(address, &phone).await) }
        });
        let sent = join_all(asked).await.into_iter().filter(|left| *left).count();
        assert_eq!((sent, app.provider.calls("start")), (1, 31));
        app.pass(secs(300)).await;
        let late: IpAddr = "2001:db8:7:7::2".parse().unwrap();
        assert!(!left(app.ask_from(late, VISITOR).await), "nor once it is known to be unverified");
    }
}

#[tokio::test]
async fn the_reserve_is_a_tenth_of_the_budget_and_little_of_it_goes_to_one_block_of_numbers() {
    let app = used_up(None).await;
    for last in 0..15 {
        // What ends well uses up nothing: more than the ten of a day, all to one block, which has two.
        sign_in_from(&app, address(last), &format!("+447500{last:06}")).await;
    }
    let mut last = 20;
    let mut unverified = async |phone: &str| {
        last += 1;
        left(app.ask_from(address(last), phone).await)
    };
    for block in 0..5 {
        assert!(unverified(&format!("+44750{block}200000")).await);
        assert!(unverified(&format!("+44750{block}200001")).await);
        assert!(!unverified(&format!("+44750{block}200002")).await, "a third to one block");
    }
    assert!(!unverified("+447510200000").await, "an eleventh");
    assert!(unverified("+33612345678").await, "another country has its own");
}

#[tokio::test]
async fn what_the_provider_refuses_uses_up_nothing_of_the_reserve() {
    let app = used_up(None).await;
    app.provider.fault("start", Fault::Invalid("workflow[0].to", "Invalid number"), 3);
    for phone in ["+44 7500 000011", "+44 7500 000012", "+44 7500 000013"] {
        let answer = app.browser().await.post("/verify", &[("phone", phone)]).await;
        assert_eq!(answer.status, 422, "{answer:?}");
    }
    app.browser().await.post("/verify", &[("phone", VISITOR)]).await.assert_redirect("/verify");
}

#[tokio::test]
async fn clicks_at_once_out_of_the_reserve_send_one_message() {
    let app = used_up(None).await;
    let browser = app.browser().await;
    for answer in join_all((0..10).map(|_| browser.post("/verify", &[("phone", VISITOR)]))).await {
        answer.assert_redirect("/verify");
    }
    assert_eq!(app.provider.messages(VISITOR).await.len(), 1);
}

#[tokio::test]
async fn an_address_has_a_budget_of_its_own() {
    let app = test_app().spawn().await;
    for country in ["+44740000000", "+3361234560", "+1202555016"] {
        for last in 0..4 {
            app.ask_from(address(9), &format!("{country}{last}")).await;
        }
    }
    app.pass(secs(300)).await;
    assert_eq!(app.provider.calls("start"), 12);

    assert!(!left(app.ask_from(address(9), VISITOR).await));
    app.browser().await.post("/verify", &[("phone", VISITOR)]).await.assert_redirect("/verify");
}

/// An office, or a carrier's NAT: with ordinary settings it stays open.
#[tokio::test]
async fn an_address_that_signs_in_forty_times_may_leave_ten_codes_and_a_few_more_untyped() {
    for store in each_store().await {
        let app = test_app().store(store.as_deref()).set("LIMIT_PREFIX", "off").spawn().await;
        for last in 0..50 {
            let phone = format!("+447500{last:06}");
            if last % 5 == 4 {
                assert!(left(app.ask_from(address(7), &phone).await), "{last}");
            } else {
                sign_in_from(&app, address(7), &phone).await;
            }
            app.pass(secs(1_300)).await;
        }
        // Ten are counted by now, and it was midnight (UTC) sixteen hours after the first.
        for last in 50..52 {
            assert!(left(app.ask_from(address(7), &format!("+447500{last:06}")).await));
            app.pass(secs(300)).await;
        }
        assert!(!left(app.ask_from(address(7), VISITOR).await), "12 of 30 % of 40");
        sign_in_from(&app, address(8), VISITOR).await;
    }
}

#[tokio::test]
async fn an_hour_later_the_hours_budget_is_there_again() {
    let app = used_up(None).await;
    let robot = |number| Robot { phone: VISITOR.to_owned(), ..Robot::new(&app, number) };
    assert!(!robot(0).ask(&app).await);
    app.pass(secs(3_600)).await;
    assert!(robot(1).ask(&app).await);
}

#[tokio::test]
async fn people_who_sign_in_make_the_budget_of_their_country_larger() {
    let app = test_app().provider_without_limits().await.spawn().await;
    let store = &app.state().sign_in.core.store;
    // As many as a busy day leaves behind.
    let today = phonegate::testing::guard::budget::day(app.clock.now());
    let tally = move |_: &[phonegate::testing::store::Ended]| {
        let verified = [(("GB".to_owned(), today - 5), 1_000)].into();
        phonegate::testing::store::Tally { verified, ..Default::default() }
    };
    store.end_attempts(app.clock.now(), 1, tally).await.unwrap();
    let mut sent = 0;
    for hour in 0..12 {
        for number in hour * 60..hour * 60 + 60 {
            sent += u32::from(Robot::new(&app, number).ask(&app).await);
        }
        app.pass(secs(3_900)).await;
    }
    // 30 % of 1,000 in the day, and 50 an hour; who asks within the first lifetime is not yet known to be a robot. Of the
    // reserve of thirty, each of the three blocks of numbers has three.
    assert_eq!(sent, 5 * 60 + 3 * 3, "five hours of sixty make three hundred");
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
