//! The house as `src/lib.rs` draws it: who may know whom, read from the paths that the code itself names.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// From the bottom up: a module may know those that stand before it.
const MODULES: &str = "causes hosts words clock random address phone code channel attempt keys hooks simulator \
    metrics seldom supervisor audit store core verify guard sign_in config log web commands testing";

/// The same for the rooms of `web`, the one module that is a floor of its own.
const WEB: &str = "mount elsewhere overrides text assets templates unread serve return_to redirect_loop headers cookies \
    notice known remembered visits readiness gate failure client_address form state error_pages visitor live";

/// A file of `src`: the module it is, and what its code names, tests excepted.
struct Room {
    module: Vec<String>,
    code: String,
}

impl Room {
    fn read(file: &str, text: &str) -> Self {
        let path = file.trim_end_matches(".rs");
        let module: Vec<_> = path.split('/').map(str::to_owned).collect();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
        let lines = code.lines().map(|line| line.split("//").next().unwrap_or(line));
        Self { module, code: lines.collect::<Vec<_>>().join("\n") }
    }

    /// The absolute paths that it names, by `use` or in place.
    fn paths(&self) -> Vec<Vec<String>> {
        let mut found = Vec::new();
        let mut rest = self.code.as_str();
        while let Some((at, root)) = next_root(rest) {
            let tail = &rest[at + root.len()..];
            let mut base = match root {
                "crate" => Vec::new(),
                "super" => self.module[..self.module.len() - 1].to_vec(),
                _ => self.module.clone(),
            };
            let mut tail = tail;
            while let Some(further) = tail.strip_prefix("::super") {
                base.pop();
                tail = further;
            }
            if let Some(tree) = tail.strip_prefix("::") {
                branches(tree, &base, &mut found);
            }
            rest = &rest[at + root.len()..];
        }
        found
    }
}

/// The next place where a path begins at a root that we can follow.
fn next_root(code: &str) -> Option<(usize, &'static str)> {
    let roots = ["crate", "super", "self"].into_iter();
    let word =
        |at: usize| !code[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '$'));
    let found = roots.filter_map(|root| {
        let mark = format!("{root}::");
        let at = code.match_indices(&mark).map(|(at, _)| at).find(|at| word(*at))?;
        Some((at, root))
    });
    found.min()
}

