//! How much of what an application asks for does a person allow?
//!
//! At the hub that is scopes; at an environment, versions of APIs. Whoever asks for nothing in particular there asks for
//! everything that the person may call.

use std::collections::BTreeSet;

use hansom_domain::{Reach, VersionName};
use hansom_store::ConsentRow;

use crate::{Error, scope};

/// So many versions fit into a token beside groups.
const MOST_VERSIONS: usize = 50;

/// What a person answers to an application that asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consent {
    /// No.
    Refused,
    /// All that was asked for.
    Whole,
    /// These scopes, or versions of APIs, of what was asked for.
    Part(Vec<String>),
}

/// What may be done at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// At the hub.
    Hub(BTreeSet<String>),
    /// At an environment.
    Environment(Reach),
}

impl Extent {
    /// What a scope says that was asked for or allowed before.
    pub(crate) fn of_scope(is_hub: bool, scope: &str) -> Self {
        if is_hub {
            return Self::Hub(scope.split_ascii_whitespace().map(str::to_owned).collect());
        }
        Self::Environment(Reach::of_scope(scope))
    }

    /// What a request wishes for. Words that mean nothing here are left out, and the answer says which are left (RFC 6749
    /// section 3.3); of a request without a word that means something it is as if it had none.
    pub(crate) fn wished(is_hub: bool, scope: Option<&str>) -> Self {
        if is_hub {
            return Self::of_scope(true, &scope::wanted_by_person(scope));
        }
        let words = scope.unwrap_or_default().split_ascii_whitespace();
        let versions: BTreeSet<VersionName> = words.filter_map(|word| word.parse().ok()).take(MOST_VERSIONS).collect();
        Self::Environment(if versions.is_empty() { Reach::Everything } else { Reach::Versions(versions) })
    }

