//! Below the path of another app, and with templates that it brings along.

use super::*;

#[test]
fn every_address_in_a_page_lies_below_the_mount_and_nothing_else_differs() {
    let mount = Mount::parse("/my/login").unwrap();
    let below = mounted(&Overrides::default(), "phonegate", Channel::Sms, &mount).unwrap();
    let pages = samples::render(&below, "").unwrap();

    for ((name, page), (_, at_root)) in pages.iter().zip(every_page("")) {
        for attribute in ["href", "src", "action"] {
            for address in values(page, attribute) {
                // What a page is told by its handler is made there.
                let ours = address.starts_with("/my/login") || address.starts_with("&#x2f;");
                assert!(ours, "{name}: {attribute}={address}");
            }
        }
        let moved = page.replace("\"/my/login\"", "\"/\"").replace("\"/my/login/", "\"/");
        assert_eq!(moved, at_root, "{name}");
    }
}

#[test]
fn a_template_from_memory_wins_and_is_checked_like_a_file() {
    let folder = Scratch::with(&[("index.html", "from the folder"), ("error.html", "from the folder")]);
    let given = |source: &str| {
        let overrides = Overrides::read(Some(&folder.0)).unwrap();
        overrides.with([("index.html".to_owned(), source.to_owned())].into())
    };

    let templates = made(&given("from memory"), "phonegate", Channel::Sms).unwrap();
    assert_eq!(templates.render(PLAIN, &IndexPage::default()).unwrap(), "from memory");

    let error = made(&given("{{ nothing }}"), "phonegate", Channel::Sms).unwrap_err().to_string();
    assert!(error.contains("index.html"), "{error}");
    let error = made(&given("{% if %}"), "phonegate", Channel::Sms).unwrap_err().to_string();
    assert!(error.starts_with("index.html: "), "{error}");
    let error = made(&given("{{ url('verify') }}"), "phonegate", Channel::Sms).unwrap_err().to_string();
    assert!(error.contains("no page of ours"), "{error}");
}
