mod dotenv;
mod flags;
mod folders;
mod lies;
mod lists;
mod reach;

use std::{ffi::OsString, time::Duration};

use secrecy::ExposeSecret;

use super::{Config, Environment, Invocation, Provider};
use crate::{
    phone::Fiction,
    verify::{VerifyApi, tests::application::private_key},
    web::overrides::tests::Scratch,
};

fn read(arguments: &[&str], variables: &[(&str, &str)]) -> Result<Invocation, String> {
    let environment: Environment = variables.iter().copied().collect();
    Invocation::read(arguments.iter().map(OsString::from), &environment).map_err(|error| error.to_string())
}

fn config(arguments: &[&str], variables: &[(&str, &str)]) -> Config {
    match read(arguments, variables) {
        Ok(Invocation::Serve(config)) => *config,
        other => panic!("{other:?}"),
    }
}

/// Key and secret.
fn basic(config: &Config) -> (String, String) {
    let Provider::Vonage(credentials) = &config.provider else { panic!("{config:?}") };
    let (key, secret) = credentials.basic.as_ref().unwrap();
    (key.clone(), secret.expose_secret().to_owned())
}

const PAIR: [(&str, &str); 2] = [("VONAGE_API_KEY", "abcd1234"), ("VONAGE_API_SECRET", "s3cret")];

#[test]
fn without_any_setting_the_simulator_serves_this_machine() {
    let config = config(&[], &[]);

    assert!(matches!(config.provider, Provider::Simulator { forced: false }));
    assert_eq!(config.public_url.as_str(), "http://localhost:3000/");
    assert_eq!(config.settings.store_url.expose_secret(), "sqlite:phonegate.db");
    assert_eq!((config.settings.code_length, config.settings.code_lifetime.as_secs()), (6, 300));
    assert_eq!(config.settings.verify_api, VerifyApi::V2);
}

#[test]
fn two_lines_make_it_send_real_messages() {
    let config = config(&[], &PAIR);
    let (key, secret) = basic(&config);
    assert_eq!((key.as_str(), secret.as_str()), ("abcd1234", "s3cret"));
}

#[test]
fn the_tutorials_names_work() {
    let config = config(
        &[],
        &[("NEXMO_API_KEY", "k"), ("NEXMO_API_SECRET", "s"), ("NEXMO_BRAND_NAME", "Acme"), ("PORT", "8080")],
    );
    assert!(matches!(config.provider, Provider::Vonage(_)));
    assert_eq!((config.settings.brand.as_str(), config.settings.port), ("Acme", 8080));
    assert_eq!(config.public_url.as_str(), "http://localhost:8080/");
}

#[test]
fn a_flag_wins_over_a_variable_and_empty_counts_as_unset() {
    let config = config(&["--port", "4000"], &[("PORT", "5000"), ("BRAND", ""), ("SESSION_IDLE", "30m")]);
    assert_eq!(config.settings.port, 4000);
    assert_eq!(config.settings.brand, "phonegate");
    assert_eq!(config.settings.session_idle, Duration::from_mins(30));
}

