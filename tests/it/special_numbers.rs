//! Each special number of the simulator, through the whole app.

use phonegate_testing::{secs, test_app};

const BUSY: &str = "Many people are signing in";
const DOUBT: &str = "We may have sent you a code";
const ELSEWHERE: &str = "on another device";
const UNAVAILABLE: &str = "unavailable right now";
const UNKNOWN: &str = "does not recognise that number";
const UNREACHABLE: &str = "We cannot reach that number";

/// Status, what the page says, and what the operator reads.
type Outcome = (u16, &'static str, &'static str);

/// Last digits, and how a start to that number ends with v1 and with v2.
const NUMBERS: [(&str, Outcome, Outcome); 14] = [
    ("01", (503, BUSY, "limits our rate"), (503, BUSY, "limits our rate")),
    ("02", (503, UNAVAILABLE, "a parameter of ours"), (503, UNAVAILABLE, "[brand:")),
    ("03", (422, UNKNOWN, "turned the number down"), (422, UNKNOWN, "[workflow[0].to:")),
    ("04", (503, UNAVAILABLE, "check key and secret"), (503, UNAVAILABLE, "check key and secret")),
    ("05", (502, DOUBT, "a fault of its own"), (502, DOUBT, "a fault of its own")),
    ("06", (422, UNREACHABLE, "cannot reach the number"), (422, UNREACHABLE, "cannot reach the number")),
    ("08", (503, UNAVAILABLE, "is barred"), (503, UNAVAILABLE, "HTTP 403")),
    ("09", (503, UNAVAILABLE, "top up the account"), (503, UNAVAILABLE, "top up the account")),
    ("10", (429, ELSEWHERE, "send-running"), (429, ELSEWHERE, "send-running")),
    ("11", (429, ELSEWHERE, "send-running"), (429, ELSEWHERE, "send-running")),
    ("15", (422, "that country or phone network", "enable its country"), (422, UNKNOWN, "[workflow[0].to:")),
    ("20", (503, UNAVAILABLE, "its own codes"), (503, UNAVAILABLE, "a parameter of ours")),
    ("29", (422, "approved beforehand", "is in demo mode"), (503, UNAVAILABLE, "HTTP 403")),
    ("32", (502, DOUBT, "HTTP 502"), (502, DOUBT, "HTTP 502")),
];

#[tokio::test]
async fn each_special_number_gives_its_page_and_its_log_line() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        for (last, v1, v2) in NUMBERS {
            let (status, text, operator) = if api == "v1" { v1 } else { v2 };
            // One trouble shall not be met by the pause that another began.
            app.pass(secs(120)).await;

            let number = format!("+1 202 555 01{last}");
            let answer = app.browser().await.post("/verify", &[("phone", &number)]).await;

            answer.assert_page(status, text);
            let lines = answer.logged().join("\n");
            assert!(lines.contains(operator), "{api} {last}: {operator:?} is not in {lines}");
        }
    }
}

#[tokio::test]
async fn a_blocked_number_is_told_by_v1_at_once_and_by_v2_later() {
    let v1 = test_app().api("v1").spawn().await;
    let answer = v1.browser().await.post("/verify", &[("phone", "+1 202 555 0107")]).await;
    answer.assert_page(422, "We cannot send codes to that number");

    let v2 = test_app().api("v2").spawn().await;
    v2.browser().await.post("/verify", &[("phone", "+1 202 555 0107")]).await.assert_redirect("/verify");
}

#[tokio::test]
async fn a_number_whose_messages_get_lost_still_waits_for_its_code() {
    for (api, number) in [("v1", "+1 202 555 0133"), ("v2", "+1 202 555 0134")] {
        let app = test_app().api(api).spawn().await;
        let (browser, id) = app.waiting_for_code(number).await;
        assert_eq!(browser.get("/verify").await.request_id(), id);
        browser.cancel(&id).await.assert_redirect("/");
    }
}
