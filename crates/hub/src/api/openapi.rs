//! What does the control API say of itself?

use std::sync::Arc;

use axum::{
    Extension, Json,
    response::{IntoResponse, Response},
};
use hansom_oauth::Scope;
use serde_json::Value;
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, ServerBuilder,
    security::{ClientCredentials, Flow, OAuth2, Scopes, SecurityScheme},
    tag::TagBuilder,
};

use super::problem::{Fault, ProblemDocument, Telling, answers};

/// The contract's version: every answer carries it.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

const DESCRIPTION: &str = "\
What the pages of the hub do, for scripts and pipelines: publish APIs, find them, register applications, ask for grants \
and decide on them.

Programs get an access token from the token endpoint (`client_credentials`, with `resource` set to the address of the hub) \
and send it as `Authorization: Bearer`. A token carries the scopes that its application may have: to read, and to publish \
where it was registered for that. Programs that act for a person get theirs by the flows of the server's metadata \
(`/.well-known/oauth-authorization-server`), with the scopes that the person agreed to. The hub's own pages use the session of the person who is signed in; a change then needs \
the header `Hansom-Form-Token`, and needs no scope.

Every error is a problem document (RFC 9457). Its `instance` is the request id, which every answer carries in `Request-Id`. \
Members and query parameters that an operation does not know are refused. Lists come in pieces: send `nextCursor` of one \
piece as `cursor` for the next.

A POST may carry an `Idempotency-Key`: within a day, the same call with the same key is done once and answered with the \
first answer. Each caller has 600 calls a minute; `RateLimit` tells what is left.";

const SERVER: &str =
    "This hub. To test changes without consequences, start `hansom demo` and call the hub that it starts.";

const TAGS: [(&str, &str); 14] = [
    ("apis", "APIs and their versions: the catalogue."),
    ("releases", "What was published, and publishing."),
    ("standards", "The playbook at work: verdicts, waivers and editions."),
    ("applications", "Registered clients of APIs."),
    ("credentials", "How applications prove themselves."),
    ("grants", "Who may call what, from the request on."),
    ("people", "People and their groups."),
    ("keys", "What the platform signs with."),
    ("audit", "Who changed what, when."),
    ("platform", "How the platform is, for those who run it."),
    ("refusals", "Why a call was refused."),
    ("status", "How APIs do, and what goes wrong."),
    ("community", "Meetups, and feedback with its answers."),
    ("health", "Whether the control API works."),
];

/// The contract without its operations, which the routes add. `pages` is where the pages of problems are.
pub(crate) fn frame(pages: &str) -> OpenApi {
    let info = InfoBuilder::new()
        .title("Hansom control API")
        .version(VERSION)
        .description(Some(DESCRIPTION))
        .license(Some(LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0")).build()))
        .build();
    // Against the address of this document, so that it holds wherever the hub is.
    let server = ServerBuilder::new().url("../v1").description(Some(SERVER)).build();
    let components = ComponentsBuilder::new()
        .schema_from::<ProblemDocument>()
        .schema_from::<Fault>()
        .responses_from_iter(answers(pages))
        .security_scheme("oauth2", oauth2())
        .build();
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([server]))
        .tags(Some(TAGS.map(|(name, description)| TagBuilder::new().name(name).description(Some(description)).build())))
        .components(Some(components))
        .build()
}

fn oauth2() -> SecurityScheme {
    let scopes = Scope::ALL.map(|scope| {
        let about = match scope {
            Scope::Read => "Read what the caller may see.",
            Scope::Publish => "Publish releases for the application's owner group.",
            Scope::Write => {
                "Change everything else. An application has it only where it acts for a person who agreed to that."
            }
        };
        (scope.as_str(), about)
    });
    let flow = ClientCredentials::new("/oauth/token", Scopes::from_iter(scopes));
    SecurityScheme::OAuth2(OAuth2::with_description(
        [Flow::ClientCredentials(flow)],
        "An application's own token for the hub.",
    ))
}

/// Reads this contract
///
/// What the routes themselves say: it cannot name an operation that is not there.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "getContract",
    tag = "apis",
    responses((status = 200, description = "The contract of the control API.", body = Object), Telling),
    security((), ("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_contract(Extension(contract): Extension<Arc<Value>>) -> Response {
    Json(&*contract).into_response()
}