#[test]
fn a_mistake_is_one_line_that_names_the_variable_and_the_fix() {
    let long_brand = "x".repeat(17);
    for (arguments, variables, expected) in [
        (&[][..], &[("PORT", "70000")][..], "PORT: \"70000\" will not do; give a number from 0 to 65535"),
        (&["--port=x"], &[], "PORT: \"x\" will not do"),
        (&[], &[("HOST", "here")], "HOST: \"here\" will not do; give an IP address"),
        (&[], &[("PUBLIC_URL", "http://example.com")], "https is needed"),
        (&[], &[("PUBLIC_URL", "https://example.com/path")], "without a path"),
        (&[], &[("VERIFY_API", "v3")], "VERIFY_API: \"v3\" will not do; give v2, or v1"),
        (&[], &[("VERIFY_BASE_URL", "ftp://x")], "VERIFY_BASE_URL"),
        (&[], &[("VERIFY_BASE_URL", "http://127.0.0.1:4000")], "VERIFY_BASE_URL: needs VONAGE_API_KEY"),
        (&[], &[("BRAND", &long_brand)], "1 to 16 characters"),
        (&[], &[("BRAND", "a{b")], "none of / { } : $"),
        (&[], &[("CODE_LENGTH", "4")], "from 6 to 10"),
        (
            &[],
            &[("CODE_LENGTH", "8"), ("VERIFY_API", "v1")],
            "CODE_LENGTH: 8 digits are not to be had with VERIFY_API=v1",
        ),
        (&[], &[("CODE_LIFETIME", "900")], "from 60 to 600"),
        (&[], &[("CHANNELS", "sms,fax")], "CHANNELS: \"sms,fax\" will not do; give sms, voice, or both"),
        (&[], &[("DEFAULT_COUNTRY", "Narnia")], "two-letter code"),
        (&[], &[("STORE_URL", "mysql://u:pw9@h/d")], "STORE_URL: give sqlite:FILE or postgres://"),
        (&["--store-url=postgres://u:pw9@h/d"], &[], "a password must not be on the command line"),
        (&["--store-url", "postgres://u:pw9@h/d"], &[], "a password must not be on the command line"),
        (&[], &[("SESSION_IDLE", "12")], "SESSION_IDLE: \"12\" will not do; give a time with its unit"),
        (
            &[],
            &[("AUTH_CACHE", "2m")],
            "AUTH_CACHE: \"2m\" will not do; give a time with its unit, from 0s to 1m",
        ),
        (&[], &[("SESSION_IDLE", "8d")], "SESSION_IDLE: 8days is longer than SESSION_MAX, 7days"),
        (&[], &[("TEMPLATES_DIR", "/nowhere")], "is not a folder"),
        (&[], &[("LOG", "a=b=c")], "LOG: "),
        (&[], &[("LOG_FORMAT", "xml")], "give text or json"),
        (&[], &[("METRICS_LISTEN", "9464")], "METRICS_LISTEN: \"9464\" will not do; give an IP address and"),
        (&[], &[("METRICS_LISTEN", "0.0.0.0:3000")], "METRICS_LISTEN: 0.0.0.0:3000 is where HOST and PORT"),
        (
            &[],
            &[("LIMIT_NUMBER", "5 in 10m")],
            "LIMIT_NUMBER: \"5 in 10m\" will not do; give how many in how long",
        ),
        (&["--limit-total=0/1h"], &[], "LIMIT_TOTAL: \"0/1h\" will not do"),
        (&[], &[("LIMIT_UNVERIFIED", "no")], "LIMIT_UNVERIFIED: \"no\" will not do; give on or off"),
        (&[], &[("GUARD_MODE", "log")], "GUARD_MODE: \"log\" will not do; give enforce or observe"),
        (&["unlock"], &[], "command line: --phone <PHONE> is missing"),
        (&[], &[("SERVER_KEY", "short")], "SERVER_KEY: is too short; give at least 32 characters"),
        (&[], &[("SERVER_KEY_FILE", "/nowhere/key")], "SERVER_KEY_FILE: cannot read \"/nowhere/key\""),
        (&[], &[("COOKIE_DOMAIN", "localhost")], "give a domain name"),
        (
            &[],
            &[("COUNTRIES", "GB,Narnia")],
            "COUNTRIES: \"GB,Narnia\" will not do; give the two-letter code",
        ),
        (&[], &[("COUNTRIES", "GB,")], "two-letter code"),
        (&[], &[("ALLOW_VOIP", "yes")], "ALLOW_VOIP: \"yes\" will not do; give on or off"),
        (&[], &[("ALLOWED_NUMBERS", "/nowhere")], "ALLOWED_NUMBERS: cannot read /nowhere: "),
        (
            &[],
            &[("TRUSTED_PROXIES", "10.0.0.0/8,0.0.0.0/0")],
            "TRUSTED_PROXIES: \"10.0.0.0/8,0.0.0.0/0\" will not do; 0.0.0.0/0 trusts everyone",
        ),
        (&[], &[("TRUSTED_PROXIES", "::/0")], "::/0 trusts everyone"),
        (&[], &[("TRUSTED_PROXIES", "proxy")], "\"proxy\" is neither an address nor a network"),
        (&[], &[("RETURN_TO_ORIGINS", "https://a.example,b.example")], "\"b.example\": give a full address"),
        (&[], &[("RETURN_TO_ORIGINS", "https://a.example/path")], "without a path"),
        (&[], &[("RETURN_TO_ORIGINS", "http://a.example")], "https is needed"),
        (&["--colour"], &[], "command line: --colour is unknown"),
        (&["forget"], &[], "command line: --phone <PHONE> is missing"),
        (&["simulator", "--throttle=no"], &[], "--throttle: \"no\" will not do; give on or off"),
        (
            &["simulator", "--callback-url=http://example.com"],
            &[],
            "--callback-url: \"http://example.com\" will not",
        ),
        (
            &["simulator", "--callback-url=http://127.0.0.1:5000/cb"],
            &[],
            "VONAGE_SIGNATURE_SECRET: is missing; --callback-url needs it",
        ),
        (&["frobnicate"], &[], "command line: "),
    ] {
        let error = read(arguments, variables).map(|_| ()).expect_err("a mistake");
        assert!(error.contains(expected), "{arguments:?} {variables:?}: {error}");
        assert!(!error.contains('\n') && !error.contains("pw9"), "{error}");
    }
}

