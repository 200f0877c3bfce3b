//! Sign in a developer from outside by a link in a mail.

use hansom_domain::{Actor, GroupAddress, PersonKey, Timestamp};
use hansom_store::{MailLinkRow, MembershipSource, NewNotice, OutsiderRow, Recipient};
use serde_json::json;

use crate::{Control, Error, NewMember, Proven, SessionCookie, Told, fingerprint, text};

/// A link works for so long.
const LINK_SECONDS: i64 = 900;
/// So many links go to one address in an hour; after that it gets no more, and nobody is told.
const MOST_LINKS_PER_HOUR: i64 = 5;
/// So many links go out in an hour in all, so that strangers with many networks neither fill the store nor make the platform a
/// sender of mail that nobody wants.
const MOST_LINKS_PER_HOUR_IN_ALL: i64 = 5000;
/// What sessions that began so have for a provider.
pub const MAIL_LINK: &str = "mail-link";

/// A link that somebody opened in the browser that asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedLink {
    /// The address that it was sent to.
    pub email: String,
    /// Whether they have to say who they are and agree to the terms first.
    pub is_new: bool,
    /// Whether the terms have changed since they agreed to them.
    pub has_old_terms: bool,
}

/// Why a link signs nobody in.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// It was used, is too old or never was.
    #[error("this link was used already or is more than 15 minutes old; ask for a new one")]
    Stale,
    /// It was asked for elsewhere.
    #[error("this link works only in the browser in which you asked for it; open it there, or ask for a new one here")]
    OtherBrowser,
    /// A verb failed.
    #[error(transparent)]
    Control(#[from] Error),
}

impl From<hansom_store::Error> for LinkError {
    fn from(error: hansom_store::Error) -> Self {
        Self::Control(error.into())
    }
}

/// What somebody says who comes for the first time.
#[derive(Clone, Copy, Debug)]
pub struct Newcomer<'n> {
    /// Their name.
    pub name: &'n str,
    /// For whom they work.
    pub organisation: &'n str,
}

impl Control {
    /// Sends a link to an address, whoever has it, and gives out the cookie for the browser that asked. The same is done for
    /// every address, known or not; who asks too often gets a cookie that is good for nothing. `hub` is the hub's public address and `path` the page of links.
    pub async fn send_link(&self, email: &str, return_to: &str, (hub, path): (&str, &str)) -> Result<String, Error> {
        let NewMember::Awaited { email, .. } = NewMember::awaited(hub, email)? else {
            return Err(Error::Internal("an address is somebody".into()));
        };
        let now = self.clock.now();
        let (link, cookie) = (self.chance.hex(32), self.chance.hex(32));
        let sent = self.reads.mail_links_since(&email, now.plus_seconds(-3600)).await?;
        if sent.to_address >= MOST_LINKS_PER_HOUR || sent.in_all >= MOST_LINKS_PER_HOUR_IN_ALL {
            return Ok(cookie);
        }
        let mut change = self.begin(&Actor::Platform, "send_link", now).await?;
        let row = MailLinkRow {
            link_hash: fingerprint(&link),
            browser_hash: fingerprint(&cookie),
            email: email.clone(),
            return_to: return_to.to_owned(),
            created_at: now,
        };
        change.insert_mail_link(&row).await?;
        let body = format!(
            "Somebody, probably you, wants to sign in to {hub} with this address.\n\n\
             Open this link within 15 minutes, in the browser in which you asked for it:\n\n\
             {hub}{path}?key={link}\n\n\
             It works once. If it was not you, do nothing: nobody can sign in without this link.\n"
        );
        let (id, subject) = (self.chance.hex(16), "Your link to sign in");
        change
            .insert_notice(&NewNotice { id: &id, to: Recipient::Address(&email), subject, body: &body, at: now })
            .await?;
        // The address stays out of the trail: anybody may type any.
        change.commit("sign-in link", &json!({})).await?;
        Ok(cookie)
    }

    /// What a link leads to. Nothing is used up, so that whatever opens links before people do changes nothing.
    pub async fn look_at_link(&self, link: &str, cookie: Option<&str>, terms: &str) -> Result<OpenedLink, LinkError> {
        let row = self.link(link, cookie).await?;
        let known = self.reads.outsider(&row.email).await?;
        Ok(OpenedLink {
            email: row.email,
            is_new: known.is_none(),
            has_old_terms: known.is_some_and(|known| known.terms != terms),
        })
    }

