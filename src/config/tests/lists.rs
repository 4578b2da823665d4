//! What the documents list of settings and commands is what the code has.

use std::collections::BTreeSet;

use clap::{Args, CommandFactory};

use crate::config::{CommandLine, SECRETS, Settings, flags};

const PAGE: &str = include_str!("../../../docs/settings.md");

fn settings() -> BTreeSet<String> {
    let settings = flags().into_iter().map(|(variable, _)| variable);
    settings.chain(SECRETS.map(str::to_owned)).collect()
}

/// The rows of a page's tables whose first cell names something: what it names there, and all of it.
fn rows(page: &str) -> impl Iterator<Item = (Vec<&str>, &str)> {
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| (row.split('|').nth(1).unwrap_or_default().split('`').skip(1).step_by(2).collect(), row))
}

fn variables(page: &str) -> BTreeSet<String> {
    let names = rows(page).flat_map(|(names, _)| names);
    names.filter(|name| is_variable(name)).map(str::to_owned).collect()
}

fn is_variable(name: &str) -> bool {
    name.len() > 2 && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
}

#[test]
fn the_four_lists_agree() {
    let code = settings();

    let example = include_str!("../../../.env.example");
    let lines = example.lines().map(|line| line.trim_start_matches('#').trim_start());
    let names = lines.filter_map(|line| line.split_once('=').map(|(name, _)| name.to_owned()));
    let example: BTreeSet<String> = names.filter(|name| is_variable(name)).collect();

    assert_eq!(example, code, ".env.example against the code");
    assert_eq!(variables(PAGE), code, "docs/settings.md against the code");
    let readme = variables(include_str!("../../../README.md"));
    assert!(readme.len() > 4 && readme.is_subset(&code), "{readme:?}");
    for (variable, flag) in flags() {
        assert_eq!(variable, flag.replace('-', "_").to_uppercase());
        assert!(!SECRETS.contains(&variable.as_str()), "{variable} is a secret and must not be a flag");
    }
}

#[test]
fn the_page_tells_each_default_as_it_is() {
    let command = Settings::augment_args(clap::Command::new("phonegate"));
    let mut told = 0;
    for argument in command.get_arguments() {
        let name = argument.get_id().as_str().to_uppercase();
        let (_, row) = rows(PAGE).find(|(names, _)| names.contains(&name.as_str())).unwrap();
        let cell = row.split('|').nth(2).unwrap();
        for default in argument.get_default_values().iter().filter(|value| !value.is_empty()) {
            assert!(cell.contains(&format!("`{}`", default.to_str().unwrap())), "{name}: {row}");
            told += 1;
        }
    }
    assert!(told > 10, "{told}");
}

#[test]
fn the_page_on_operating_has_a_row_for_each_command() {
    let page = include_str!("../../../docs/operating.md");
    let rows = rows(page).flat_map(|(names, _)| names);
    let told: BTreeSet<_> =
        rows.filter_map(|name| name.strip_prefix("phonegate ")?.split(' ').next()).collect();
    let command = CommandLine::command();
    assert_eq!(told, command.get_subcommands().map(clap::Command::get_name).collect());
}
