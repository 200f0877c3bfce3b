//! What does every handler hold?

use std::{ops::Deref, sync::Arc};

use hansom_control::Control;
use hansom_domain::{Actor, EnvironmentName};
use hansom_oauth::{OAuth, SignIn};

use crate::{
    Gateways, MailLinks, Setup, api::Calls, assets::Assets, catalogue::Catalogue, look::Look, machines::Kept,
    network_calls::NetworkCalls, reuse::Counted, status::Board, trying::Trials,
};

/// Links to sign in by that one network may ask for in a quarter of an hour.
const LINKS: u32 = 30;
/// How often strangers of one network may write in that time.
const FEEDBACK: u32 = 5;

/// The hub's state; cheap to clone.
#[derive(Clone)]
pub(crate) struct Hub(Arc<Held>);

/// What the hub holds.
pub(crate) struct Held {
    pub(crate) control: Control,
    pub(crate) oauth: OAuth,
    pub(crate) sign_in: SignIn,
    /// The public address, without a slash at its end.
    pub(crate) hub: String,
    /// Its origin, as browsers write it.
    pub(crate) origin: String,
    /// The environments with their base URLs, without a slash at their ends.
    pub(crate) environments: Vec<(EnvironmentName, String)>,
    /// How they are called when somebody tries an operation.
    pub(crate) gateways: Arc<dyn Gateways>,
    /// Who tries how much.
    pub(crate) trials: Trials,
    pub(crate) notice: Option<String>,
    /// How the hub looks, and who stands behind it.
    pub(crate) look: Look,
    /// Whether people who are not signed in may give feedback.
    pub(crate) strangers_give_feedback: bool,
    pub(crate) mail_links: Option<MailLinks>,
    pub(crate) sends_mail: bool,
    pub(crate) public_reuse: bool,
    /// What is reused, as it was counted lately.
    pub(crate) reuse: Counted,
    pub(crate) assets: Assets,
    /// Who called the control API lately.
    pub(crate) calls: Calls,
    /// What there is, ready for searching.
    pub(crate) catalogue: Catalogue,
    /// Who had links sent lately.
    pub(crate) link_calls: NetworkCalls,
    /// What programs read of it.
    pub(crate) documents: Kept,
    /// How every API does.
    pub(crate) board: Board,
    /// Who gave feedback lately without being signed in.
    pub(crate) feedback_calls: NetworkCalls,
}

impl Hub {
    pub(crate) fn new(setup: Setup) -> Self {
        let hub = setup.hub.trim_end_matches('/').to_owned();
        let origin =
            url::Url::parse(&hub).map_or_else(|_| hub.clone(), |address| address.origin().ascii_serialization());
        let environments =
            setup.environments.into_iter().map(|(name, base)| (name, base.trim_end_matches('/').to_owned())).collect();
        Self(Arc::new(Held {
            control: setup.control,
            oauth: setup.oauth,
            sign_in: setup.sign_in,
            hub,
            origin,
            environments,
            gateways: setup.gateways,
            trials: Trials::default(),
            notice: setup.notice,
            strangers_give_feedback: setup.strangers_give_feedback,
            mail_links: setup.mail_links,
            sends_mail: setup.sends_mail,
            public_reuse: setup.public_reuse,
            reuse: Counted::default(),
            assets: Assets::new(&setup.look),
            look: setup.look,
            calls: Calls::default(),
            catalogue: Catalogue::default(),
            link_calls: NetworkCalls::of(LINKS),
            documents: Kept::default(),
            board: Board::default(),
            feedback_calls: NetworkCalls::of(FEEDBACK),
        }))
    }

    /// Sends a mail to an administrator, if mails are sent at all.
    pub(crate) async fn test_mail(&self, actor: &Actor) -> Result<(), hansom_control::Error> {
        if !self.sends_mail && actor.is_administrator() {
            let none = "no mail server is configured; name one in the configuration";
            return Err(hansom_control::Error::Conflict(none.into()));
        }
        self.control.send_test_mail(actor).await
    }

    /// The issuer of people who come in by a provider, by its name; without a name, of the only way in that there is.
    pub(crate) fn issuer_of(&self, provider: &str) -> Option<String> {
        let mut providers = self.sign_in.providers();
        if provider.is_empty() {
            let first = providers.next()?;
            return providers.next().is_none().then(|| first.issuer.clone());
        }
        if provider == hansom_control::MAIL_LINK {
            return self.mail_links.is_some().then(|| self.hub.clone());
        }
        providers.find(|known| known.id == provider).map(|known| known.issuer.clone())
    }

    /// The base URL of an environment, if it has one.
    pub(crate) fn base(&self, environment: &EnvironmentName) -> Option<&str> {
        self.environments.iter().find(|(name, _)| name == environment).map(|(_, base)| base.as_str())
    }
}

impl Deref for Hub {
    type Target = Held;

    fn deref(&self) -> &Held {
        &self.0
    }
}
