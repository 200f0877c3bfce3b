//! Which addresses does the hub have?
//!
//! Every link, redirect and route of the pages is made here, so that a link cannot lead to an address that is not there.

use hansom_domain::{
    ApiSlug, ApplicationId, CredentialId, DraftId, FeedbackId, GrantId, GroupAddress, IncidentId, Major, MeetupId,
    PersonId, PipelineId, ProblemCode, WaiverId,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

pub(crate) const HOME: &str = "/";
/// Whether there is an API already that is like a new one.
pub(crate) const EXISTING: &str = "/existing";
pub(crate) const SIGN_IN: &str = "/sign-in";
pub(crate) const SIGN_IN_CALLBACK: &str = hansom_oauth::CALLBACK_PATH;
pub(crate) const AUTHORIZE: &str = hansom_oauth::AUTHORIZE_PATH;
pub(crate) const CONSENT: &str = hansom_oauth::CONSENT_PATH;
pub(crate) const DEVICE: &str = hansom_oauth::DEVICE_PATH;
pub(crate) const BACK_CHANNEL_LOGOUT: &str = hansom_oauth::BACK_CHANNEL_PATH;
pub(crate) const SIGN_IN_WITH: &str = "/sign-in/provider";
pub(crate) const SIGN_IN_MAIL: &str = "/sign-in/mail";
pub(crate) const SIGN_IN_LINK: &str = "/sign-in/link";
pub(crate) const SIGN_OUT: &str = "/sign-out";
pub(crate) const APPLICATIONS: &str = "/applications";
pub(crate) const NEW_APPLICATION: &str = "/applications/new";
pub(crate) const INBOX: &str = "/inbox";
pub(crate) const WAIVERS: &str = "/waivers";
pub(crate) const SCORES: &str = "/scores";
pub(crate) const EDITIONS_NEW: &str = "/editions/new";
pub(crate) const TOKEN: &str = "/token";
pub(crate) const REFUSALS: &str = "/refusals";
pub(crate) const PROBLEMS: &str = "/problems";
pub(crate) const AUDIT: &str = "/audit";
pub(crate) const AUDIT_CSV: &str = "/audit.csv";
/// How the platform is, for those who run it.
pub(crate) const PLATFORM: &str = "/platform";
pub(crate) const NOTICES: &str = "/notices";
/// A mail to oneself, to see whether mails arrive.
pub(crate) const TEST_MAIL: &str = "/notices/test";
/// Every request for access, for those who run the platform.
pub(crate) const REQUESTS: &str = "/requests";
pub(crate) const SCORES_CSV: &str = "/scores.csv";
pub(crate) const PUBLISH: &str = "/publish";
/// What is reused, and what that saves.
pub(crate) const REUSE: &str = "/reuse";
pub(crate) const REUSE_CSV: &str = "/reuse.csv";
pub(crate) const ACCOUNT: &str = "/account";
pub(crate) const REFRESH_GROUPS: &str = "/account/groups";
pub(crate) const END_SESSIONS: &str = "/account/sessions";
pub(crate) const SIGNING_KEYS: &str = "/signing-keys";
pub(crate) const NEW_BUNDLE: &str = "/bundles/new";
pub(crate) const PEOPLE: &str = "/people";
pub(crate) const GROUPS: &str = "/groups";
pub(crate) const NEW_GROUP: &str = "/groups/new";
pub(crate) const ABOUT: &str = "/about";
/// How to use the hub, and what holds here.
pub(crate) const GUIDES: &str = "/guides";
/// How every API and the platform do.
pub(crate) const STATUS: &str = "/status";
pub(crate) const STATUS_FEED: &str = "/status.atom";
pub(crate) const NEW_INCIDENT: &str = "/incidents/new";
pub(crate) const MEETUPS: &str = "/meetups";
pub(crate) const NEW_MEETUP: &str = "/meetups/new";
pub(crate) const MEETUPS_CALENDAR: &str = "/meetups.ics";
pub(crate) const FEEDBACK: &str = "/feedback";
pub(crate) const GIVE_FEEDBACK: &str = "/feedback/new";
pub(crate) const PLAYBOOK: &str = "/playbook";
pub(crate) const STANDARDS: &str = "/playbook/standards";
pub(crate) const EDITIONS: &str = "/playbook/editions";
pub(crate) const PLAYBOOK_SEARCH: &str = "/playbook/search";
pub(crate) const GLOSSARY: &str = "/playbook/glossary";
pub(crate) const EDITOR: &str = "/playbook/editor";
/// Where pages that stand alone look for style sheets and scripts.
pub(crate) const ASSETS_ALONE: &str = "/static";
/// The catalogue for programs, each in the form of a field: RFC 9727, DCAT, the UK government's columns.
pub(crate) const API_CATALOG: &str = "/.well-known/api-catalog";
pub(crate) const DCAT: &str = "/catalog";
pub(crate) const DCAT_JSON: &str = "/catalog.jsonld";
pub(crate) const CATALOGUE_CSV: &str = "/catalogue.csv";
/// The catalogue as Markdown.
pub(crate) const CATALOGUE_TWIN: &str = "/index.md";
/// The feed of what was published.
pub(crate) const RELEASES: &str = "/releases.atom";
/// Where language models begin to read.
pub(crate) const LLMS: &str = "/llms.txt";
/// The control API's own contract.
pub(crate) const CONTROL_API: &str = "/api/v1/openapi.json";

/// The same addresses as patterns for the router.
pub(crate) mod route {
    pub(crate) const SIGN_IN_CALLBACK_OF: &str = "/sign-in/callback/{provider}";
    pub(crate) const AUDIT_ENTRY: &str = "/audit/{id}";
    pub(crate) const BACK_CHANNEL_LOGOUT_OF: &str = "/sign-in/back-channel-logout/{provider}";
    pub(crate) const RETIRE_KEY: &str = "/signing-keys/{kid}/retirement";
    pub(crate) const WITHDRAW_KEY: &str = "/signing-keys/{kid}/withdrawal";
    pub(crate) const PIPELINES: &str = "/apis/{slug}/pipelines";
    pub(crate) const DISTRUST_PIPELINE: &str = "/apis/{slug}/pipelines/{pipeline}/removal";
    pub(crate) const PERSON: &str = "/people/{id}";
    pub(crate) const SUSPEND_PERSON: &str = "/people/{id}/suspension";
    pub(crate) const REFRESH_PERSON: &str = "/people/{id}/groups";
    pub(crate) const GROUP: &str = "/groups/{address}";
    pub(crate) const GROUP_MEMBERS: &str = "/groups/{address}/members";
    pub(crate) const GROUP_OWNERS: &str = "/groups/{address}/owners";
    pub(crate) const DELETE_GROUP: &str = "/groups/{address}/removal";
    pub(crate) const STATIC: &str = "/static/{hash}/{name}";
    pub(crate) const API: &str = "/apis/{slug}";
    pub(crate) const VERSION: &str = "/apis/{slug}/{major}";
    pub(crate) const API_RELEASES: &str = "/apis/{slug}/releases.atom";
    pub(crate) const CONTRACT: &str = "/apis/{slug}/{major}/openapi.yaml";
    pub(crate) const BUNDLE_JSON: &str = "/apis/{slug}/{major}/bundle.json";
    pub(crate) const BUNDLE_YAML: &str = "/apis/{slug}/{major}/bundle.yaml";
    pub(crate) const POSTMAN: &str = "/apis/{slug}/{major}/postman.json";
    pub(crate) const BRUNO: &str = "/apis/{slug}/{major}/bruno.zip";
    pub(crate) const OPERATION: &str = "/apis/{slug}/{major}/operations/{operation}";
    pub(crate) const TRY_IT: &str = "/apis/{slug}/{major}/operations/{operation}/try";
    pub(crate) const GUIDE: &str = "/apis/{slug}/{major}/guides/{guide}";
    pub(crate) const SCHEMA: &str = "/apis/{slug}/{major}/schemas/{schema}";
    pub(crate) const ACCESS: &str = "/apis/{slug}/{major}/access";
    pub(crate) const APPLICATION: &str = "/applications/{id}";
    pub(crate) const USAGE: &str = "/applications/{id}/usage";
    pub(crate) const SECRETS: &str = "/applications/{id}/secrets";
    pub(crate) const KEYS: &str = "/applications/{id}/keys";
    pub(crate) const KEY_SETS: &str = "/applications/{id}/key-sets";
    pub(crate) const REPLACE_CREDENTIAL: &str = "/applications/{id}/credentials/{credential}/replacement";
    pub(crate) const REVOKE_APPLICATION: &str = "/applications/{id}/revocation";
    pub(crate) const REVOKE_CREDENTIAL: &str = "/applications/{id}/credentials/{credential}/revocation";
    pub(crate) const OAUTH_CLIENT: &str = "/applications/{id}/oauth";
    pub(crate) const SERVICE_ACCOUNTS: &str = "/applications/{id}/service-accounts";
    pub(crate) const WITHDRAW_CONSENT: &str = "/account/applications/{id}/withdrawal";
    pub(crate) const GRANT: &str = "/grants/{id}";
    pub(crate) const FIRST_CALL: &str = "/grants/{id}/first-call";
    pub(crate) const RENEW_GRANT: &str = "/grants/{id}/renewal";
    pub(crate) const BUNDLE: &str = "/bundles/{id}";
    pub(crate) const DECIDE_BUNDLE: &str = "/bundles/{id}/decision";
    pub(crate) const TRANSFER_APPLICATION: &str = "/applications/{id}/transfer";
    pub(crate) const DECIDE_GRANT: &str = "/grants/{id}/decision";
    pub(crate) const REVOKE_GRANT: &str = "/grants/{id}/revocation";
    pub(crate) const VERDICT: &str = "/apis/{slug}/{major}/standards";
    pub(crate) const VERDICT_TWIN: &str = "/apis/{slug}/{major}/standards.md";
    pub(crate) const CHANGES: &str = "/apis/{slug}/{major}/changes";
    pub(crate) const CHANGES_TWIN: &str = "/apis/{slug}/{major}/changes.md";
    pub(crate) const BADGE: &str = "/apis/{slug}/{major}/badge.svg";
    pub(crate) const ASK_FOR_WAIVER: &str = "/apis/{slug}/{major}/waiver";
    pub(crate) const ANSWERS: &str = "/apis/{slug}/{major}/checklists/{list}";
    pub(crate) const DRAFT: &str = "/drafts/{id}";
    pub(crate) const DRAFT_TEXTS: &str = "/drafts/{id}/texts";
    pub(crate) const PUBLISH_DRAFT: &str = "/drafts/{id}/publication";
    pub(crate) const DISCARD_DRAFT: &str = "/drafts/{id}/removal";
    pub(crate) const MANAGE: &str = "/apis/{slug}/{major}/manage";
    pub(crate) const MANAGE_COPY: &str = "/apis/{slug}/{major}/manage/copy";
    pub(crate) const MANAGE_NAMES: &str = "/apis/{slug}/{major}/manage/names";
    pub(crate) const MANAGE_STATUS: &str = "/apis/{slug}/{major}/manage/status";
    pub(crate) const MANAGE_ACCESS: &str = "/apis/{slug}/{major}/manage/access";
    pub(crate) const MANAGE_RULE: &str = "/apis/{slug}/{major}/manage/access/{rule}";
    pub(crate) const MANAGE_LIMITS: &str = "/apis/{slug}/{major}/manage/limits";
    pub(crate) const MANAGE_ENVIRONMENTS: &str = "/apis/{slug}/{major}/manage/environments";
    pub(crate) const CONSUMERS: &str = "/apis/{slug}/{major}/consumers";
    pub(crate) const CONSUMERS_CSV: &str = "/apis/{slug}/{major}/consumers.csv";
    pub(crate) const WAIVER: &str = "/waivers/{id}";
    pub(crate) const DECIDE_WAIVER: &str = "/waivers/{id}/decision";
    pub(crate) const WITHDRAW_WAIVER: &str = "/waivers/{id}/withdrawal";
    pub(crate) const ABOUT_TWIN: &str = "/about.md";
    pub(crate) const GUIDES_TWIN: &str = "/guides.md";
    pub(crate) const HUB_GUIDE: &str = "/guides/{name}";
    pub(crate) const STATUS_TWIN: &str = "/status.md";
    pub(crate) const API_STATUS: &str = "/apis/{slug}/status";
    pub(crate) const API_STATUS_TWIN: &str = "/apis/{slug}/status.md";
    pub(crate) const INCIDENT: &str = "/incidents/{id}";
    pub(crate) const INCIDENT_UPDATES: &str = "/incidents/{id}/updates";
    pub(crate) const MEETUPS_TWIN: &str = "/meetups.md";
    pub(crate) const MEETUP: &str = "/meetups/{id}";
    pub(crate) const CHANGE_MEETUP: &str = "/meetups/{id}/change";
    pub(crate) const CANCEL_MEETUP: &str = "/meetups/{id}/cancellation";
    pub(crate) const THREAD: &str = "/feedback/{id}";
    pub(crate) const THREAD_MESSAGES: &str = "/feedback/{id}/messages";
    pub(crate) const CLOSE_THREAD: &str = "/feedback/{id}/closure";
    pub(crate) const REMOVE_MESSAGE: &str = "/feedback/{id}/messages/{message}/removal";
    pub(crate) const PROBLEM: &str = "/problems/{code}";
    pub(crate) const PROBLEMS_TWIN: &str = "/problems.md";
    pub(crate) const PLAYBOOK_TWIN: &str = "/playbook.md";
    pub(crate) const CHAPTER: &str = "/playbook/chapters/{slug}";
    pub(crate) const STANDARDS_TWIN: &str = "/playbook/standards.md";
    pub(crate) const STANDARD: &str = "/playbook/standards/{id}";
    pub(crate) const PROFILE: &str = "/playbook/profiles/{name}";
    pub(crate) const EDITIONS_TWIN: &str = "/playbook/editions.md";
    pub(crate) const EDITION: &str = "/playbook/editions/{name}";
    pub(crate) const CHECKLIST: &str = "/playbook/checklists/{slug}";
    pub(crate) const PLAYBOOK_SEARCH_TWIN: &str = "/playbook/search.md";
}

/// What must be escaped in a segment or a query value; RFC 3986's unreserved characters stay.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text as one segment of a path or one value of a query.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

pub(crate) fn api(slug: &ApiSlug) -> String {
    format!("/apis/{slug}")
}

pub(crate) fn version(slug: &ApiSlug, major: Major) -> String {
    format!("/apis/{slug}/{major}")
}

pub(crate) fn contract(slug: &ApiSlug, major: Major) -> String {
    format!("/apis/{slug}/{major}/openapi.yaml")
}

/// The contract in one file with this platform's addresses.
pub(crate) fn bundle_json(slug: &ApiSlug, major: Major) -> String {
    format!("/apis/{slug}/{major}/bundle.json")
}

pub(crate) fn bundle_yaml(slug: &ApiSlug, major: Major) -> String {
    format!("/apis/{slug}/{major}/bundle.yaml")
}

pub(crate) fn postman(slug: &ApiSlug, major: Major) -> String {
    format!("/apis/{slug}/{major}/postman.json")
}

pub(crate) fn bruno(slug: &ApiSlug, major: Major) -> String {
    format!("/apis/{slug}/{major}/bruno.zip")
}

/// What was published of an API, as a feed.
pub(crate) fn api_releases(slug: &ApiSlug) -> String {
    format!("/apis/{slug}/releases.atom")
}

/// A version in the control API.
pub(crate) fn version_in_api(slug: &ApiSlug, major: Major) -> String {
    format!("/api/v1/apis/{slug}/versions/{major}")
}

pub(crate) fn operation(slug: &ApiSlug, major: Major, operation: &str) -> String {
    format!("/apis/{slug}/{major}/operations/{}", encoded(operation))
}

/// The form that calls an operation.
pub(crate) fn try_it(slug: &ApiSlug, major: Major, operation: &str) -> String {
    format!("/apis/{slug}/{major}/operations/{}/try", encoded(operation))
}

pub(crate) fn schema(slug: &ApiSlug, major: Major, schema: &str) -> String {
    format!("/apis/{slug}/{major}/schemas/{}", encoded(schema))
}

/// A guide that came with the contract, by the name of its file without folders and ending.
pub(crate) fn guide(slug: &ApiSlug, major: Major, name: &str) -> String {
    format!("/apis/{slug}/{major}/guides/{}", encoded(name))
}

pub(crate) fn access(slug: &ApiSlug, major: Major) -> String {
    format!("/apis/{slug}/{major}/access")
}

pub(crate) fn application(id: &ApplicationId) -> String {
    format!("{APPLICATIONS}/{id}")
}

/// What an application called and what is left to it.
pub(crate) fn usage(id: &ApplicationId) -> String {
    format!("{APPLICATIONS}/{id}/usage")
}

pub(crate) fn secrets(id: &ApplicationId) -> String {
    format!("{APPLICATIONS}/{id}/secrets")
}

pub(crate) fn keys(id: &ApplicationId) -> String {
    format!("{APPLICATIONS}/{id}/keys")
}

pub(crate) fn oauth_client(id: &ApplicationId) -> String {
    format!("{APPLICATIONS}/{id}/oauth")
}

pub(crate) fn service_accounts(id: &ApplicationId) -> String {
    format!("{APPLICATIONS}/{id}/service-accounts")
}

pub(crate) fn withdraw_consent(id: &ApplicationId) -> String {
    format!("{ACCOUNT}/applications/{id}/withdrawal")
}

pub(crate) fn key_sets(id: &ApplicationId) -> String {
    format!("{APPLICATIONS}/{id}/key-sets")
}

pub(crate) fn replace_credential(id: &ApplicationId, credential: &CredentialId) -> String {
    format!("{APPLICATIONS}/{id}/credentials/{credential}/replacement")
}

pub(crate) fn revoke_application(id: &ApplicationId) -> String {
    format!("{APPLICATIONS}/{id}/revocation")
}

pub(crate) fn revoke_credential(id: &ApplicationId, credential: &CredentialId) -> String {
    format!("{APPLICATIONS}/{id}/credentials/{credential}/revocation")
}

pub(crate) fn grant(id: &GrantId) -> String {
    format!("/grants/{id}")
}

/// Everything that the first call by a grant needs.
pub(crate) fn first_call(id: &GrantId) -> String {
    format!("/grants/{id}/first-call")
}

pub(crate) fn renew_grant(id: &GrantId) -> String {
    format!("/grants/{id}/renewal")
}

pub(crate) fn bundle(id: &str) -> String {
    format!("/bundles/{}", encoded(id))
}

pub(crate) fn decide_bundle(id: &str) -> String {
    format!("/bundles/{}/decision", encoded(id))
}

pub(crate) fn transfer_application(id: &ApplicationId) -> String {
    format!("{APPLICATIONS}/{id}/transfer")
}

pub(crate) fn decide_grant(id: &GrantId) -> String {
    format!("/grants/{id}/decision")
}

pub(crate) fn revoke_grant(id: &GrantId) -> String {
    format!("/grants/{id}/revocation")
}

pub(crate) fn verdict(slug: &ApiSlug, major: Major) -> String {
    format!("/apis/{slug}/{major}/standards")
}

/// How good one release of a version is.
pub(crate) fn verdict_of(slug: &ApiSlug, major: Major, release: i64) -> String {
    format!("/apis/{slug}/{major}/standards?release={release}")
}

pub(crate) fn changes(slug: &ApiSlug, major: Major) -> String {
    format!("/apis/{slug}/{major}/changes")
}

pub(crate) fn badge(slug: &ApiSlug, major: Major) -> String {
    format!("/apis/{slug}/{major}/badge.svg")
}

/// The form that asks for a waiver of a rule, at a place of the contract.
pub(crate) fn ask_for_waiver(slug: &ApiSlug, major: Major, rule: &str, place: &str) -> String {
    format!("/apis/{slug}/{major}/waiver?rule={}&place={}", encoded(rule), encoded(place))
}

/// What was answered to a checklist for a version.
pub(crate) fn answers(slug: &ApiSlug, major: Major, list: &str) -> String {
    format!("/apis/{slug}/{major}/checklists/{}", encoded(list))
}

/// What somebody is about to publish.
pub(crate) fn draft(id: &DraftId) -> String {
    format!("/drafts/{id}")
}

pub(crate) fn draft_texts(id: &DraftId) -> String {
    format!("/drafts/{id}/texts")
}

pub(crate) fn publish_draft(id: &DraftId) -> String {
    format!("/drafts/{id}/publication")
}

pub(crate) fn discard_draft(id: &DraftId) -> String {
    format!("/drafts/{id}/removal")
}

/// Where owners change a version.
pub(crate) fn manage(slug: &ApiSlug, major: Major) -> String {
    format!("/apis/{slug}/{major}/manage")
}

/// The same just after a release was published.
pub(crate) fn published(slug: &ApiSlug, major: Major, release: i64) -> String {
    format!("{}?published={release}", manage(slug, major))
}

/// The form for a part of the manifest.
pub(crate) fn manage_part(slug: &ApiSlug, major: Major, part: &str) -> String {
    format!("{}/{part}", manage(slug, major))
}

/// The form for one rule of access, by its position from 1; `new` for another.
pub(crate) fn manage_rule(slug: &ApiSlug, major: Major, rule: &str) -> String {
    format!("{}/access/{}", manage(slug, major), encoded(rule))
}

/// Who calls a version, for its owners.
pub(crate) fn consumers(slug: &ApiSlug, major: Major) -> String {
    format!("/apis/{slug}/{major}/consumers")
}

pub(crate) fn waiver(id: &WaiverId) -> String {
    format!("{WAIVERS}/{id}")
}

pub(crate) fn decide_waiver(id: &WaiverId) -> String {
    format!("{WAIVERS}/{id}/decision")
}

pub(crate) fn withdraw_waiver(id: &WaiverId) -> String {
    format!("{WAIVERS}/{id}/withdrawal")
}

/// Why the call with a request id was refused.
pub(crate) fn refusal(request_id: &str) -> String {
    format!("{REFUSALS}?request_id={}", encoded(request_id))
}

pub(crate) fn problem(code: ProblemCode) -> String {
    format!("{PROBLEMS}/{}", code.as_str())
}

/// A guide of the hub itself.
pub(crate) fn hub_guide(slug: &str) -> String {
    format!("{GUIDES}/{slug}")
}

/// How an API does, and did.
pub(crate) fn api_status(slug: &ApiSlug) -> String {
    format!("/apis/{slug}/status")
}

pub(crate) fn incident(id: &IncidentId) -> String {
    format!("/incidents/{id}")
}

/// The form that opens an incident of an API.
pub(crate) fn new_incident_of(slug: &ApiSlug) -> String {
    format!("{NEW_INCIDENT}?api={slug}")
}

pub(crate) fn incident_updates(id: &IncidentId) -> String {
    format!("/incidents/{id}/updates")
}

pub(crate) fn meetup(id: &MeetupId) -> String {
    format!("{MEETUPS}/{id}")
}

pub(crate) fn change_meetup(id: &MeetupId) -> String {
    format!("{MEETUPS}/{id}/change")
}

pub(crate) fn cancel_meetup(id: &MeetupId) -> String {
    format!("{MEETUPS}/{id}/cancellation")
}

/// The form for feedback on a page.
pub(crate) fn give_feedback(page: &str) -> String {
    let page = page.split('?').next().unwrap_or_default();
    format!("{GIVE_FEEDBACK}?about={}", encoded(page))
}

/// A thread of feedback; with the key of a stranger, if that is how it is come to.
pub(crate) fn thread(id: &FeedbackId, key: &str) -> String {
    if key.is_empty() { format!("{FEEDBACK}/{id}") } else { format!("{FEEDBACK}/{id}?key={}", encoded(key)) }
}

/// A chapter of the playbook.
pub(crate) fn chapter(slug: &str) -> String {
    format!("{PLAYBOOK}/chapters/{}", encoded(slug))
}

/// A standard's page. Every finding leads to it.
pub(crate) fn standard(id: &str) -> String {
    format!("{STANDARDS}/{}", encoded(id))
}

pub(crate) fn profile(name: &str) -> String {
    format!("{PLAYBOOK}/profiles/{}", encoded(name))
}

pub(crate) fn edition(name: &str) -> String {
    format!("{EDITIONS}/{}", encoded(name))
}

pub(crate) fn checklist(slug: &str) -> String {
    format!("{PLAYBOOK}/checklists/{}", encoded(slug))
}

/// The live editor with a standard's bad example in it.
pub(crate) fn editor_with(id: &str) -> String {
    format!("{EDITOR}?example={}", encoded(id))
}

/// A page as Markdown.
pub(crate) fn twin(page: &str) -> String {
    format!("{page}.md")
}

/// The sign-in that leads back to a path of the hub.
pub(crate) fn sign_in(return_to: &str) -> String {
    format!("{SIGN_IN}?return_to={}", encoded(return_to))
}

/// The same for somebody who is signed in and has to prove it once more.
pub(crate) fn sign_in_again(return_to: &str) -> String {
    format!("{}&again=yes", sign_in(return_to))
}

/// Off to one of several providers, and back to a path of the hub; to prove it once more, if `again`.
pub(crate) fn sign_in_with(provider: &str, return_to: &str, again: bool) -> String {
    let again = if again { "&again=yes" } else { "" };
    format!("{SIGN_IN_WITH}?id={}&return_to={}{again}", encoded(provider), encoded(return_to))
}

/// Where a signing key is given a successor.
pub(crate) fn retire_key(kid: &str) -> String {
    format!("{SIGNING_KEYS}/{}/retirement", encoded(kid))
}

/// Where a signing key ends with all that it signed.
pub(crate) fn withdraw_key(kid: &str) -> String {
    format!("{SIGNING_KEYS}/{}/withdrawal", encoded(kid))
}

/// The pipelines that publish an API.
pub(crate) fn pipelines(slug: &ApiSlug) -> String {
    format!("/apis/{slug}/pipelines")
}

pub(crate) fn distrust_pipeline(slug: &ApiSlug, id: &PipelineId) -> String {
    format!("/apis/{slug}/pipelines/{id}/removal")
}

pub(crate) fn person(id: &PersonId) -> String {
    format!("{PEOPLE}/{id}")
}

pub(crate) fn group(address: &GroupAddress) -> String {
    format!("{GROUPS}/{}", encoded(address.as_str()))
}

/// One entry of the audit trail.
pub(crate) fn audit_entry(id: &str) -> String {
    format!("{AUDIT}/{}", encoded(id))
}

/// The audit trail, as far as it is narrowed, before an entry.
pub(crate) fn audit_before(query: &str, millis: i64, id: &str) -> String {
    let narrowed = if query.is_empty() { String::new() } else { format!("{query}&") };
    format!("{AUDIT}?{narrowed}before={millis}.{}", encoded(id))
}

/// What a person changed.
pub(crate) fn audit_by(person: &PersonId) -> String {
    format!("{AUDIT}?actor={person}")
}

/// A list, narrowed by a query.
pub(crate) fn narrowed(list: &str, query: &str) -> String {
    if query.is_empty() { list.to_owned() } else { format!("{list}?{query}") }
}

/// Where the gateway serves a version, under the base URL of an environment.
pub(crate) fn served(base: &str, slug: &ApiSlug, major: Major) -> String {
    format!("{}/{slug}/{major}", base.trim_end_matches('/'))
}
