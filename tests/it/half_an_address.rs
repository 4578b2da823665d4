//! Proxies that say half of what the gate needs to know, or say it twice.

use super::gate::{CLICK, app, ask, assert_let_in, assert_turned_away, click_but};
use phonegate_testing::{LogOfThisThread, PHONE, secs};

const NAMES: [(&str, &str); 4] = [
    ("x-forwarded-method", "X-Forwarded-Method"),
    ("x-forwarded-proto", "X-Forwarded-Proto"),
    ("x-forwarded-host", "X-Forwarded-Host"),
    ("x-forwarded-uri", "X-Forwarded-Uri"),
];

#[tokio::test]
async fn the_operator_is_told_which_header_and_what_is_wrong_with_it_once_a_minute() {
    let app = app().await;
    let log = LogOfThisThread::catch();
    for (header, name) in NAMES {
        let value = CLICK.iter().find(|(other, _)| *other == header).unwrap().1;
        for (clicks, fault) in [
            (click_but(&[(header, "")]), "is missing"),
            (click_but(&[(header, value), (header, value)]), "comes more than once"),
        ] {
            let line = format!("WARN phonegate::web::gate: {name} {fault}: a proxy asks the gate so");
            let told = || log.text().matches(&line).count();
            app.clock.advance(secs(60));

            for _ in 0..3 {
                assert_turned_away(&ask(&app.stranger(), "/auth?mode=401", &clicks).await, None);
            }
            assert_eq!(told(), 1, "{line} {}", log.text());
            app.clock.advance(secs(60));
            assert_turned_away(&ask(&app.stranger(), "/auth", &clicks).await, None);
            assert_eq!(told(), 2, "{line}");
        }
    }
    app.clock.advance(secs(60));
    let click = click_but(&[("x-forwarded-proto", "https,http")]);
    assert_turned_away(&ask(&app.stranger(), "/auth", &click).await, None);
    assert!(
        log.text()
            .contains("WARN phonegate::web::gate: X-Forwarded-Proto holds several values: \"https,http\"")
    );
}

#[tokio::test]
async fn of_whoever_asks_for_themselves_or_is_let_in_there_is_nothing_to_tell() {
    let app = app().await;
    let visitor = app.signed_in(PHONE).await;
    let log = LogOfThisThread::catch();

    assert_turned_away(&ask(&app.stranger(), "/auth", &[("accept", "text/html")]).await, None);
    assert_turned_away(
        &ask(&app.stranger(), "/auth?mode=401", &click_but(&[("x-forwarded-method", "POST")])).await,
        None,
    );
    assert_let_in(&ask(&visitor, "/auth", &[("x-forwarded-proto", "https,http")]).await, "+12025550150");

    assert!(!log.text().contains("a proxy asks the gate so"), "{}", log.text());
}
