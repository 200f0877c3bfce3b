//! What does a template look like under other names?
//!
//! A template speaks of one made-up API: `borough-lighting`, which holds `street-lights` and is owned by
//! `street-services@hackney.example`. Whatever is spelled like one of these, in any way that a language spells names, is a place for an
//! answer. There are no other signs in a template, so that it builds where it lies; but for lines between two comments,
//! `hansom: for each resource` and `hansom: end`, which are written once for each resource.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::{Answers, Resource, Template, escape::escaped, lockfile, spelling::Words};

/// What a template calls its API, what it holds, its owner and itself, however it is called.
const NAME: &str = "borough-lighting";
const RESOURCE: (&str, &str) = ("street-lights", "street-light");
const OWNER: &str = "street-services@hackney.example";
const KIND: &str = "kind: platform";
const ID: &str = "0f9b6d52-7c1e-4c0e-9a57-3c2d8b6e4a10";

const EACH: &str = "hansom: for each resource";
const END: &str = "hansom: end";

/// Paths and texts, in the order of the paths.
pub type Files = BTreeMap<String, String>;

/// Why a template cannot be rendered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// Free text would break a file.
    #[error("the title holds characters that cannot be written into {0}; use letters, digits, spaces and ,.-()")]
    Unwritable(String),
    /// The names cannot be searched for.
    #[error("the template's names cannot be searched for: {0}")]
    Search(String),
    /// A package that the template uses has the name already.
    #[error("{0} is the name of a package that the template uses; say it with one word more, such as {0}-records")]
    TakenName(String),
    /// A fault of the template.
    #[error("{file}:{line}: {what}")]
    Template {
        /// The template's file.
        file: String,
        /// Its line.
        line: usize,
        /// What is wrong there.
        what: &'static str,
    },
}

impl Template {
    /// The files of a service with these answers.
    pub fn render(&self, answers: &Answers) -> Result<Files, RenderError> {
        let mut files = Files::new();
        let named: Vec<Names> =
            answers.resources.iter().map(|resource| Names::of(answers, resource)).collect::<Result<_, _>>()?;
        for (path, text) in self.files() {
            // A file that is named after the resource is written for each of them.
            let each = if is_of_resource(path) { named.as_slice() } else { named.get(..1).unwrap_or_default() };
            for names in each {
                let unfolded = unfolded(path, text, &named, names)?;
                files.insert(names.spelled(path, path)?, unfolded);
            }
        }
        if let Some(lock) = files.get_mut("Cargo.lock") {
            *lock = lockfile::renamed(lock).ok_or_else(|| RenderError::TakenName(answers.name.clone()))?;
        }
        Ok(files)
    }
}

fn is_of_resource(path: &str) -> bool {
    let spellings = Words::of(RESOURCE.0).spellings().into_iter().chain(Words::of(RESOURCE.1).spellings());
    spellings.into_iter().any(|spelling| path.contains(&spelling))
}

/// A text with its lines for each resource written so often, and everything spelled.
fn unfolded(path: &str, text: &str, all: &[Names], own: &Names) -> Result<String, RenderError> {
    let fault = |line: usize, what| RenderError::Template { file: path.to_owned(), line: line + 1, what };
    let mut written = String::with_capacity(text.len());
    let mut plain = String::new();
    let mut folded: Option<(usize, String)> = None;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        match &mut folded {
            None if line.contains(EACH) => {
                written.push_str(&own.spelled(path, &std::mem::take(&mut plain))?);
                folded = Some((number, String::new()));
            }
            None if line.contains(END) => return Err(fault(number, "an end without a beginning")),
            None => plain.push_str(line),
            Some(_) if line.contains(EACH) => return Err(fault(number, "one repetition within another")),
            Some((_, lines)) if line.contains(END) => {
                for names in all {
                    written.push_str(&names.spelled(path, lines)?);
                }
                folded = None;
            }
            Some((_, lines)) => lines.push_str(line),
        }
    }
    if let Some((number, _)) = folded {
        return Err(fault(number, "a repetition without an end"));
    }
    written.push_str(&own.spelled(path, &plain)?);
    Ok(written)
}

/// What stands for the template's own names.
struct Names {
    search: AhoCorasick,
    instead: Vec<String>,
    /// Which of them is the title: free text, to be escaped.
    title: usize,
}

impl Names {
    fn of(answers: &Answers, resource: &Resource) -> Result<Self, RenderError> {
        let mut pairs: Vec<(String, String)> = vec![];
        let mut add = |from: &str, to: &str| {
            pairs.extend(Words::of(from).spellings().into_iter().zip(Words::of(to).spellings()));
        };
        add(NAME, &answers.name);
        add(RESOURCE.0, &resource.plural);
        add(RESOURCE.1, &resource.singular);
        for (from, to) in [(OWNER, answers.owner.as_str()), (ID, &answers.id)] {
            pairs.push((from.to_owned(), to.to_owned()));
        }
        pairs.push((KIND.to_owned(), format!("kind: {}", answers.kind.as_str())));
        let title = Words::of(NAME).title();
        let at = pairs.iter().position(|(from, _)| *from == title).unwrap_or(usize::MAX);
        if let Some(pair) = pairs.get_mut(at) {
            pair.1 = answers.title.clone();
        }
        let (from, instead): (Vec<String>, Vec<String>) = pairs.into_iter().unzip();
        let search = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(from);
        let search = search.map_err(|error| RenderError::Search(error.to_string()))?;
        Ok(Self { search, instead, title: at })
    }

