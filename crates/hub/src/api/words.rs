//! How does the contract describe the words of the domain?
//!
//! The domain parses its words and knows no OpenAPI; these empty types stand for them in the contract and take the closed
//! lists from the domain itself.

use std::borrow::Cow;

use hansom_domain as domain;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{ObjectBuilder, SchemaFormat, Type},
    },
};

macro_rules! word {
    ($name:ident, $description:literal, $example:literal, $restrict:expr) => {
        #[doc = $description]
        pub(crate) enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let text =
                    ObjectBuilder::new().schema_type(Type::String).description(Some($description)).examples([$example]);
                let restrict: fn(ObjectBuilder) -> ObjectBuilder = $restrict;
                restrict(text).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    };
}

macro_rules! closed {
    ($name:ident, $description:literal, $example:literal) => {
        word!($name, $description, $example, |text| text
            .enum_values(Some(domain::$name::ALL.iter().map(|word| word.as_str()))));
    };
}

word!(ApiSlug, "The name of an API in paths: lower-case words joined by single hyphens.", "repairs", |text| text
    .pattern(Some("^[a-z][a-z0-9]*(-[a-z0-9]+)*$"))
    .min_length(Some(2))
    .max_length(Some(40)));
word!(Major, "A major version of an API, as it stands in the path.", "v1", |text| text
    .pattern(Some("^v[1-9][0-9]{0,2}$")));
word!(
    EnvironmentName,
    "An environment: `sandbox`, `production`, or another of the platform's.",
    "production",
    |text| text.pattern(Some("^[a-z][a-z0-9-]{0,18}[a-z0-9]$")).min_length(Some(2)).max_length(Some(20))
);
word!(GroupAddress, "A group by its e-mail-like address.", "housing-officers@hackney.example", |text| text
    .max_length(Some(254)));
word!(Id, "An id that the platform made.", "5d1f0a4c9b7e48d2a3c6e1f08b92d475", |text| text
    .pattern(Some("^[A-Za-z0-9._-]+$"))
    .min_length(Some(1))
    .max_length(Some(100)));
word!(OperationId, "The `operationId` of an operation, or `*` for every one.", "listRepairs", |text| text
    .min_length(Some(1))
    .max_length(Some(10_485_760)));
word!(Url, "An address.", "https://api.hackney.example/repairs/v1", |text| text
    .format(Some(SchemaFormat::Custom("uri".into())))
    .max_length(Some(2000)));
word!(ActorKind, "What someone who acts is.", "person", |text| text.enum_values(Some([
    "person",
    "application",
    "pipeline",
    "platform"
])));
word!(KeyState, "Where a signing key stands in its life.", "signing", |text| text.enum_values(Some([
    "announced",
    "signing",
    "retired",
    "gone",
    "withdrawn"
])));
word!(Sentence, "A sentence for people.", "The directory is silent.", |text| text.max_length(Some(2000)));
word!(
    ScopeWord,
    "What a token may do: a scope at the hub, a version of an API at an environment.",
    "repairs/v1",
    |text| text.min_length(Some(1)).max_length(Some(100))
);
word!(EditionName, "The name of an edition of the playbook.", "2026.2", |text| text
    .min_length(Some(1))
    .max_length(Some(100)));
word!(RuleId, "The id of a standard of the playbook.", "URL-01", |text| text
    .pattern(Some("^[A-Za-z]{2,10}-[0-9]{2}$"))
    .max_length(Some(20)));
closed!(WaiverState, "The state of a waiver.", "approved");
closed!(Kind, "What an API is made for: one whole data domain, or one service.", "platform");
closed!(Audience, "Who may know of an API and ask for it.", "public");
closed!(Status, "Where a version stands in its life.", "live");
closed!(GrantState, "The state of a grant.", "approved");
closed!(Decision, "What a member of the owner group says to a request.", "approve");
closed!(CredentialKind, "What a credential is.", "secret");
closed!(Overlap, "When a credential ends whose successor was made: at once, in 24 hours or in seven days.", "day");
word!(ApiHealth, "How an API does at present, or did on a day.", "up", |text| text
    .enum_values(Some(domain::Health::ALL.iter().map(|word| word.as_str()))));
closed!(Impact, "How bad an incident is for those who call.", "degraded");
closed!(IncidentState, "Where an incident stands.", "investigating");
closed!(FeedbackState, "Where a thread of feedback stands.", "open");
