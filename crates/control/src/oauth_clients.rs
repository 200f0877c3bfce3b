//! Which clients are there, and how do they take part in the flows of people?

use hansom_domain::{ApplicationId, GroupAddress};
use serde_json::Value;

use crate::{Control, Error, RedirectUri};

/// The client of `hansom login`. Every platform has it; no application can be called so, since their ids are 32 hexadecimal
/// digits.
pub const CLI_CLIENT: &str = hansom_domain::COMMAND_LINE_CLIENT;

const CLI_REDIRECTS: [&str; 2] = ["http://127.0.0.1/callback", "http://[::1]/callback"];

/// A client in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its `client_id`.
    pub id: ApplicationId,
    /// Its name, for people.
    pub name: String,
    /// The group that owns it; none for what comes with the platform.
    pub owner: Option<GroupAddress>,
    /// Where people may be sent back to.
    pub redirect_uris: Vec<RedirectUri>,
    /// Whether it can keep no secret.
    pub public: bool,
    /// Whether its authorisation requests must be pushed (RFC 9126).
    pub par_required: bool,
    /// Whether its tokens must be bound to a key (RFC 9449).
    pub dpop_required: bool,
    /// Whether people are not asked before it acts for them.
    pub first_party: bool,
}

impl Control {
    /// The client of that id, if it is in force.
    pub async fn client(&self, id: &ApplicationId) -> Result<Option<Client>, Error> {
        if id.as_str() == CLI_CLIENT {
            return Ok(Some(command_line(id)));
        }
        let application = self.reads.application(id).await?.filter(hansom_store::ApplicationRow::is_in_force);
        let Some(application) = application else {
            return Ok(None);
        };
        let settings = self.reads.oauth_client(id).await?;
        let is = |flag: Option<bool>| flag.unwrap_or_default();
        let settings = settings.as_ref();
        Ok(Some(Client {
            id: application.id,
            name: application.name,
            owner: Some(application.owner),
            redirect_uris: settings.map(|settings| redirect_uris(&settings.redirect_uris)).unwrap_or_default(),
            public: is(settings.map(|settings| settings.public)),
            par_required: is(settings.map(|settings| settings.par_required)),
            dpop_required: is(settings.map(|settings| settings.dpop_required)),
            first_party: is(settings.map(|settings| settings.first_party)),
        }))
    }

    /// Whether a page of that origin may be a public application in a browser.
    pub async fn is_origin_of_public_client(&self, origin: &str) -> Result<bool, Error> {
        let lists = self.reads.public_redirect_uris().await?;
        Ok(lists.iter().flat_map(redirect_uris).any(|uri| !uri.is_loopback() && uri.origin() == origin))
    }
}

fn command_line(id: &ApplicationId) -> Client {
    Client {
        id: id.clone(),
        name: "Hansom on the command line".into(),
        owner: None,
        redirect_uris: CLI_REDIRECTS.iter().filter_map(|uri| RedirectUri::parse(uri).ok()).collect(),
        public: true,
        par_required: false,
        dpop_required: false,
        first_party: false,
    }
}

/// The redirect URIs of a column; what would not be registered today is left out.
pub(crate) fn redirect_uris(list: &Value) -> Vec<RedirectUri> {
    let texts = list.as_array().into_iter().flatten().filter_map(Value::as_str);
    texts.filter_map(|text| RedirectUri::parse(text).ok()).collect()
}
