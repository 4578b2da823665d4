//! The documents are true: each file, heading and test that they name is there, and what they list is what there is.

use std::{collections::BTreeSet, fs, path::Path};

/// What a path of ours begins with in a document.
const FOLDERS: [&str; 9] =
    ["benches/", "crates/", "deploy/", "docs/", "examples/", "public/", "src/", "templates/", "tests/"];
/// How a row begins that tells of a rule for which there is nothing to prove.
const OPEN: [&str; 4] = ["Not met", "Not ours", "Does not apply", "Not proved"];
/// What has no page.
const FOR_MACHINES: [&str; 5] = ["/auth", "/callbacks/verify", "/healthz", "/readyz", "/metrics"];

#[test]
fn what_the_documents_name_is_there() {
    let documents = documents();
    assert!(documents.iter().any(|document| document == "docs/architecture.md"), "{documents:?}");

    let mistakes = documents.iter().flat_map(|document| mistakes(document, &read(document)));
    let mistakes: Vec<_> = mistakes.collect();

    assert!(mistakes.is_empty(), "\n{}", mistakes.join("\n"));
}

#[test]
fn what_is_not_there_is_told() {
    let text = "[a](docs/no-such-page.md), [b](#no-such-heading), [c](SECURITY.md#no-such-heading)\n\
                `src/no_such_file.rs`, `src/keys.rs::no_such_test`, `src/keys.rs::sign`\n\
                [d](https://example.com/no-such-page.md), [e](SECURITY.md), `cargo run`, `src/keys.rs`,\n\
                `src/keys.rs::only_tokens_parse`, `tests/run --test it cancel`, `src/*.rs`\n\
                ```sh\n\
                [ -e `src/no_other_file.rs` ](no-other-page.md)\n\
                ```\n";

    let mistakes = mistakes("README.md", text);

    let missing = [
        "docs/no-such-page.md",
        "#no-such-heading",
        "SECURITY.md#no-such-heading",
        "src/no_such_file.rs",
        "src/keys.rs::no_such_test",
        "src/keys.rs::sign",
    ];
    assert_eq!(mistakes, missing.map(|name| format!("README.md: there is no {name}")));
}

#[test]
fn each_rule_of_security_is_proved_by_a_test_or_said_to_be_open() {
    let text = prose(&read("SECURITY.md"));
    let rows = text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| rule "));
    let mut proofs = 0;
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [_rule, how, proof] = cells[..] else { panic!("three cells: {row}") };
        let tests = paths(proof).filter(|path| path.contains("::")).count();
        let open = OPEN.iter().any(|word| how.starts_with(word));
        assert_eq!(tests == 0, open, "{row}");
        proofs += tests;
    }
    assert!(proofs > 40, "the tables are there: {proofs}");
}

#[test]
fn the_readme_is_short_and_leads_to_every_other_document() {
    let text = read("README.md");
    assert!(text.lines().count() < 150, "{} lines", text.lines().count());
    let others: Vec<_> = documents().into_iter().filter(|document| document != "README.md").collect();
    assert!(others.len() > 10, "{others:?}");
    for document in others {
        assert!(text.contains(&format!("]({document})")), "README.md does not lead to {document}");
    }
}

#[test]
fn the_page_on_templates_lists_all_of_them_and_all_built_in_files() {
    let page = read("docs/pages.md");
    let listed = first_cells(&page).into_iter().filter(|name| name.ends_with("html"));
    assert_eq!(listed.collect::<BTreeSet<_>>(), files("templates", "html"));
    for file in files("public", "") {
        assert!(page.contains(&format!("`{file}`")), "docs/pages.md does not name {file}");
    }
}

#[test]
fn the_page_on_templates_lists_the_fields_of_each_page() {
    let code = read("src/web/templates/pages.rs");
    let page = read("docs/pages.md");
    let mut pages = 0;
    for part in code.split("\nimpl Page for ").skip(1) {
        let name = part.split(' ').next().unwrap();
        let template = part.split("TEMPLATE: &'static str = \"").nth(1).unwrap().split('"').next().unwrap();
        let body =
            [" struct ", " enum "].iter().find_map(|kind| code.split(&format!("{kind}{name} {{\n")).nth(1));
        let body = body.unwrap().split("\n}").next().unwrap();
        let lines = body.lines().map(|line| line.trim().trim_start_matches("pub(crate) "));
        let fields = lines.filter(|line| !line.starts_with('/')).filter_map(|line| line.split_once(": "));
        let fields: BTreeSet<_> = fields.map(|(field, _)| field).collect();
        let row = page.lines().find(|line| line.starts_with(&format!("| `{template}` |"))).unwrap();
        let told: BTreeSet<_> = row.split('|').nth(3).unwrap().split('`').skip(1).step_by(2).collect();
        assert_eq!(told, fields, "{template}");
        pages += 1;
    }
    assert_eq!(pages, 9);
}

