//! What does the contract say of one operation, ready to be tried?

use hansom_standards::contract::{self, Contract, Location, Media, Operation};
use serde_json::Value;

use crate::{
    call::{essence, is_json},
    validity::{Validity, Way},
};

/// Names of parameters whose values only the service can make.
const OPAQUE: [&str; 8] =
    ["cursor", "page_token", "pagetoken", "after", "before", "starting_after", "ending_before", "continuation"];
/// Header fields that are tried by probes of their own.
const PROBED: [&str; 4] = ["if-match", "if-none-match", "idempotency-key", "if-modified-since"];

/// An operation with its schemas compiled.
pub(crate) struct Subject<'c> {
    pub(crate) operation: &'c Operation,
    pub(crate) parameters: Vec<Parameter<'c>>,
    pub(crate) bodies: Vec<Form>,
    pub(crate) answers: Vec<Told<'c>>,
    /// Whether a stranger may not call it.
    pub(crate) is_guarded: bool,
}

pub(crate) struct Parameter<'c> {
    pub(crate) said: &'c contract::Parameter,
    pub(crate) validity: Validity,
}

/// A body in one media type.
pub(crate) struct Form {
    pub(crate) media_type: String,
    pub(crate) validity: Option<Validity>,
    pub(crate) examples: Vec<(String, Value)>,
}

/// What the contract says of the answers with one status.
pub(crate) struct Told<'c> {
    pub(crate) status: &'c str,
    pub(crate) headers: Vec<Header<'c>>,
    pub(crate) forms: Vec<Form>,
}

pub(crate) struct Header<'c> {
    pub(crate) name: &'c str,
    pub(crate) required: bool,
    pub(crate) validity: Validity,
}

impl<'c> Subject<'c> {
    /// Compiles an operation; what cannot be compiled is said.
    pub(crate) fn of(contract: &'c Contract, operation: &'c Operation) -> Result<Self, String> {
        let parameters = operation.parameters.iter().map(|said| {
            let validity = Validity::of(&said.schema, Way::Request);
            Ok(Parameter { said, validity: validity.map_err(|why| format!("the parameter {}: {why}", said.name))? })
        });
        let bodies = operation.request_body.iter().flat_map(|body| &body.content);
        Ok(Self {
            operation,
            parameters: parameters.collect::<Result<_, String>>()?,
            bodies: bodies.map(|media| Form::of(media, Way::Request)).collect::<Result<_, _>>()?,
            answers: operation.responses.iter().map(Told::of).collect::<Result<_, _>>()?,
            is_guarded: is_guarded(contract, operation),
        })
    }

    /// What is said of answers with that status: of the very one, of its class, or by default.
    pub(crate) fn told(&self, status: u16) -> Option<&Told<'c>> {
        let (exact, class) = (status.to_string(), format!("{}XX", status / 100));
        let find = |wanted: &str| self.answers.iter().find(|told| told.status.eq_ignore_ascii_case(wanted));
        find(&exact).or_else(|| find(&class)).or_else(|| find("default"))
    }

    /// Whether the contract names that very status.
    pub(crate) fn names(&self, status: u16) -> bool {
        let status = status.to_string();
        self.answers.iter().any(|told| told.status == status)
    }

    pub(crate) fn parameter(&self, location: Location, name: &str) -> Option<&Parameter<'c>> {
        let same = |known: &str| known == name || (location == Location::Header && known.eq_ignore_ascii_case(name));
        self.parameters.iter().find(|parameter| parameter.said.location == location && same(&parameter.said.name))
    }

    /// The body in JSON, or one of JSON's kin.
    pub(crate) fn json_body(&self) -> Option<&Form> {
        self.bodies.iter().find(|form| is_json(&form.media_type))
    }

    pub(crate) fn needs_body(&self) -> bool {
        self.operation.request_body.as_ref().is_some_and(|body| body.required)
    }

    pub(crate) fn is(&self, method: &str) -> bool {
        self.operation.method == method
    }

    /// Whether asking changes nothing.
    pub(crate) fn is_safe(&self) -> bool {
        matches!(self.operation.method.as_str(), "GET" | "HEAD")
    }
}

impl Parameter<'_> {
    /// Only the service can make its values.
    pub(crate) fn is_opaque(&self) -> bool {
        OPAQUE.contains(&self.said.name.to_ascii_lowercase().as_str())
    }

    /// It is tried by a probe of its own.
    pub(crate) fn is_probed(&self) -> bool {
        self.said.location == Location::Header && PROBED.contains(&self.said.name.to_ascii_lowercase().as_str())
    }

    /// The contract's example, if it fits.
    pub(crate) fn examples(&self) -> Vec<(String, Value)> {
        let example = self.said.example.clone().filter(|example| self.validity.fits(example));
        example.map(|example| ("of the contract".to_owned(), example)).into_iter().collect()
    }
}

impl Form {
    fn of(media: &Media, way: Way) -> Result<Self, String> {
        let validity = media.schema.as_ref().map(|schema| Validity::of(schema, way)).transpose();
        let examples = media.examples.iter().map(|example| (example.name.clone(), example.value.clone()));
        Ok(Self {
            media_type: media.media_type.clone(),
            validity: validity.map_err(|why| format!("the body in {}: {why}", media.media_type))?,
            examples: examples.collect(),
        })
    }

    /// Whether an answer of that media type is one of these.
    pub(crate) fn covers(&self, sent: &str) -> bool {
        let own = essence(&self.media_type);
        let kind = sent.split('/').next().unwrap_or_default();
        own == sent || own == "*/*" || own.strip_suffix("/*") == Some(kind)
    }
}

impl<'c> Told<'c> {
    fn of(response: &'c contract::Response) -> Result<Self, String> {
        let headers = response.headers.iter().map(|header| {
            let validity = Validity::of(&header.schema, Way::Answer);
            let validity =
                validity.map_err(|why| format!("the header {} of {}: {why}", header.name, response.status))?;
            Ok(Header { name: &header.name, required: header.required, validity })
        });
        Ok(Self {
            status: &response.status,
            headers: headers.collect::<Result<_, String>>()?,
            forms: response.content.iter().map(|media| Form::of(media, Way::Answer)).collect::<Result<_, _>>()?,
        })
    }
}

/// Whether every way that the contract knows to call an operation asks for credentials.
fn is_guarded(contract: &Contract, operation: &Operation) -> bool {
    let document = contract.document();
    let path = operation.path.replace('~', "~0").replace('/', "~1");
    let item = document.at(&format!("/paths/{path}")).map(|item| contract.resolve(item));
    let node = item.and_then(|item| item.get(&operation.method.to_ascii_lowercase()));
    let security = node.and_then(|node| node.get("security")).or_else(|| document.root().get("security"));
    let Some(security) = security else { return false };
    security.items().next().is_some() && security.items().all(|way| way.entries().next().is_some())
}