/// The paths of a `use` tree, or of a path in an expression, below `base`.
fn branches(tree: &str, base: &[String], found: &mut Vec<Vec<String>>) {
    let name: String = tree.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    if !name.is_empty() {
        let mut path = base.to_vec();
        path.push(name.clone());
        match tree[name.len()..].strip_prefix("::") {
            Some(further) => branches(further, &path, found),
            None => found.push(path),
        }
        return;
    }
    let Some(inner) = tree.strip_prefix('{') else { return found.push(base.to_vec()) };
    let (mut depth, mut start) = (0_usize, 0);
    for (at, sign) in inner.char_indices() {
        match sign {
            '{' => depth += 1,
            '}' | ',' if depth == 0 => {
                let part = inner[start..at].trim();
                if !part.is_empty() {
                    branches(part, base, found);
                }
                start = at + 1;
                if sign == '}' {
                    return;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
}

/// Every arrow of the house, from file to file.
fn arrows(rooms: &[Room]) -> BTreeSet<(usize, usize)> {
    let home = |path: &[String]| {
        (1..=path.len()).rev().find_map(|length| rooms.iter().position(|room| room.module == path[..length]))
    };
    let mut arrows = BTreeSet::new();
    for (from, room) in rooms.iter().enumerate() {
        for to in room.paths().iter().filter_map(|path| home(path)) {
            if from != to {
                arrows.insert((from, to));
            }
        }
    }
    arrows
}

/// What is wrong with a house, in words.
fn faults(rooms: &[Room]) -> Vec<String> {
    let arrows = arrows(rooms);
    let mut faults = Vec::new();
    for (from, to) in &arrows {
        let (from, to) = (&rooms[*from].module, &rooms[*to].module);
        if from.starts_with(to) || to.starts_with(from) {
            continue; // A module and its own children.
        }
        let shared = from.iter().zip(to).take_while(|(a, b)| a == b).count();
        let floors = match (shared, from[0].as_str()) {
            (0, _) => MODULES,
            (1, "web") => WEB,
            _ => continue,
        };
        let floor = |module: &[String]| floors.split_whitespace().position(|name| name == module[shared]);
        match (floor(from), floor(to)) {
            (Some(high), Some(low)) if high > low => {}
            // What no list names stands above all that one names, and is named by nothing there.
            (None, _) if floors == WEB => {}
            _ => faults.push(format!("{} must not know {}", from.join("::"), to.join("::"))),
        }
    }
    faults.extend(circles(rooms, &arrows));
    faults
}

/// Files that know each other, by whatever detour.
fn circles(rooms: &[Room], arrows: &BTreeSet<(usize, usize)>) -> Vec<String> {
    let mut reach: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for start in 0..rooms.len() {
        let mut open = vec![start];
        let seen = reach.entry(start).or_default();
        while let Some(at) = open.pop() {
            for (_, to) in arrows.range((at, 0)..(at + 1, 0)) {
                if seen.insert(*to) {
                    open.push(*to);
                }
            }
        }
    }
    let in_circle = |at: &usize| reach[at].contains(at);
    let names = (0..rooms.len()).filter(in_circle).map(|at| rooms[at].module.join("::"));
    names.map(|name| format!("{name} stands in a circle")).collect()
}

fn house(folder: &str) -> Vec<Room> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut folders = vec![root.clone()];
    let mut rooms = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            let of_tests = name.split('/').any(|part| matches!(part, "tests" | "tests.rs"));
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs")
                && !of_tests
                && !["lib.rs", "main.rs"].contains(&name.as_str())
            {
                rooms.push(Room::read(&name, &fs::read_to_string(&path).unwrap()));
            }
        }
    }
    rooms
}

#[test]
fn arrows_go_one_way_and_no_file_stands_in_a_circle() {
    let rooms = house("src");
    assert!(rooms.len() > 100, "{} files were read", rooms.len());
    assert!(arrows(&rooms).len() > 300, "the paths are no longer found");

    let faults = faults(&rooms);

    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_file_of_the_simulator_stands_in_a_circle() {
    let rooms = house("crates/simulator/src");
    assert!(rooms.len() > 20, "{} files were read", rooms.len());

    let circles = circles(&rooms, &arrows(&rooms));

    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

#[test]
fn every_module_has_its_floor() {
    let named: BTreeSet<_> = MODULES.split_whitespace().map(str::to_owned).collect();
    let there: BTreeSet<_> = house("src").iter().map(|room| room.module[0].clone()).collect();
    assert_eq!(there, named);
}

fn planted(files: &[(&str, &str)]) -> Vec<String> {
    let rooms: Vec<_> = files.iter().map(|(file, text)| Room::read(file, text)).collect();
    faults(&rooms)
}

#[test]
fn a_planted_arrow_or_circle_is_found() {
    let fine = [("store.rs", "use crate::{clock::Clock, keys::Keys};"), ("clock.rs", ""), ("keys.rs", "")];
    assert_eq!(planted(&fine), Vec::<String>::new());

    for up in [
        "use crate::store::Store;",
        "use crate::{keys::Keys, store::{Store, State}};",
        "use super::store::Store;",
        "fn now() -> crate::store::Time { todo() }",
    ] {
        let house = [("clock.rs", up), ("store.rs", ""), ("keys.rs", "")];
        assert!(planted(&house).contains(&"clock must not know store".to_owned()), "{up}");
    }

    let round = [
        ("guard/a.rs", "use super::b::B;"),
        ("guard/b.rs", "use crate::guard::c::C;"),
        ("guard/c.rs", "use super::a;"),
    ];
    assert_eq!(planted(&round).len(), 3);
    let family = [("guard.rs", "use self::a::A;"), ("guard/a.rs", "use super::Guard;")];
    assert_eq!(planted(&family).len(), 2);
    let in_web = [("web/state.rs", "use super::pages::Page;"), ("web/pages.rs", "")];
    assert!(!planted(&in_web).is_empty());
    let in_tests = [
        ("clock.rs", "fn a() {}\n#[cfg(test)]\nmod tests {\n    use crate::store::Store;\n}"),
        ("store.rs", ""),
    ];
    assert_eq!(planted(&in_tests), Vec::<String>::new());
}
