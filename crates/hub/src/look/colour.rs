//! Which colours may a hub have, so that everybody can read it?

use std::{
    fmt::{self, Write},
    str::FromStr,
};

/// WCAG 2.2, success criterion 1.4.3.
const LEAST_CONTRAST: f64 = 4.5;
const WHITE: Colour = Colour { red: 255, green: 255, blue: 255 };
/// The darkest ground on which pages have links.
const GROUND: Colour = Colour { red: 0xf3, green: 0xf2, blue: 0xf1 };

/// A colour in sRGB, written like `#1d70b8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

/// The colours of a hub: those that were set, and can be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Colours {
    brand: Option<Colour>,
    link: Option<Colour>,
    button: Option<Colour>,
}

impl FromStr for Colour {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no colour; write it like #1d70b8");
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or_else(wrong)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let part = |from: usize| {
            let digits = digits.get(from..from + 2).unwrap_or_default();
            u8::from_str_radix(digits, 16).map_err(|_| wrong())
        };
        Ok(Self { red: part(0)?, green: part(2)?, blue: part(4)? })
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

impl Colour {
    /// The contrast ratio of WCAG 2.2 between two colours, from 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }

    /// Three quarters as bright: for what a pointer is over, which then has more contrast against white, not less.
    fn darker(self) -> Self {
        let less = |part: u8| u8::try_from(u16::from(part) * 3 / 4).unwrap_or(part);
        Self { red: less(self.red), green: less(self.green), blue: less(self.blue) }
    }
}

impl Colours {
    /// Refuses colours that somebody could not read: white text on brand and button, links on every ground of the pages.
    pub fn new(brand: Option<Colour>, link: Option<Colour>, button: Option<Colour>) -> Result<Self, String> {
        for (name, colour, on, what) in [
            ("brand", brand, WHITE, "the white text on it"),
            ("link", link, GROUND, "the light grey ground behind it"),
            ("button", button, WHITE, "the white text on it"),
        ] {
            let Some(colour) = colour else { continue };
            let contrast = colour.contrast(on);
            if contrast < LEAST_CONTRAST {
                return Err(format!(
                    "{name} {colour} has a contrast of {contrast:.2} with {what} ({on}), and needs {LEAST_CONTRAST} \
                     (WCAG 2.2, 1.4.3); choose a darker one"
                ));
            }
        }
        Ok(Self { brand, link, button })
    }

    /// The colour of the frame that a browser puts around the page.
    pub(crate) fn theme(&self) -> String {
        self.brand.map_or_else(|| "#1d70b8".to_owned(), |brand| brand.to_string())
    }

    /// The style sheet that sets them; empty where nothing is set.
    pub(crate) fn style(&self) -> String {
        let mut names = String::new();
        if let Some(brand) = self.brand {
            let _ = write!(names, "--govuk-brand-colour:{brand};");
        }
        if let Some(link) = self.link {
            let dark = link.darker();
            let _ = write!(names, "--govuk-link-colour:{link};--govuk-link-hover-colour:{dark};");
        }
        let mut style = if names.is_empty() { String::new() } else { format!(":root{{{names}}}") };
        if let Some(button) = self.button {
            let dark = button.darker();
            let plain = ".govuk-button:not(.govuk-button--secondary):not(.govuk-button--warning):not(:focus)";
            let _ = write!(
                style,
                "{plain}{{background-color:{button};box-shadow:0 2px 0 {dark}}}{plain}:hover{{background-color:{dark}}}"
            );
        }
        style
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        text.parse().unwrap()
    }

    #[test]
    fn contrast_is_as_wcag_has_it() {
        for (one, other, contrast) in [
            ("#000000", "#ffffff", 21.0),
            ("#ffffff", "#ffffff", 1.0),
            ("#777777", "#ffffff", 4.48),
            ("#767676", "#FFFFFF", 4.54),
        ] {
            assert!((colour(one).contrast(colour(other)) - contrast).abs() < 0.01, "{one} {other}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_its_contrast() {
        for (brand, link, button) in
            [(Some("#777777"), None, None), (None, Some("#767676"), None), (None, None, Some("#00b050"))]
        {
            let parsed = |text: Option<&str>| text.map(colour);
            let refused = Colours::new(parsed(brand), parsed(link), parsed(button)).unwrap_err();
            assert!(refused.contains("has a contrast of") && refused.contains("4.5"), "{refused}");
        }
        let good = Colours::new(Some(colour("#00664f")), Some(colour("#005a46")), None).unwrap();
        assert!(good.style().starts_with(":root{--govuk-brand-colour:#00664f;--govuk-link-colour:#005a46;"));
        assert!(Colours::default().style().is_empty());
    }

    #[test]
    fn what_is_no_colour_is_none() {
        for text in ["", "red", "#fff", "1d70b8", "#1d70b8;}", "#1d70bé", "#+1d70b", "#1d70b8 "] {
            assert!(text.parse::<Colour>().is_err(), "{text}");
        }
    }
}
