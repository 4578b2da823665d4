//! What a developer sees: the phone, its messages as JSON, the explanation.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use serde_json::json;
use tower::ServiceExt;

use super::{NUMBER, Sim, options, v2_body};
use crate::{Callbacks, Options, Simulator};

#[tokio::test]
async fn messages_are_listed_newest_first() {
    let sim = Sim::new();
    let id = sim.started_v2(NUMBER).await;
    let code = sim.code(NUMBER).await;
    sim.check_v2(&id, &code).await;
    sim.pass(61);
    sim.started_v2(NUMBER).await;
    sim.started_v2("12025550143").await;

    let messages = sim.messages(NUMBER).await;

    assert_eq!(messages.len(), 2);
    assert_eq!(messages[0]["sent_at"], "2026-11-24T10:01:01Z");
    assert_eq!(
        messages[1],
        json!({
            "to": NUMBER,
            "channel": "sms",
            "text": format!("{code} is your Acme code. It is good for 3 minutes."),
            "code": code,
            "sent_at": "2026-11-24T10:00:00Z",
        })
    );
    let all = sim.get("/messages").await.json();
    assert_eq!((all.as_array().map(Vec::len), &all[0]["to"]), (Some(3), &json!("12025550143")));
    for typed in ["%2B44%207700%20900123", "+447700900123"] {
        assert_eq!(sim.messages(typed).await.len(), 2, "{typed}");
    }
}

