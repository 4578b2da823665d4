//! What the pages look like: the settings that have no say in who gets in.

use std::{fs, path::Path, sync::Arc};

use url::Url;

pub(crate) use super::colour::Accent;

/// The name, the pictures, the colour and the links of the site.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Look {
    /// The name on the pages, of any length. Default: `BRAND`.
    #[arg(long, value_name = "SITE_NAME", value_parser = site_name)]
    pub(crate) site_name: Option<String>,

    /// The languages of the pages, the first for whoever reads none of them: `de,en`. Default: all there are.
    #[arg(long, value_name = "LANGUAGES", value_parser = tags)]
    pub(crate) languages: Option<Tags>,

    /// A picture at the head of the pages: an SVG or PNG file. One that is wide takes the place of the name too.
    #[arg(long, value_name = "LOGO", value_parser = Logo::read)]
    pub(crate) logo: Option<Logo>,

    /// The same for dark pages.
    #[arg(long, value_name = "LOGO_DARK", value_parser = Logo::read)]
    pub(crate) logo_dark: Option<Logo>,

    /// The colour of buttons and links: `#075a45`. That of dark pages is made from it.
    #[arg(long, value_name = "ACCENT", value_parser = Accent::parse)]
    pub(crate) accent: Option<Accent>,

    /// Where the name at the head of the pages leads, and who has signed in goes on to.
    #[arg(long, value_name = "HOME_URL", value_parser = link)]
    pub(crate) home_url: Option<Url>,

    /// The site's privacy policy, linked at the foot of the pages.
    #[arg(long, value_name = "PRIVACY_URL", value_parser = link)]
    pub(crate) privacy_url: Option<Url>,

    /// Its terms, linked there too.
    #[arg(long, value_name = "TERMS_URL", value_parser = link)]
    pub(crate) terms_url: Option<Url>,

    /// Where visitors find help, linked there too.
    #[arg(long, value_name = "HELP_URL", value_parser = link)]
    pub(crate) help_url: Option<Url>,
}

/// A picture that is served as a file of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Logo {
    /// `svg` or `png`.
    pub(crate) kind: &'static str,
    pub(crate) content: Arc<[u8]>,
    /// Width and height, in a unit of its own.
    size: (u32, u32),
}

/// Every visitor loads it.
const LARGEST: usize = 256 << 10;
/// As `style.css` shows it.
const HEIGHT: u32 = 28;
const WIDEST: u32 = 160;

impl Logo {
    fn read(path: &str) -> Result<Self, String> {
        let content =
            fs::read(Path::new(path)).map_err(|error| format!("{path:?} cannot be read: {error}"))?;
        if content.len() > LARGEST {
            return Err(format!("{path:?} is larger than {} KiB, and every visitor loads it", LARGEST >> 10));
        }
        let (kind, size) = match png_size(&content) {
            Some(size) => ("png", Some(size)),
            None => ("svg", str::from_utf8(&content).ok().and_then(svg_size)),
        };
        let size = size.filter(|(width, height)| *width > 0 && *height > 0);
        let size = size.ok_or_else(|| {
            format!("{path:?} is no PNG, and no SVG that says how wide it is; give it a viewBox, or width and height")
        })?;
        Ok(Self { kind, content: content.into(), size })
    }

    /// How wide it is shown.
    pub(crate) fn width(&self) -> u32 {
        let (width, height) = (u64::from(self.size.0), u64::from(self.size.1));
        let shown = u32::try_from((width * u64::from(HEIGHT)).div_ceil(height)).unwrap_or(WIDEST);
        shown.min(WIDEST)
    }

    /// How high: less than the line has room for where it is very wide.
    pub(crate) fn height(&self) -> u32 {
        let (width, height) = (u64::from(self.size.0), u64::from(self.size.1));
        let shown = u32::try_from((height * u64::from(self.width())).div_ceil(width)).unwrap_or(HEIGHT);
        shown.min(HEIGHT)
    }

    /// Whether it is a word more than a sign: then it stands for the name.
    pub(crate) fn is_word(&self) -> bool {
        self.size.0 / 2 > self.size.1
    }
}

fn png_size(content: &[u8]) -> Option<(u32, u32)> {
    let header = content.strip_prefix(b"\x89PNG\r\n\x1a\n")?.get(4..16)?.strip_prefix(b"IHDR")?;
    let (width, height) = header.split_at_checked(4)?;
    Some((u32::from_be_bytes(width.try_into().ok()?), u32::from_be_bytes(height.try_into().ok()?)))
}

