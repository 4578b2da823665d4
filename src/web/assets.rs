//! The static files, under `/`.
//!
//! What this module promises:
//! * A page's links carry the content's hash, so what they name may be cached for ever.
//! * Bodies and headers are made at start; built-in files are compressed at build time. Serving one copies nothing.
//! * An operator's file takes the place of a built-in one of the same name; each path is a route of its own, so
//!   that nothing else of a folder can be asked for.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::Path,
    sync::Arc,
};

use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
    routing::get,
};
use data_encoding::HEXLOWER;
use flate2::{Compression, write::GzEncoder};

use crate::{
    config::Look,
    web::overrides::{self, Overrides},
};

const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// For an address without the hash: fresh enough after an update, and a 304 costs little.
const A_WHILE: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// How much of a file is looked at for a key.
const LOOKED_AT: usize = 64 << 10;

struct BuiltIn {
    name: &'static str,
    plain: &'static [u8],
    /// Absent where compression would not make it smaller.
    gzip: Option<&'static [u8]>,
}

const BUILT_IN: &[BuiltIn] = &include!(concat!(env!("OUT_DIR"), "/assets.rs"));

const STYLE: &str = "style.css";

/// The built-in files by name.
pub(crate) fn built_in() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    BUILT_IN.iter().map(|file| (file.name, file.plain))
}

/// As browsers take it.
pub(crate) fn compressed(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// All static files. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Assets(Arc<BTreeMap<String, Arc<Asset>>>);

impl Assets {
    /// The built-in files and those of `overrides`, which win. An error names the operator's file.
    pub(crate) fn new(overrides: Option<&Path>) -> io::Result<Self> {
        let overrides = Overrides::read(overrides)?;
        let mut assets = BTreeMap::new();
        for file in BUILT_IN {
            let gzip = file.gzip.map(Bytes::from_static);
            let asset = Asset::new(file.name, Bytes::from_static(file.plain), gzip);
            assets.insert(file.name.to_owned(), Arc::new(asset.map_err(io::Error::other)?));
        }
        for (name, content) in &overrides.files {
            if !routable(name) {
                return Err(overrides.mistake(
                    name,
                    "its name needs a dot, and may hold letters, digits, `-`, `_` and `.` besides",
                ));
            }
            if is_secret(content) {
                return Err(overrides
                    .mistake(name, "it is a private key or a database, and anyone could read it here"));
            }
            let meant = overrides::nearest(name, BUILT_IN.iter().map(|file| file.name));
            if let Some(meant) = meant.filter(|meant| !overrides.files.contains_key(*meant)) {
                tracing::warn!("PUBLIC_DIR: {name} takes nothing's place; did you mean {meant}?");
            }
            let asset = Asset::new(name, Bytes::from(content.clone()), None);
            let asset = asset.map_err(|error| overrides.mistake(name, error))?;
            assets.insert(name.clone(), Arc::new(asset));
        }
        Ok(Self(Arc::new(assets)))
    }

    /// The same with the site's pictures, and its colour at the end of the style sheet.
    pub(crate) fn with_look(mut self, look: &Look) -> io::Result<Self> {
        let assets = Arc::make_mut(&mut self.0);
        let mut add = |name: String, content: Bytes, gzip| {
            let asset = Asset::new(&name, content, gzip).map_err(io::Error::other)?;
            assets.insert(name, Arc::new(asset));
            Ok::<_, io::Error>(())
        };
        for (name, logo) in [("logo", &look.logo), ("logo-dark", &look.logo_dark)] {
            let Some(logo) = logo else { continue };
            add(format!("{name}.{}", logo.kind), Bytes::from_owner(logo.content.clone()), None)?;
        }
        if let Some(accent) = look.accent {
            let sheet = self.0.get(STYLE).map_or(Bytes::new(), |asset| asset.plain.body.clone());
            let sheet = [&*sheet, accent.style().as_bytes()].concat();
            let gzip = compressed(&sheet)?.into();
            let asset = Asset::new(STYLE, sheet.into(), Some(gzip)).map_err(io::Error::other)?;
            Arc::make_mut(&mut self.0).insert(STYLE.to_owned(), Arc::new(asset));
        }
        Ok(self)
    }

    /// Whether there is a file of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The name of each file, and its address with its hash: `/style.css?v=…`.
    pub(crate) fn urls(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, asset)| (name.as_str(), &*asset.url))
    }

    /// A route for each file.
    pub(crate) fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        self.0.iter().fold(Router::new(), |router, (name, asset)| {
            let asset = Arc::clone(asset);
            router.route(&format!("/{name}"), get(async move |request: Request| asset.answer(&request)))
        })
    }
}

