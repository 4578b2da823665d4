//! Each special number of the simulator, through the whole app.

use crate::support::{logged, secs, test_app};

/// Status, what the page says, and what the operator reads.
type Outcome = (u16, &'static str, &'static str);

/// Last digits, and how a start to that number ends with v1 and with v2.
const NUMBERS: [(&str, Outcome, Outcome); 14] = [
    ("01", (503, "Many people are signing in", "limit"), (503, "Many people are signing in", "limit")),
    ("02", (503, "unavailable right now", "parameter"), (503, "unavailable right now", "brand")),
    ("03", (422, "does not recognise that number", "number"), (422, "does not recognise that number", "to")),
    ("04", (503, "unavailable right now", "credentials"), (503, "unavailable right now", "credentials")),
    ("05", (502, "We may have sent you a code", "fault"), (502, "We may have sent you a code", "fault")),
    ("06", (422, "We cannot reach that number", "route"), (422, "We cannot reach that number", "routable")),
    ("08", (503, "unavailable right now", "barred"), (503, "unavailable right now", "403")),
    ("09", (503, "unavailable right now", "balance"), (503, "unavailable right now", "balance")),
    ("10", (429, "from another browser", ""), (429, "from another browser", "")),
    ("11", (429, "from another browser", ""), (429, "from another browser", "")),
    ("15", (422, "that country or phone network", "network"), (422, "", "")),
    ("20", (503, "unavailable right now", "code"), (503, "unavailable right now", "code")),
    ("29", (422, "approved beforehand", "demo"), (503, "unavailable right now", "403")),
    ("32", (502, "We may have sent you a code", "502"), (502, "We may have sent you a code", "502")),
];

#[tokio::test]
async fn each_special_number_gives_its_page_and_its_log_line() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        for (last, v1, v2) in NUMBERS {
            if (api, last) == ("v1", "11") {
                continue; // v1 always names the id
            }
            let (status, text, operator) = if api == "v1" { v1 } else { v2 };
            // One trouble shall not be met by the pause that another began.
            app.pass(secs(120)).await;
            let before = logged().len();

            let answer =
                app.browser().await.post("/verify", &[("phone", &format!("+1 202 555 01{last}"))]).await;

            answer.assert_page(status, text);
            let lines = logged().split_off(before).to_lowercase();
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