#[test]
fn countries_and_kinds_are_read() {
    let config = config(&[], &[PAIR[0], PAIR[1], ("COUNTRIES", "gb, IE,+881"), ("ALLOW_VOIP", "off")]);
    let countries = config.settings.countries.as_ref().unwrap().iter();
    assert_eq!(countries.map(ToString::to_string).collect::<Vec<_>>(), ["GB", "IE", "+881"]);
    assert!(!config.settings.allow_voip);
}

#[test]
fn only_real_messages_to_all_countries_are_worth_a_warning() {
    let simulated = ("VERIFY_BASE_URL", "http://127.0.0.1:4000");
    for (variables, for_real, everywhere) in [
        (&[][..], false, false),
        (&[PAIR[0], PAIR[1], simulated], false, false),
        (&[PAIR[0], PAIR[1]], true, true),
        (&[PAIR[0], PAIR[1], ("VERIFY_BASE_URL", "https://verify.example")], true, true),
        (&[PAIR[0], PAIR[1], ("COUNTRIES", "GB")], true, false),
    ] {
        let config = config(&[], variables);
        assert_eq!((config.sends_for_real(), config.sends_everywhere()), (for_real, everywhere));
        assert_eq!(config.fiction() == Fiction::Refused, for_real, "{variables:?}");
    }
    let without = config(&[], &[]);
    assert!(without.settings.allow_voip && without.settings.trusted_proxies.is_none());
    assert!(!without.allowed.is_limited());
}

#[test]
fn a_list_of_numbers_is_read_by_the_other_settings() {
    let folder =
        Scratch::with(&[("numbers.txt", "(202) 555-0150\n+1 202\n"), ("good.txt", "020 7946 0123\n")]);
    let path = |name: &str| folder.0.join(name).to_str().unwrap().to_owned();

    let error = read(&[], &[("ALLOWED_NUMBERS", &path("numbers.txt"))]).expect_err("no country");
    assert!(
        error.starts_with("ALLOWED_NUMBERS: /") && error.contains("line 1: give the number as +44…"),
        "{error}"
    );
    let error =
        read(&["--default-country=US"], &[("ALLOWED_NUMBERS", &path("numbers.txt"))]).expect_err("short");
    assert!(error.contains("line 2: the number is too short"), "{error}");

    let config = config(&[], &[("ALLOWED_NUMBERS", &path("good.txt")), ("DEFAULT_COUNTRY", "GB")]);
    assert!(config.allowed.is_limited());
}

#[test]
fn half_a_pair_is_named() {
    for (variable, missing) in [
        (("VONAGE_API_KEY", "k"), "VONAGE_API_SECRET: is missing"),
        (("NEXMO_API_KEY", "k"), "VONAGE_API_SECRET: is missing"),
        (("VONAGE_API_SECRET", "hidden9"), "VONAGE_API_KEY: is missing"),
        (("NEXMO_API_SECRET", "hidden9"), "VONAGE_API_KEY: is missing"),
    ] {
        let error = read(&[], &[variable]).expect_err("half a pair");
        assert!(error.starts_with(missing) && !error.contains("hidden9"), "{error}");
    }
    for (variable, value, missing) in [
        ("VONAGE_APPLICATION_ID", "0f9c2d5e", "VONAGE_PRIVATE_KEY: is missing"),
        ("VONAGE_PRIVATE_KEY", "hidden9", "VONAGE_APPLICATION_ID: is missing"),
    ] {
        let error = read(&[], &[PAIR[0], PAIR[1], (variable, value)]).expect_err("half a pair");
        assert!(error.starts_with(missing) && !error.contains("hidden9"), "{error}");
    }
    let error = read(&[], &[("NEXMO_API_KEY", "one"), ("VONAGE_API_KEY", "two")]).expect_err("two values");
    assert!(error.contains("NEXMO_API_KEY: differs from VONAGE_API_KEY"), "{error}");
}

