//! Which objects does an OpenAPI document consist of, and what may stand in each?
//!
//! The tables follow the specification of 3.0, 3.1 and 3.2, object by object, in its order. Schemas are not among them:
//! their keywords are a language of their own.

mod walk;

pub(crate) use walk::walk;

use crate::survey::Edition::{self, V3_0, V3_1, V3_2};
use Wants::{
    Anything, Components as InComponents, Flag, Map, Named, NamedTexts, One, Requirements, Schema, Schemas, Several,
    Text, Texts, Word,
};

/// A kind of object.
#[derive(Debug)]
pub(crate) struct Object {
    /// What it is called in a sentence: `an operation`.
    pub(crate) name: &'static str,
    /// The fields that have names.
    pub(crate) fields: &'static [Field],
    /// What the other keys are.
    pub(crate) others: Others,
    /// Whether a `$ref` may stand in its place.
    pub(crate) referable: bool,
}

/// A field of an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) wants: Wants,
    /// The edition that brought it.
    pub(crate) since: Edition,
    /// The last edition in which it must be there, if it must.
    needed: Option<Edition>,
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wants {
    /// A text.
    Text,
    /// One of several words.
    Word(&'static [&'static str]),
    /// True or false.
    Flag,
    /// A list of texts.
    Texts,
    /// A map from names to texts.
    NamedTexts,
    /// A map, of whatever.
    Map,
    /// A list of maps from names to lists of texts.
    Requirements,
    /// Data.
    Anything,
    /// A schema.
    Schema,
    /// A map from names of components to schemas.
    Schemas,
    /// An object.
    One(&'static Object),
    /// A list of objects.
    Several(&'static Object),
    /// A map from names to objects.
    Named(&'static Object),
    /// A map from names of components to objects.
    Components(&'static Object),
}

/// What the keys of an object are that are none of its fields.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Others {
    /// Nothing but extensions.
    None,
    /// Path templates.
    Paths,
    /// Status codes.
    Statuses,
    /// Expressions that lead to an address.
    Expressions,
}

impl Field {
    /// Whether it must be there in an edition.
    pub(crate) fn is_needed(self, edition: Edition) -> bool {
        self.needed.is_some_and(|last| edition <= last && edition >= self.since)
    }

    const fn needed(self) -> Self {
        Self { needed: Some(V3_2), ..self }
    }

    const fn needed_until(self, last: Edition) -> Self {
        Self { needed: Some(last), ..self }
    }

    const fn since(self, since: Edition) -> Self {
        Self { since, ..self }
    }
}

const fn f(name: &'static str, wants: Wants) -> Field {
    Field { name, wants, since: V3_0, needed: None }
}

const fn plain(name: &'static str, fields: &'static [Field]) -> Object {
    Object { name, fields, others: Others::None, referable: false }
}

const fn referable(name: &'static str, fields: &'static [Field]) -> Object {
    Object { name, fields, others: Others::None, referable: true }
}

static DOCUMENT: Object = plain(
    "an OpenAPI document",
    &[
        f("openapi", Text).needed(),
        f("$self", Text).since(V3_2),
        f("info", One(&INFO)).needed(),
        f("jsonSchemaDialect", Text).since(V3_1),
        f("servers", Several(&SERVER)),
        f("paths", One(&PATHS)).needed_until(V3_0),
        f("webhooks", Named(&PATH_ITEM)).since(V3_1),
        f("components", One(&COMPONENTS)),
        f("security", Requirements),
        f("tags", Several(&TAG)),
        f("externalDocs", One(&EXTERNAL_DOCS)),
    ],
);

static INFO: Object = plain(
    "`info`",
    &[
        f("title", Text).needed(),
        f("summary", Text).since(V3_1),
        f("description", Text),
        f("termsOfService", Text),
        f("contact", One(&CONTACT)),
        f("license", One(&LICENCE)),
        f("version", Text).needed(),
    ],
);

static CONTACT: Object = plain("a contact", &[f("name", Text), f("url", Text), f("email", Text)]);

static LICENCE: Object =
    plain("a licence", &[f("name", Text).needed(), f("identifier", Text).since(V3_1), f("url", Text)]);

static SERVER: Object = plain(
    "a server",
    &[
        f("url", Text).needed(),
        f("description", Text),
        f("name", Text).since(V3_2),
        f("variables", Named(&SERVER_VARIABLE)),
    ],
);

static SERVER_VARIABLE: Object =
    plain("a server variable", &[f("enum", Texts), f("default", Text).needed(), f("description", Text)]);

static COMPONENTS: Object = plain(
    "`components`",
    &[
        f("schemas", Schemas),
        f("responses", InComponents(&RESPONSE)),
        f("parameters", InComponents(&PARAMETER)),
        f("examples", InComponents(&EXAMPLE)),
        f("requestBodies", InComponents(&REQUEST_BODY)),
        f("headers", InComponents(&HEADER)),
        f("securitySchemes", InComponents(&SECURITY_SCHEME)),
        f("links", InComponents(&LINK)),
        f("callbacks", InComponents(&CALLBACK)),
        f("pathItems", InComponents(&PATH_ITEM)).since(V3_1),
        f("mediaTypes", InComponents(&MEDIA_TYPE)).since(V3_2),
    ],
);

static PATHS: Object = Object { name: "`paths`", fields: &[], others: Others::Paths, referable: false };

static PATH_ITEM: Object = referable(
    "a path item",
    &[
        f("$ref", Text),
        f("summary", Text),
        f("description", Text),
        f("get", One(&OPERATION)),
        f("put", One(&OPERATION)),
        f("post", One(&OPERATION)),
        f("delete", One(&OPERATION)),
        f("options", One(&OPERATION)),
        f("head", One(&OPERATION)),
        f("patch", One(&OPERATION)),
        f("trace", One(&OPERATION)),
        f("query", One(&OPERATION)).since(V3_2),
        f("additionalOperations", Named(&OPERATION)).since(V3_2),
        f("servers", Several(&SERVER)),
        f("parameters", Several(&PARAMETER)),
    ],
);

static OPERATION: Object = plain(
    "an operation",
    &[
        f("tags", Texts),
        f("summary", Text),
        f("description", Text),
        f("externalDocs", One(&EXTERNAL_DOCS)),
        f("operationId", Text),
        f("parameters", Several(&PARAMETER)),
        f("requestBody", One(&REQUEST_BODY)),
        f("responses", One(&RESPONSES)).needed_until(V3_0),
        f("callbacks", Named(&CALLBACK)),
        f("deprecated", Flag),
        f("security", Requirements),
        f("servers", Several(&SERVER)),
    ],
);

static EXTERNAL_DOCS: Object = plain("external documentation", &[f("description", Text), f("url", Text).needed()]);

static PARAMETER: Object = referable(
    "a parameter",
    &[
        f("name", Text).needed(),
        f("in", Word(&["query", "querystring", "header", "path", "cookie"])).needed(),
        f("description", Text),
        f("required", Flag),
        f("deprecated", Flag),
        f("allowEmptyValue", Flag),
        f(
            "style",
            Word(&["matrix", "label", "form", "simple", "spaceDelimited", "pipeDelimited", "deepObject", "cookie"]),
        ),
        f("explode", Flag),
        f("allowReserved", Flag),
        f("schema", Schema),
        f("example", Anything),
        f("examples", Named(&EXAMPLE)),
        f("content", Named(&MEDIA_TYPE)),
    ],
);

static REQUEST_BODY: Object = referable(
    "a request body",
    &[f("description", Text), f("content", Named(&MEDIA_TYPE)).needed(), f("required", Flag)],
);

static MEDIA_TYPE: Object = referable(
    "a media type",
    &[
        f("schema", Schema),
        f("itemSchema", Schema).since(V3_2),
        f("example", Anything),
        f("examples", Named(&EXAMPLE)),
        f("encoding", Named(&ENCODING)),
        f("prefixEncoding", Several(&ENCODING)).since(V3_2),
        f("itemEncoding", One(&ENCODING)).since(V3_2),
    ],
);

static ENCODING: Object = plain(
    "an encoding",
    &[
        f("contentType", Text),
        f("headers", Named(&HEADER)),
        f("style", Word(&["form", "spaceDelimited", "pipeDelimited", "deepObject"])),
        f("explode", Flag),
        f("allowReserved", Flag),
        f("encoding", Named(&ENCODING)).since(V3_2),
        f("prefixEncoding", Several(&ENCODING)).since(V3_2),
        f("itemEncoding", One(&ENCODING)).since(V3_2),
    ],
);

static RESPONSES: Object =
    Object { name: "`responses`", fields: &[f("default", One(&RESPONSE))], others: Others::Statuses, referable: false };

static RESPONSE: Object = referable(
    "a response",
    &[
        f("summary", Text).since(V3_2),
        f("description", Text).needed_until(V3_1),
        f("headers", Named(&HEADER)),
        f("content", Named(&MEDIA_TYPE)),
        f("links", Named(&LINK)),
    ],
);

static CALLBACK: Object = Object { name: "a callback", fields: &[], others: Others::Expressions, referable: true };

static EXAMPLE: Object = referable(
    "an example",
    &[
        f("summary", Text),
        f("description", Text),
        f("value", Anything),
        f("externalValue", Text),
        f("dataValue", Anything).since(V3_2),
        f("serializedValue", Text).since(V3_2),
    ],
);

static LINK: Object = referable(
    "a link",
    &[
        f("operationRef", Text),
        f("operationId", Text),
        f("parameters", Map),
        f("requestBody", Anything),
        f("description", Text),
        f("server", One(&SERVER)),
    ],
);

static HEADER: Object = referable(
    "a header",
    &[
        f("description", Text),
        f("required", Flag),
        f("deprecated", Flag),
        f("allowEmptyValue", Flag),
        f("style", Word(&["simple"])),
        f("explode", Flag),
        f("allowReserved", Flag),
        f("schema", Schema),
        f("example", Anything),
        f("examples", Named(&EXAMPLE)),
        f("content", Named(&MEDIA_TYPE)),
    ],
);

static TAG: Object = plain(
    "a tag",
    &[
        f("name", Text).needed(),
        f("summary", Text).since(V3_2),
        f("description", Text),
        f("externalDocs", One(&EXTERNAL_DOCS)),
        f("parent", Text).since(V3_2),
        f("kind", Text).since(V3_2),
    ],
);

static SECURITY_SCHEME: Object = referable(
    "a security scheme",
    &[
        f("type", Word(&["apiKey", "http", "mutualTLS", "oauth2", "openIdConnect"])).needed(),
        f("description", Text),
        f("name", Text),
        f("in", Word(&["query", "header", "cookie"])),
        f("scheme", Text),
        f("bearerFormat", Text),
        f("flows", One(&FLOWS)),
        f("openIdConnectUrl", Text),
        f("oauth2MetadataUrl", Text).since(V3_2),
        f("deprecated", Flag).since(V3_2),
    ],
);

static FLOWS: Object = plain(
    "`flows`",
    &[
        f("implicit", One(&FLOW)),
        f("password", One(&FLOW)),
        f("clientCredentials", One(&FLOW)),
        f("authorizationCode", One(&FLOW)),
        f("deviceAuthorization", One(&FLOW)).since(V3_2),
    ],
);

static FLOW: Object = plain(
    "a flow",
    &[
        f("authorizationUrl", Text),
        f("deviceAuthorizationUrl", Text).since(V3_2),
        f("tokenUrl", Text),
        f("refreshUrl", Text),
        f("scopes", NamedTexts).needed(),
    ],
);
