//! What a start says, and what a command leaves alone.

use std::{
    ffi::OsStr,
    fs,
    io::ErrorKind,
    path::Path,
    process::{Command, Output},
};

use phonegate::testing::{random::Random, store::Store, web::server::StartError};
use secrecy::SecretString;

use phonegate_testing::{Binary, PHONE, each_store, sql};

fn phonegate(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_phonegate"));
    command.env_clear().current_dir(folder).args(arguments).envs(variables.iter().copied());
    command.output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[tokio::test]
async fn the_first_line_of_the_log_says_what_is_in_force_and_warnings_follow() {
    let pair = [("VONAGE_API_KEY", "abcd1234"), ("VONAGE_API_SECRET", "s3cret\r\n")];
    let more = [("ALLOWED_NUMBER", "/etc/list"), ("COUNTRIES", "GB"), ("TRUSTED_PROXY", "127.0.0.1")];
    let binary = Binary::start(&[&pair[..], &more].concat());
    let [first, rest @ ..] = &binary.start[..] else { panic!("nothing was said") };
    assert!(
        first.contains("\"INFO\"") && first.contains("in force: who may sign in: anyone with a phone"),
        "{first}"
    );
    assert!(
        first.contains("codes go to: GB; trusted proxies: none; store: sqlite:phonegate.db; provider"),
        "{first}"
    );

    let said = |level: &str, text: &str| rest.iter().any(|line| line.contains(level) && line.contains(text));
    assert!(
        said("\"ERROR\"", "ALLOWED_NUMBER is no setting and has no effect; did you mean ALLOWED_NUMBERS?"),
        "{rest:?}"
    );
    assert!(said("\"WARN\"", "TRUSTED_PROXY is no setting and has no effect"), "{rest:?}");
    assert!(said("\"WARN\"", "VONAGE_API_SECRET: the white space around its value is left out"), "{rest:?}");
    assert!(!binary.start.join("").contains("s3cret"));
}

#[tokio::test]
async fn a_folder_of_templates_is_no_error_and_a_misspelt_file_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let templates = folder.path().join("pages");
    let public = folder.path().join("public");
    for (path, text) in [
        (templates.join("error.html"), include_str!("../../templates/error.html")),
        (templates.join("locales/en.ftl"), "\u{feff}index-title = Come in\r\n"),
        (templates.join("indx.html"), "hello"),
        (public.join("styles.css"), ""),
        (public.join("logo.svg"), ""),
    ] {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let dirs = [("TEMPLATES_DIR", templates.to_str().unwrap()), ("PUBLIC_DIR", public.to_str().unwrap())];
    let binary = Binary::start(&dirs);
    let log = binary.start.join("\n");
    assert!(!log.contains("\"ERROR\""), "{log}");
    assert!(
        log.contains("TEMPLATES_DIR: indx.html has no effect") && log.contains("did you mean index.html?"),
        "{log}"
    );
    assert!(log.contains("PUBLIC_DIR: styles.css takes nothing's place; did you mean style.css?"), "{log}");
    assert!(!log.contains("logo.svg"), "{log}");
    binary.browser().get("/").await.assert_page(200, "Come in");
}

#[tokio::test]
async fn a_broken_variable_does_not_matter_where_a_flag_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [("HOST", "bad"), ("STORE_URL", "bad"), ("BRAND", "{"), ("LOG", "verbose")];
    let flags =
        ["--host=127.0.0.1", "--store-url=sqlite:none.db", "--brand", "Acme", "--log", "info", "guard"];
    let output = phonegate(folder.path(), &flags, &variables);
    assert!(text(&output).contains("there is no file none.db"), "{output:?}");
}

#[tokio::test]
async fn a_variable_that_is_no_text_is_not_passed_over() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_phonegate"));
        command
            .env_clear()
            .env("ALLOWED_NUMBERS", OsStr::from_bytes(b"/caf\xe9"))
            .env("OTHER", OsStr::from_bytes(b"\xe9"));
        text(&command.current_dir(folder.path()).args(arguments).output().unwrap())
    };
    assert_eq!(run(&["--port=0"]), "phonegate: ALLOWED_NUMBERS: is not UTF-8; give text\n");
    assert!(run(&["--allowed-numbers=/list", "guard"]).contains("there is no file phonegate.db"));
}

