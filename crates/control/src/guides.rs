//! Which guides come with a release?

use std::collections::HashSet;

use hansom_domain::ReleaseId;
use hansom_store::{Change, GuideRow};

use crate::{Control, Error, Manifest, PublishFault, PublishedContract};

/// Guides of a version.
pub const MOST_GUIDES: usize = 20;
/// Bytes of one guide.
pub const MOST_GUIDE_BYTES: usize = 100_000;

/// A Markdown file that is published with a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guide {
    /// Its name, as the manifest names it.
    pub file: String,
    /// Its text.
    pub text: String,
}

impl Guide {
    /// What it is called: its first heading, else its name.
    pub fn title(&self) -> String {
        let heading = self.text.lines().map(str::trim).find(|line| !line.is_empty());
        match heading.and_then(|line| line.strip_prefix("# ")).map(str::trim).filter(|title| !title.is_empty()) {
            Some(title) => title.chars().take(100).collect(),
            None => stem(&self.file).replace(['-', '_'], " "),
        }
    }
}

/// The name of a guide in addresses: its file's without folders and ending.
pub fn stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.strip_suffix(".md").unwrap_or(name)
}

/// Whether a manifest may name a file as a guide: below the manifest's own folder, in Markdown.
pub(crate) fn is_guide_name(file: &str) -> bool {
    let parts: Vec<&str> = file.split('/').collect();
    let is_plain = |part: &&str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'-' | b'_'))
    };
    file.len() <= 100
        && parts.len() <= 4
        && parts.iter().all(is_plain)
        && file.ends_with(".md")
        && !stem(file).is_empty()
}

impl Control {
    /// The guides of a release.
    pub async fn guides_of(&self, release: &ReleaseId) -> Result<Vec<Guide>, Error> {
        let rows = self.reads.guides_of(release).await?;
        Ok(rows.into_iter().map(|row| Guide { file: row.file, text: row.text }).collect())
    }

    /// The guides that a manifest names, in its order: as they were sent, else as they are in the release before.
    pub(crate) async fn guides_for(
        &self,
        manifest: &Manifest,
        sent: &[Guide],
        before: Option<&PublishedContract>,
    ) -> Result<(Vec<Guide>, Vec<Guide>), Error> {
        let known = match before {
            Some(before) => self.guides_of(&before.release).await?,
            None => vec![],
        };
        let mut faults = unnamed(manifest, sent);
        let mut guides = vec![];
        for (file, place) in &manifest.guides {
            let mut fault = |what: String, mend: &str| {
                faults.push(PublishFault {
                    file: "api.yaml".into(),
                    line: place.line,
                    column: place.column,
                    what,
                    mend: mend.into(),
                    rule: None,
                });
            };
            match sent.iter().chain(&known).find(|guide| guide.file == *file) {
                Some(guide) if guide.text.len() > MOST_GUIDE_BYTES => {
                    fault(format!("the guide {file} is larger than 100 kB"), "make two of it");
                }
                Some(guide) if guide.text.trim().is_empty() => {
                    fault(format!("the guide {file} is empty"), "write it, or take it out of the manifest");
                }
                Some(guide) => guides.push(guide.clone()),
                None => fault(format!("the text of the guide {file} was not sent"), "send it with the manifest"),
            }
        }
        if faults.is_empty() { Ok((guides, known)) } else { Err(Error::Faults(faults)) }
    }
}

/// Complains of every text that the manifest does not name.
fn unnamed(manifest: &Manifest, sent: &[Guide]) -> Vec<PublishFault> {
    let named: HashSet<&str> = manifest.guides.iter().map(|(file, _)| file.as_str()).collect();
    let strays = sent.iter().filter(|guide| !named.contains(guide.file.as_str())).take(MOST_GUIDES);
    let fault = |guide: &Guide| {
        let shown: String = guide.file.chars().filter(|it| !it.is_control()).take(100).collect();
        PublishFault {
            file: "api.yaml".into(),
            line: 1,
            column: 1,
            what: format!("the manifest names no guide `{shown}`"),
            mend: "name it under `guides`, or do not send it".into(),
            rule: None,
        }
    };
    strays.map(fault).collect()
}

/// Keeps the guides of a release.
pub(crate) async fn put_guides(change: &mut Change, release: &ReleaseId, guides: &[Guide]) -> Result<(), Error> {
    for (place, guide) in (0_i64..).zip(guides) {
        let row = GuideRow { place, file: guide.file.clone(), title: guide.title(), text: guide.text.clone() };
        change.insert_guide(release, &row).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guide_lies_below_the_manifest_and_is_called_by_its_heading() {
        for fine in ["guides/getting-started.md", "a.md", "a/b/c/d.md"] {
            assert!(is_guide_name(fine), "{fine}");
        }
        for wrong in [
            "../a.md",
            "/a.md",
            "a//b.md",
            "a.txt",
            ".md",
            "a/.hidden.md",
            "a b.md",
            "a\\b.md",
            "a/b/c/d/e.md",
            "https://x/a.md",
        ] {
            assert!(!is_guide_name(wrong), "{wrong}");
        }
        let guide = |text: &str| Guide { file: "guides/first-steps.md".into(), text: text.into() }.title();
        assert_eq!(guide("\n# First <b>steps</b>\n\nText"), "First <b>steps</b>");
        assert_eq!(guide("Text"), "first steps");
    }
}
