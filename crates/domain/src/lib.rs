//! What are the words, and what can they not mean?
//!
//! Every type here is parsed once at the edge and carried as proof from there on. The crate knows no I/O, no clock, no
//! HTTP and no SQL: time and chance come in as [`Clock`] and [`Chance`].

mod access;
mod actor;
mod chance;
mod client;
mod credential;
mod environment;
mod feedback;
mod grant;
mod group;
mod id;
mod incident;
mod invalid;
mod limits;
mod network;
mod period;
mod person;
mod problem;
mod product;
mod reach;
mod signing;
mod slug;
mod time;
mod upstream;
mod version;
mod waiver;

pub use access::{AccessRule, AccessRules, OperationSet};
pub use actor::Actor;
pub use chance::Chance;
pub use client::{COMMAND_LINE_CLIENT, HUB_CLIENT, is_built_in_client};
pub use credential::{CredentialKind, Overlap, PlainSecret};
pub use environment::EnvironmentName;
pub use feedback::FeedbackState;
pub use grant::{Decision, GrantState};
pub use group::GroupAddress;
pub use id::{
    ApiId, ApplicationId, CredentialId, DraftId, FeedbackId, GrantId, IncidentId, MeetupId, MessageId, PersonId,
    PipelineId, ReleaseId, RequestId, TokenId, VersionId, WaiverId,
};
pub use incident::{Health, Impact, IncidentState};
pub use invalid::Invalid;
pub use limits::{CrossOrigin, Limit, Limits, Quotas, Rate};
pub use network::{Network, OpenNetworks, network_of_caller};
pub use period::Period;
pub use person::PersonKey;
pub use problem::{Problem, ProblemCode};
pub use product::{Audience, Kind};
pub use reach::{Reach, VersionName};
pub use signing::SigningAlgorithm;
pub use slug::ApiSlug;
pub use time::{Clock, Timestamp};
pub use upstream::{HealthCheck, UpstreamOptions};
pub use version::{Major, Status};
pub use waiver::WaiverState;
