//! What a browser gets when it asks for a static file.

use axum::http::{Method, response::Parts};
use tower::ServiceExt as _;

use super::*;
use crate::web::overrides::tests::Scratch;

async fn send(assets: &Assets, method: Method, path: &str, headers: &[(HeaderName, &str)]) -> (Parts, Bytes) {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    let response = assets.router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    (parts, axum::body::to_bytes(body, usize::MAX).await.unwrap())
}

async fn get(assets: &Assets, path: &str, headers: &[(HeaderName, &str)]) -> (Parts, Bytes) {
    send(assets, Method::GET, path, headers).await
}

impl Assets {
    fn url(&self, name: &str) -> Option<&str> {
        self.urls().find_map(|(known, url)| (known == name).then_some(url))
    }
}

fn built_in() -> Assets {
    Assets::new(None).unwrap()
}

fn overridden(files: &[(&str, &str)]) -> io::Result<Assets> {
    let folder = Scratch::with(files);
    Assets::new(Some(&folder.0))
}

fn text<'a>(parts: &'a Parts, name: &HeaderName) -> &'a str {
    parts.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn an_address_with_the_hash_is_cached_for_ever_and_others_for_a_while() {
    let assets = built_in();
    let url = assets.url("style.css").unwrap();
    assert!(url.starts_with("/style.css?v="), "{url}");

    let (parts, body) = get(&assets, url, &[]).await;
    assert_eq!(parts.status, 200);
    assert_eq!(text(&parts, &header::CONTENT_TYPE), "text/css; charset=utf-8");
    assert_eq!(text(&parts, &header::CACHE_CONTROL), "public, max-age=31536000, immutable");
    assert_eq!(body, include_str!("../../../public/style.css"));

    for path in ["/style.css", "/style.css?v=older", "/style.css?v="] {
        let (parts, same) = get(&assets, path, &[]).await;
        assert_eq!(text(&parts, &header::CACHE_CONTROL), "public, max-age=300", "{path}");
        assert_eq!(same, body);
    }
}