#[test]
fn the_pages_on_sign_in_and_embedding_list_every_path() {
    let paths = files("src/web", "rs").into_iter().flat_map(|file| routes(&read(&format!("src/web/{file}"))));
    let paths: BTreeSet<String> = paths.collect();
    assert!(paths.len() > 10, "the routes are no longer found: {paths:?}");
    let but = |some: &[&str]| paths.iter().filter(|path| !some.contains(&path.as_str())).cloned().collect();

    let page = read("docs/embedding.md");
    let taken: BTreeSet<_> = first_cells(&page).into_iter().filter(|name| name.starts_with('/')).collect();
    assert_eq!(taken, but(&FOR_MACHINES[4..]), "docs/embedding.md");

    let page = read("docs/sign-in.md");
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let asked =
        rows.flat_map(|row| row.split('`').skip(1).step_by(2)).filter_map(|code| code.split_once(' '));
    let asked: BTreeSet<_> = asked.map(|(_method, path)| path.to_owned()).collect();
    assert_eq!(asked, but(&FOR_MACHINES), "docs/sign-in.md");

    let page = read("docs/operating.md") + &read("docs/metrics.md") + &read("docs/proxies.md");
    for path in FOR_MACHINES {
        assert!(paths.contains(path), "{path} is no route");
        assert!(
            path.starts_with("/callbacks") || page.contains(&format!("{path}`")),
            "{path} is not told of"
        );
    }
}

/// What stands in backticks in the first cells of a page's tables.
fn first_cells(page: &str) -> BTreeSet<String> {
    let cells = page.lines().filter(|line| line.starts_with("| `")).filter_map(|line| line.split('|').nth(1));
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

/// The paths that a file of code gives to a router, its tests aside.
fn routes(code: &str) -> BTreeSet<String> {
    let code = code.split("#[cfg(test)]").next().unwrap_or(code);
    let routes = code.split(".route(\"").skip(1).filter_map(|rest| rest.split('"').next());
    routes.map(str::to_owned).collect()
}

/// The files below a folder whose names end so, those of tests aside.
fn files(folder: &str, ending: &str) -> BTreeSet<String> {
    let root = root().join(folder);
    let (mut folders, mut files) = (vec![root.clone()], BTreeSet::new());
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(ending) && !name.ends_with("tests.rs") && !name.contains("tests/") {
                files.insert(name);
            }
        }
    }
    files
}

/// What a document names that is not there.
fn mistakes(document: &str, text: &str) -> Vec<String> {
    let prose = prose(text);
    assert!(prose.matches('`').count().is_multiple_of(2), "{document}: a backtick too many");
    let links = links(&prose).filter(|link| !leads_somewhere(document, link));
    let paths = paths(&prose).filter(|path| !is_there(path));
    links.chain(paths).map(|name| format!("{document}: there is no {name}")).collect()
}

/// The documents, by their paths.
fn documents() -> Vec<String> {
    let folder = fs::read_dir(root().join("docs")).unwrap();
    let names = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names = names.filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "md"));
    let mut pages: Vec<_> = names.map(|name| format!("docs/{name}")).collect();
    pages.sort();
    ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]
        .map(str::to_owned)
        .into_iter()
        .chain(pages)
        .collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(document: &str) -> String {
    fs::read_to_string(root().join(document)).unwrap_or_else(|error| panic!("{document}: {error}"))
}

/// A text without its blocks of code.
fn prose(text: &str) -> String {
    let mut in_code = false;
    let lines = text.lines().filter(|line| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !in_code && !fence
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The addresses of links and pictures, but for those of other sites.
fn links(prose: &str) -> impl Iterator<Item = &str> {
    let addresses = ["](", "src=\""].into_iter().flat_map(move |begin| prose.split(begin).skip(1));
    addresses.filter_map(|rest| rest.split([')', '"']).next()).filter(|link| !link.contains("://"))
}

/// What stands in backticks and is a path of ours, with the name of a test in that file or without.
fn paths(prose: &str) -> impl Iterator<Item = &str> {
    let code = prose.split('`').skip(1).step_by(2);
    let words = code.filter_map(|code| code.split_whitespace().next());
    words.filter(|word| {
        FOLDERS.iter().any(|folder| word.starts_with(folder)) && !word.contains(['*', '…', '{'])
    })
}

/// Whether a link in `document` ends at a file, and at a heading in it if it names one.
fn leads_somewhere(document: &str, link: &str) -> bool {
    let (path, heading) = link.split_once('#').map_or((link, None), |(path, heading)| (path, Some(heading)));
    let document = root().join(document);
    let file = if path.is_empty() { document } else { document.with_file_name(path) };
    match heading {
        Some(heading) => has_heading(&file, heading),
        None => file.exists(),
    }
}

fn has_heading(file: &Path, heading: &str) -> bool {
    let Ok(text) = fs::read_to_string(file) else { return false };
    let prose = prose(&text);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| anchor(line.trim_start_matches('#').trim())).any(|anchor| anchor == heading)
}

/// How a heading is linked to: in small letters, with dashes for spaces, without other signs.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect::<String>().to_lowercase()
}

/// Whether a path, or the test in it that is named after `::`, exists.
fn is_there(path: &str) -> bool {
    match path.split_once("::") {
        Some((file, test)) => fs::read_to_string(root().join(file)).is_ok_and(|text| has_test(&text, test)),
        None => root().join(path).exists(),
    }
}

/// Whether a file has a test of that name: marked as one, or in the list of a macro that makes several of each.
fn has_test(file: &str, name: &str) -> bool {
    let lines: Vec<&str> = file.lines().map(str::trim).collect();
    let begin = format!("fn {name}(");
    let Some(at) = lines.iter().position(|line| line.trim_start_matches("async ").starts_with(&begin)) else {
        return false;
    };
    let mut attributes = lines[..at].iter().rev().take_while(|line| line.starts_with("#["));
    attributes.any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test"))
        || lines.contains(&name)
}
