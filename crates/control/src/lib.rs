//! What can anyone change, and may they?
//!
//! One verb per file, each a method of [`Control`] that takes its [`Actor`](hansom_domain::Actor) first. Pages, the JSON API
//! and the command line call the same verb. This room alone holds the writing half of the store.

mod announce_meetup;
mod answer_checklist;
mod answered;
mod applications;
mod approve_authorization;
mod asked_authorizations;
mod audit;
mod begun_sign_ins;
mod bind_service_account;
mod cancel_meetup;
mod card;
mod change_group;
mod change_meetup;
mod close_feedback;
mod comparison;
mod configure_client;
mod contracts;
mod create_group;
mod credentials;
mod decide_grant;
mod decide_waiver;
mod deprecation;
mod device_requests;
mod discard_draft;
mod distrust_pipeline;
mod drafts;
mod editions;
mod end_provider_sessions;
mod end_sessions;
mod error;
mod explanation;
mod feedback;
mod fingerprint;
mod give_feedback;
mod grants;
mod guides;
mod incidents;
mod issue_secret;
mod judge;
mod keep_draft;
mod key_pair;
mod keys;
mod knowledge;
mod mail_links;
mod manifest;
mod meetups;
mod member_list;
mod nodes;
mod notices;
mod oauth_clients;
mod open_incident;
mod people;
mod pin_pipeline;
mod pipelines;
mod policy;
mod promises;
mod publish_draft;
mod publish_edition;
mod publish_release;
mod quotas;
mod redeem_code;
mod redirect_uri;
mod refresh_tokens;
mod refusals;
mod register_application;
mod register_key;
mod register_key_set;
mod remove_message;
mod renew_groups;
mod repeats;
mod report_leak;
mod request;
mod request_grant;
mod request_waiver;
mod requests;
mod reseal_keys;
mod retire_key;
mod revoke_application;
mod revoke_credential;
mod revoke_grant;
mod revoke_token;
mod revoke_token_family;
mod rotate_keys;
mod same_person;
mod scores;
mod send_test_mail;
mod sessions;
mod sign_in_person;
mod suspend_person;
mod tell;
mod tell_of_incident;
mod terms;
mod text;
mod token_families;
mod transfer_application;
mod trust_pipeline;
mod upkeep;
mod usage;
mod vault;
mod waivers;
mod withdraw_key;
mod withdraw_waiver;
mod write_to_feedback;

use std::sync::Arc;

use hansom_domain::{Actor, Chance, Clock, EnvironmentName, GroupAddress, OpenNetworks, Timestamp};
use hansom_standards::Profile;
use hansom_store::{Change, Reads, Writes};

pub use answer_checklist::ANSWERS;
pub use answered::{Answering, DAYS, Day, Days};
pub use approve_authorization::{Approval, Remembered};
pub use asked_authorizations::{AskedAuthorization, PUSHED_SECONDS};
pub use audit::{AUDITED, AuditSearch};
pub use begun_sign_ins::{BegunSignIn, SIGN_IN_SECONDS};
pub use bind_service_account::ServiceAccount;
pub use card::{Access, Card, CardOperation, Listed};
pub use change_group::NewMember;
pub use configure_client::ClientSettings;
pub use contracts::PublishedContract;
pub use credentials::Lasting;
pub use decide_grant::GrantWord;
pub use device_requests::{AskedDevice, DEVICE_PAUSE_SECONDS, DEVICE_SECONDS, DeviceCodes, Polled};
pub use drafts::{Draft, MOST_DRAFTS};
pub use editions::Forecast;
pub use end_provider_sessions::EndedAtProvider;
pub use error::{Error, PublishFault};
pub use explanation::{Explanation, Finding};
pub use feedback::{Correspondent, Thread};
pub use fingerprint::fingerprint;
pub use give_feedback::{GivenFeedback, StrangersThread};
pub use guides::{Guide, MOST_GUIDE_BYTES, MOST_GUIDES, stem};
pub use incidents::Incident;
pub use issue_secret::IssuedSecret;
pub use judge::{Judgement, facts};
pub use keys::{KeyState, ListedKey, SealedKey, SigningKey, VerificationKey};
pub use mail_links::{LinkError, MAIL_LINK, Newcomer, OpenedLink};
pub use manifest::{Ending, Granting, Manifest, Successor, Target, read_manifest};
pub use member_list::{ListFault, MOST_LINES, read_member_list};
pub use nodes::{
    CertificateReport, CheckReport, NodeReport, NodeStanding, OutReport, PlatformStanding, ReportedNode, SetAsideReport,
};
pub use notices::{Sending, UnsentNotice};
pub use oauth_clients::{CLI_CLIENT, Client};
pub use open_incident::ToldIncident;
pub use pipelines::{GITHUB, GITLAB, PipelineRun};
pub use publish_release::{Publication, Published, Review};
pub use quotas::{Standing, Used};
pub use redeem_code::{Redeemed, ShownCode};
pub use redirect_uri::RedirectUri;
pub use refresh_tokens::{Refreshed, ShownRefresh};
pub use register_application::NewApp;
pub use register_key::usable_key;
pub use repeats::{Claim, Claimed};
pub use request::answering;
pub use request_grant::AskedGrant;
pub use request_waiver::AskedWaiver;
pub use revoke_token_family::ActingApplication;
pub use rotate_keys::Begins;
pub use scores::ChapterScore;
pub use sessions::{ListedSession, Session, SessionCookie, SignedOut};
pub use sign_in_person::{Proven, Told};
pub use terms::{ApplicationTerms, CredentialTerms, GrantTerms, KeyTerms, PeopleTerms, Terms};
pub use token_families::{GrantedFamily, REFRESH_PREFIX, RefreshLife};
pub use trust_pipeline::TrustedPipeline;
pub use usage::DeprecatedUse;
pub use vault::Vault;