#[tokio::test]
async fn the_phone_shows_texts_and_calls_and_refreshes_by_itself() {
    let sim = Sim::new();
    assert!(sim.get("/phone").await.body.contains("No messages yet"));
    sim.started_v2("447700900124").await;
    let title = format!("<title>{} · Simulated phone</title>", sim.code("447700900124").await);
    assert!(sim.get("/phone").await.body.contains(&title));

    let mut body = v2_body(NUMBER);
    body["workflow"] = json!([
        { "channel": "sms", "to": NUMBER },
        { "channel": "voice", "to": NUMBER, "reuse_code": true },
    ]);
    sim.post("/v2/verify", body).await;
    let code = sim.code(NUMBER).await;
    sim.pass(185);
    let answer = sim.get("/phone").await;
    assert_eq!(answer.headers.get("refresh"), None, "a reload takes the focus away");
    let reload = r#"<noscript><meta http-equiv="refresh" content="2"></noscript>"#;
    assert!(answer.body.contains(reload) && answer.body.contains(r#"<script src="/phone.js" defer>"#));
    let page = answer.body;
    assert!(page.contains("<title>Simulated phone</title>"), "nobody reads a call's code");
    assert!(page.contains(&format!(r#"<b class="code">{code}</b> is your Acme code."#)));
    let spoken = code.chars().map(String::from).collect::<Vec<_>>().join(", ");
    assert!(page.contains(&format!("Hello. Your Acme code is {spoken}. Once more: {spoken}.")));
    assert!(page.find("Hello.").unwrap() < page.find("is your Acme code").unwrap());
    assert!(page.contains("+44 7700 900123"));
    assert!(page.contains("5 s ago") && page.contains("3 min ago"));
}

#[tokio::test]
async fn the_phone_can_show_one_number_alone() {
    let sim = Sim::new();
    sim.started_v2(NUMBER).await;
    sim.started_v2("12025550143").await;

    let page = sim.get(&format!("/phone?to={NUMBER}")).await.body;

    assert!(page.contains(&sim.code(NUMBER).await));
    assert!(!page.contains(&sim.code("12025550143").await));
    assert!(page.contains("for +44 7700 900123"));
}

#[tokio::test]
async fn what_callers_write_is_escaped() {
    let sim = Sim::new();
    let mut body = v2_body(NUMBER);
    body["brand"] = "<b>A&me".into();
    sim.post("/v2/verify", body).await;

    let page = sim.get("/phone").await.body;

    assert!(page.contains("&lt;b&gt;A&amp;me") && !page.contains("<b>A&me"));
}

#[tokio::test]
async fn pages_carry_nothing_inline() {
    let sim = Sim::new();
    sim.started_v2(NUMBER).await;
    for path in ["/", "/phone", "/phone?to=447700900123"] {
        let answer = sim.get(path).await;
        assert_eq!(answer.status, StatusCode::OK);
        let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        let strict =
            "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; ";
        assert!(policy.starts_with(strict) && !policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
        for inline in ["<style", " style=", " onclick="] {
            assert!(!answer.body.contains(inline), "{path}: {inline}");
        }
        let ours = answer.body.matches("<script src=\"/phone.js\" defer></script>").count();
        assert_eq!(answer.body.matches("<script").count(), ours, "{path}");
    }
    let style = sim.get("/simulator.css").await;
    assert_eq!((style.status, style.kind()), (StatusCode::OK, "text/css; charset=utf-8"));
}

#[tokio::test]
async fn the_explanation_tells_how_it_was_started() {
    let page = Sim::new().get("/").await.body;
    assert!(page.contains("any number of requests") && !page.contains("callbacks"));

    let callbacks = Callbacks {
        url: "https://app.example/status".parse().unwrap(),
        signature_secret: "shared".into(),
        api_key: "key".to_owned(),
        application_id: None,
    };
    let options = Options { throttle: true, callbacks: Some(callbacks), ..options() };
    let page = Sim::with(options).get("/").await.body.replace("&#x2f;", "/");
    assert!(page.contains("More than 30 requests in a second are refused."));
    assert!(page.contains("v2 callbacks go, signed, to <code>https://app.example/status</code>."));
    assert!(!page.contains("shared"));
}

#[tokio::test]
async fn addresses_follow_the_mount() {
    let links = async |router: Router, path: &str| {
        let request = Request::get(path).header(header::HOST, "localhost:3000").body(Body::empty()).unwrap();
        let body = router.oneshot(request).await.unwrap().into_body();
        let page = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
        let page = page.replace("&#x2f;", "/");
        let links: Vec<_> =
            page.split("href=\"").skip(1).map(|link| link.split('"').next().unwrap().to_owned()).collect();
        (page, links)
    };
    let alone = Simulator::new(options()).router();
    let mounted = Router::new().nest("/simulator", Simulator::new(options()).router());

    let (page, found) = links(alone, "/").await;
    assert_eq!(
        found,
        ["/simulator.svg", "/simulator.css", "/", "/phone", "/messages", "/phone", "/messages"]
    );
    assert!(page.contains("<code>http://localhost:3000</code>"));
    let (page, found) = links(mounted.clone(), "/simulator").await;
    assert!(page.contains("<code>http://localhost:3000/simulator</code>"));
    assert_eq!(found[2], "/simulator");
    for link in found {
        let request = Request::get(&link).body(Body::empty()).unwrap();
        assert_eq!(mounted.clone().oneshot(request).await.unwrap().status(), StatusCode::OK, "{link}");
    }
    let (page, _) = links(mounted, "/simulator/phone").await;
    assert!(page.contains(r#"action="/simulator/clock""#));
}

#[tokio::test]
async fn the_phone_buttons_lead_back_to_the_phone() {
    let sim = Sim::new();
    for (phone, back) in
        [("", "/phone"), (NUMBER, "/phone?to=447700900123"), ("a@b.c&x", "/phone?to=a%40b.c%26x")]
    {
        let answer = sim.form("/clock", &[("phone", phone), ("advance_s", "30")]).await;
        assert_eq!(
            (answer.status, answer.headers[header::LOCATION].to_str().unwrap()),
            (StatusCode::SEE_OTHER, back)
        );
    }
}

#[tokio::test]
async fn the_clock_is_not_set_past_the_last_year_that_can_be_written() {
    let sim = Sim::new();
    let ten_years = [("advance_s", "315360000")];
    let mut decades = 0;
    let refusal = loop {
        let answer = sim.form("/clock", &ten_years).await;
        if answer.status != StatusCode::NO_CONTENT {
            break answer;
        }
        decades += 1;
        assert!(decades < 1_000, "no end");
    };

    assert_eq!(refusal.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refusal.body.contains("past the year 9999"), "{}", refusal.body);
    assert_eq!(decades, 797);
    // It goes on at the end of time.
    let id = sim.started_v2(NUMBER).await;
    for page in ["/", "/phone", "/messages"] {
        assert_eq!(sim.get(page).await.status, StatusCode::OK, "{page}");
    }
    assert_eq!(sim.check_v2(&id, &sim.code(NUMBER).await).await.status, StatusCode::OK);
}
