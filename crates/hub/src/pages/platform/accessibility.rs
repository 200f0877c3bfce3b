//! How accessible is the hub?

use askama::Template;
use axum::response::Response;

use crate::{
    answer::{Refusal, page},
    frame::{Frame, Section},
    session::Visitor,
};

#[derive(Template)]
#[template(path = "platform/accessibility.html")]
struct Accessibility {
    frame: Frame,
}

/// `GET /accessibility`
pub(crate) async fn show(visitor: Visitor) -> Result<Response, Refusal> {
    let frame = visitor.frame("Accessibility statement", Section::Elsewhere).await?;
    page(&Accessibility { frame })
}
