//! The set-ups of `deploy/` are short, and say all that a set-up must.

use std::{fs, path::Path};

fn files(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(folder);
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.is_file());
    files.map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn each_file_has_fewer_than_twenty_lines_of_set_up() {
    let all = [files(""), files("nginx")].concat();
    assert_eq!(all.len(), 7);
    for (name, text) in all {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        assert!(lines.count() < 20, "{name}");
    }
}

#[test]
fn each_proxy_writes_over_all_three_identity_headers() {
    let nginx: String = files("nginx").into_iter().map(|(_, text)| text).collect();
    let others = files("");
    for header in ["Remote-User", "Remote-Phone", "Remote-Verified-At"] {
        assert!(nginx.contains(&format!("proxy_set_header {header} $phonegate_")), "{header}");
        for (name, text) in &others {
            assert!(text.contains(header), "{header} in {name}");
        }
    }
}

#[test]
fn the_page_on_proxies_shows_what_is_shipped() {
    let page = include_str!("../../docs/proxies.md");
    for name in ["deploy/nginx", "deploy/Caddyfile", "deploy/traefik.yml"] {
        assert!(page.contains(name), "{name}");
    }
}
