//! Verify v1 over HTTP: start, check, control, and how parameters and credentials may come.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::{Value, json};

use super::{NUMBER, Sim, v1_fields, wrong};

#[tokio::test]
async fn a_right_code_is_accepted_once() {
    let sim = Sim::new();
    let id = sim.started_v1(NUMBER).await;
    let code = sim.code(NUMBER).await;

    let right = sim.check_v1(&id, &code).await;
    assert_eq!(
        (&right["status"], &right["request_id"], &right["currency"]),
        (&json!("0"), &json!(id), &json!("EUR"))
    );
    let again = sim.check_v1(&id, &code).await;
    assert_eq!(again["status"], "6");
}

#[tokio::test]
async fn a_form_json_and_a_query_all_do() {
    let sim = Sim::new();
    sim.started_v1(NUMBER).await;

    let body =
        json!({ "number": 447_700_900_124_u64, "brand": "Acme", "code_length": 6, "workflow_id": "6" });
    let by_json = sim.post("/verify/json", body).await.json();
    let by_query = sim.get("/verify/json?number=447700900125&brand=Acme+Inc&code_length=6").await.json();

    assert_eq!((&by_json["status"], &by_query["status"]), (&json!("0"), &json!("0")));
    assert_eq!(sim.code("447700900124").await.len(), 6);
    assert!(sim.messages("447700900125").await[0]["text"].as_str().unwrap().contains("your Acme Inc code"));

    let id = by_query["request_id"].as_str().unwrap();
    let code = sim.code("447700900125").await;
    let checked = sim.get(&format!("/verify/check/json?request_id={id}&code={code}")).await.json();
    assert_eq!(checked["status"], "0");
    let gone = sim.get(&format!("/verify/control/json?request_id={id}&cmd=cancel")).await.json();
    assert_eq!(gone["status"], "6");
}

#[tokio::test]
async fn every_documented_limit_is_kept() {
    for (field, value, status) in [
        ("number", "", "2"),
        ("brand", "", "2"),
        ("number", "+447700900123", "3"),
        ("number", "00447700900123", "3"),
        ("number", "44 7700 900123", "3"),
        ("number", "1234567890123456", "3"),
        ("brand", "A brand of 19 signs", "3"),
        ("brand", "a{b}", "3"),
        ("sender_id", "twelve signs", "3"),
        ("code_length", "5", "3"),
        ("code_length", "six", "3"),
        ("lg", "xx-xx", "3"),
        ("pin_expiry", "59", "3"),
        ("pin_expiry", "3601", "3"),
        ("next_event_wait", "59", "3"),
        ("next_event_wait", "901", "3"),
        ("workflow_id", "0", "3"),
        ("workflow_id", "8", "3"),
        ("country", "XX", "3"),
        ("pin_code", "1234", "20"),
    ] {
        let sim = Sim::new();
        let mut fields: Vec<_> = v1_fields(NUMBER).into_iter().filter(|(name, _)| *name != field).collect();
        fields.push((field, value));
        let answer = sim.form("/verify/json", &fields).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.json()["status"], status, "{field}={value}");
        if status != "20" {
            assert!(answer.json()["error_text"].as_str().unwrap().contains(field), "{}", answer.body);
        }
        assert!(sim.messages(NUMBER).await.is_empty());
    }
}

#[tokio::test]
async fn a_national_number_needs_its_country() {
    let sim = Sim::new();
    let answer = sim.start_v1(&[("number", "07700 900123"), ("country", "GB"), ("brand", "Acme")]).await;

    assert_eq!(answer["status"], "0");
    assert_eq!(sim.code(NUMBER).await.len(), 4);
}

#[tokio::test]
async fn the_third_wrong_code_ends_it() {
    let sim = Sim::new();
    let id = sim.started_v1(NUMBER).await;
    let code = sim.code(NUMBER).await;

    for expected in ["16", "16", "17", "17"] {
        assert_eq!(sim.check_v1(&id, &wrong(&code)).await["status"], expected);
    }
    assert_eq!(sim.check_v1(&id, &code).await["status"], "17");
}

#[tokio::test]
async fn a_code_lasts_as_long_as_pin_expiry() {
    for (seconds, expected) in [(119, "0"), (120, "6")] {
        let sim = Sim::new();
        let fields = [&v1_fields(NUMBER)[..], &[("pin_expiry", "120")]].concat();
        let id = sim.start_v1(&fields).await["request_id"].as_str().unwrap().to_owned();
        let code = sim.code(NUMBER).await;
        sim.pass(seconds);
        assert_eq!(sim.check_v1(&id, &code).await["status"], expected, "after {seconds} s");
    }
}

#[tokio::test]
async fn a_second_start_is_told_the_running_id() {
    let sim = Sim::new();
    let id = sim.started_v1(NUMBER).await;

    let second = sim.start_v1(&v1_fields(NUMBER)).await;

    assert_eq!((&second["status"], &second["request_id"]), (&json!("10"), &json!(id)));
    assert_eq!(sim.messages(NUMBER).await.len(), 1);
}

#[tokio::test]
async fn a_cancel_has_its_time() {
    let sim = Sim::new();
    let fields = [("number", NUMBER), ("brand", "Acme"), ("workflow_id", "5"), ("next_event_wait", "60")];
    let start = async || sim.start_v1(&fields).await["request_id"].as_str().unwrap().to_owned();

    let id = start().await;
    sim.pass(29);
    let early = sim.control_v1(&id, "cancel").await;
    assert_eq!(early["status"], "19");
    assert!(early["error_text"].as_str().unwrap().contains("within the first 30 seconds"));
    sim.pass(1);
    assert_eq!(sim.control_v1(&id, "cancel").await, json!({ "status": "0", "command": "cancel" }));
    assert_eq!(sim.control_v1(&id, "cancel").await["status"], "6");

    let id = start().await;
    sim.pass(60);
    let late = sim.control_v1(&id, "cancel").await;
    assert_eq!(late["status"], "19");
    assert!(late["error_text"].as_str().unwrap().contains("can't be cancelled now"));
}