    /// In one pass, so that nothing that was put in is taken for a place again; the longest name first.
    fn spelled(&self, file: &str, text: &str) -> Result<String, RenderError> {
        let title = self.instead.get(self.title).map(String::as_str).unwrap_or_default();
        let mut written = String::with_capacity(text.len());
        let mut end = 0;
        for found in self.search.find_iter(text) {
            written.push_str(text.get(end..found.start()).unwrap_or_default());
            let index = found.pattern().as_usize();
            if index == self.title {
                written.push_str(&escaped(file, title).ok_or_else(|| RenderError::Unwritable(file.to_owned()))?);
            } else {
                written.push_str(self.instead.get(index).map(String::as_str).unwrap_or_default());
            }
            end = found.end();
        }
        written.push_str(text.get(end..).unwrap_or_default());
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Asked;

    fn answers(resources: &[&str], title: Option<&str>) -> Answers {
        let asked = Asked {
            name: "parking".into(),
            title: title.map(str::to_owned),
            owner: "parking@hackney.example".into(),
            resources: resources.iter().map(ToString::to_string).collect(),
            id: "5d1f0a4c-9b7e-48d2-a3c6-e1f08b92d475".into(),
            ..Asked::default()
        };
        Answers::check(asked).unwrap()
    }

    fn template(files: &[(&str, &str)]) -> Template {
        Template::new("t", 1, files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
    }

    #[test]
    fn every_template_bears_its_own_names_everywhere() {
        for template in Template::all() {
            let rendered = template.render(&answers(&["permits", "people/person"], None)).unwrap();
            assert!(!rendered.is_empty());
            let mut old: Vec<String> =
                [NAME, RESOURCE.0, RESOURCE.1].iter().flat_map(|name| Words::of(name).spellings()).collect();
            old.extend([OWNER.to_owned(), ID.to_owned(), EACH.to_owned(), END.to_owned()]);
            for (file, text) in &rendered {
                for word in &old {
                    assert!(
                        !text.contains(word.as_str()) && !file.contains(word.as_str()),
                        "{} {file} still says {word}",
                        template.name()
                    );
                }
            }
        }
    }

    #[test]
    fn a_title_that_means_something_to_a_format_stays_text_in_every_template() {
        let title = r#"Bins "by day" \ {{x}} ${y} #1: <b> 'q' &"#;
        for template in Template::all() {
            for (file, text) in template.render(&answers(&["permits"], Some(title))).unwrap() {
                if file.ends_with(".toml") {
                    let read: Result<toml::Table, _> = text.parse();
                    assert!(read.is_ok(), "{} {file}: {}", template.name(), read.unwrap_err());
                }
                if file.ends_with(".json") {
                    serde_json::from_str::<serde_json::Value>(&text)
                        .unwrap_or_else(|error| panic!("{} {file}: {error}", template.name()));
                }
            }
        }
    }

    #[test]
    fn braces_and_signs_of_other_template_languages_are_text() {
        let text = "{{ .Values.image }} ${{ secrets.TOKEN }} {% raw %} $name <%= x %> {{{{borough-lighting}}}}\n";
        let rendered = template(&[("chart/borough-lighting.yaml", text)]).render(&answers(&[], None)).unwrap();
        assert_eq!(rendered["chart/parking.yaml"], text.replace("borough-lighting", "parking"));
    }

    #[test]
    fn each_resource_has_its_files_and_its_lines() {
        let files = [
            ("src/street_lights.rs", "struct StreetLight; // of Borough lighting\n"),
            (
                "src/main.rs",
                "// hansom: for each resource\nmod street_lights;\n// hansom: end\nfn main() {} // first: street-lights\n",
            ),
        ];
        let rendered = template(&files).render(&answers(&["permits", "people/person"], None)).unwrap();
        assert_eq!(rendered["src/main.rs"], "mod permits;\nmod people;\nfn main() {} // first: permits\n");
        assert_eq!(rendered["src/permits.rs"], "struct Permit; // of Parking\n");
        assert_eq!(rendered["src/people.rs"], "struct Person; // of Parking\n");
    }

    #[test]
    fn a_repetition_that_is_not_closed_is_told_with_its_line() {
        for (text, line) in [("a\n# hansom: for each resource\n", 2), ("# hansom: end\n", 1)] {
            let error = template(&[("a.yaml", text)]).render(&answers(&[], None)).unwrap_err();
            assert!(error.to_string().starts_with(&format!("a.yaml:{line}: ")), "{error}");
        }
    }

    #[test]
    fn free_text_where_none_is_safe_is_refused() {
        let files = [("Dockerfile", "LABEL title=Borough lighting\n")];
        let error = template(&files).render(&answers(&[], Some("$(id)"))).unwrap_err();
        assert_eq!(error, RenderError::Unwritable("Dockerfile".into()));
    }
}
