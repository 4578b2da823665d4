//! Pages that ask for a fresh code.

use phonegate_testing::{Answer, secs};

use super::{Club, NUMBER};

/// Where the app sends whoever has to sign in again, and the form there.
async fn led_to_sign_in(club: &Club, answer: &Answer) -> Answer {
    assert_eq!(answer.status, 303, "{answer:?}");
    let start = answer.location().unwrap();
    assert!(start.contains("/login?return_to=") && start.ends_with("&max_age=300"), "{start}");
    let form = club.visitor.get(start).await;
    form.assert_page(200, "Sign in to phonegate");
    form
}

#[tokio::test]
async fn whoever_signed_in_long_ago_gives_a_new_code_and_comes_back() {
    let club = Club::opens("/login", |builder| builder).await;
    let visitor = &club.visitor;
    let card = format!("{}card", club.state.public_url());
    let form = led_to_sign_in(&club, &club.goes_to("/card").await).await;
    assert_eq!(form.hidden("max_age"), None, "nobody is signed in");
    club.signs_in().await;
    club.goes_to("/card").await.assert_page(200, "the card of");
    club.clock.advance(secs(300));
    club.goes_to("/card").await.assert_page(200, "the card of");
    let before = visitor.cookie("phonegate").unwrap();

    club.clock.advance(secs(1));
    club.goes_to("/members").await.assert_page(200, NUMBER);
    let form = led_to_sign_in(&club, &club.goes_to("/card").await).await;
    form.assert_page(200, "please enter a new code first");
    assert_eq!(form.hidden("max_age").as_deref(), Some("300"));
    let return_to = form.hidden("return_to").unwrap();
    assert_eq!(return_to, card);
    let posted = |phone| [("phone", phone), ("return_to", return_to.as_str()), ("max_age", "300")];
    let wrong = visitor.post("/login/verify", &posted("12")).await;
    wrong.assert_page(422, "or start with + and its code");
    assert_eq!(wrong.hidden("max_age").as_deref(), Some("300"), "it is asked for again");
    visitor.post("/login/verify", &posted(NUMBER)).await.assert_redirect("/login/verify");
    let id = visitor.get("/login/verify").await.request_id();
    let answer = club.types_code(visitor, &id, &club.code(NUMBER).await).await;
    answer.assert_redirect(&card);

    club.goes_to("/card").await.assert_page(200, "the card of");
    assert_ne!(visitor.cookie("phonegate").unwrap(), before);
    let thief = club.other();
    thief.set_cookie("phonegate", &before);
    assert!(!club.is_signed_in(&thief).await, "the session of before is over");
    assert_eq!(club.state.end_sessions(&NUMBER.parse().unwrap()).await.unwrap(), 1, "there is no other");
}

#[tokio::test]
async fn a_form_or_a_script_gets_401_with_the_way_to_a_new_code() {
    let club = Club::opens("/login", |builder| builder).await;
    club.signs_in().await;
    club.clock.advance(secs(301));

    let answer = club.visitor.post("/card", &[]).await;
    answer.assert_page(401, "Sign in");
    let way = answer.links().into_iter().find(|link| link.contains("return_to=")).unwrap();
    assert!(way.contains("max_age=300"), "{way}");
    assert!(answer.header("www-authenticate").is_some() && answer.location().is_none());
    assert_eq!(club.visitor.get("/card").await.status, 401);
}

#[tokio::test]
async fn whoever_is_fresh_enough_is_sent_on_and_other_pages_ask_nothing() {
    let club = Club::opens("/login", |builder| builder).await;
    let visitor = &club.visitor;
    club.signs_in().await;

    for page in ["/login?max_age=300", "/login?max_age=x", "/login?max_age=-1", "/login"] {
        visitor.get(page).await.assert_redirect("/login/result");
    }
    club.clock.advance(secs(301));
    visitor.get("/login?max_age=300").await.assert_page(200, "please enter a new code first");
    visitor.get("/login").await.assert_redirect("/login/result");
    let form = [("phone", NUMBER), ("max_age", "")];
    visitor.post("/login/verify", &form).await.assert_redirect("/login/result");
}

#[tokio::test]
async fn signing_in_anew_as_somebody_else_ends_the_first_ones_session() {
    let club = Club::opens("/login", |builder| builder).await;
    let visitor = &club.visitor;
    club.signs_in().await;
    club.clock.advance(secs(301));

    let form = [("phone", "+12025550151"), ("max_age", "300")];
    visitor.post("/login/verify", &form).await.assert_redirect("/login/verify");
    let id = visitor.get("/login/verify").await.request_id();
    let answer = club.types_code(visitor, &id, &club.code("+12025550151").await).await;
    answer.assert_redirect("/login/result");

    assert!(answer.logged().join("\n").contains("signed_out"), "{:?}", answer.logged());
    visitor.get("/members").await.assert_page(200, "+12025550151");
    assert_eq!(club.state.end_sessions(&NUMBER.parse().unwrap()).await.unwrap(), 0);
}
