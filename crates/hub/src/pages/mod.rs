//! What do people see? One file per page, named as its template.

pub(crate) mod apis;
mod applications;
mod authorization;
mod community;
pub(crate) mod grants;
mod guides;
mod keys;
mod manage;
mod people;
mod platform;
pub(crate) mod playbook;
mod problems;
mod publishing;
mod refusals;
mod sign_in;
mod standards;
mod status;
mod tokens;

use axum::{
    Router, middleware,
    routing::{get, post},
};

use crate::{Hub, answer, api, assets, urls, urls::route};

pub(crate) use status::words as status_words;

/// Every page. An address that takes a form only leads, when opened, to the page that has the form.
pub(crate) fn router() -> Router<Hub> {
    Router::new()
        .route(route::STATIC, get(assets::file))
        .merge(reading())
        .merge(playbook::router())
        .merge(status::router())
        .merge(community::router())
        .merge(working())
        .fallback(answer::nothing_here)
}

/// Pages that strangers may open, too.
fn reading() -> Router<Hub> {
    Router::new()
        .route(urls::HOME, get(apis::catalogue::show))
        .route(urls::CATALOGUE_TWIN, get(apis::catalogue::show))
        .route(urls::EXISTING, get(apis::existing::show))
        .route(route::API, get(apis::version::show_newest))
        .route(route::VERSION, get(apis::version::show))
        .route(route::OPERATION, get(apis::operation::show))
        .route(route::SCHEMA, get(apis::schema::show))
        .route(route::GUIDE, get(apis::guide::show))
        .route(route::VERDICT, get(standards::verdict::show))
        .route(route::VERDICT_TWIN, get(standards::verdict::show))
        .route(route::CHANGES, get(standards::changes::show))
        .route(route::CHANGES_TWIN, get(standards::changes::show))
        .route(route::BADGE, get(standards::badge::show))
        .route(urls::SIGN_IN, get(sign_in::choose))
        .route(urls::SIGN_IN_WITH, get(sign_in::begin))
        .route(urls::SIGN_IN_MAIL, get(sign_in::link::back).post(sign_in::link::send))
        .route(urls::SIGN_IN_LINK, get(sign_in::link::show).post(sign_in::link::enter))
        .route(route::SIGN_IN_CALLBACK_OF, get(sign_in::callback_of))
        .route(urls::SIGN_IN_CALLBACK, get(sign_in::callback))
        .route(urls::BACK_CHANNEL_LOGOUT, post(sign_in::ended::only))
        .route(route::BACK_CHANNEL_LOGOUT_OF, post(sign_in::ended::of))
        .route(urls::SIGN_OUT, get(sign_in::after_sign_out).post(sign_in::sign_out))
        .route(urls::AUTHORIZE, get(authorization::authorize::open).post(authorization::authorize::send))
        .route(urls::PROBLEMS, get(problems::list::show))
        .route(route::PROBLEMS_TWIN, get(problems::list::show))
        .route(route::PROBLEM, get(problems::problem::show))
        .route(urls::REUSE, get(platform::reuse::show))
        .route(urls::REUSE_CSV, get(platform::reuse::download))
        .route(urls::ABOUT, get(platform::about::show))
        .route(route::ABOUT_TWIN, get(platform::about::show))
        .route(urls::GUIDES, get(guides::list::show))
        .route(route::GUIDES_TWIN, get(guides::list::show))
        .route(route::HUB_GUIDE, get(guides::guide::show))
}

/// Files that visitors and programs take away. A program that sends a token and may not is told as the control API tells it.
pub(crate) fn files(hub: Hub) -> Router<Hub> {
    Router::new()
        .route(route::CONTRACT, get(apis::contract::download))
        .route(route::BUNDLE_JSON, get(apis::downloads::bundle_json))
        .route(route::BUNDLE_YAML, get(apis::downloads::bundle_yaml))
        .route(route::POSTMAN, get(apis::downloads::postman))
        .route(route::BRUNO, get(apis::downloads::bruno))
        .route_layer(middleware::from_fn_with_state(hub, api::tell))
}