#[test]
fn the_simulator_alone_is_as_strict_as_vonage_unless_told_otherwise() {
    let Ok(Invocation::Simulator(config)) = read(&["simulator"], &[]) else { panic!("no simulator") };
    assert_eq!(config.listen.to_string(), "127.0.0.1:4000");
    assert_eq!(
        (config.credentials.0.as_str(), config.credentials.1.expose_secret()),
        ("simulator", "simulator")
    );
    assert!(config.throttle && config.callbacks.is_none());

    let arguments = ["simulator", "--throttle=off", "--callback-url=http://127.0.0.1:5000/cb?a=b"];
    let variables = [PAIR[0], PAIR[1], ("VONAGE_SIGNATURE_SECRET", "shared")];
    let Ok(Invocation::Simulator(config)) = read(&arguments, &variables) else { panic!("no simulator") };
    assert_eq!((config.credentials.0.as_str(), config.credentials.1.expose_secret()), (PAIR[0].1, PAIR[1].1));
    assert!(!config.throttle);
    let (url, secret) = config.callbacks.unwrap();
    assert_eq!((url.as_str(), secret.expose_secret()), ("http://127.0.0.1:5000/cb?a=b", "shared"));
}

#[test]
fn an_application_comes_with_its_key_as_text_as_one_line_or_as_a_file() {
    let key = private_key();
    let path = std::env::temp_dir().join(format!("phonegate-key-{}", std::process::id()));
    std::fs::write(&path, &key).unwrap();
    let id = ("VONAGE_APPLICATION_ID", "0f9c2d5e-1111-4222-8333-444455556666");
    let with = |variable, value: &str| config(&[], &[id, (variable, value)]);
    for config in [
        with("VONAGE_PRIVATE_KEY", &key),
        with("VONAGE_PRIVATE_KEY", &key.replace('\n', "\\n")),
        with("VONAGE_PRIVATE_KEY", path.to_str().unwrap()),
        with("VONAGE_PRIVATE_KEY_FILE", path.to_str().unwrap()),
    ] {
        let Provider::Vonage(credentials) = &config.provider else { panic!("{config:?}") };
        assert!(credentials.application.is_some() && credentials.basic.is_none());
        assert!(!format!("{config:?}").contains(&key[60..100]));
    }
    std::fs::remove_file(&path).unwrap();

    for (variables, expected) in [
        (vec![id, ("VONAGE_PRIVATE_KEY", "/nowhere/hidden9")], "VONAGE_PRIVATE_KEY: is no key in PEM form"),
        (
            vec![id, ("VONAGE_PRIVATE_KEY", "-----BEGIN PRIVATE KEY-----hidden9")],
            "VONAGE_PRIVATE_KEY: is not a private RSA key in PEM form",
        ),
        (vec![id, ("VONAGE_PRIVATE_KEY", &key), ("VERIFY_API", "v1")], "VERIFY_API: v1 takes only"),
        (vec![("VONAGE_APPLICATION_ID", "a b")], "VONAGE_APPLICATION_ID: \"a b\" will not do"),
    ] {
        let error = read(&[], &variables).expect_err(expected);
        assert!(error.starts_with(expected) && !error.contains("hidden9"), "{error}");
        assert!(!error.contains('\n'), "{error}");
    }
}

#[test]
fn origins_are_a_list_and_a_flag_replaces_all_of_it() {
    let variables = [("RETURN_TO_ORIGINS", " https://a.example , https://b.example:8443,")];
    let origins = |arguments: &[&str]| {
        let config = config(arguments, &variables);
        config.settings.return_to_origins.0.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(origins(&[]), ["https://a.example/", "https://b.example:8443/"]);
    assert_eq!(origins(&["--return-to-origins=http://localhost:8080"]), ["http://localhost:8080/"]);
}

#[test]
fn a_secret_may_come_from_a_file() {
    let path = std::env::temp_dir().join(format!("phonegate-secret-{}", std::process::id()));
    std::fs::write(&path, "from-a-file\n").unwrap();
    let path_text = path.to_str().unwrap();

    let config = config(&[], &[("VONAGE_API_KEY", "k"), ("VONAGE_API_SECRET_FILE", path_text)]);
    let both =
        read(&[], &[("VONAGE_API_SECRET", "a"), ("VONAGE_API_SECRET_FILE", path_text)]).expect_err("both");
    std::fs::remove_file(&path).unwrap();

    assert_eq!(basic(&config).1, "from-a-file");
    assert!(both.contains("VONAGE_API_SECRET is set too"), "{both}");
}

#[test]
fn debug_shows_no_secret() {
    let config = config(&[], &[PAIR[0], PAIR[1], ("STORE_URL", "postgres://u:pw9@h/d")]);
    let shown = format!("{config:?}");
    assert!(!shown.contains("s3cret") && !shown.contains("pw9"), "{shown}");
}
