//! Which authorisation requests are under way?

use hansom_domain::ApplicationId;
use hansom_store::AskedAuthorizationRow;

use crate::{Control, Error, Session, fingerprint};

/// How long a pushed request waits for the browser (RFC 9126 section 2.2).
pub const PUSHED_SECONDS: i64 = 90;
/// How long a person may take to sign in and to decide.
const SHOWN_SECONDS: i64 = 900;
/// No client needs more at once that no session has seen.
const MOST_OF_CLIENT: i64 = 1000;
/// No person looks at more at once.
const MOST_OF_SESSION: i64 = 20;

/// A request that a person looks at.
#[derive(Clone, Debug)]
pub struct AskedAuthorization {
    /// Who asks.
    pub client: ApplicationId,
    /// What, as the authorisation server wrote it.
    pub request: String,
    /// When it came.
    pub asked_at: hansom_domain::Timestamp,
}

impl From<AskedAuthorizationRow> for AskedAuthorization {
    fn from(row: AskedAuthorizationRow) -> Self {
        Self { client: row.client_id, request: row.request, asked_at: row.created_at }
    }
}

impl Control {
    /// Remembers a pushed request; gives the id that works once.
    pub async fn push_authorization(&self, client: &ApplicationId, request: String) -> Result<String, Error> {
        self.remember_authorization("pushed", client, request, None).await
    }

    /// Takes a pushed request of that client.
    pub async fn take_pushed_authorization(
        &self,
        id: &str,
        client: &ApplicationId,
    ) -> Result<Option<AskedAuthorization>, Error> {
        let now = self.clock.now();
        let taken = self.writes.take_pushed_authorization(&fingerprint(id), client, now).await?;
        Ok(taken.map(AskedAuthorization::from))
    }

    /// Remembers a request while a person signs in (`None`) and decides; gives its id.
    pub async fn show_authorization(
        &self,
        client: &ApplicationId,
        request: String,
        session: Option<&Session>,
    ) -> Result<String, Error> {
        self.remember_authorization("shown", client, request, session).await
    }

    /// The request of that id, for the first session that looks at it and for no other.
    pub async fn shown_authorization(&self, id: &str, session: &Session) -> Result<Option<AskedAuthorization>, Error> {
        let hash = fingerprint(id);
        if !self.writes.bind_asked_authorization(&hash, &fingerprint(&session.form_token)).await? {
            return Ok(None);
        }
        Ok(self.reads.asked_authorization(&hash, self.clock.now()).await?.map(AskedAuthorization::from))
    }

    /// The request that was shown to that session before.
    pub async fn authorization_before(&self, id: &str, session: &Session) -> Result<Option<AskedAuthorization>, Error> {
        let asked = self.reads.asked_authorization(&fingerprint(id), self.clock.now()).await?;
        let session = fingerprint(&session.form_token);
        Ok(asked.filter(|row| row.bound_to.as_ref() == Some(&session)).map(AskedAuthorization::from))
    }

    /// Takes the request that was shown to that session, so that it is decided once.
    pub async fn take_shown_authorization(
        &self,
        id: &str,
        session: &Session,
    ) -> Result<Option<AskedAuthorization>, Error> {
        let (hash, session) = (fingerprint(id), fingerprint(&session.form_token));
        let taken = self.writes.take_shown_authorization(&hash, &session, self.clock.now()).await?;
        Ok(taken.map(AskedAuthorization::from))
    }

    async fn remember_authorization(
        &self,
        kind: &str,
        client: &ApplicationId,
        request: String,
        session: Option<&Session>,
    ) -> Result<String, Error> {
        let seconds = if kind == "pushed" { PUSHED_SECONDS } else { SHOWN_SECONDS };
        let most = if session.is_some() { MOST_OF_SESSION } else { MOST_OF_CLIENT };
        let id = self.chance.hex(32);
        let now = self.clock.now();
        let row = AskedAuthorizationRow {
            id_hash: fingerprint(&id),
            kind: kind.to_owned(),
            client_id: client.clone(),
            bound_to: session.map(|session| fingerprint(&session.form_token)),
            request,
            created_at: now,
            expires_at: now.plus_seconds(seconds),
        };
        if !self.writes.insert_asked_authorization(&row, most).await? {
            return Err(Error::Conflict(
                "too many requests of applications are under way; decide them, or try again in a few minutes".into(),
            ));
        }
        Ok(id)
    }
}
