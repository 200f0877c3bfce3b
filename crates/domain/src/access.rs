//! Who may call which operation?

use serde::{Deserialize, Serialize};

use crate::{Audience, GroupAddress, Invalid};

/// The operations that a rule or a grant speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OperationSet {
    /// Every operation of the contract, written `["*"]`.
    Every(EveryMark),
    /// Exactly these operation ids; never a prefix, never a pattern.
    These(Vec<String>),
}

/// The one-element list `["*"]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct EveryMark;

impl TryFrom<Vec<String>> for EveryMark {
    type Error = &'static str;
    fn try_from(list: Vec<String>) -> Result<Self, Self::Error> {
        if list == ["*"] { Ok(Self) } else { Err("not the list [\"*\"]") }
    }
}

impl From<EveryMark> for Vec<String> {
    fn from(_: EveryMark) -> Self {
        vec!["*".into()]
    }
}

impl OperationSet {
    /// `["*"]` or a list of ids; refuses an empty list, a `*` beside others, and more than 2,000 ids.
    pub fn from_list(list: Vec<String>) -> Result<Self, Invalid> {
        if list == ["*"] {
            return Ok(Self::Every(EveryMark));
        }
        if list.is_empty() {
            return Err(Invalid::new("the list of operations is empty; name operation ids, or \"*\" for every one"));
        }
        if list.len() > 2000 {
            return Err(Invalid::new("more than 2,000 operations are named; write \"*\" for every one"));
        }
        if list.iter().any(|id| id == "*") {
            return Err(Invalid::new("\"*\" stands alone; name operations or write [\"*\"]"));
        }
        Ok(Self::These(list))
    }

    /// Whether the operation is in the set, by exact id.
    pub fn contains(&self, operation: &str) -> bool {
        match self {
            Self::Every(_) => true,
            Self::These(ids) => ids.iter().any(|id| id == operation),
        }
    }

    /// The ids as written: `["*"]` for every one.
    pub fn to_list(&self) -> Vec<String> {
        match self {
            Self::Every(_) => vec!["*".into()],
            Self::These(ids) => ids.clone(),
        }
    }
}

/// Who may call some operations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessRule {
    /// The operations that the rule speaks of.
    pub operations: OperationSet,
    /// People in any of these groups.
    pub groups: Vec<GroupAddress>,
    /// Applications with an approved grant for the operation.
    pub granted_applications: bool,
    /// Anyone, without a token.
    pub anyone: bool,
}

/// The access rules of a version: the first rule that names an operation decides; unlisted is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessRules(Vec<AccessRule>);

impl AccessRules {
    /// Rules in their order. Refuses a rule that lets nobody in, and `anyone` where the audience is not public.
    pub fn new(rules: Vec<AccessRule>, audience: Audience) -> Result<Self, Invalid> {
        for rule in &rules {
            if rule.anyone && audience != Audience::Public {
                return Err(Invalid::new(format!(
                    "anyone: true needs audience: public, and this API's audience is {audience}"
                )));
            }
            if !rule.anyone && !rule.granted_applications && rule.groups.is_empty() {
                return Err(Invalid::new(
                    "the rule lets nobody in; give it groups, applications: granted or anyone: true",
                ));
            }
        }
        Ok(Self(rules))
    }

    /// The rule for an operation: the first that names it. `None` means that nobody may call it.
    pub fn rule_for(&self, operation: &str) -> Option<&AccessRule> {
        self.0.iter().find(|rule| rule.operations.contains(operation))
    }

    /// All rules in their order.
    pub fn all(&self) -> &[AccessRule] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(operations: &[&str], anyone: bool) -> AccessRule {
        AccessRule {
            operations: OperationSet::from_list(operations.iter().map(ToString::to_string).collect()).unwrap(),
            groups: vec![],
            granted_applications: !anyone,
            anyone,
        }
    }

    #[test]
    fn operations_match_whole_never_by_prefix() {
        let rules = AccessRules::new(vec![rule(&["getTenancy"], false)], Audience::Internal).unwrap();
        assert!(rules.rule_for("getTenancy").is_some());
        for other in ["getTenancyPrivate", "getTenanc", "GETTENANCY", "", "*"] {
            assert!(rules.rule_for(other).is_none(), "{other:?} is another operation");
        }
    }

    #[test]
    fn the_first_rule_that_names_an_operation_decides() {
        let rules = AccessRules::new(vec![rule(&["a"], true), rule(&["*"], false)], Audience::Public).unwrap();
        assert!(rules.rule_for("a").unwrap().anyone);
        assert!(!rules.rule_for("b").unwrap().anyone);
    }

    #[test]
    fn anyone_needs_a_public_audience() {
        assert!(AccessRules::new(vec![rule(&["a"], true)], Audience::Controlled).is_err());
    }

    #[test]
    fn a_set_survives_its_file() {
        for list in [vec!["*".to_string()], vec!["a".into(), "b".into()]] {
            let set = OperationSet::from_list(list.clone()).unwrap();
            let text = serde_json::to_string(&set).unwrap();
            assert_eq!(serde_json::from_str::<OperationSet>(&text).unwrap(), set);
            assert_eq!(set.to_list(), list);
        }
    }
}