/// What the verbs need to know of the platform.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The group whose members run the platform.
    pub administrators: GroupAddress,
    /// The environments that manifests may name.
    pub environments: Vec<EnvironmentName>,
    /// Where manifests may name upstreams besides the public internet.
    pub open_networks: OpenNetworks,
    /// Who keeps the playbook, and by which profile contracts are judged.
    pub standards: Standards,
    /// How long keys, credentials and grants last.
    pub terms: Terms,
}

/// What the verbs need to know of the playbook.
#[derive(Clone, Debug)]
pub struct Standards {
    /// The group whose members keep the playbook: they decide waivers and publish editions.
    pub group: GroupAddress,
    /// The profile that holds until an edition is published here.
    pub profile: Arc<Profile>,
}

/// Every verb of the platform.
#[derive(Clone)]
pub struct Control {
    reads: Reads,
    writes: Writes,
    vault: Arc<Vault>,
    clock: Clock,
    chance: Chance,
    settings: Arc<Settings>,
    contracts: contracts::Shelf,
    editions: editions::Held,
    signing: keys::Held,
}

impl std::fmt::Debug for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Control")
    }
}

impl Control {
    /// The verbs over a store, with the platform's clock and chance.
    pub fn new(reads: Reads, writes: Writes, vault: Vault, clock: Clock, chance: Chance, settings: Settings) -> Self {
        Self {
            reads,
            writes,
            vault: Arc::new(vault),
            clock,
            chance,
            settings: Arc::new(settings),
            contracts: contracts::Shelf::default(),
            editions: editions::Held::default(),
            signing: keys::Held::default(),
        }
    }

    /// The reading half of the store.
    pub fn reads(&self) -> &Reads {
        &self.reads
    }

    /// The platform's clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The platform's chance.
    pub fn chance(&self) -> &Chance {
        &self.chance
    }

    /// What the verbs know of the platform.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Begins a change: the verb's name is what the audit trail shows. A program does no more than publish, if it was
    /// registered for that, and give its own tokens back; everything else is for people.
    async fn begin(&self, actor: &Actor, verb: &'static str, at: Timestamp) -> Result<Change, Error> {
        if let Actor::Pipeline { .. } = actor
            && verb != "publish_release"
        {
            return Err(Error::NotAllowed("a pipeline publishes, and does nothing else".into()));
        }
        if let Actor::Application { may_publish, .. } = actor {
            let may = verb == "revoke_token" || (verb == "publish_release" && *may_publish);
            if !may {
                return Err(Error::NotAllowed(
                    "this application may not do that; a person signs in at the hub for it".into(),
                ));
            }
        }
        let change = self.writes.begin(actor, verb, self.chance.hex(16), at).await?;
        Ok(change.asked_by(request::answered()))
    }

    /// A hash of a text that nobody outside can make; for one purpose, so that no other use gives the same.
    pub fn keyed_hash(&self, purpose: &str, text: &str) -> String {
        self.vault.hash(&format!("{purpose}\n{text}"))
    }

    /// Forgets expired links, sessions, assertions and revocations.
    pub async fn sweep(&self) -> Result<(), Error> {
        Ok(self.writes.sweep(self.clock.now()).await?)
    }
}
