//! What does the control API say of itself?

use std::sync::Arc;

use axum::{
    Extension, Json,
    response::{IntoResponse, Response},
};
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, ServerBuilder,
    security::{
        ApiKey, ApiKeyValue, ClientCredentials, Flow, HttpAuthScheme, HttpBuilder, OAuth2, Scopes, SecurityScheme,
    },
    tag::TagBuilder,
};

use super::problem::{Fault, ProblemDocument, Reading, answers};

const DESCRIPTION: &str = "\
What the pages of the hub do, for scripts and pipelines: publish APIs, find them, register applications, ask for grants \
and decide on them.

Programs get an access token from the token endpoint (`client_credentials`, with `resource` set to the address of the hub) \
and send it as `Authorization: Bearer`. Pages of the hub may use the session of the person who is signed in; a change then \
needs the header `Hansom-Form-Token`.

Every error is a problem document (RFC 9457). Its `instance` is the request id, which every answer carries in `Request-Id`. \
Members and query parameters that an operation does not know are refused. Lists come in pieces: send `next_cursor` of one \
piece as `cursor` for the next.";

const TAGS: [(&str, &str); 9] = [
    ("apis", "APIs and their versions: the catalogue."),
    ("releases", "What was published, and publishing."),
    ("standards", "The playbook at work: verdicts, waivers and editions."),
    ("applications", "Registered clients of APIs."),
    ("credentials", "How applications prove themselves."),
    ("grants", "Who may call what, from the request on."),
    ("people", "People and their groups."),
    ("audit", "Who changed what, when."),
    ("refusals", "Why a call was refused."),
];

/// The contract without its operations, which the routes add.
pub(crate) fn frame(hub: &str) -> OpenApi {
    let info = InfoBuilder::new()
        .title("Hansom control API")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .license(Some(LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0")).build()))
        .build();
    let server = ServerBuilder::new().url(format!("{hub}{}", super::ROOT)).description(Some("This hub.")).build();
    let mut components = ComponentsBuilder::new()
        .schema_from::<ProblemDocument>()
        .schema_from::<Fault>()
        .responses_from_iter(answers(hub));
    for (name, scheme) in security_schemes(hub) {
        components = components.security_scheme(name, scheme);
    }
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([server]))
        .tags(Some(TAGS.map(|(name, description)| TagBuilder::new().name(name).description(Some(description)).build())))
        .components(Some(components.build()))
        .build()
}

fn security_schemes(hub: &str) -> [(&'static str, SecurityScheme); 3] {
    let flow = ClientCredentials::new(format!("{hub}/oauth/token"), Scopes::new());
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("An access token whose audience is the hub."))
        .build();
    let session = ApiKeyValue::with_description(
        crate::session::SESSION_COOKIE,
        "The session of a person who is signed in at the hub; changes also need the header Hansom-Form-Token.",
    );
    [
        (
            "oauth2",
            SecurityScheme::OAuth2(OAuth2::with_description(
                [Flow::ClientCredentials(flow)],
                "An application's own token for the hub.",
            )),
        ),
        ("bearer", SecurityScheme::Http(bearer)),
        ("session", SecurityScheme::ApiKey(ApiKey::Cookie(session))),
    ]
}

/// Reads this contract
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "getContract",
    tag = "apis",
    responses((status = 200, description = "The contract of the control API.", body = Object), Reading),
    security(())
)]
pub(crate) async fn get_contract(Extension(contract): Extension<Arc<OpenApi>>) -> Response {
    Json(&*contract).into_response()
}
