//! What is Hansom?

use askama::Template;
use axum::response::Response;

use crate::{
    answer::{Refusal, page},
    frame::{Frame, Section},
    session::Visitor,
};

#[derive(Template)]
#[template(path = "platform/about.html")]
struct About {
    frame: Frame,
    environments: Vec<(String, String)>,
    hub: String,
    sends_mail: bool,
}

/// `GET /about`
pub(crate) async fn show(visitor: Visitor) -> Result<Response, Refusal> {
    let frame = visitor.frame("About this hub", Section::Elsewhere).await?;
    let environments = visitor.hub.environments.iter();
    page(&About {
        frame,
        environments: environments.map(|(name, base)| (name.to_string(), base.clone())).collect(),
        hub: visitor.hub.hub.clone(),
        sends_mail: visitor.hub.sends_mail,
    })
}
