//! What of all that an application asks for may it do?

use std::collections::HashMap;

use hansom_domain::EnvironmentName;
use hansom_oauth::{Consent, Scope};

use super::right;
use crate::{answer::Refusal, catalogue::Entry, form::Fields, session::SignedIn};

/// So many versions are shown to choose from; a token carries no more.
const MOST_CHOICES: usize = 50;

/// Something that a person allows or not.
pub(crate) struct Choice {
    /// The word of the scope.
    pub(crate) value: String,
    /// The same for people.
    pub(crate) text: String,
}

/// What there is to choose from. Of an application that asks for everything in an environment, these are the versions that the
/// person may see.
pub(crate) async fn choices(
    person: &SignedIn,
    environment: Option<&EnvironmentName>,
    asked: &[String],
) -> Result<Vec<Choice>, Refusal> {
    if environment.is_none() {
        let known = Scope::ALL.into_iter().filter(|scope| asked.iter().any(|word| word == scope.as_str()));
        return Ok(known.map(|scope| Choice { value: scope.as_str().into(), text: right(scope).into() }).collect());
    }
    let titles = titles(person).await?;
    let words: Vec<String> = match asked {
        [] => titles.iter().map(|(word, _)| word.clone()).take(MOST_CHOICES).collect(),
        asked => asked.to_vec(),
    };
    let known: HashMap<&str, &str> = titles.iter().map(|(word, title)| (word.as_str(), title.as_str())).collect();
    let choice = |word: String| Choice {
        text: known.get(word.as_str()).map_or_else(|| word.clone(), |title| (*title).to_owned()),
        value: word,
    };
    Ok(words.into_iter().map(choice).collect())
}

/// The versions that a person may see and that are in use, by title.
async fn titles(person: &SignedIn) -> Result<Vec<(String, String)>, Refusal> {
    let control = &person.hub.control;
    let shelf = person.hub.catalogue.current(control).await?;
    let may = |entry: &Entry| control.may_see(Some(person.actor()), entry.api.audience, &entry.api.owner);
    let versions = shelf.versions_in_use(may).into_iter();
    Ok(versions.map(|(version, title)| (version.to_string(), title)).collect())
}

/// What a form says that asks for a decision; none where it was not made.
pub(crate) fn answer(fields: &Fields) -> Option<Consent> {
    match (fields.one("decision"), fields.one("extent")) {
        ("allow", "part") => Some(Consent::Part(fields.all("scope"))),
        ("allow", _) => Some(Consent::Whole),
        ("refuse", _) => Some(Consent::Refused),
        _ => None,
    }
}

/// What is wrong with an answer that allows a part: it names nothing.
pub(crate) fn is_empty(answer: &Consent) -> bool {
    matches!(answer, Consent::Part(words) if words.is_empty())
}