/// Whether a file cannot be meant for visitors, wherever it came from.
fn is_secret(content: &[u8]) -> bool {
    // Without the zeros of UTF-16.
    let text: Vec<u8> = content.iter().take(LOOKED_AT).copied().filter(|byte| *byte != 0).collect();
    content.starts_with(b"SQLite format 3\0") || holds_key(&String::from_utf8_lossy(&text))
}

/// Whether a private key stands somewhere in a text: under the attributes that tools write above it, or inside of JSON. The
/// mark alone, as in a program that reads keys, is none.
fn holds_key(text: &str) -> bool {
    text.split("-----BEGIN ").skip(1).any(|begun| {
        let Some((label, body)) = begun.split_once("-----") else { return false };
        let body = body.trim_start_matches("\\r").trim_start_matches("\\n").trim_start();
        label.contains("PRIVATE KEY") && body.starts_with(|first: char| first.is_ascii_alphanumeric())
    })
}

/// Whether a path can be a route and an address as it is. The dot keeps it apart from the pages, which have none.
fn routable(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    name.chars().all(plain) && (name.starts_with(".well-known/") || name.contains('.'))
}

#[derive(Debug)]
struct Asset {
    url: String,
    kind: HeaderValue,
    plain: Representation,
    gzip: Option<Representation>,
}

#[derive(Debug)]
struct Representation {
    body: Bytes,
    etag: HeaderValue,
}

impl Asset {
    fn new(name: &str, plain: Bytes, gzip: Option<Bytes>) -> Result<Self, header::InvalidHeaderValue> {
        let hash = HEXLOWER.encode(&digest(&SHA256, &plain).as_ref()[..8]);
        let represent = |body, suffix| {
            let etag = HeaderValue::try_from(format!("\"{hash}{suffix}\""))?;
            Ok(Representation { body, etag })
        };
        Ok(Self {
            kind: HeaderValue::from_static(content_type(name)),
            plain: represent(plain, "")?,
            gzip: gzip.map(|gzip| represent(gzip, "-gzip")).transpose()?,
            url: format!("/{name}?v={hash}"),
        })
    }

    fn answer(&self, request: &Request) -> Response {
        let headers = request.headers();
        let packed = self.gzip.as_ref().filter(|_| accepts_gzip(headers));
        let chosen = packed.unwrap_or(&self.plain);

        let current = request.uri().path_and_query().is_some_and(|target| *target == *self.url);
        let mut response = Response::new(Body::empty());
        let mut set = |name: HeaderName, value| response.headers_mut().insert(name, value);
        set(header::CACHE_CONTROL, if current { FOREVER } else { A_WHILE });
        set(header::ETAG, chosen.etag.clone());
        if self.gzip.is_some() {
            set(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        if holds(headers, &chosen.etag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        set(header::CONTENT_TYPE, self.kind.clone());
        if packed.is_some() {
            set(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        *response.body_mut() = chosen.body.clone().into();
        response
    }
}

/// The elements of a header that is a list, which may be spread over several lines.
fn list(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

/// Whether the browser has this already. Proxies that compress make an etag weak; it still says the same.
fn holds(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    list(headers, header::IF_NONE_MATCH).any(|held| held == "*" || held.trim_start_matches("W/") == etag)
}

pub(crate) fn accepts_gzip(headers: &HeaderMap) -> bool {
    let weight_of = |wanted: &str| {
        list(headers, header::ACCEPT_ENCODING).find_map(|coding| {
            let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
            let weight = || weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok());
            name.trim().eq_ignore_ascii_case(wanted).then(|| weight().unwrap_or(0.0))
        })
    };
    weight_of("gzip").or_else(|| weight_of("*")).is_some_and(|weight: f32| weight > 0.0)
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "ico" => "image/x-icon",
        "jpg" | "jpeg" => "image/jpeg",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests;
