//! The look of a site without a fork: by settings, by a style sheet of one's own, and by pages to start from.

use std::{fs, path::Path, process::Command};

use phonegate_testing::{PHONE, test_app};

const SIGN: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 24 24\"><circle r=\"9\"/></svg>";
const WORD: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 300 60\"><rect width=\"300\" height=\"60\"/></svg>";

/// A file in a folder, by its path.
fn file(folder: &Path, name: &str, content: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_name_a_picture_and_links_are_settings() {
    let folder = tempfile::tempdir().unwrap();
    let app = test_app()
        .set("BRAND", "Acme")
        .set("SITE_NAME", "The Acme Society of Friends & Neighbours")
        .set("LOGO", &file(folder.path(), "a.svg", SIGN))
        .set("HOME_URL", "https://acme.example.com/")
        .set("PRIVACY_URL", "https://acme.example.com/privacy?a=b&c=d")
        .set("HELP_URL", "mailto:help@acme.example.com");
    let app = app.spawn().await;
    let browser = app.browser().await;

    let page = browser.get("/").await;
    page.assert_page(200, "<h1>Sign in to The Acme Society of Friends &amp; Neighbours</h1>");
    page.assert_page(200, "<span>The Acme Society of Friends &amp; Neighbours</span>");
    let links = page.links();
    assert_eq!(
        links,
        [
            "https://acme.example.com/",
            "https://acme.example.com/privacy?a=b&c=d",
            "mailto:help@acme.example.com"
        ]
    );
    assert!(
        page.body.contains("alt=\"\" width=\"28\" height=\"28\""),
        "the name stands beside it: {}",
        page.body
    );
    let logo = page.body.split("<img src=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(logo.starts_with("/logo.svg?v="), "{logo}");
    let picture = browser.get(logo).await;
    assert_eq!(
        (picture.header("content-type"), &*picture.body),
        (Some("image/svg+xml; charset=utf-8"), SIGN)
    );

    browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    let messages = app.provider.messages(PHONE).await;
    assert!(messages[0].code.len() == 6, "the message keeps its short name");
    let browser = app.signed_in("+1 202 555 0151").await;
    browser.get("/result").await.assert_page(200, "Continue to acme.example.com");
}

#[tokio::test]
async fn a_picture_that_is_a_word_stands_for_the_name_and_may_differ_on_dark_pages() {
    let folder = tempfile::tempdir().unwrap();
    let (light, dark) = (file(folder.path(), "light", WORD), file(folder.path(), "dark", SIGN));
    let app = test_app().set("BRAND", "Acme").set("LOGO", &light).set("LOGO_DARK", &dark).spawn().await;
    let page = app.stranger().get("/").await;
    page.assert_page(200, "alt=\"Acme\" width=\"140\" height=\"28\"");
    assert!(!page.body.contains("<span>Acme</span>"), "{}", page.body);
    assert!(page.body.contains("<source srcset=\"/logo-dark.svg?v="), "{}", page.body);
}

#[tokio::test]
async fn a_colour_is_the_end_of_the_style_sheet_and_ones_own_sheet_is_the_last() {
    let folder = tempfile::tempdir().unwrap();
    file(folder.path(), "custom.css", "h1 { color: teal; }");
    let app =
        test_app().set("ACCENT", "#ffd60a").set("PUBLIC_DIR", folder.path().to_str().unwrap()).spawn().await;
    let browser = app.stranger();
    let page = browser.get("/").await.body;
    let sheets: Vec<_> = page
        .split("<link rel=\"stylesheet\" href=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    let [style, custom] = sheets[..] else { panic!("{sheets:?}") };
    assert!(style.starts_with("/style.css?v=") && custom.starts_with("/custom.css?v="), "{sheets:?}");
    let style = browser.get(style).await.body;
    let built_in = include_str!("../../public/style.css");
    let end = style.strip_prefix(built_in).unwrap();
    assert!(end.starts_with("\n:root{--accent:#ffd60a;--on-accent:#14181a;--link:#"), "{end}");
    assert!(end.contains("@media (prefers-color-scheme:dark){:root{--accent:#"), "{end}");
    assert_eq!(browser.get(custom).await.body, "h1 { color: teal; }");
}

fn phonegate(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_phonegate"));
    command.env_clear().current_dir(folder).args(arguments).envs(variables.iter().copied());
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_look_that_nobody_could_use_ends_the_start() {
    let folder = tempfile::tempdir().unwrap();
    for (variable, value, why) in [
        ("ACCENT", "#797979", "is hard to read: its contrast is 4."),
        ("ACCENT", "green", "give a colour as #rrggbb"),
        ("LOGO", "none.svg", "cannot be read"),
        ("LANGUAGES", "de,xx", "\"xx\" is no language of ours; give some of en, de, ar"),
        ("LANGUAGES", "de,,", "give tags of languages"),
        ("HELP_URL", "help", "give a full address"),
    ] {
        let (code, _, said) = phonegate(folder.path(), &["--port=0"], &[(variable, value)]);
        assert_eq!(code, Some(2), "{variable}={value}: {said}");
        let last = said.lines().last().unwrap();
        assert!(last.starts_with(&format!("phonegate: {variable}: ")) && last.contains(why), "{said}");
    }
}

#[test]
fn the_built_in_pages_are_written_out_and_nothing_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said, _) = phonegate(folder.path(), &["export-pages", "mine"], &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("TEMPLATES_DIR=mine/templates and PUBLIC_DIR=mine/public."), "{said}");
    for name in [
        "templates/index.html",
        "templates/components/phone.html",
        "templates/locales/en.ftl",
        "public/style.css",
    ] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(
            fs::read(folder.path().join("mine").join(name)).unwrap(),
            fs::read(root.join(name)).unwrap()
        );
    }

    let changed = folder.path().join("mine/templates/error.html");
    fs::write(&changed, "ours").unwrap();
    let (code, _, said) = phonegate(folder.path(), &["export-pages", "mine"], &[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("mine/templates/"), "{said}");
    assert_eq!(fs::read_to_string(changed).unwrap(), "ours");
}

#[tokio::test]
async fn what_was_written_out_makes_the_same_pages() {
    let folder = tempfile::tempdir().unwrap();
    phonegate(folder.path(), &["export-pages", "mine"], &[]);
    let path = |name: &str| folder.path().join("mine").join(name).to_str().unwrap().to_owned();
    let app =
        test_app().set("TEMPLATES_DIR", &path("templates")).set("PUBLIC_DIR", &path("public")).spawn().await;
    let plain = test_app().spawn().await;
    for page in ["/", "/no-such-page"] {
        let text = async |browser: phonegate_testing::Browser| {
            let body = browser.get(page).await.body;
            body.split("<code>").next().unwrap().to_owned()
        };
        assert_eq!(text(app.stranger()).await, text(plain.stranger()).await, "{page}");
    }
}