fn svg_size(text: &str) -> Option<(u32, u32)> {
    let tag = text.split_once("<svg")?.1.split_once('>')?.0;
    let attribute = |name: &str| {
        let rest = tag.split_once(&format!(" {name}="))?.1;
        let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        rest[1..].split(quote).next()
    };
    // In hundredths, so that a small box keeps its form.
    let number = |text: &str| {
        let number: f64 = text.trim_end_matches("px").parse().ok()?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the bounds")]
        (0.0..=1e6).contains(&number).then_some((number * 100.0) as u32)
    };
    let of_box = || {
        let parts: Vec<_> = attribute("viewBox")?.split([' ', ',']).filter(|part| !part.is_empty()).collect();
        let [_, _, width, height] = parts[..] else { return None };
        Some((number(width)?, number(height)?))
    };
    of_box().or_else(|| Some((number(attribute("width")?)?, number(attribute("height")?)?)))
}

/// Tags of languages. Which of them there are, the pages know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tags(pub(crate) Vec<String>);

fn tags(text: &str) -> Result<Tags, String> {
    let tags: Vec<_> = text.split(',').map(|tag| tag.trim().to_owned()).collect();
    let is_tag =
        |tag: &String| !tag.is_empty() && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let fits = tags.iter().all(is_tag) && tags.iter().enumerate().all(|(at, tag)| !tags[..at].contains(tag));
    if fits { Ok(Tags(tags)) } else { Err("give tags of languages, each once: de,en".to_owned()) }
}

fn site_name(text: &str) -> Result<String, String> {
    let fits = !text.trim().is_empty() && text.chars().count() <= 200 && !text.chars().any(char::is_control);
    if fits { Ok(text.trim().to_owned()) } else { Err("give a name of 1 to 200 characters".to_owned()) }
}

fn link(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("give a full address, https://… ({error})"))?;
    let fits = matches!(url.scheme(), "https" | "http" | "mailto")
        && url.username().is_empty()
        && url.password().is_none();
    if fits { Ok(url) } else { Err("give an address that begins with https://".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, content: &[u8]) -> Result<Logo, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        Logo::read(path.to_str().unwrap())
    }

    fn png(width: u32, height: u32) -> Vec<u8> {
        [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", &width.to_be_bytes()[..], &height.to_be_bytes()].concat()
    }

    #[test]
    fn a_picture_is_shown_in_its_form_and_a_wide_one_is_a_word() {
        let svg =
            |tag: &str| format!("<?xml version=\"1.0\"?>\n<svg xmlns=\"x\" {tag}><path/></svg>").into_bytes();
        for (content, shown, word) in [
            (png(64, 64), (28, 28), false),
            (png(400, 100), (112, 28), true),
            (png(4000, 100), (160, 4), true),
            (svg("viewBox=\"0 0 1.5 0.5\""), (84, 28), true),
            (svg("viewBox='0,0,24,24'"), (28, 28), false),
            (svg("width=\"48px\" height=\"24\""), (56, 28), false),
        ] {
            let logo = read("logo", &content).unwrap();
            assert_eq!(((logo.width(), logo.height()), logo.is_word()), (shown, word), "{logo:?}");
        }
    }

    #[test]
    fn what_is_no_picture_or_too_large_is_a_mistake() {
        for (content, why) in [
            (b"hello".to_vec(), "no SVG that says how wide it is"),
            (b"<svg><path/></svg>".to_vec(), "give it a viewBox"),
            (b"<svg viewBox=\"0 0 0 5\"></svg>".to_vec(), "give it a viewBox"),
            (png(0, 5), "give it a viewBox"),
            (vec![b' '; LARGEST + 1], "larger than 256 KiB"),
        ] {
            assert!(read("logo", &content).unwrap_err().contains(why), "{why}");
        }
        assert!(Logo::read("/no/such/file.svg").unwrap_err().contains("cannot be read"));
    }

    #[test]
    fn names_and_links_are_checked() {
        assert_eq!(site_name(" The Society of Friends "), Ok("The Society of Friends".to_owned()));
        assert!(
            site_name(" ").is_err() && site_name("a\nb").is_err() && site_name(&"a".repeat(201)).is_err()
        );
        assert!(link("https://example.com/help?a=b#c").is_ok() && link("mailto:help@example.com").is_ok());
        for text in ["example.com", "javascript:alert(1)", "data:,x", "https://a:b@example.com"] {
            assert!(link(text).is_err(), "{text}");
        }
    }
}
