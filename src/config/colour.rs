//! The colour of buttons and links: what is made of it, and whether what stands on it can be read.

use std::fmt;

/// A colour of the operator's choice on which text can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Accent {
    colour: Colour,
    on: Colour,
}

/// Red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Colour([u8; 3]);

const WHITE: Colour = Colour([0xff; 3]);
const BLACK: Colour = Colour([0; 3]);
/// Those of `style.css`: what text is written with, and the cards of light and dark pages.
const INK: Colour = Colour([0x14, 0x18, 0x1a]);
const LIGHT: Colour = WHITE;
const DARK: Colour = Colour([0x17, 0x1c, 0x1a]);

/// WCAG 2.2, 1.4.3.
const READABLE: f64 = 4.5;
/// For text that stands on a tint of the colour as well as on the card.
const ON_TINT: f64 = 5.0;

impl Accent {
    /// Reads `#rrggbb` or `#rgb`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let colour = Colour::parse(text).ok_or("give a colour as #rrggbb, for example #075a45")?;
        let on = colour.text();
        let contrast = colour.contrast(on);
        if contrast >= READABLE {
            return Ok(Self { colour, on });
        }
        let darker = colour.towards(BLACK, |darker| darker.contrast(WHITE) >= READABLE);
        Err(format!(
            "text on {colour} is hard to read: its contrast is {contrast:.1} at best, and has to be {READABLE}; give a darker \
             one such as {darker}, or a lighter one"
        ))
    }

    /// What the style sheet is told: the colour itself on light pages, a lighter one of its kind on dark ones, and one of
    /// them that can be read as a link.
    pub(crate) fn style(self) -> String {
        let link = self.colour.towards(BLACK, |link| link.contrast(LIGHT) >= ON_TINT);
        let dark = self.colour.towards(WHITE, |dark| dark.contrast(DARK) >= ON_TINT && dark.is_readable());
        let rule = |accent: Colour, on: Colour, link: Colour| {
            format!(":root{{--accent:{accent};--on-accent:{on};--link:{link}}}")
        };
        format!(
            "\n{}\n@media (prefers-color-scheme:dark){{{}}}\n",
            rule(self.colour, self.on, link),
            rule(dark, dark.text(), dark)
        )
    }
}

impl Colour {
    fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        let of = |text: &str| u8::from_str_radix(text, 16).ok();
        let plain = digits.bytes().all(|b| b.is_ascii_hexdigit());
        let part = |at: usize| match digits.len() {
            6 => of(&digits[at * 2..at * 2 + 2]),
            3 => of(&digits[at..=at].repeat(2)),
            _ => None,
        };
        plain.then(|| Some(Self([part(0)?, part(1)?, part(2)?])))?
    }

    /// The text that can be read best on it.
    fn text(self) -> Self {
        if self.contrast(WHITE) >= READABLE || self.contrast(WHITE) > self.contrast(INK) {
            WHITE
        } else {
            INK
        }
    }

    fn is_readable(self) -> bool {
        self.contrast(self.text()) >= READABLE
    }

    /// WCAG's relative luminance.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// The nearest to it, on the way to another colour, that will do.
    fn towards(self, other: Self, will_do: impl Fn(Self) -> bool) -> Self {
        let mixed = |percent: u16| {
            let part = |at: usize| {
                let (from, to) = (u16::from(self.0[at]), u16::from(other.0[at]));
                u8::try_from((from * (100 - percent) + to * percent) / 100).unwrap_or(u8::MAX)
            };
            Self([part(0), part(1), part(2)])
        };
        (0..=100).map(mixed).find(|colour| will_do(*colour)).unwrap_or(other)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_read_and_text_on_it_can_be() {
        for (text, on) in
            [("#075a45", "#ffffff"), ("#FFD60A", "#14181a"), ("#000", "#ffffff"), ("#fff", "#14181a")]
        {
            assert_eq!(Accent::parse(text).unwrap().on.to_string(), on, "{text}");
        }
        for text in ["", "red", "075a45", "#075a4", "#075a4g", "#07é45", "#+75a45", "rgb(0,0,0)"] {
            assert!(Accent::parse(text).unwrap_err().starts_with("give a colour as #rrggbb"), "{text}");
        }
    }

    #[test]
    fn a_colour_on_which_nothing_can_be_read_is_a_mistake_that_names_another() {
        let why = Accent::parse("#797979").unwrap_err();
        assert!(why.contains("is hard to read") && why.contains("4.5"), "{why}");
        let better = why.split("such as ").nth(1).unwrap().split(',').next().unwrap();
        assert!(Accent::parse(better).is_ok(), "{better}");
    }

    #[test]
    fn whatever_is_made_of_a_colour_can_be_read_where_it_stands() {
        for red in (0..=255).step_by(15) {
            for green in (0..=255).step_by(15) {
                for blue in (0..=255).step_by(15) {
                    let Ok(accent) = Accent::parse(&Colour([red, green, blue]).to_string()) else { continue };
                    let style = accent.style();
                    let colours: Vec<_> =
                        style.split(':').filter_map(|part| Colour::parse(part.get(..7)?)).collect();
                    let [light, on_light, link, dark, on_dark, dark_link] = colours[..] else {
                        panic!("{style}")
                    };
                    for (text, ground) in
                        [(on_light, light), (link, LIGHT), (on_dark, dark), (dark_link, DARK)]
                    {
                        assert!(text.contrast(ground) >= READABLE, "{style}");
                    }
                }
            }
        }
    }
}
