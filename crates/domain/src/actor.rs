//! Who does it?

use std::collections::BTreeSet;

use crate::{ApiSlug, ApplicationId, GroupAddress, PersonId, PipelineId};

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
    /// A run of a pipeline elsewhere that an API trusts. It speaks for no group: it publishes that API and does nothing else.
    Pipeline {
        /// Which trust.
        id: PipelineId,
        /// The API that it may publish.
        api: ApiSlug,
        /// The group that trusts it. It publishes for this owner only.
        owner: GroupAddress,
        /// Repository, ref and run for the audit trail.
        name: String,
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
            Actor::Pipeline { .. } | Actor::Platform => false,
        }
    }

    /// Whether the actor runs the platform.
    pub fn is_administrator(&self) -> bool {
        match self {
            Actor::Person { administrator, .. } | Actor::Application { administrator, .. } => *administrator,
            Actor::Pipeline { .. } => false,
            Actor::Platform => true,
        }
    }

    /// `person`, `application`, `pipeline` or `platform`.
    pub fn kind(&self) -> &'static str {
        match self {
            Actor::Person { .. } => "person",
            Actor::Application { .. } => "application",
            Actor::Pipeline { .. } => "pipeline",
            Actor::Platform => "platform",
        }
    }

    /// The id of the person, application or pipeline; `platform` for the platform.
    pub fn id(&self) -> &str {
        match self {
            Actor::Person { id, .. } => id.as_str(),
            Actor::Application { id, .. } => id.as_str(),
            Actor::Pipeline { id, .. } => id.as_str(),
            Actor::Platform => "platform",
        }
    }

    /// A name that people know.
    pub fn name(&self) -> &str {
        match self {
            Actor::Person { name, .. } | Actor::Application { name, .. } | Actor::Pipeline { name, .. } => name,
            Actor::Platform => "Hansom",
        }
    }
}
