//! What is this hub, and how does one go from finding an API to calling it?

use askama::Template;
use axum::response::Response;

use crate::{
    answer::Refusal,
    frame::{Frame, Section},
    reader::Reader,
    twin::{Leaf, code, inline, table},
    urls,
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
pub(crate) async fn show(reader: Reader) -> Result<Response, Refusal> {
    let visitor = &reader.visitor;
    let frame = visitor.frame("About this hub", Section::Elsewhere).await?.with_twin(urls::ABOUT);
    let environments = visitor.hub.environments.iter();
    reader.answer(&About {
        frame,
        environments: environments.map(|(name, base)| (name.to_string(), base.clone())).collect(),
        hub: visitor.hub.hub.clone(),
        sends_mail: visitor.hub.sends_mail,
    })
}

impl Leaf for About {
    fn markdown(&self) -> String {
        let rows = self.environments.iter().map(|(name, base)| [inline(name), code(base)]);
        format!(
            "# About this hub\n\nHere are all the APIs of the organisation in one place: what each does, who owns it, how to get \
             access, and how to call it.\n\n- [All APIs]({})\n- [Guides]({}.md)\n- [Contract of the control API]({}), at {}\n\n\
             ## Environments\n\n{}",
            urls::CATALOGUE_TWIN,
            urls::GUIDES,
            urls::CONTROL_API,
            code(&format!("{}/api/v1", self.hub)),
            table(["Environment", "Base URL"], rows)
        )
    }
}
