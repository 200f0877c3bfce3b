//! Who may do what? What is not listed here is served to nobody: without a rule, the service does not start.

use crate::identity::Caller;

/// Who may do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Whether applications may that hold a grant of the platform.
    pub granted_applications: bool,
    /// Groups whose members may.
    pub groups: &'static [&'static str],
}

const STAFF: &[&str] = &["street-services@hackney.example"];
const STAFF_OR_GRANTED: Rule = Rule { granted_applications: true, groups: STAFF };

/// The rule of an operation.
pub fn rule_for(operation: &str) -> Option<Rule> {
    match operation {
        "getHealth" => Some(STAFF_OR_GRANTED),
        // hansom: for each resource
        "listStreetLights" => Some(STAFF_OR_GRANTED),
        "createStreetLight" => Some(STAFF_OR_GRANTED),
        "getStreetLight" => Some(STAFF_OR_GRANTED),
        "updateStreetLight" => Some(STAFF_OR_GRANTED),
        "deleteStreetLight" => Some(STAFF_OR_GRANTED),
        // hansom: end
        _ => None,
    }
}

impl Rule {
    /// Whether it lets this caller in.
    pub fn lets_in(&self, caller: &Caller) -> bool {
        match caller {
            // The platform has checked that it has a grant for the operation.
            Caller::Application { .. } => self.granted_applications,
            Caller::Person { groups, .. } => groups.iter().any(|group| self.groups.contains(&group.as_str())),
            Caller::LocalDeveloper => true,
        }
    }
}