    /// Signs somebody in by a link, which is used up by that. Who comes for the first time says who they are; both they and
    /// those whose terms are old agree to `terms` by it. A newcomer gets a group for their organisation, so that their
    /// applications have an owner; who else of the organisation belongs to it is theirs to say.
    pub async fn sign_in_by_link(
        &self,
        (link, cookie): (&str, Option<&str>),
        newcomer: Option<Newcomer<'_>>,
        (hub, terms): (&str, &str),
        browser: &str,
    ) -> Result<(SessionCookie, String), LinkError> {
        let row = self.link(link, cookie).await?;
        let now = self.clock.now();
        let known = self.reads.outsider(&row.email).await?;
        let (key, name) = match (&known, newcomer) {
            (Some(known), _) => {
                let person = self.reads.person(&known.person_id).await?;
                let person = person.ok_or_else(|| Error::Internal("a developer from outside is nobody".into()))?;
                (PersonKey { issuer: person.issuer, subject: person.subject }, person.name)
            }
            (None, Some(newcomer)) => {
                let name = text::checked("the name", newcomer.name, 2, 100, false)?;
                (PersonKey { issuer: hub.to_owned(), subject: self.chance.hex(16) }, name)
            }
            (None, None) => return Err(Error::Invalid("say who you are first".into()).into()),
        };
        let mut change = self.begin(&Actor::Platform, "sign_in_by_link", now).await?;
        if !change.use_mail_link(&row.link_hash, now).await? {
            return Err(LinkError::Stale);
        }
        let proven = Proven {
            key,
            email: &row.email,
            email_verified: true,
            name: &name,
            groups: Told::Groups(vec![]),
            provider: MAIL_LINK,
            browser,
            id_token: None,
            provider_session: None,
        };
        let session = self.admit_within(&mut change, &proven, now).await?;
        let outsider = match (known, newcomer) {
            (Some(known), _) if known.terms == terms => None,
            (Some(known), _) => Some(OutsiderRow { terms: terms.to_owned(), terms_accepted_at: now, ..known }),
            (None, newcomer) => {
                let organisation = newcomer.map_or("", |newcomer| newcomer.organisation);
                let organisation = text::checked("the organisation", organisation, 2, 100, false)?;
                let group = self.organisation_group(&organisation, hub)?;
                change.insert_kept_group(&group, &organisation, now).await?;
                change.insert_membership(&session.person, &group, MembershipSource::Kept).await?;
                change.insert_group_owner(&group, &session.person).await?;
                Some(OutsiderRow {
                    person_id: session.person.clone(),
                    email: row.email.clone(),
                    organisation,
                    group_address: group,
                    terms: terms.to_owned(),
                    terms_accepted_at: now,
                })
            }
        };
        let mut detail = json!({ "name": name });
        if let Some(outsider) = &outsider {
            change.put_outsider(outsider).await?;
            detail = json!({ "name": name, "organisation": outsider.organisation, "terms": outsider.terms });
        }
        change.commit(&format!("person {}", session.person), &detail).await?;
        Ok((session, row.return_to))
    }

    async fn link(&self, link: &str, cookie: Option<&str>) -> Result<MailLinkRow, LinkError> {
        if link.len() != 64 {
            return Err(LinkError::Stale);
        }
        let earliest: Timestamp = self.clock.now().plus_seconds(-LINK_SECONDS);
        let row = self.reads.mail_link(&fingerprint(link)).await?;
        let row = row.filter(|row| row.created_at > earliest).ok_or(LinkError::Stale)?;
        // Both are hashes of values with 256 bits of chance, so the time that comparing takes tells nothing.
        if cookie.map(fingerprint).as_ref() != Some(&row.browser_hash) {
            return Err(LinkError::OtherBrowser);
        }
        Ok(row)
    }

    /// A new address for the group of an organisation: its name, and chance, so that two of one name stay apart.
    fn organisation_group(&self, organisation: &str, hub: &str) -> Result<GroupAddress, Error> {
        let mut name: String = organisation
            .to_lowercase()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .take(40)
            .collect();
        while name.contains("--") {
            name = name.replace("--", "-");
        }
        let host = hub.split("://").nth(1).unwrap_or_default().split([':', '/']).next().unwrap_or_default();
        let host = if host.contains('.') { host.to_owned() } else { format!("{host}.internal") };
        let address = format!("{}-{}@developers.{host}", name.trim_matches('-'), self.chance.hex(4));
        address.trim_start_matches('-').parse().map_err(|error| Error::Internal(format!("{address}: {error}")))
    }
}