#[tokio::test]
async fn a_secret_in_an_env_file_that_all_can_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let env = folder.path().join(".env");
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(folder.path(), 0o755);
    for (text_of_it, rights, warned) in [
        ("SERVER_KEY=0123456789abcdef0123456789abcdef", 0o644, true),
        ("SERVER_KEY=0123456789abcdef0123456789abcdef", 0o600, false),
        ("BRAND=Acme", 0o644, false),
    ] {
        fs::write(&env, text_of_it).unwrap();
        mode(&env, rights);
        // A port that cannot be had comes before anything else that could go wrong.
        let output = phonegate(folder.path(), &["--port=0", "--store-url=sqlite:/nowhere/at/all.db"], &[]);
        let said = text(&output);
        assert_eq!(said.contains(".env: every user of this machine can read"), warned, "{said}");
    }
}

#[tokio::test]
async fn a_folder_that_would_show_the_store_ends_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let output = phonegate(folder.path(), &["--port=0"], &[("PUBLIC_DIR", ".")]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).starts_with("phonegate: PUBLIC_DIR: \".\" holds "), "{output:?}");
    assert!(!folder.path().join("phonegate.db").exists());
}

#[test]
fn a_port_that_needs_rights_is_not_called_taken() {
    let error =
        StartError::listen("HOST, PORT", ([127, 0, 0, 1], 80).into(), ErrorKind::PermissionDenied.into());
    let said = "HOST, PORT: cannot listen on 127.0.0.1:80; ports below 1024 need rights; take another port";
    assert!(error.to_string().starts_with(said) && error.is_mistake(), "{error}");
}

const COMMANDS: [&[&str]; 4] = [
    &["guard"],
    &["forget", "--phone", PHONE],
    &["unlock", "--phone", PHONE],
    &["sign-out", "--phone", PHONE],
];

#[tokio::test]
async fn a_command_makes_and_changes_no_tables() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("empty.db"), "").unwrap();
    for arguments in COMMANDS {
        for (url, said) in [
            ("sqlite:none.db", "STORE_URL: there is no file none.db"),
            ("sqlite:empty.db", "STORE_URL: there is no phonegate store at sqlite:empty.db"),
        ] {
            let output = phonegate(folder.path(), arguments, &[("STORE_URL", url)]);
            assert_eq!(output.status.code(), Some(2), "{arguments:?}");
            assert!(text(&output).contains(said), "{}", text(&output));
        }
        assert!(!folder.path().join("none.db").exists());
        assert_eq!(fs::metadata(folder.path().join("empty.db")).unwrap().len(), 0, "{arguments:?}");
    }
}

#[tokio::test]
async fn a_command_finds_a_store_of_another_version_or_without_a_key() {
    for url in each_store().await {
        let folder = tempfile::tempdir().unwrap();
        let url = url.unwrap_or_else(|| format!("sqlite:{}", folder.path().join("a.db").display()));
        let store = Store::open(&SecretString::from(url.as_str())).await.unwrap();
        let with = |arguments: &[&str]| phonegate(folder.path(), arguments, &[("STORE_URL", &url)]);
        let output = with(COMMANDS[1]);
        assert!(text(&output).contains("the store holds no server key; give the SERVER_KEY"), "{output:?}");
        store.keys(None, &Random::system()).await.unwrap();
        for arguments in COMMANDS {
            assert_eq!(with(arguments).status.code(), Some(0), "{arguments:?}");
        }
        store.close().await;

        sql(&url, "UPDATE meta SET value = '100' WHERE name = 'version'").await;
        for arguments in COMMANDS {
            let output = with(arguments);
            assert_eq!(output.status.code(), Some(2));
            assert!(
                text(&output).contains("STORE_URL: a newer version of phonegate has been here"),
                "{output:?}"
            );
        }
        let output = with(&["--port=0"]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(text(&output).contains("a newer version of phonegate has been here"), "{output:?}");

        sql(&url, "UPDATE meta SET value = '0' WHERE name = 'version'").await;
        for arguments in COMMANDS {
            let output = with(arguments);
            assert_eq!(output.status.code(), Some(2));
            assert!(text(&output).contains("the store is of an earlier version"), "{output:?}");
        }

        sql(&url, "CREATE TABLE _sqlx_migrations (version BIGINT)").await;
        for arguments in COMMANDS.into_iter().chain([&["--port=0"][..]]) {
            let output = with(arguments);
            assert_eq!(output.status.code(), Some(2));
            assert!(text(&output).contains("the store was made before the first release"), "{output:?}");
        }
    }
}
