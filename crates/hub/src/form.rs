//! What did a person send with a form, and did they mean to?

use std::{
    borrow::Cow,
    net::{IpAddr, SocketAddr},
};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::{
    body::{Body, to_bytes},
    extract::{ConnectInfo, FromRequest, FromRequestParts, Request},
    http::{HeaderMap, header, request::Parts},
};
use hansom_domain::ProblemCode;

use crate::{
    Hub,
    answer::Refusal,
    sentence::sentence,
    session::{SignedIn, Visitor},
};

/// The largest form that is read.
const MOST_BYTES: usize = 64 * 1024;
/// The hidden field of every form of a session.
pub(crate) const TOKEN_FIELD: &str = "form_token";

/// A form that a signed-in person sent from a page of their own session.
pub(crate) struct Sent {
    pub(crate) person: SignedIn,
    pub(crate) fields: Fields,
}

impl FromRequest<Hub> for Sent {
    type Rejection = Refusal;

    async fn from_request(request: Request, hub: &Hub) -> Result<Self, Refusal> {
        let (mut parts, body) = request.into_parts();
        let person = SignedIn::from_request_parts(&mut parts, hub).await?;
        let fields = read_form(&parts, body).await?;
        belongs(&person, fields.one(TOKEN_FIELD))?;
        Ok(Self { person, fields })
    }
}

/// Refuses a form that is not from a page of the person's own session.
pub(crate) fn belongs(person: &SignedIn, token: &str) -> Result<(), Refusal> {
    verify_slices_are_equal(token.as_bytes(), person.session.form_token.as_bytes()).map_err(|_| {
        Refusal::new(
            ProblemCode::CrossSite,
            "The form does not belong to your session, so nothing was changed. Load the page again and send its form from there.",
        )
    })
}

/// A form of somebody who is not signed in, for the ways in alone. That no other site sent it is asked of every form.
pub(crate) struct Unsigned {
    pub(crate) visitor: Visitor,
    pub(crate) headers: HeaderMap,
    pub(crate) fields: Fields,
    /// The address that it came from.
    pub(crate) peer: Option<IpAddr>,
}

impl FromRequest<Hub> for Unsigned {
    type Rejection = Refusal;

    async fn from_request(request: Request, hub: &Hub) -> Result<Self, Refusal> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, hub).await?;
        let fields = read_form(&parts, body).await?;
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        Ok(Self { visitor, headers: parts.headers, fields, peer })
    }
}

/// Whether a body is told to be a form.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    media_type
        .and_then(|text| text.split(';').next())
        .is_some_and(|text| text.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

async fn read_form(parts: &Parts, body: Body) -> Result<Fields, Refusal> {
    if !is_form(&parts.headers) {
        return Err(Refusal::new(
            ProblemCode::UnsupportedMediaType,
            "This address takes forms, application/x-www-form-urlencoded. Scripts call the control API under /api/v1.",
        ));
    }
    let bytes = to_bytes(body, MOST_BYTES).await.map_err(|_| {
        Refusal::new(ProblemCode::BodyTooLarge, "The form is larger than 64 KiB. Write less into its fields.")
    })?;
    Ok(Fields::read(&bytes))
}

/// The fields of a form, in their order; a field may come several times.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads the fields of a body or a query; more than 3,000 are no form of ours.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        Self(
            url::form_urlencoded::parse(bytes)
                .take(3000)
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// The fields of a form of another kind.
    pub(crate) fn of(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    /// The first value of a field just as it was sent; empty if the field is missing.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The same without white space around it.
    pub(crate) fn one(&self, name: &str) -> &str {
        self.text(name).trim()
    }

    /// Every field with its value, as it was sent.
    pub(crate) fn every(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Every value of a field.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let values = self.0.iter().filter(|(key, _)| key == name);
        values.map(|(_, value)| value.clone()).collect()
    }
}

/// One fault of a form.
#[derive(Clone, Debug)]
pub(crate) struct FieldError {
    pub(crate) field: Cow<'static, str>,
    pub(crate) text: String,
}

/// The faults of a form, in the order of its fields.
#[derive(Clone, Debug, Default)]
pub(crate) struct Errors(pub(crate) Vec<FieldError>);

impl Errors {
    /// Notes a fault if `wrong`.
    pub(crate) fn when(&mut self, wrong: bool, field: impl Into<Cow<'static, str>>, text: &str) {
        if wrong {
            self.0.push(FieldError { field: field.into(), text: text.to_owned() });
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with a field; empty if nothing is.
    pub(crate) fn of(&self, field: &str) -> &str {
        let mut faults = self.0.iter().filter(|fault| fault.field == field);
        faults.next().map_or("", |fault| fault.text.as_str())
    }

    /// What a verb said, beside the field that it speaks of: the first whose words are in it, else the last of the list.
    /// A fault of the platform is no fault of the form.
    pub(crate) fn of_verb(error: hansom_control::Error, fields: &[(&str, &'static str)]) -> Result<Self, Refusal> {
        use hansom_control::Error as No;
        match &error {
            No::Invalid(text) | No::Conflict(text) | No::NotAllowed(text) => {
                let spoken_of = fields.iter().find(|(words, _)| text.contains(words));
                let field = spoken_of.or(fields.last()).map_or("", |(_, field)| *field);
                let text = sentence(text);
                Ok(Self(vec![FieldError { field: field.into(), text }]))
            }
            No::NotFound(_) | No::Faults(_) | No::GroupsUnknown | No::Store(_) | No::Internal(_) => Err(error.into()),
        }
    }
}