#[tokio::test]
async fn the_next_event_can_be_triggered_until_none_is_left() {
    let sim = Sim::new();
    let id = sim.start_v1(&[("number", NUMBER), ("brand", "Acme"), ("workflow_id", "5")]).await["request_id"]
        .as_str()
        .unwrap()
        .to_owned();

    let done = sim.control_v1(&id, "trigger_next_event").await;
    assert_eq!(done, json!({ "status": "0", "command": "trigger_next_event" }));
    assert_eq!(sim.messages(NUMBER).await[0]["channel"], "voice");
    let none = sim.control_v1(&id, "trigger_next_event").await;
    assert_eq!(none["status"], "19");
    assert!(none["error_text"].as_str().unwrap().starts_with("No more events"));
    assert_eq!(sim.control_v1(&id, "dance").await["status"], "3");
}

#[tokio::test]
async fn the_default_workflow_is_a_text_and_two_calls() {
    let sim = Sim::new();
    sim.start_v1(&[("number", NUMBER), ("brand", "Acme")]).await;
    sim.pass(604);

    let messages = sim.messages(NUMBER).await;
    let seen: Vec<_> = messages.iter().map(|message| (&message["channel"], &message["sent_at"])).collect();

    assert_eq!(
        seen,
        [
            (&json!("voice"), &json!("2026-11-24T10:05:05Z")),
            (&json!("voice"), &json!("2026-11-24T10:02:05Z")),
            (&json!("sms"), &json!("2026-11-24T10:00:00Z")),
        ]
    );
    assert_eq!(messages[1]["code"], messages[2]["code"]);
    assert_ne!(messages[0]["code"], messages[1]["code"]);
    assert_eq!(sim.start_v1(&v1_fields(NUMBER)).await["status"], "10");
    sim.pass(1);
    assert_eq!(sim.start_v1(&v1_fields(NUMBER)).await["status"], "0");
}

#[tokio::test]
async fn odd_timings_are_replaced_without_a_word() {
    let sim = Sim::new();
    let fields = [
        ("number", NUMBER),
        ("brand", "Acme"),
        ("workflow_id", "4"),
        ("pin_expiry", "200"),
        ("next_event_wait", "90"),
    ];
    sim.start_v1(&fields).await;
    sim.pass(90);

    let messages = sim.messages(NUMBER).await;

    assert_ne!(messages[0]["code"], messages[1]["code"]);
}

#[tokio::test]
async fn checks_with_bad_parameters_cost_no_try() {
    let sim = Sim::new();
    let id = sim.started_v1(NUMBER).await;
    let code = sim.code(NUMBER).await;

    for (id, code, expected) in [
        ("", "1234", "2"),
        (id.as_str(), "", "2"),
        (&id, "123", "3"),
        (&id, "1234567", "3"),
        ("123456789012345678901234567890123", "1234", "3"),
        ("00000000000000000000000000000000", "1234", "6"),
    ] {
        assert_eq!(sim.check_v1(id, code).await["status"], expected, "{id} {code}");
    }
    assert_eq!(sim.check_v1(&id, &code).await["status"], "0");
}

#[tokio::test]
async fn credentials_may_come_by_header_or_parameter() {
    let sim = Sim::guarded();
    let start = |number: &str, more: &str| format!("/verify/json?number={number}&brand=Acme{more}");

    for more in ["", "&api_key=key", "&api_key=key&api_secret=other", "&api_key=other&api_secret=secret"] {
        assert_eq!(sim.get(&start(NUMBER, more)).await.json()["status"], "4", "{more}");
    }
    let by_query = sim.get(&start(NUMBER, "&api_key=key&api_secret=secret")).await;
    assert_eq!(by_query.json()["status"], "0");
    let fields =
        [("number", "447700900124"), ("brand", "Acme"), ("api_key", "key"), ("api_secret", "secret")];
    assert_eq!(sim.start_v1(&fields).await["status"], "0");

    for (token, expected) in [("a2V5OnNlY3JldA==", "0"), ("a2V5Om90aGVy", "4"), ("!", "4")] {
        let request = Request::get(start("447700900125", "&api_key=key&api_secret=wrong"));
        let request = request.header(header::AUTHORIZATION, format!("Basic {token}"));
        let answer = sim.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status, &answer.json()["status"]), (StatusCode::OK, &json!(expected)), "{token}");
    }
}

#[tokio::test]
async fn a_body_that_is_not_json_counts_as_empty() {
    let sim = Sim::new();
    let request = Request::post("/verify/json").header(header::CONTENT_TYPE, "application/json");

    let answer = sim.send(request.body("{".into()).unwrap()).await;

    assert_eq!((answer.status, &answer.json()["status"]), (StatusCode::OK, &Value::from("2")));
}

#[tokio::test]
async fn a_form_that_says_it_is_json_is_read() {
    let sim = Sim::new();
    let request = Request::post("/verify/json").header(header::CONTENT_TYPE, "application/json");

    let answer = sim.send(request.body(format!("number={NUMBER}&brand=Acme").into()).unwrap()).await;

    assert_eq!(answer.json()["status"], "0");
}
