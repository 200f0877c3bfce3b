//! Sign a person in whom an OpenID provider has proven.

use hansom_domain::{Actor, GroupAddress, PersonId, PersonKey, Timestamp};
use hansom_store::{Change, MembershipSource, NewSession, PersonRow};
use serde_json::json;

use crate::{Control, Error, SessionCookie, fingerprint, knowledge::Knowledge};

/// A person as a provider has proven them.
#[derive(Clone, Debug)]
pub struct Proven<'p> {
    /// Who they are, for ever.
    pub key: PersonKey,
    /// Their address of today.
    pub email: &'p str,
    /// Whether the provider vouches for it.
    pub email_verified: bool,
    /// Their name.
    pub name: &'p str,
    /// What others than Hansom say of their groups.
    pub groups: Told,
    /// The provider, by its name in the configuration.
    pub provider: &'p str,
    /// Which browser, in words.
    pub browser: &'p str,
    /// The ID token, for the end of the session.
    pub id_token: Option<&'p str>,
    /// What the provider calls its own session, so that it can say that it has ended.
    pub provider_session: Option<&'p str>,
}

/// What others than Hansom say of a person's groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// All of them, by who says so; nothing is left of any other.
    Groups(Vec<(MembershipSource, Vec<GroupAddress>)>),
    /// The directory is silent.
    Silence,
}

impl Control {
    /// Signs in a person whose groups the directory told.
    pub async fn sign_in_person(
        &self,
        key: PersonKey,
        email: &str,
        name: &str,
        groups: &[GroupAddress],
    ) -> Result<SessionCookie, Error> {
        let groups = Told::Groups(vec![(MembershipSource::Directory, groups.to_vec())]);
        let (provider, browser) = ("", "");
        let (email_verified, id_token, provider_session) = (false, None, None);
        let proven = Proven { key, email, email_verified, name, groups, provider, browser, id_token, provider_session };
        self.admit(proven).await
    }

    /// Makes or renews the person, takes over what is told of their groups, and begins a session with an id that nobody could
    /// know before. In a silence of the directory, those whom it knew a short while ago come in with the groups of then.
    pub async fn admit(&self, proven: Proven<'_>) -> Result<SessionCookie, Error> {
        let now = self.clock.now();
        let mut change = self.begin(&Actor::Platform, "sign_in_person", now).await?;
        let session = self.admit_within(&mut change, &proven, now).await?;
        let detail = json!({ "name": proven.name, "provider": proven.provider });
        change.commit(&format!("person {}", session.person), &detail).await?;
        Ok(session)
    }

    /// The same as part of a change.
    pub(crate) async fn admit_within(
        &self,
        change: &mut Change,
        proven: &Proven<'_>,
        now: Timestamp,
    ) -> Result<SessionCookie, Error> {
        let known = change.person(&proven.key).await?;
        if known.as_ref().is_some_and(|person| person.suspended_at.is_some()) {
            return Err(Error::NotAllowed("your account is suspended; ask the administrators of the platform".into()));
        }
        let mut person = self.person_of(proven, known, now);
        change.put_person(&person).await?;
        match &proven.groups {
            Told::Groups(told) => take_over(change, &person.id, told).await?,
            Told::Silence if person.groups_told_at.is_none() => return Err(Error::GroupsUnknown),
            Told::Silence => {}
        }
        self.put_knowledge(change, &mut person, &proven.groups, now).await?;
        if proven.email_verified {
            let email = person.email.to_lowercase();
            for group in change.take_awaited(&person.issuer, &email).await? {
                change.insert_membership(&person.id, &group, MembershipSource::Kept).await?;
            }
        }
        self.begin_session(change, &person.id, proven, now).await
    }

    fn person_of(&self, proven: &Proven<'_>, known: Option<PersonRow>, now: Timestamp) -> PersonRow {
        let known = known.as_ref();
        PersonRow {
            id: known.map_or_else(|| PersonId::random(&self.chance), |person| person.id.clone()),
            issuer: proven.key.issuer.clone(),
            subject: proven.key.subject.clone(),
            email: proven.email.chars().filter(|c| !c.is_control()).take(254).collect(),
            name: proven.name.chars().filter(|c| !c.is_control()).take(200).collect(),
            created_at: known.map_or(now, |person| person.created_at),
            signed_in_at: now,
            suspended_at: None,
            suspended_because: None,
            groups_told_at: known.and_then(|person| person.groups_told_at),
            groups_known_until: known.and_then(|person| person.groups_known_until),
        }
    }

    async fn put_knowledge(
        &self,
        change: &mut Change,
        person: &mut PersonRow,
        told: &Told,
        now: Timestamp,
    ) -> Result<(), Error> {
        let terms = &self.settings.terms.people;
        let end = match told {
            Told::Groups(told) => {
                let has = |source| told.iter().any(|(of, _)| *of == source).then_some(now);
                let (told_at, claimed_at) = (has(MembershipSource::Directory), has(MembershipSource::Claim));
                person.groups_told_at = told_at;
                Knowledge { told_at, claimed_at }.end(terms)
            }
            Told::Silence => {
                let end = Knowledge { told_at: person.groups_told_at, claimed_at: None }.end_in_silence(terms);
                let ends = [end, person.groups_known_until].into_iter().flatten().min();
                if ends.is_some_and(|end| end <= now) {
                    return Err(Error::GroupsUnknown);
                }
                ends
            }
        };
        person.groups_known_until = end;
        Ok(change.put_knowledge(&person.id, person.groups_told_at, end).await?)
    }

    async fn begin_session(
        &self,
        change: &mut Change,
        person: &PersonId,
        proven: &Proven<'_>,
        at: Timestamp,
    ) -> Result<SessionCookie, Error> {
        let value = self.chance.hex(32);
        let id_hash = fingerprint(&value);
        let seal = |token: &str| self.vault.seal(token.as_bytes(), &id_hash, &self.chance);
        let sealed = proven.id_token.map(seal).transpose()?;
        let provider_session = proven.provider_session.map(fingerprint);
        let browser: String = proven.browser.chars().filter(|c| !c.is_control()).take(100).collect();
        let session = NewSession {
            id_hash: &id_hash,
            person_id: person,
            form_token: &self.chance.hex(32),
            at,
            provider: proven.provider,
            browser: &browser,
            sealed_id_token: sealed.as_deref(),
            provider_session: provider_session.as_deref(),
        };
        change.insert_session(&session).await?;
        Ok(SessionCookie { value, person: person.clone() })
    }
}

/// What one source told takes the place of what it told before; a source that tells nothing any more counts for nothing.
async fn take_over(
    change: &mut Change,
    person: &PersonId,
    told: &[(MembershipSource, Vec<GroupAddress>)],
) -> Result<(), Error> {
    for source in [MembershipSource::Directory, MembershipSource::Claim] {
        let of_source = told.iter().filter(|(of, _)| *of == source).flat_map(|(_, groups)| groups.iter().cloned());
        let groups: Vec<_> = of_source.collect();
        change.put_memberships(person, &groups, source).await?;
    }
    Ok(())
}
