//! What do people's scripts and pipelines call?
//!
//! The control API under `/api/v1`: one file per noun, each verb a call of `control`. The contract at
//! `/api/v1/openapi.json` is made from the same annotations that lay the routes, so that neither can lie about the other.

mod answer;
mod apis;
mod applications;
mod audit;
mod authentication;
mod casing;
mod completion;
mod conditions;
mod consents;
mod consumption;
mod credentials;
mod editions;
mod grants;
mod groups;
mod health;
mod incidents;
mod limits;
mod me;
mod meetups;
mod members;
mod moment;
mod oauth_clients;
mod openapi;
mod paging;
mod people;
mod pipelines;
mod platform;
mod problem;
mod quotas;
mod reading;
mod refusals;
mod refused_calls;
mod releases;
mod repeats;
mod reuse;
mod sessions;
mod signing_keys;
mod threads;
mod usage;
mod verdicts;
mod waivers;
mod words;

pub(crate) use answer::tell;
pub(crate) use authentication::Viewer;
pub(crate) use limits::Calls;

use std::sync::Arc;

use axum::{Extension, Router, middleware};
use utoipa_axum::{router::OpenApiRouter, routes};

use self::completion::Platform;
use crate::Hub;

/// Where the control API lives on the hub.
pub(crate) const ROOT: &str = "/api/v1";

/// Every address of the control API, to be merged into the hub's router.
pub(crate) fn router(hub: Hub) -> Router {
    let pages = secure(&hub.hub);
    let (routes, contract) = OpenApiRouter::with_openapi(openapi::frame(pages))
        .routes(routes!(apis::list_apis))
        .routes(routes!(apis::get_api))
        .routes(routes!(apis::get_version))
        .routes(routes!(pipelines::list_pipelines, pipelines::trust_pipeline))
        .routes(routes!(pipelines::get_pipeline, pipelines::distrust_pipeline))
        .routes(routes!(releases::list_releases))
        .routes(routes!(releases::get_release))
        .routes(routes!(releases::publish_release))
        .routes(routes!(applications::list_applications, applications::register_application))
        .routes(routes!(applications::get_application, applications::revoke_application))
        .routes(routes!(usage::get_application_usage))
        .routes(routes!(usage::get_api_usage))
        .routes(routes!(quotas::list_quotas))
        .routes(routes!(refused_calls::list_refused_calls))
        .routes(routes!(consumption::get_version_usage))
        .routes(routes!(reuse::get_reuse))
        .routes(routes!(credentials::list_credentials, credentials::issue_credential))
        .routes(routes!(credentials::revoke_credential))
        .routes(routes!(oauth_clients::get_oauth_client, oauth_clients::configure_oauth_client))
        .routes(routes!(oauth_clients::list_service_accounts, oauth_clients::bind_service_account))
        .routes(routes!(grants::list_grants, grants::request_grant))
        .routes(routes!(grants::list_requests))
        .routes(routes!(grants::get_grant))
        .routes(routes!(grants::decide_grant))
        .routes(routes!(grants::revoke_grant))
        .routes(routes!(grants::renew_grant))
        .routes(routes!(grants::request_bundle))
        .routes(routes!(grants::get_bundle))
        .routes(routes!(grants::decide_bundle))
        .routes(routes!(applications::transfer_application))
        .merge(of_standards())
        .merge(of_people())
        .merge(of_community())
        .routes(routes!(audit::list_audit))
        .routes(routes!(audit::get_audit_entry))
        .routes(routes!(platform::get_platform))
        .routes(routes!(platform::list_unsent_mails))
        .routes(routes!(platform::send_test_mail))
        .routes(routes!(refusals::get_refusal))
        .routes(routes!(health::get_health))
        .routes(routes!(openapi::get_contract))
        .split_for_parts();
    let administrators = hub.control.settings().administrators.as_str();
    let contract = completion::completed(&contract, &Platform { pages, administrators });
    let routes = routes
        .fallback(answer::nothing_here)
        .method_not_allowed_fallback(answer::other_method)
        .layer(Extension(Arc::new(contract)))
        .layer(middleware::from_fn_with_state(hub.clone(), repeats::once))
        .layer(middleware::from_fn_with_state(hub.clone(), limits::limit))
        .layer(middleware::from_fn_with_state(hub.clone(), answer::finish))
        .with_state(hub);
    Router::new().nest(ROOT, routes)
}

/// Those about the playbook at work.
fn of_standards() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(verdicts::get_verdict))
        .routes(routes!(verdicts::get_difference))
        .routes(routes!(verdicts::list_scores))
        .routes(routes!(verdicts::list_edition_scores))
        .routes(routes!(waivers::list_waivers, waivers::request_waiver))
        .routes(routes!(waivers::get_waiver))
        .routes(routes!(waivers::decide_waiver))
        .routes(routes!(waivers::withdraw_waiver))
        .routes(routes!(editions::list_editions, editions::publish_edition))
        .routes(routes!(editions::get_edition))
        .routes(routes!(editions::forecast_edition))
}

/// How APIs do, where people meet, and what they say.
fn of_community() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(conditions::list_conditions))
        .routes(routes!(conditions::get_condition))
        .routes(routes!(incidents::list_incidents, incidents::open_incident))
        .routes(routes!(incidents::get_incident))
        .routes(routes!(incidents::tell_of_incident))
        .routes(routes!(meetups::list_meetups, meetups::announce_meetup))
        .routes(routes!(meetups::get_meetup, meetups::change_meetup))
        .routes(routes!(meetups::cancel_meetup))
        .routes(routes!(threads::list_threads, threads::give_feedback))
        .routes(routes!(threads::get_thread))
        .routes(routes!(threads::write_to_thread))
        .routes(routes!(threads::close_thread))
        .routes(routes!(threads::remove_message))
}

/// Those about people: the caller, others and their groups; and what the platform signs with for them.
fn of_people() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(me::get_me))
        .routes(routes!(sessions::list_sessions, sessions::end_sessions))
        .routes(routes!(sessions::end_session))
        .routes(routes!(consents::list_consents))
        .routes(routes!(consents::withdraw_consent))
        .routes(routes!(groups::list_groups, groups::create_group))
        .routes(routes!(groups::get_group, groups::delete_group))
        .routes(routes!(members::list_members, members::add_members))
        .routes(routes!(members::import_members))
        .routes(routes!(members::remove_member))
        .routes(routes!(members::list_group_owners))
        .routes(routes!(members::add_group_owner, members::remove_group_owner))
        .routes(routes!(people::list_people))
        .routes(routes!(people::get_person))
        .routes(routes!(people::suspend_person, people::unsuspend_person))
        .routes(routes!(people::refresh_groups))
        .routes(routes!(signing_keys::list_signing_keys, signing_keys::rotate_signing_key))
        .routes(routes!(signing_keys::get_signing_key))
        .routes(routes!(signing_keys::retire_signing_key))
        .routes(routes!(signing_keys::withdraw_signing_key))
}

/// The hub's address for links of the contract, which are public and so are `https://`. A hub that tries things out on this
/// machine has no such address: it shows an example of one.
fn secure(hub: &str) -> &str {
    if hub.starts_with("https://") { hub } else { "https://hub.hackney.example" }
}