    /// The same as a scope.
    pub(crate) fn scope(&self) -> String {
        match self {
            // In the order in which scopes are known.
            Self::Hub(scopes) => {
                let known = scope::read(&scopes.iter().cloned().collect::<Vec<_>>().join(" "));
                known.into_iter().map(crate::Scope::as_str).collect::<Vec<_>>().join(" ")
            }
            Self::Environment(reach) => reach.to_string(),
        }
    }

    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Hub(own), Self::Hub(others)) => own.is_superset(others),
            (Self::Environment(own), Self::Environment(other)) => own.covers(other),
            _ => false,
        }
    }

    fn within(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Hub(one), Self::Hub(another)) => Self::Hub(one.intersection(another).cloned().collect()),
            (Self::Environment(one), Self::Environment(another)) => Self::Environment(one.within(another)),
            _ => Self::Environment(Reach::Versions(BTreeSet::new())),
        }
    }

    /// Whether it is less than anybody would allow: nothing of something.
    fn is_nothing_of(&self, asked: &Self) -> bool {
        match self {
            Self::Hub(scopes) => scopes.is_empty() && *asked != Self::Hub(BTreeSet::new()),
            Self::Environment(reach) => reach.is_nothing(),
        }
    }

    /// What comes of a person's answer; nothing where they refuse.
    pub(crate) fn answered(&self, answer: &Consent) -> Result<Option<Self>, Error> {
        const CHOOSE: &str = "choose at least one thing that the application may do, or do not allow it";
        let chosen = match answer {
            Consent::Refused => return Ok(None),
            Consent::Whole => return Ok(Some(self.clone())),
            Consent::Part(words) if words.len() > MOST_VERSIONS => {
                return Err(Error::Malformed(format!("choose at most {MOST_VERSIONS} versions, or everything")));
            }
            Consent::Part(words) if words.iter().all(|word| word.trim().is_empty()) => {
                return Err(Error::Malformed(CHOOSE.into()));
            }
            Consent::Part(words) => Self::of_scope(matches!(self, Self::Hub(_)), &words.join(" ")),
        };
        if chosen.is_nothing_of(self) {
            return Err(Error::Malformed(CHOOSE.into()));
        }
        if !self.covers(&chosen) {
            return Err(Error::Malformed("what you chose is not what the application asked for".into()));
        }
        Ok(Some(chosen))
    }

    /// What of it a person allowed when they were asked before; none where they were not asked for all of it, or allowed
    /// nothing of it.
    pub(crate) fn answered_before(&self, consent: &ConsentRow) -> Option<Self> {
        let is_hub = matches!(self, Self::Hub(_));
        if !Self::of_scope(is_hub, &consent.asked).covers(self) {
            return None;
        }
        let allowed = self.within(&Self::of_scope(is_hub, &consent.scope));
        (!allowed.is_nothing_of(self)).then_some(allowed)
    }

    /// What to remember of an answer beside what was answered before: what was asked for, and what of it was allowed. About
    /// what was asked for again, the new answer holds.
    pub(crate) fn remembered(asked: &Self, allowed: &Self, before: Option<&ConsentRow>) -> (String, String) {
        let is_hub = matches!(asked, Self::Hub(_));
        let before = before.map(|row| (Self::of_scope(is_hub, &row.asked), Self::of_scope(is_hub, &row.scope)));
        let (Some(asked_words), Some(allowed_words)) = (asked.words(), allowed.words()) else {
            return (asked.scope(), allowed.scope());
        };
        let Some((Some(asked_before), Some(allowed_before))) =
            before.map(|(asked, allowed)| (asked.words(), allowed.words()))
        else {
            return (asked.scope(), allowed.scope());
        };
        let kept = allowed_before.difference(&asked_words).cloned().collect::<BTreeSet<_>>();
        let joined = |words: BTreeSet<String>| words.into_iter().collect::<Vec<_>>().join(" ");
        (joined(&asked_before | &asked_words), joined(&kept | &allowed_words))
    }

    /// Its single words; none of what is everything.
    pub(crate) fn words(&self) -> Option<BTreeSet<String>> {
        match self {
            Self::Hub(scopes) => Some(scopes.clone()),
            Self::Environment(Reach::Everything) => None,
            Self::Environment(Reach::Versions(versions)) => Some(versions.iter().map(ToString::to_string).collect()),
        }
    }

    /// The part of it that a token request asks for; all of it where it asks for none.
    pub(crate) fn narrowed(&self, asked: Option<&str>) -> Result<Self, Error> {
        let Some(asked) = asked else { return Ok(self.clone()) };
        let wish = Self::of_scope(matches!(self, Self::Hub(_)), asked);
        let count = asked.split_ascii_whitespace().collect::<BTreeSet<_>>().len();
        let is_understood = wish.words().is_none_or(|words| words.len() == count);
        if is_understood && self.covers(&wish) {
            return Ok(wish);
        }
        Err(Error::Flow { error: "invalid_scope", why: "scope names more than the person allowed" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(scope: &str) -> Extent {
        Extent::of_scope(false, scope)
    }

    fn part(words: &[&str]) -> Consent {
        Consent::Part(words.iter().map(|word| (*word).to_owned()).collect())
    }

    fn consent(asked: &str, scope: &str) -> ConsentRow {
        ConsentRow {
            person_id: "ada".parse().expect("an id"),
            client_id: "app".parse().expect("an id"),
            resource: "https://api.example".into(),
            scope: scope.into(),
            asked: asked.into(),
            granted_at: hansom_domain::Timestamp::from_seconds(0),
        }
    }

    #[test]
    fn a_person_allows_less_than_was_asked_for_and_never_more() {
        let asked = environment("rents/v1 repairs/v1");
        let allowed = asked.answered(&part(&["repairs/v1"])).expect("fine").expect("not refused");
        assert_eq!(allowed.scope(), "repairs/v1");
        for wrong in
            [part(&[]), part(&["council-tax/v1"]), part(&["nonsense"]), part(&["repairs/v1", "rents/v2"]), part(&[""])]
        {
            assert!(asked.answered(&wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(asked.answered(&Consent::Refused).expect("fine"), None);
        assert_eq!(environment("").answered(&part(&["rents/v2"])).expect("fine"), Some(environment("rents/v2")));
        assert!(environment("").answered(&part(&[" "])).is_err(), "nothing chosen is not everything");
        let hub = Extent::of_scope(true, "hub:read hub:write");
        assert_eq!(hub.answered(&part(&["hub:read"])).expect("fine"), Some(Extent::of_scope(true, "hub:read")));
        assert!(hub.answered(&part(&["hub:publish"])).is_err());
    }

    #[test]
    fn an_answer_holds_for_what_was_asked_and_for_nothing_else() {
        for (asked, allowed, asked_now, holds) in [
            ("", "", "", Some("")),
            ("", "", "rents/v1", Some("rents/v1")),
            ("", "rents/v1", "", Some("rents/v1")),
            ("", "rents/v1", "repairs/v1", None),
            ("rents/v1", "rents/v1", "", None),
            ("rents/v1 repairs/v1", "rents/v1", "rents/v1 repairs/v1", Some("rents/v1")),
            ("rents/v1 repairs/v1", "rents/v1", "repairs/v1", None),
        ] {
            let before = environment(asked_now).answered_before(&consent(asked, allowed));
            assert_eq!(before.map(|extent| extent.scope()).as_deref(), holds, "{asked} {allowed} {asked_now}");
        }
    }

    #[test]
    fn a_later_answer_takes_the_place_of_an_earlier_one_about_the_same() {
        let remembered =
            |asked: &str, allowed: &str, before| Extent::remembered(&environment(asked), &environment(allowed), before);
        let old = consent("rents/v1 repairs/v1", "rents/v1 repairs/v1");
        assert_eq!(
            remembered("rents/v1 council-tax/v1", "council-tax/v1", Some(&old)),
            ("council-tax/v1 rents/v1 repairs/v1".into(), "council-tax/v1 repairs/v1".into())
        );
        assert_eq!(remembered("", "", Some(&old)), (String::new(), String::new()));
        assert_eq!(remembered("rents/v1", "rents/v1", Some(&consent("", ""))), ("rents/v1".into(), "rents/v1".into()));
    }

    #[test]
    fn a_token_request_narrows_and_widens_nothing() {
        assert_eq!(environment("").narrowed(Some("rents/v1")).expect("fine"), environment("rents/v1"));
        assert_eq!(environment("rents/v1").narrowed(None).expect("fine"), environment("rents/v1"));
        for (allowed, asked) in [("rents/v1", "repairs/v1"), ("rents/v1", "rents/v1 nonsense"), ("", "openid")] {
            assert!(environment(allowed).narrowed(Some(asked)).is_err(), "{allowed} {asked}");
        }
    }
}
