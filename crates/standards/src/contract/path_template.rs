//! Which requests does a path template match, and can two of them match the same?

use crate::fault::quoted;

const LONGEST: usize = 1_000;
const MOST_SEGMENTS: usize = 50;

/// A path template, segment by segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    segments: Vec<Segment>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Literal(String),
    Parameter(String),
}

/// How two templates stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meeting {
    /// No request matches both.
    Never,
    /// Some match both, and one of the two is the more exact in every segment.
    OneWins,
    /// Some match both, and neither is the more exact.
    Crossing,
    /// They match exactly the same requests.
    Same,
}

impl Template {
    /// Reads a template; else what is wrong with it and what to do.
    pub(super) fn parse(path: &str) -> Result<Template, (String, &'static str)> {
        let told = |what: &str, mend| (format!("the path {} {what}", quoted(path)), mend);
        let wrong = |what: &str, mend| Err(told(what, mend));
        let Some(rest) = path.strip_prefix('/') else {
            return wrong("does not begin with `/`", "write `/` before it");
        };
        if path.len() > LONGEST || rest.split('/').count() > MOST_SEGMENTS {
            return wrong("is too long", "keep it under 1000 characters and 50 segments");
        }
        if rest.is_empty() {
            return Ok(Template { segments: Vec::new() });
        }
        if path.contains("//") {
            return wrong("has an empty segment", "write one `/` between segments");
        }
        if rest.ends_with('/') {
            return wrong("ends with `/`", "remove the last `/`");
        }
        let mut segments: Vec<Segment> = Vec::new();
        for text in rest.split('/') {
            let segment = segment(text).map_err(|(what, mend)| told(what, mend))?;
            if matches!(segment, Segment::Parameter(_)) && segments.contains(&segment) {
                return wrong("names a parameter twice", "give each parameter its own name");
            }
            segments.push(segment);
        }
        Ok(Template { segments })
    }

    /// The names of the parameters, in order.
    pub(super) fn parameters(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Parameter(name) => Some(name.as_str()),
            Segment::Literal(_) => None,
        })
    }

    /// How this template stands to another.
    pub(super) fn meeting(&self, other: &Template) -> Meeting {
        if self.segments.len() != other.segments.len() {
            return Meeting::Never;
        }
        let (mut mine, mut theirs) = (false, false);
        for pair in self.segments.iter().zip(&other.segments) {
            match pair {
                (Segment::Literal(a), Segment::Literal(b)) if a != b => return Meeting::Never,
                (Segment::Literal(_), Segment::Parameter(_)) => mine = true,
                (Segment::Parameter(_), Segment::Literal(_)) => theirs = true,
                (Segment::Literal(_), Segment::Literal(_)) | (Segment::Parameter(_), Segment::Parameter(_)) => {}
            }
        }
        match (mine, theirs) {
            (true, true) => Meeting::Crossing,
            (false, false) => Meeting::Same,
            _ => Meeting::OneWins,
        }
    }
}

fn segment(text: &str) -> Result<Segment, (&'static str, &'static str)> {
    let whole = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    if let Some(name) = whole
        && is_name(name)
    {
        return Ok(Segment::Parameter(name.to_owned()));
    }
    if whole.is_some_and(|name| !name.contains(['{', '}'])) {
        return Err((
            "has a parameter with a name that cannot be used",
            "use a letter or `_`, then letters, digits, `_`, `-` or `.`, at most 100",
        ));
    }
    if text.contains(['{', '}']) {
        return Err(("has a parameter that is not a whole segment", "let a parameter stand alone between two `/`"));
    }
    if text == "." || text == ".." {
        return Err(("has a `.` or `..` segment", "write the path without it"));
    }
    if text.contains(['?', '#']) {
        return Err(("has a query or a fragment", "declare query parameters under `parameters`"));
    }
    if text.contains(['%', '\\']) {
        return Err(("has a `%` or a backslash", "write the path in plain characters"));
    }
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,:=@".contains(&byte);
    if !text.bytes().all(fits) {
        return Err((
            "has a character that a path cannot carry as it is",
            "use letters, digits, `-`, `_`, `.` and `~`",
        ));
    }
    Ok(Segment::Literal(text.to_owned()))
}

fn is_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    name.len() <= 100 && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_that_cannot_be_routed_are_refused() {
        let table = [
            ("a", "does not begin with"),
            ("", "does not begin with"),
            ("//a", "empty segment"),
            ("/a//b", "empty segment"),
            ("/a/", "ends with"),
            ("/a/../b", "`..` segment"),
            ("/./a", "`..` segment"),
            ("/a?b=1", "query"),
            ("/a#b", "query"),
            ("/a%2fb", "`%`"),
            ("/a\\b", "backslash"),
            ("/a{b}", "not a whole segment"),
            ("/{a}{b}", "not a whole segment"),
            ("/{a", "not a whole segment"),
            ("/{}", "name that cannot be used"),
            ("/{a b}", "name that cannot be used"),
            ("/{a}/{a}", "twice"),
            ("/straße", "character"),
            ("/a;x=1", "character"),
            ("/a b", "character"),
        ];
        for (path, words) in table {
            let (what, _) = Template::parse(path).expect_err(path);
            assert!(what.contains(words), "{path}: {what}");
        }
        for path in ["/", "/a", "/a/{id}", "/a/{id}/b.json", "/~me/@x", "/a:close"] {
            assert!(Template::parse(path).is_ok(), "{path}");
        }
    }

    #[test]
    fn templates_meet_where_a_request_matches_both() {
        let table = [
            ("/a/{x}", "/a/{y}", Meeting::Same),
            ("/a/{x}", "/a/b", Meeting::OneWins),
            ("/a/{x}/c", "/a/b/{y}", Meeting::Crossing),
            ("/a/{x}", "/b/{y}", Meeting::Never),
            ("/a/{x}", "/a", Meeting::Never),
            ("/", "/a", Meeting::Never),
        ];
        for (one, other, expected) in table {
            let [one, other] = [one, other].map(|path| Template::parse(path).expect(path));
            assert_eq!(one.meeting(&other), expected);
            assert_eq!(other.meeting(&one), expected);
        }
    }
}
