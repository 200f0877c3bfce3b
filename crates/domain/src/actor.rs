//! Who does it?

use std::collections::BTreeSet;

use crate::{ApplicationId, GroupAddress, PersonId};

/// Who asks for a change, as proven by a session or an access token. Every change and every audit entry has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in person with the groups that the directory last told.
    Person {
        /// Which person.
        id: PersonId,
        /// The name for pages and the audit trail.
        name: String,
        /// Groups, nested ones resolved.
        groups: BTreeSet<GroupAddress>,
        /// Member of the platform's administrators' group.
        administrator: bool,
    },
    /// An application that may act for its owner group, for example a pipeline that publishes.
    Application {
        /// Which application.
        id: ApplicationId,
        /// Its name for the audit trail.
        name: String,
        /// The group that owns it.
        owner: GroupAddress,
        /// Registered to publish for its owner group.
        may_publish: bool,
        /// Registered to publish, and owned by the platform's administrators' group.
        administrator: bool,
    },
    /// The platform itself: first start, clean-up, demo data.
    Platform,
}

impl Actor {
    /// Whether the actor speaks for `group`. Administrators and the platform speak for every group.
    pub fn speaks_for(&self, group: &GroupAddress) -> bool {
        self.is_administrator() || self.is_in(group)
    }

    /// Whether the actor is a member of `group` itself, without an administrator's power.
    pub fn is_in(&self, group: &GroupAddress) -> bool {
        match self {
            Actor::Person { groups, .. } => groups.contains(group),
            Actor::Application { owner, .. } => owner == group,
            Actor::Platform => false,
        }
    }

    /// Whether the actor runs the platform.
    pub fn is_administrator(&self) -> bool {
        match self {
            Actor::Person { administrator, .. } | Actor::Application { administrator, .. } => *administrator,
            Actor::Platform => true,
        }
    }

    /// `person`, `application` or `platform`.
    pub fn kind(&self) -> &'static str {
        match self {
            Actor::Person { .. } => "person",
            Actor::Application { .. } => "application",
            Actor::Platform => "platform",
        }
    }

    /// The id of the person or application; `platform` for the platform.
    pub fn id(&self) -> &str {
        match self {
            Actor::Person { id, .. } => id.as_str(),
            Actor::Application { id, .. } => id.as_str(),
            Actor::Platform => "platform",
        }
    }

    /// A name that people know.
    pub fn name(&self) -> &str {
        match self {
            Actor::Person { name, .. } | Actor::Application { name, .. } => name,
            Actor::Platform => "Hansom",
        }
    }
}