#[tokio::test]
async fn a_browser_that_has_the_file_is_told_so() {
    let assets = built_in();
    for encoding in ["gzip", "identity"] {
        let accept = (header::ACCEPT_ENCODING, encoding);
        let (parts, _) = get(&assets, "/client.js", std::slice::from_ref(&accept)).await;
        let etag = text(&parts, &header::ETAG);

        for held in [etag, &format!("W/{etag}"), &format!("\"other\", {etag}"), "*"] {
            let headers = [accept.clone(), (header::IF_NONE_MATCH, held)];
            let (parts, body) = get(&assets, "/client.js", &headers).await;
            assert_eq!((parts.status, body.len()), (StatusCode::NOT_MODIFIED, 0), "{held}");
            assert_eq!(text(&parts, &header::ETAG), etag);
            assert_eq!(text(&parts, &header::CACHE_CONTROL), "public, max-age=300");
            assert_eq!(text(&parts, &header::VARY), "accept-encoding");
        }

        let headers = [accept, (header::IF_NONE_MATCH, "\"other\"")];
        assert_eq!(get(&assets, "/client.js", &headers).await.0.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn compression_is_a_matter_of_what_the_browser_accepts() {
    let assets = built_in();
    let (plain, body) = get(&assets, "/style.css", &[]).await;
    assert_eq!(text(&plain, &header::VARY), "accept-encoding");

    for (accepted, expected) in [
        ("gzip, deflate, br", "gzip"),
        ("br;q=1, GZIP;q=0.2", "gzip"),
        ("*", "gzip"),
        ("gzip;q=0, *", ""),
        ("*;q=0", ""),
        ("br", ""),
        ("gzip;q=none", ""),
        ("", ""),
    ] {
        let (parts, packed) = get(&assets, "/style.css", &[(header::ACCEPT_ENCODING, accepted)]).await;
        assert_eq!(text(&parts, &header::CONTENT_ENCODING), expected, "{accepted}");
        assert_eq!(text(&parts, &header::CONTENT_TYPE), "text/css; charset=utf-8");
        if expected.is_empty() {
            assert_eq!(packed, body);
            continue;
        }
        assert_ne!(parts.headers[header::ETAG], plain.headers[header::ETAG]);
        assert!(packed.starts_with(&[0x1f, 0x8b]) && packed.len() < body.len() / 2);
        let length = u32::from_le_bytes(*packed.last_chunk().unwrap());
        assert_eq!(length as usize, body.len(), "gzip ends with the length of what it holds");
    }
}

#[tokio::test]
async fn a_head_request_gets_the_length_and_no_body() {
    let assets = built_in();
    let (_, body) = get(&assets, "/favicon.svg", &[]).await;
    let (parts, nothing) = send(&assets, Method::HEAD, "/favicon.svg", &[]).await;

    assert_eq!(parts.status, StatusCode::OK);
    assert_eq!(text(&parts, &header::CONTENT_LENGTH), body.len().to_string());
    assert!(nothing.is_empty());
}

#[tokio::test]
async fn other_paths_and_methods_are_not_ours() {
    let assets = built_in();
    for path in ["/", "/style", "/style.css/", "/../Cargo.toml", "/%2e%2e/Cargo.toml", "/.gitignore"] {
        assert_eq!(get(&assets, path, &[]).await.0.status, StatusCode::NOT_FOUND, "{path}");
    }
    let (parts, _) = send(&assets, Method::POST, "/style.css", &[]).await;
    assert_eq!(parts.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn an_operators_files_replace_ours_and_add_to_them() {
    let assets = overridden(&[
        ("style.css", "a { color: red }"),
        ("img/logo.png", "png"),
        (".well-known/change-password", "x"),
    ]);
    let assets = assets.unwrap();
    assert_ne!(assets.url("style.css"), built_in().url("style.css"), "another content, another address");
    assert_eq!(assets.url("client.js"), built_in().url("client.js"));
    assert_eq!(assets.url("no.css"), None);

    let accept = [(header::ACCEPT_ENCODING, "gzip")];
    let (parts, body) = get(&assets, assets.url("style.css").unwrap(), &accept).await;
    assert_eq!(body, "a { color: red }");
    assert!(!parts.headers.contains_key(header::CONTENT_ENCODING));

    for (path, kind) in
        [("/img/logo.png", "image/png"), ("/.well-known/change-password", "application/octet-stream")]
    {
        let (parts, _) = get(&assets, path, &[]).await;
        assert_eq!((parts.status, text(&parts, &header::CONTENT_TYPE)), (StatusCode::OK, kind));
    }
}

#[test]
fn a_name_that_cannot_be_a_path_or_could_be_a_pages_is_refused() {
    for name in ["verify", "a b.css", "{id}.css", "ü.css", "50%.css"] {
        let error = overridden(&[(name, "")]).unwrap_err().to_string();
        assert!(error.contains(&format!("{name}: its name needs a dot")), "{error}");
    }
}

#[test]
fn what_cannot_be_meant_for_visitors_is_not_served_wherever_it_came_from() {
    let key = crate::verify::tests::application::private_key();
    let json = format!("{{\"private_key\": \"{}\"}}", key.replace('\n', "\\n"));
    let wide: String = key.chars().flat_map(|letter| [letter, '\0']).collect();
    for (name, content) in [
        ("backup.db", "SQLite format 3\0…"),
        ("old.key", &key),
        ("old.txt", &format!("\n{key}")),
        ("bag.pem", &format!("Bag Attributes\n    friendlyName: us\nKey Attributes: <No Attributes>\n{key}")),
        ("chain.pem", &format!("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n{key}")),
        (
            "ec.txt",
            "\u{feff}-----BEGIN EC PARAMETERS-----\nBg==\n-----END EC PARAMETERS-----\n-----BEGIN EC PRIVATE KEY-----\nMHc",
        ),
        ("account.json", &json),
        ("wide.txt", &wide),
        ("pgp.asc", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQ"),
    ] {
        let error = overridden(&[("img/a.css", ""), (name, content)]).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains("a private key or a database"), "{error}");
    }
    overridden(&[("certificate.pem", "-----BEGIN CERTIFICATE-----\n")]).unwrap();
    let reader =
        "if (text.startsWith('-----BEGIN PRIVATE KEY-----')) mark = \"-----BEGIN PRIVATE KEY-----\\n\" + x";
    overridden(&[("reader.js", reader)]).unwrap();
}