/// Pages for signed-in people.
fn working() -> Router<Hub> {
    Router::new()
        .route(urls::APPLICATIONS, get(applications::list::show))
        .route(urls::NEW_APPLICATION, get(applications::new::show).post(applications::new::register))
        .route(route::APPLICATION, get(applications::application::show))
        .route(route::USAGE, get(applications::usage::show))
        .route(route::SECRETS, get(applications::back).post(applications::secret::make))
        .route(route::KEYS, get(applications::key::show).post(applications::key::register))
        .route(route::OAUTH_CLIENT, get(applications::oauth::show).post(applications::oauth::configure))
        .route(
            route::SERVICE_ACCOUNTS,
            get(applications::service_account::show).post(applications::service_account::bind),
        )
        .route(route::KEY_SETS, get(applications::key_set::show).post(applications::key_set::register))
        .route(route::REPLACE_CREDENTIAL, get(applications::replacement::show).post(applications::replacement::replace))
        .route(route::REVOKE_APPLICATION, get(applications::revocation::show).post(applications::revocation::revoke))
        .route(
            route::REVOKE_CREDENTIAL,
            get(applications::revocation::show_credential).post(applications::revocation::revoke_credential),
        )
        .route(route::TRY_IT, get(apis::try_it::show).post(apis::try_it::send))
        .route(route::ACCESS, get(grants::access::show).post(grants::access::ask))
        .route(route::GRANT, get(grants::grant::show))
        .route(route::DECIDE_GRANT, get(grants::back).post(grants::grant::decide))
        .route(route::FIRST_CALL, get(grants::first_call::show))
        .route(route::RENEW_GRANT, get(grants::back).post(grants::grant::renew))
        .route(route::BUNDLE, get(grants::bundle::show))
        .route(route::DECIDE_BUNDLE, get(grants::bundle::back).post(grants::bundle::decide))
        .route(route::TRANSFER_APPLICATION, get(applications::transfer::show).post(applications::transfer::transfer))
        .route(route::REVOKE_GRANT, get(grants::back).post(grants::grant::revoke))
        .route(urls::INBOX, get(grants::inbox::show))
        .route(urls::REQUESTS, get(grants::requests::show))
        .route(route::ASK_FOR_WAIVER, get(standards::waiver_request::show).post(standards::waiver_request::ask))
        .route(route::ANSWERS, get(standards::answers::show).post(standards::answers::answer))
        .route(urls::WAIVERS, get(standards::waivers::show))
        .route(route::WAIVER, get(standards::waiver::show))
        .route(route::DECIDE_WAIVER, get(standards::back).post(standards::waiver::decide))
        .route(route::WITHDRAW_WAIVER, get(standards::back).post(standards::waiver::withdraw))
        .route(urls::SCORES, get(standards::scores::show))
        .route(urls::SCORES_CSV, get(standards::scores::download))
        .route(urls::EDITIONS_NEW, get(standards::edition::show).post(standards::edition::send))
        .route(urls::TOKEN, get(tokens::token::show).post(tokens::token::issue))
        .route(urls::REFUSALS, get(refusals::refusal::show))
        .merge(platform::router())
        .route(urls::ACCOUNT, get(platform::account::show))
        .route(urls::CONSENT, get(authorization::consent::show).post(authorization::consent::decide))
        .route(urls::DEVICE, get(authorization::device::show).post(authorization::device::send))
        .route(route::WITHDRAW_CONSENT, get(authorization::withdrawal::back).post(authorization::withdrawal::withdraw))
        .route(urls::REFRESH_GROUPS, get(platform::account::back).post(platform::account::refresh))
        .route(urls::END_SESSIONS, get(platform::account::back).post(platform::account::end_sessions))
        .merge(publishing::router())
        .merge(manage::router())
        .merge(looked_after())
        .merge(people::router())
}

/// What owners and administrators look after.
fn looked_after() -> Router<Hub> {
    Router::new()
        .route(route::PIPELINES, get(apis::pipelines::show).post(apis::pipelines::trust))
        .route(route::DISTRUST_PIPELINE, get(apis::pipelines::back).post(apis::pipelines::distrust))
        .route(urls::NEW_BUNDLE, get(grants::new_bundle::show).post(grants::new_bundle::ask))
        .route(urls::SIGNING_KEYS, get(keys::list::show).post(keys::list::rotate))
        .route(route::RETIRE_KEY, get(keys::end::show_retirement).post(keys::end::retire))
        .route(route::WITHDRAW_KEY, get(keys::end::show_withdrawal).post(keys::end::withdraw))
}
