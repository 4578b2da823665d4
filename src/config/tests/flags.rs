//! A flag wins, whatever a variable says.

use clap::Args;

use super::{PAIR, read};
use crate::{
    config::{Settings, flags},
    web::overrides::tests::Scratch,
};

/// A value that each flag takes: its default, or this one.
fn good(flag: &str, folder: &Scratch) -> String {
    let folder = folder.0.to_str().unwrap();
    let command = Settings::augment_args(clap::Command::new("settings"));
    let argument = command.get_arguments().find(|argument| argument.get_long() == Some(flag)).unwrap();
    let default = argument.get_default_values().first().map(|value| value.to_str().unwrap().to_owned());
    default.unwrap_or_else(|| match flag {
        "public-url" => "https://in.example.com".to_owned(),
        "cookie-domain" => "example.com".to_owned(),
        "vonage-api-key" => PAIR[0].1.to_owned(),
        "vonage-application-id" => "0f9c2d5e".to_owned(),
        "verify-base-url" => "https://verify.example".to_owned(),
        "languages" => "de,en".to_owned(),
        "site-name" => "The Acme Society".to_owned(),
        "logo" | "logo-dark" => format!("{folder}/logo.svg"),
        "accent" => "#075a45".to_owned(),
        "home-url" | "privacy-url" | "terms-url" | "help-url" => "https://example.com/".to_owned(),
        "default-country" | "countries" => "GB".to_owned(),
        "allowed-numbers" => format!("{folder}/list"),
        "trusted-proxies" => "127.0.0.1".to_owned(),
        "limit-total" => "5/1h".to_owned(),
        "templates-dir" | "public-dir" => format!("{folder}/public"),
        "metrics-listen" => "127.0.0.1:0".to_owned(),
        other => panic!("give an example for --{other}"),
    })
}

#[test]
fn a_flag_wins_even_over_a_variable_that_is_broken() {
    let logo = ("logo.svg", "<svg viewBox='0 0 1 1'></svg>");
    let folder = Scratch::with(&[("list", "+442079460123"), ("public/a.css", ""), logo]);
    // No setting but free texts takes this.
    let broken = "={bad,=";
    for (variable, flag) in flags() {
        // What another one needs.
        let more = match flag.as_str() {
            "vonage-application-id" => continue,
            "cookie-domain" => vec![("PUBLIC_URL", "https://in.example.com")],
            _ => Vec::new(),
        };
        let variables: Vec<_> = [&PAIR[..], &more, &[(variable.as_str(), broken)]].concat();
        if !["VONAGE_API_KEY", "SITE_NAME"].contains(&variable.as_str()) {
            let error = read(&[], &variables).expect_err(&variable);
            assert!(error.starts_with(&variable), "{error}");
        }
        let value = good(&flag, &folder);
        for arguments in [vec![format!("--{flag}={value}")], vec![format!("--{flag}"), value.clone()]] {
            let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
            if let Err(error) = read(&arguments, &variables) {
                panic!("{arguments:?}: {error}");
            }
            // Before a command too.
            let store: Vec<_> = arguments.iter().copied().chain(["guard"]).collect();
            read(&store, &variables).unwrap();
        }
    }
}

#[test]
fn a_flag_wins_over_older_names_and_files() {
    for (arguments, variables) in [
        (["--brand=Acme"], &[("NEXMO_BRAND_NAME", "{"), ("BRAND", "Other")][..]),
        (
            ["--vonage-api-key=k"],
            &[("NEXMO_API_KEY", "one"), ("VONAGE_API_KEY", "two"), ("NEXMO_API_SECRET", "s")],
        ),
        (["--store-url=sqlite:x.db"], &[("STORE_URL_FILE", "/nowhere"), ("STORE_URL", "nothing")]),
    ] {
        let store_only: Vec<_> = arguments.into_iter().chain(["guard"]).collect();
        read(&store_only, variables).unwrap();
    }
    // A variable that a flag replaces still says that real messages are meant.
    let error = read(&["--brand=Acme"], &[("NEXMO_BRAND_NAME", "Other")]).expect_err("no credentials");
    assert!(error.starts_with("NEXMO_BRAND_NAME: means real messages"), "{error}");
}
