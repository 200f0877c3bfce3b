//! Who may read the audit trail, and how is an entry found?

use hansom_domain::{Actor, ApiSlug, ApplicationId, Timestamp};
use hansom_store::{AuditFilter, AuditOf, AuditRow};

use crate::{Control, Error};

/// The most entries that are given at once.
const MOST: u16 = 500;

/// The longest text that is looked for: a name of 254 characters, whatever they are.
const LONGEST: usize = 1024;

/// The kinds of things that changes are of, as the trail names them.
pub const AUDITED: [&str; 8] = ["api", "application", "grant", "waiver", "group", "person", "edition", "signing key"];

/// What is looked for in the audit trail; what is left out lets all through.
#[derive(Clone, Debug, Default)]
pub struct AuditSearch {
    /// The actor's id, or a part of the name.
    pub actor: String,
    /// `person`, `application`, `pipeline` or `platform`.
    pub actor_kind: String,
    /// What was done.
    pub verb: String,
    /// The kind of thing, one of [`AUDITED`].
    pub kind: String,
    /// The thing's name or id.
    pub thing: String,
    /// The id of the request that asked for it.
    pub request: String,
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// Of this API, and of the grants and waivers for it.
    pub api: Option<ApiSlug>,
    /// Of this application, and of its grants.
    pub application: Option<ApplicationId>,
}

impl AuditSearch {
    fn refuse_endless(&self) -> Result<(), Error> {
        let texts = [&self.actor, &self.actor_kind, &self.verb, &self.kind, &self.thing, &self.request];
        if texts.into_iter().any(|text| text.len() > LONGEST) {
            return Err(Error::Invalid(format!("what is looked for is longer than {LONGEST} bytes; look for less")));
        }
        Ok(())
    }
}

impl Control {
    /// The newest entries before a moment, for administrators.
    pub async fn audit_for(&self, actor: &Actor, before: Timestamp, count: u16) -> Result<Vec<AuditRow>, Error> {
        self.refuse_who_reads_no_trail(actor)?;
        Ok(self.reads.audit(before, count.min(MOST)).await?)
    }

    /// The newest entries that are looked for, before a moment or of it and after an id: for administrators; of an API or an
    /// application for its owners, too.
    pub async fn audit_found(
        &self,
        actor: &Actor,
        search: &AuditSearch,
        before: (Timestamp, &str),
        count: u16,
    ) -> Result<Vec<AuditRow>, Error> {
        search.refuse_endless()?;
        let (api, application) =
            (self.audited_api(actor, search).await?, self.audited_application(actor, search).await?);
        let of = match (&api, &application) {
            (Some(_), Some(_)) => {
                return Err(Error::Invalid("changes are of an API or of an application; name one of the two".into()));
            }
            (Some(api), None) => AuditOf::Api(api),
            (None, Some(application)) => AuditOf::Application(application),
            (None, None) => {
                self.refuse_who_reads_no_trail(actor)?;
                AuditOf::All
            }
        };
        let filter = AuditFilter {
            actor: &search.actor,
            actor_kind: &search.actor_kind,
            verb: &search.verb,
            subject: (&search.kind, &search.thing),
            request: &search.request,
            from: search.from,
            of,
        };
        Ok(self.reads.audit_found(&filter, before, count.min(MOST)).await?)
    }

    /// One entry, for administrators and the owners of what was changed; nobody else learns that it exists.
    pub async fn audit_entry(&self, actor: &Actor, id: &str) -> Result<AuditRow, Error> {
        let hidden = || Error::NotFound("there is no such entry of the audit trail among those of your groups".into());
        let entry = self.reads.audit_entry(id).await?.ok_or_else(hidden)?;
        if actor.is_administrator() || self.owns_audited(actor, &entry.subject).await? {
            return Ok(entry);
        }
        Err(hidden())
    }

    /// What was done so far, by name: for administrators.
    pub async fn audit_verbs(&self, actor: &Actor) -> Result<Vec<String>, Error> {
        self.refuse_who_reads_no_trail(actor)?;
        Ok(self.reads.audit_verbs().await?)
    }

    async fn audited_api(&self, actor: &Actor, search: &AuditSearch) -> Result<Option<hansom_domain::ApiId>, Error> {
        let Some(slug) = &search.api else { return Ok(None) };
        let api = self.reads.api(slug).await?.filter(|api| actor.speaks_for(&api.owner));
        let api = api.ok_or_else(|| Error::NotFound("there is no such API among those of your groups".into()))?;
        Ok(Some(api.id))
    }

    async fn audited_application(&self, actor: &Actor, search: &AuditSearch) -> Result<Option<ApplicationId>, Error> {
        let Some(id) = &search.application else { return Ok(None) };
        Ok(Some(self.application_for(actor, id).await?.id))
    }

    /// Whether what an entry speaks of is of the actor's groups.
    async fn owns_audited(&self, actor: &Actor, subject: &str) -> Result<bool, Error> {
        let Some((kind, name)) = subject.split_once(' ') else { return Ok(false) };
        Ok(match kind {
            "api" => match name.parse() {
                Ok(slug) => self.reads.api(&slug).await?.is_some_and(|api| actor.speaks_for(&api.owner)),
                Err(_) => false,
            },
            "application" => match name.parse() {
                Ok(id) => found(self.application_for(actor, &id).await)?,
                Err(_) => false,
            },
            "grant" => match name.parse() {
                Ok(id) => found(self.grant_for(actor, &id).await)?,
                Err(_) => false,
            },
            "waiver" => match name.parse() {
                Ok(id) => found(self.waiver_for(actor, &id).await)?,
                Err(_) => false,
            },
            _ => false,
        })
    }

    fn refuse_who_reads_no_trail(&self, actor: &Actor) -> Result<(), Error> {
        if actor.is_administrator() {
            return Ok(());
        }
        Err(Error::NotAllowed(format!(
            "only members of {} may read the whole audit trail; name an API or an application of your groups",
            self.settings.administrators
        )))
    }
}

/// Whether the actor may see a thing; a fault of the platform is no answer.
fn found<T>(seen: Result<T, Error>) -> Result<bool, Error> {
    match seen {
        Ok(_) => Ok(true),
        Err(Error::NotFound(_)) => Ok(false),
        Err(other) => Err(other),
    }
}
