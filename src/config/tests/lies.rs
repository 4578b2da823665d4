//! Settings that would be taken for something else than was meant.

use secrecy::ExposeSecret;

use super::{PAIR, config, read};
use crate::config::Config;

fn warnings(variables: &[(&str, &str)]) -> Vec<String> {
    config(&[], variables).warnings.iter().map(ToString::to_string).collect()
}

#[test]
fn a_near_miss_of_a_name_is_warned_of() {
    for (name, meant) in [
        ("ALLOWED_NUMBER", "ALLOWED_NUMBERS"),
        ("ALOWED_NUMBERS", "ALLOWED_NUMBERS"),
        ("PHONEGATE_ALLOWED_NUMBERS", "ALLOWED_NUMBERS"),
        ("TRUSTED_PROXY", "TRUSTED_PROXIES"),
        ("COUNTRY", "COUNTRIES"),
        ("LIMIT_NUMBERS", "LIMIT_NUMBER"),
        ("PUBLICURL", "PUBLIC_URL"),
        ("public_url", "PUBLIC_URL"),
        ("PUBLIC_URI", "PUBLIC_URL"),
        ("HOSTS", "HOST"),
        ("PROT", "PORT"),
        ("VONAGE_API_SECRETS", "VONAGE_API_SECRET"),
        ("VONAGE_PRIVATE_KEY_FILES", "VONAGE_PRIVATE_KEY_FILE"),
    ] {
        let said = warnings(&[PAIR[0], PAIR[1], (name, "x")]).join("\n");
        assert!(
            said.starts_with(&format!("{name} is no setting and has no effect; did you mean {meant}?")),
            "{said}"
        );
        assert_eq!(
            said.contains("Without it anyone with a phone can sign in"),
            meant == "ALLOWED_NUMBERS",
            "{said}"
        );
    }
    let config = config(&[], &[("ALLOWED_NUMBER", "x")]);
    assert!(config.warnings[0].grave);
    let said = warnings(&[PAIR[0], PAIR[1], ("VONAGE_SIGNATURE_METHOD", "x"), ("NEXMO_FROM", "x")]);
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said.iter().all(|text| text.contains("is no setting of phonegate")), "{said:?}");
}

#[test]
fn what_is_not_ours_is_not_warned_of() {
    let others = [
        "PATH",
        "HOME",
        "HOSTNAME",
        "LANG",
        "LANGUAGE",
        "LC_ALL",
        "LOGNAME",
        "LS_COLORS",
        "MAIL",
        "OLDPWD",
        "PWD",
        "SHELL",
        "SHLVL",
        "TERM",
        "TZ",
        "USER",
        "RUST_LOG",
        "RUST_BACKTRACE",
        "CARGO_HOME",
        "XDG_RUNTIME_DIR",
        "SSH_CLIENT",
        "DISPLAY",
        "EDITOR",
        "PAGER",
        "INVOCATION_ID",
        "JOURNAL_STREAM",
        "NOTIFY_SOCKET",
        "LISTEN_FDS",
        "LISTEN_PID",
        "KUBERNETES_SERVICE_HOST",
        "KUBERNETES_PORT",
        "PHONEGATE_PORT",
        "PHONEGATE_SERVICE_PORT",
        "DYNO",
        "PGPASSWORD",
        "HTTPS_PROXY",
        "NO_PROXY",
        "SSL_CERT_FILE",
        "DEBIAN_FRONTEND",
        "CI",
        "container",
        "_",
    ];
    let variables: Vec<_> = PAIR.into_iter().chain(others.map(|name| (name, "x"))).collect();
    assert_eq!(warnings(&variables), Vec::<String>::new());
}

#[test]
fn white_space_around_a_value_is_left_out_and_told() {
    let secret =
        |config: &Config| config.secrets.vonage_signature_secret.clone().unwrap().expose_secret().to_owned();
    for value in ["s3cret ", "\ts3cret\r\n", "\u{feff}s3cret", "s3cret\u{a0}"] {
        let config = config(&[], &[PAIR[0], PAIR[1], ("VONAGE_SIGNATURE_SECRET", value)]);
        assert_eq!(secret(&config), "s3cret", "{value:?}");
        let [warning] = &config.warnings[..] else { panic!("{:?}", config.warnings) };
        assert_eq!(warning.text, "VONAGE_SIGNATURE_SECRET: the white space around its value is left out");
    }
    let other = config(&[], &[PAIR[0], PAIR[1], ("HOST", "::1\r")]);
    assert!(other.settings.host.is_loopback() && other.warnings[0].text.starts_with("HOST: the white space"));
    let error = read(&[], &[("ALLOWED_NUMBERS", " ")]).expect_err("blank");
    assert_eq!(error, "ALLOWED_NUMBERS: is blank; give a value, or nothing at all");
}

#[test]
fn a_file_of_a_secret_may_come_from_any_editor() {
    let folder = super::Scratch::with(&[
        ("plain", "s3cret\r\n"),
        ("mark", "\u{feff}s3cret\n"),
        ("blanks", " s3cret \n\n"),
    ]);
    for (name, told) in [("plain", false), ("mark", false), ("blanks", true)] {
        let path = folder.0.join(name);
        let config =
            config(&[], &[PAIR[0], PAIR[1], ("VONAGE_SIGNATURE_SECRET_FILE", path.to_str().unwrap())]);
        assert_eq!(
            config.secrets.vonage_signature_secret.as_ref().unwrap().expose_secret(),
            "s3cret",
            "{name}"
        );
        let said =
            config.warnings.iter().any(|warning| warning.text.contains("the white space around what is in"));
        assert_eq!(said, told, "{name}: {:?}", config.warnings);
        assert!(!format!("{:?}", config.warnings).contains("s3cret"));
    }
}

