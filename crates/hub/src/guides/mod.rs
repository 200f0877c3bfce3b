//! Which guides are there, and what do they say at this hub?
//!
//! Each is a file in Markdown in `crates/hub/guides`. What depends on the hub, such as its addresses and whom to turn to, stands in
//! double braces and is filled in for every reader.

mod accessibility;
mod example;
mod filling;

pub(crate) use filling::filled;

/// A guide as it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guide {
    /// Its name in addresses: the name of its file.
    pub(crate) slug: &'static str,
    source: &'static str,
}

macro_rules! guides {
    ($($slug:literal),+ $(,)?) => {
        &[$(Guide { slug: $slug, source: include_str!(concat!("../../guides/", $slug, ".md")) }),+]
    };
}

/// Every guide, in the order in which they are read.
pub(crate) const GUIDES: &[Guide] = guides![
    "what-is-an-api",
    "getting-started",
    "how-access-works",
    "errors",
    "terms",
    "privacy",
    "cookies",
    "accessibility",
    "contact",
];

impl Guide {
    /// The guide of that name.
    pub(crate) fn of(slug: &str) -> Option<Self> {
        GUIDES.iter().find(|guide| guide.slug == slug).copied()
    }

    /// Its first line.
    pub(crate) fn title(self) -> &'static str {
        self.source.lines().next().unwrap_or_default().trim_start_matches("# ")
    }

    /// Its first paragraph, as it is written, and all that comes after.
    fn parts(self) -> (&'static str, &'static str) {
        let rest = self.source.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
        rest.split_once("\n\n").unwrap_or((rest, ""))
    }

    /// What it is about, in a sentence.
    pub(crate) fn summary(self) -> &'static str {
        self.parts().0.split("{{").next().unwrap_or_default().trim()
    }
}
