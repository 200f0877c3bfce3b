//! What do people see, and what do their scripts call?
//!
//! [`router`] serves three things at one address: the pages (`pages`, one file per page, its template under the same
//! path), the control API (`api`) and the authorisation server, which is a room of its own. Every answer goes out through
//! one door (`answer`), which gives it its request id and its protection and turns every "no" into a page or a problem.

mod allowance;
mod answer;
mod api;
mod assets;
mod browser;
mod bundle;
mod calling;
mod catalogue;
mod chart;
mod choice;
mod collections;
mod compression;
mod cookies;
mod csv;
mod filter;
mod finding_line;
mod form;
mod frame;
mod guides;
mod look;
mod machines;
mod manifest_text;
mod moment;
mod needs;
mod network_calls;
mod pages;
mod pagination;
pub mod playbook;
mod prose;
mod protection;
mod reader;
mod reuse;
mod sentence;
mod session;
mod state;
mod status;
mod stem;
mod stretch;
mod taker;
mod trying;
mod twin;
mod upload;
mod urls;

use std::sync::Arc;

use axum::{Router, extract::DefaultBodyLimit, middleware};
use hansom_control::Control;
use hansom_domain::EnvironmentName;
use tower_http::catch_panic::CatchPanicLayer;

pub use look::{Colour, Colours, Contact, Logo, Look};
pub(crate) use state::Hub;
pub use trying::{GatewayAnswer, GatewayCall, Gateways, Later, MOST_ANSWER_BYTES, Unreached};

/// The largest body of the control API: a manifest and a contract in JSON.
const MOST_API_BYTES: usize = 12 * 1024 * 1024;

/// What the hub needs.
pub struct Setup {
    /// The verbs of the platform.
    pub control: Control,
    /// The authorisation server.
    pub oauth: hansom_oauth::OAuth,
    /// The way in for people.
    pub sign_in: hansom_oauth::SignIn,
    /// The hub's public address.
    pub hub: String,
    /// The environments, each with the base URL at which its gateway answers.
    pub environments: Vec<(EnvironmentName, String)>,
    /// How the gateways are called when somebody tries an operation.
    pub gateways: Arc<dyn Gateways>,
    /// Whether developers from outside come in by links in mails, and on which terms.
    pub mail_links: Option<MailLinks>,
    /// Whether mails are sent at all.
    pub sends_mail: bool,
    /// Whether strangers see what is reused.
    pub public_reuse: bool,
    /// What a banner on every page says, for example that this is a demo.
    pub notice: Option<String>,
    /// How it looks.
    pub look: Look,
    /// Whether people who are not signed in may give feedback.
    pub strangers_give_feedback: bool,
}

/// On which terms developers from outside come in by links in mails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailLinks {
    /// The version of the terms.
    pub terms: String,
    /// Where they are.
    pub terms_url: String,
}

/// Every address of the hub.
pub fn router(setup: Setup) -> Router {
    Pages::new(setup).router
}

/// The hub before its first visitor.
pub struct Pages {
    /// Every address.
    pub router: Router,
    hub: Hub,
}

impl Pages {
    /// Lays every address.
    pub fn new(setup: Setup) -> Self {
        let oauth = setup.oauth.router();
        let hub = Hub::new(setup);
        let control_api = api::router(hub.clone()).layer(DefaultBodyLimit::max(MOST_API_BYTES));
        let router = pages::router()
            .merge(pages::files(hub.clone()))
            .merge(machines::router(hub.clone()))
            .with_state(hub.clone())
            .merge(control_api)
            .merge(oauth)
            .layer(CatchPanicLayer::custom(answer::panicked))
            .layer(middleware::from_fn_with_state(hub.clone(), answer::finish));
        Self { router: compression::compressed(router), hub }
    }

    /// Reads what there is into the catalogue, so that its first visitor need not wait for that.
    pub async fn warm(self) -> Result<(), hansom_control::Error> {
        self.hub.catalogue.current(&self.hub.control).await.map(|_| ())
    }
}
