//! Sixty things that people type and paste, with each of ten countries chosen in the form, and what becomes of each.

use std::fmt::Write;

use super::*;

/// What is typed, then what becomes of it with each of these chosen: a number, or what is wrong.
const TABLE: &str = include_str!("table.txt");

fn outcome(typed: &str, country: &str) -> String {
    match parse(typed, country) {
        Ok(phone) => phone.as_str().to_owned(),
        Err(error) => format!("{error:?}"),
    }
}

#[test]
fn what_people_type_becomes_their_number_or_a_question() {
    let mut lines = TABLE.lines();
    let countries: Vec<_> = lines.next().unwrap().split_whitespace().skip(1).collect();
    assert_eq!(countries, ["GB", "US", "DE", "AR", "MX", "IT", "BR", "CI", "IN", "none"]);
    let mut rows = 0;
    for line in lines {
        let (typed, _) = line.split_once(" | ").unwrap();
        let typed = typed.trim_end();
        let mut now = format!("{typed} |");
        for country in &countries {
            write!(now, " {}", outcome(typed, country)).unwrap();
        }
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words(line), words(&now));
        rows += 1;
    }
    assert_eq!(rows, 60);
}