#[test]
fn a_log_filter_must_let_our_lines_through() {
    for filter in [
        "error",
        "INFO",
        "debug",
        "off",
        "info,phonegate=debug",
        "warn,hyper=off",
        "phonegate=info",
        "phonegate::guard=trace",
    ] {
        assert_eq!(config(&["--log", filter], &[]).settings.log, filter);
    }
    for filter in [
        "verbose",
        "inf",
        "debgu",
        "info,verbose",
        "info;debug",
        "hyper=debug",
        "fonegate=info",
        "phonegate=inf",
        "phonegate",
    ] {
        let error = read(&["--log", filter], &[]).expect_err(filter);
        assert!(
            error.starts_with(&format!("LOG: {filter:?} will not do; give error, warn, info")),
            "{error}"
        );
    }
}

#[test]
fn absurd_values_are_refused() {
    for (variable, value, expected) in [
        ("SESSION_MAX", "365d", "from 1m to 30d"),
        ("SESSION_MAX", "30d 1s", "from 1m to 30d"),
        ("SESSION_IDLE", "31d", "from 1m to 30d"),
        ("SESSION_MAX", "99999999999999999999d", "from 1m to 30d"),
        ("SESSION_MAX", "59s", "from 1m to 30d"),
        ("SESSION_MAX", "1h", "SESSION_IDLE: 12h is longer than SESSION_MAX, 1h"),
        ("AUTH_CACHE", "61s", "from 0s to 1m"),
        ("LIMIT_TOTAL", "4294967296/1h", "how many in how long"),
        ("LIMIT_TOTAL", "1/18446744073709551615d", "how many in how long"),
        ("CODE_LIFETIME", "18446744073709551616", "from 60 to 600"),
        ("PUBLIC_URL", "https://*.example.com", "* stands for nothing"),
        ("RETURN_TO_ORIGINS", "https://*.example.com", "* stands for nothing"),
        ("COOKIE_DOMAIN", "co.uk", "anyone can have a site below that domain"),
        ("COOKIE_DOMAIN", ".Github.IO", "anyone can have a site below that domain"),
        ("COOKIE_DOMAIN", "公司.cn", "anyone can have a site below that domain"),
        ("COOKIE_DOMAIN", "com", "give a domain name"),
        ("COOKIE_DOMAIN", "192.0.2.1", "give a domain name"),
        ("COOKIE_DOMAIN", "[::1]", "give a domain name"),
        ("COOKIE_DOMAIN", "*.example.com", "give a domain name"),
        ("STORE_URL", "postgres://u:pw@9/x@host/d", "a sign in it ends the host too early"),
        (
            "STORE_URL",
            "postgres://u:pw9?x@host/d",
            "cannot be read (invalid port number); in its user name or password",
        ),
        ("STORE_URL", "postgres://u:p@w9?x@host/d", "a sign in it ends the host too early"),
        ("STORE_URL", "postgres://u:p@w9#x@host/d", "a sign in it ends the host too early"),
        ("VERIFY_BASE_URL", "https://me:pw9@verify.example", "\"https://…@verify.example\" will not do"),
        (
            "RETURN_TO_ORIGINS",
            "https://a.example,https://me:pw9@b.example",
            "without a name or password in it",
        ),
    ] {
        let error = read(&[], &[PAIR[0], PAIR[1], (variable, value)]).expect_err(value);
        assert!(error.contains(expected), "{value}: {error}");
        assert!(!error.contains("pw9") && !error.contains("w9"), "{error}");
    }
    assert_eq!(config(&[], &[("SESSION_MAX", "30d")]).settings.session_max.as_secs(), 30 * 24 * 3600);
    let error = read(&["--store-url=postgres://u:p@ss/w@host/d"], &[]).expect_err("a password");
    assert!(error.starts_with("--store-url: a password must not be on the command line"), "{error}");
}

#[test]
fn a_host_for_others_with_a_name_for_this_machine_is_warned_of() {
    let said = warnings(&[PAIR[0], PAIR[1], ("HOST", "0.0.0.0")]).join("\n");
    assert!(said.contains("HOST lets other machines in, but PUBLIC_URL is http://localhost:3000/"), "{said}");
    let url = ("PUBLIC_URL", "https://in.example.com");
    assert!(warnings(&[PAIR[0], PAIR[1], ("HOST", "0.0.0.0"), url]).is_empty());
}

#[test]
fn what_is_in_force_is_one_line_without_a_secret() {
    assert_eq!(
        config(&[], &[]).in_force(false, false),
        "in force: who may sign in: anyone with a phone; codes go to: every country; trusted proxies: none; \
         store: sqlite:phonegate.db; provider: the built-in simulator (v2), which sends nothing"
    );
    let folder = super::Scratch::with(&[("list", "+442079460123\n+442079460124\n")]);
    let list = folder.0.join("list");
    let config = config(
        &[],
        &[
            PAIR[0],
            PAIR[1],
            ("COUNTRIES", "IE,GB"),
            ("TRUSTED_PROXIES", "10.0.0.0/8,127.0.0.1"),
            ("ALLOWED_NUMBERS", list.to_str().unwrap()),
            ("STORE_URL", "postgres://me:pw9@db.example:5433/gate?password=pw9"),
            ("VERIFY_API", "v1"),
        ],
    );
    assert_eq!(
        config.in_force(false, false),
        format!(
            "in force: who may sign in: the 2 numbers of {}; codes go to: GB, IE; trusted proxies: 10.0.0.0/8, \
             127.0.0.1/32; store: postgres://me@db.example:5433/gate; provider: Vonage v1 by key abcd1234",
            list.display()
        )
    );
    assert!(config.in_force(true, true).ends_with("store: the app's own; provider: the app's own"));
}
