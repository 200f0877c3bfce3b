//! Which SQL is there?
//!
//! One SQL text for SQLite and PostgreSQL. [`open`] and [`join`] give three halves, so that a room holds no more power than it needs:
//! [`Reads`] for everyone, [`Writes`] for `control` alone, [`Books`] for the bookkeeper alone.

mod apis;
mod applications;
mod audit;
mod authorizations;
mod called;
mod change;
mod changed;
mod column;
mod credentials;
mod database;
mod device_requests;
mod editions;
mod endings;
mod grants;
mod groups;
mod keys;
mod latency;
mod leases;
mod mail_links;
mod migrations;
mod notices;
mod oauth_clients;
mod people;
mod pipelines;
mod quotas;
mod releases;
mod repeats;
mod sessions;
mod stewards;
mod token_families;
mod tokens;
mod usage;
mod verdicts;
mod waivers;

pub use apis::{ApiRow, NewApi, NewVersion, VersionRow};
pub use applications::{ApplicationRow, NewApplication};
pub use audit::AuditRow;
pub use authorizations::{AskedAuthorizationRow, AuthorizationCodeRow, ConsentRow};
pub use called::{By, Called, MOST_LINES, Span};
pub use change::{Change, Writes};
pub use changed::{Changed, Subject};
pub use credentials::{CredentialRow, NewCredential};
pub use database::{Error, Opened, Reads, join, open};
pub use device_requests::DeviceRequestRow;
pub use editions::{AnswerRow, EditionRow};
pub use grants::{GrantRow, NewGrant};
pub use groups::{AwaitedRow, KeptGroupRow, MemberRow};
pub use keys::{NewSigningKey, SigningKeyRow};
pub use latency::{BOUNDS_MS, Latency};
pub use mail_links::{MailLinkRow, NewOutsider, OutsiderRow};
pub use notices::{NewNotice, NoticeRow, Recipient};
pub use oauth_clients::{OauthClientRow, ServiceAccountRow};
pub use people::{GroupRow, MembershipSource, PersonRow, ToldGroupRow};
pub use pipelines::PipelineRow;
pub use quotas::QuotaRow;
pub use releases::{CardRow, NewRelease, NewsRow, ReleaseRow, ReleaseText};
pub use repeats::RepeatedCallRow;
pub use sessions::{NewSession, NewSignIn, SessionRow, SignInRow};
pub use stewards::OwningGroupRow;
pub use token_families::{RefreshTokenRow, Rotation, TokenFamilyRow};
pub use usage::{Books, CallCount, CallCountRow, RefusedCall};
pub use verdicts::{NewVerdict, ScoreRow, VerdictRow};
pub use waivers::{NewWaiver, WaiverRow};
