//! The lists of settings say the same.

use std::collections::BTreeSet;

use crate::config::{SECRETS, flags};

#[test]
fn the_four_lists_agree() {
    let settings = flags().into_iter().map(|(variable, _)| variable);
    let code: BTreeSet<String> = settings.chain(SECRETS.map(str::to_owned)).collect();

    let example = include_str!("../../../.env.example");
    let lines = example.lines().map(|line| line.trim_start_matches('#').trim_start());
    let names = lines.filter_map(|line| line.split_once('=').map(|(name, _)| name.to_owned()));
    let example: BTreeSet<String> = names.filter(|name| is_variable(name)).collect();

    let rows = include_str!("../../../README.md").lines().filter(|line| line.starts_with("| `"));
    let cells = rows.filter_map(|line| line.split('|').nth(1)).map(str::to_owned).collect::<String>();
    let readme: BTreeSet<String> =
        cells.split('`').filter(|name| is_variable(name)).map(str::to_owned).collect();

    assert_eq!(example, code, ".env.example against the code");
    assert_eq!(readme, code, "README against the code");
    for (variable, flag) in flags() {
        assert_eq!(variable, flag.replace('-', "_").to_uppercase());
        assert!(!SECRETS.contains(&variable.as_str()), "{variable} is a secret and must not be a flag");
    }
}

fn is_variable(name: &str) -> bool {
    name.len() > 2 && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
}
