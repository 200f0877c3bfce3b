//! What is around the content of every page?

use hansom_control::Session;

use crate::{Hub, Look, urls};

/// The part of the hub that the navigation marks as the current one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Apis,
    Applications,
    Inbox,
    Playbook,
    Publishing,
    Guides,
    Refusals,
    Elsewhere,
}

/// A step on the way from the first page to this one.
#[derive(Clone, Debug)]
pub(crate) struct Crumb {
    pub(crate) text: String,
    pub(crate) href: String,
}

/// An entry of the navigation.
#[derive(Clone, Debug)]
pub(crate) struct NavigationItem {
    pub(crate) text: String,
    pub(crate) href: &'static str,
    pub(crate) current: bool,
}

/// Title, navigation, breadcrumbs and who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) title: String,
    /// Whether the page shows a form with faults: its title says so first.
    pub(crate) faulty: bool,
    pub(crate) navigation: Vec<NavigationItem>,
    pub(crate) crumbs: Vec<Crumb>,
    /// The person's name; empty for a stranger.
    pub(crate) person: String,
    pub(crate) administrator: bool,
    pub(crate) form_token: String,
    pub(crate) sign_in: String,
    pub(crate) notice: String,
    /// What the hub is called, and whose it is.
    pub(crate) name: String,
    pub(crate) organisation: String,
    /// Where its logo and the style sheet of its colours are; empty where it has none.
    pub(crate) logo: String,
    pub(crate) look: String,
    pub(crate) theme: String,
    /// Where feedback on this page is given; empty for those who may not.
    pub(crate) feedback: String,
    pub(crate) assets: String,
    /// The same page as Markdown; empty where there is none.
    pub(crate) twin: String,
    /// Whether the page stands alone as a file: without a hub around it.
    pub(crate) alone: bool,
}

impl Frame {
    /// The frame of the page at `path`.
    pub(crate) async fn new(
        hub: &Hub,
        session: Option<&Session>,
        path: &str,
        (title, section): (&str, Section),
    ) -> Result<Self, hansom_control::Error> {
        let waiting = match session {
            Some(session) => {
                let waivers = hub.control.waivers_to_decide(&session.actor).await?.len();
                hub.control.inbox(&session.actor).await?.len() + waivers
            }
            None => 0,
        };
        Ok(Self::plain(hub, session, path, (title, section), waiting))
    }

    /// The same without asking the store: for pages that say that something failed.
    pub(crate) fn plain(
        hub: &Hub,
        session: Option<&Session>,
        path: &str,
        (title, section): (&str, Section),
        waiting: usize,
    ) -> Self {
        Self {
            title: title.to_owned(),
            faulty: false,
            navigation: navigation(session.is_some(), section, waiting),
            crumbs: vec![],
            person: session.map_or_else(String::new, |session| session.person.name.clone()),
            administrator: session.is_some_and(|session| session.actor.is_administrator()),
            form_token: session.map_or_else(String::new, |session| session.form_token.clone()),
            sign_in: urls::sign_in(path),
            notice: hub.notice.clone().unwrap_or_default(),
            name: hub.look.name.clone(),
            organisation: hub.look.organisation.clone(),
            logo: hub.assets.logo.clone(),
            look: hub.assets.look.clone(),
            theme: hub.look.colours.theme(),
            feedback: match session.is_some() || hub.strangers_give_feedback {
                true => urls::give_feedback(path),
                false => String::new(),
            },
            assets: hub.assets.root.clone(),
            twin: String::new(),
            alone: false,
        }
    }

    /// The frame of a page of the playbook that stands alone as a file.
    pub(crate) fn alone() -> Self {
        let look = Look::default();
        let entry = |text: &str, href| NavigationItem { text: text.to_owned(), href, current: false };
        Self {
            title: String::new(),
            faulty: false,
            navigation: vec![
                entry("Playbook", urls::PLAYBOOK),
                entry("Standards", urls::STANDARDS),
                entry("Editions", urls::EDITIONS),
                entry("Search", urls::PLAYBOOK_SEARCH),
            ],
            crumbs: vec![],
            person: String::new(),
            administrator: false,
            form_token: String::new(),
            sign_in: String::new(),
            notice: String::new(),
            name: look.name,
            organisation: look.organisation,
            logo: String::new(),
            look: String::new(),
            theme: look.colours.theme(),
            feedback: String::new(),
            assets: urls::ASSETS_ALONE.to_owned(),
            twin: String::new(),
            alone: true,
        }
    }

    /// With the address of the same page as Markdown.
    pub(crate) fn with_twin(mut self, page: &str) -> Self {
        self.twin = urls::twin(page);
        self
    }

    /// With a title, and with the address of the same page as Markdown.
    pub(crate) fn of_playbook(mut self, title: &str, page: &str) -> Self {
        title.clone_into(&mut self.title);
        self.twin = urls::twin(page);
        self
    }

    /// With one more step before this page.
    pub(crate) fn under(mut self, text: impl Into<String>, href: impl Into<String>) -> Self {
        self.crumbs.push(Crumb { text: text.into(), href: href.into() });
        self
    }

    /// With "Error:" before the title if the form has faults.
    pub(crate) fn faulty(mut self, faulty: bool) -> Self {
        self.faulty = faulty;
        self
    }
}

fn navigation(signed_in: bool, section: Section, waiting: usize) -> Vec<NavigationItem> {
    let inbox = if waiting == 0 { "Inbox".to_owned() } else { format!("Inbox ({waiting})") };
    let all = [
        ("APIs".to_owned(), urls::HOME, Section::Apis, true),
        ("My applications".to_owned(), urls::APPLICATIONS, Section::Applications, signed_in),
        ("Publish".to_owned(), urls::PUBLISH, Section::Publishing, signed_in),
        (inbox, urls::INBOX, Section::Inbox, signed_in),
        ("Playbook".to_owned(), urls::PLAYBOOK, Section::Playbook, true),
        ("Guides".to_owned(), urls::GUIDES, Section::Guides, true),
        ("Why was my call refused?".to_owned(), urls::REFUSALS, Section::Refusals, true),
    ];
    all.into_iter()
        .filter(|(_, _, _, shown)| *shown)
        .map(|(text, href, of, _)| NavigationItem { text, href, current: of == section })
        .collect()
}
