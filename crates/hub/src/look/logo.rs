//! Which picture may stand before a hub's name?
//!
//! Pages show it by `<img>`, where no browser runs a script of it; opened by itself it is sandboxed by its own policy. What could
//! act all the same is refused, so that an operator learns of it before anybody else does.

/// A logo is on every page.
const MOST_BYTES: usize = 64 * 1024;
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// What has no business in a picture, in small letters.
const ACTING: [&str; 12] = [
    "<script",
    "<foreignobject",
    "<iframe",
    "<embed",
    "<object",
    "<!doctype",
    "<!entity",
    "<?xml-stylesheet",
    "javascript:",
    "@import",
    "<handler",
    "<listener",
];

/// A picture, looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    bytes: Vec<u8>,
    is_png: bool,
}

impl Logo {
    /// Refuses what is no PNG and no SVG, is large, or could act.
    pub fn new(bytes: Vec<u8>) -> Result<Self, String> {
        if bytes.len() > MOST_BYTES {
            return Err(format!(
                "it has {} bytes and every page loads it; at most {MOST_BYTES} are taken",
                bytes.len()
            ));
        }
        if bytes.starts_with(PNG) {
            return Ok(Self { bytes, is_png: true });
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| "it is neither a PNG nor an SVG in UTF-8".to_owned())?;
        let small = text.to_ascii_lowercase();
        if !small.contains("<svg") || !small.contains("http://www.w3.org/2000/svg") {
            return Err("it is neither a PNG nor an SVG with its namespace".into());
        }
        if let Some(acting) = ACTING.iter().find(|acting| small.contains(**acting)) {
            return Err(format!("it contains {acting}, which has no business in a picture; remove it"));
        }
        if let Some(handler) = handler(&small) {
            return Err(format!("it has the attribute {handler}, which may run a script; remove it"));
        }
        if let Some(address) = address(&small) {
            return Err(format!("it refers to {address}; a picture may refer to its own parts by # alone"));
        }
        Ok(Self { bytes, is_png: false })
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn media_type(&self) -> &'static str {
        if self.is_png { "image/png" } else { "image/svg+xml" }
    }

    pub(crate) fn name(&self) -> &'static str {
        if self.is_png { "logo.png" } else { "logo.svg" }
    }
}

/// An attribute that begins with `on`, whatever stands before it and before its `=`.
fn handler(text: &str) -> Option<&str> {
    let begins = text.match_indices("on").map(|(at, _)| at);
    begins.filter(|at| !text[..*at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '-')).find_map(
        |at| {
            let rest = text.get(at..)?;
            let end = rest.find(|letter: char| !letter.is_ascii_alphabetic())?;
            let (name, after) = rest.split_at(end);
            (name.len() > 2 && after.trim_start().starts_with('=')).then_some(name)
        },
    )
}

/// What is referred to outside of the picture.
fn address(text: &str) -> Option<String> {
    let outside = |value: &str| {
        let value =
            value.trim_start_matches(|letter: char| letter.is_whitespace() || matches!(letter, '=' | '"' | '\'' | '('));
        let is_within = value.starts_with('#') || value.starts_with("data:image/png;base64,");
        (!is_within).then(|| value.chars().take(60).collect::<String>())
    };
    let of =
        |name: &'static str| text.split(name).skip(1).filter(move |rest| rest.trim_start().starts_with(['=', '(']));
    of("href").chain(of("src")).chain(of("url")).find_map(outside)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"><defs>\
        <linearGradient id=\"a\"/></defs><path fill=\"url(#a)\" d=\"M0 0h1v1z\"/><use href=\"#a\"/></svg>";

    #[test]
    fn a_picture_is_taken() {
        assert!(Logo::new(GOOD.into()).is_ok());
        assert_eq!(Logo::new(PNG.to_vec()).unwrap().media_type(), "image/png");
    }

    #[test]
    fn what_could_act_or_is_no_picture_is_refused() {
        for bad in [
            "",
            "GIF89a",
            "<svg viewBox='0 0 1 1'/>",
            &GOOD.replace("<path", "<script>alert(1)</script><path"),
            &GOOD.replace("<path", "<SCRIPT href='#a'/><path"),
            &GOOD.replace("<path", "<path onload=\"alert(1)\""),
            &GOOD.replace("<path", "<path\tonclick = 'x'"),
            &GOOD.replace("<path", "<path/onload=x"),
            &GOOD.replace("<path", "<foreignObject/><path"),
            &GOOD.replace("href=\"#a\"", "href=\"https://evil.example/x.svg#a\""),
            &GOOD.replace("href=\"#a\"", "xlink:href = 'data:text/html,x'"),
            &GOOD.replace("url(#a)", "url( 'https://evil.example/x')"),
            &GOOD.replace("<?xml version=\"1.0\"?>", "<!DOCTYPE svg [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>"),
            &GOOD.replace("<defs>", "<style>@import 'https://evil.example/x.css';</style><defs>"),
        ] {
            assert!(Logo::new(bad.as_bytes().to_vec()).is_err(), "{bad}");
        }
        assert!(Logo::new(vec![b' '; MOST_BYTES + 1]).unwrap_err().contains("bytes"));
    }
}
