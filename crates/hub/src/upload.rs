//! What did a person send with a form that may hold files, and did they mean to?

use axum::{
    extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Multipart, Request, multipart::MultipartError},
    http::StatusCode,
};
use hansom_domain::ProblemCode;

use crate::{
    Hub,
    answer::Refusal,
    form::{Fields, TOKEN_FIELD, belongs},
    session::SignedIn,
};

/// The largest form: a contract of 10 MiB, a manifest, and what is around them.
const MOST_BYTES: usize = 12 * 1024 * 1024;
/// More fields are no form of ours.
const MOST_FIELDS: usize = 20;

/// For routes that take such forms.
pub(crate) fn limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(MOST_BYTES)
}

/// A form with files that a signed-in person sent from a page of their own session. A file is a field like any other: its text
/// is what it says.
pub(crate) struct Uploaded {
    pub(crate) person: SignedIn,
    pub(crate) fields: Fields,
}

impl FromRequest<Hub> for Uploaded {
    type Rejection = Refusal;

    async fn from_request(request: Request, hub: &Hub) -> Result<Self, Refusal> {
        let (mut parts, body) = request.into_parts();
        let person = SignedIn::from_request_parts(&mut parts, hub).await?;
        let form = Multipart::from_request(Request::from_parts(parts, body), hub).await.map_err(|_| {
            Refusal::new(
                ProblemCode::UnsupportedMediaType,
                "This address takes forms with files, multipart/form-data. Scripts call the control API under /api/v1.",
            )
        })?;
        let fields = read(&person, form).await?;
        Ok(Self { person, fields })
    }
}

/// Reads the fields. The token comes first, so that nothing else is read of a form that is somebody else's.
async fn read(person: &SignedIn, mut form: Multipart) -> Result<Fields, Refusal> {
    let mut fields = vec![];
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        let is_file = field.file_name().is_some();
        let bytes = field.bytes().await.map_err(|error| broken(&error))?;
        let text = String::from_utf8(bytes.into()).map_err(|_| {
            Refusal::new(
                ProblemCode::BadRequest,
                "What was sent is no text in UTF-8. Save the file as UTF-8 and send it again.",
            )
        })?;
        if fields.is_empty() {
            belongs(person, if name == TOKEN_FIELD { &text } else { "" })?;
        }
        if fields.len() >= MOST_FIELDS {
            return Err(Refusal::new(ProblemCode::BadRequest, "The form has more fields than any form of the hub."));
        }
        // Browsers change the line ends of what is typed, and leave files as they are.
        fields.push((name, if is_file { text } else { text.replace("\r\n", "\n") }));
    }
    if fields.is_empty() {
        belongs(person, "")?;
    }
    Ok(Fields::of(fields))
}

fn broken(error: &MultipartError) -> Refusal {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Refusal::new(
            ProblemCode::BodyTooLarge,
            "The form is larger than 12 MiB. A contract may have 10 MiB; publish a larger one in parts.",
        );
    }
    Refusal::new(
        ProblemCode::BadRequest,
        "The form does not read to its end. Load the page again and send its form from there.",
    )
}
