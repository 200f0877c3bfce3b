//! How does a person sign in? By an OpenID provider of several, bound to one browser.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use hansom_control::{BegunSignIn, Control, EndedAtProvider, Proven, SessionCookie, SignedOut, Told};
use hansom_domain::{GroupAddress, PersonId, PersonKey, ProblemCode, Timestamp};
use hansom_store::{MembershipSource, PersonRow};
use openidconnect::PkceCodeVerifier;
use serde_json::Value;

use crate::{
    DirectoryError, Error, Provider, Way,
    party::{Party, Proof},
    return_path::safe_return_path,
};

/// The path of the hub to which the only provider sends the browser back; one of several has its name after it.
pub const CALLBACK_PATH: &str = "/sign-in/callback";

/// The path of the hub to which a provider says that a session there has ended; one of several has its name after it.
pub const BACK_CHANNEL_PATH: &str = "/sign-in/back-channel-logout";

/// Longest `state` and `code` that are looked at.
const MOST_BYTES: usize = 4096;
/// The directory is asked anew for one person no sooner than after so many seconds, however often somebody wants it.
const ASKED_AGAIN_SECONDS: i64 = 10;
/// For so many people it is known when they were asked for.
const MOST_ASKED: usize = 10_000;

/// Where to send the browser, and what it must bring back.
pub struct Begun {
    /// The provider's page.
    pub location: String,
    /// The value of a cookie for this browser and [`CALLBACK_PATH`] only.
    pub browser_cookie: String,
}

/// The query with which the provider sends the browser back.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub struct Callback {
    /// The code, if the person agreed.
    #[serde(default)]
    pub code: Option<String>,
    /// The `state` that the sign-in began with.
    #[serde(default)]
    pub state: Option<String>,
    /// The error, if not.
    #[serde(default)]
    pub error: Option<String>,
    /// The provider's `iss` (RFC 9207), where it tells it.
    #[serde(default)]
    pub iss: Option<String>,
}

/// A person who is signed in.
pub struct Finished {
    /// The session for the browser's cookie.
    pub session: SessionCookie,
    /// The safe path to go to.
    pub return_to: String,
}

/// Why nobody is signed in. The text is fit for the person; the cause is for the log.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The sign-in was not begun in this browser, was used already, or is too old.
    #[error("this sign-in was begun too long ago, in another browser, or was used already; please sign in again")]
    Stale,
    /// The person or the provider said no.
    #[error("the identity provider did not sign you in; please try again")]
    Denied,
    /// The provider did not answer as it must.
    #[error("the identity provider does not answer properly; please try again in a while")]
    Provider(String),
    /// The ID token does not prove the person.
    #[error("the identity provider's answer could not be verified; please sign in again")]
    Unproven(String),
    /// The logout token proves nothing.
    #[error("the logout token is none of this provider's for this hub, was used before, or is too old")]
    Unended(String),
    /// No provider of that name.
    #[error("there is no such way to sign in here; begin at the sign-in page")]
    NoProvider,
    /// The provider knows people of other organisations too, and this is one.
    #[error("this account belongs to another organisation; sign in with the one that you have at work")]
    Foreign,
    /// The address is not verified, so that the directory must not be asked for it.
    #[error("your e-mail address is not verified at the identity provider; verify it there first")]
    EmailUnverified,
    /// The directory did not tell the groups.
    #[error("your groups could not be read from the directory; please try again in a while")]
    Directory(#[from] DirectoryError),
    /// A verb failed.
    #[error(transparent)]
    Control(#[from] hansom_control::Error),
}

impl SignInError {
    /// The problem's code, and with it the status.
    pub fn code(&self) -> ProblemCode {
        match self {
            SignInError::Stale | SignInError::Unproven(_) | SignInError::Unended(_) => ProblemCode::BadRequest,
            SignInError::NoProvider => ProblemCode::NotFound,
            SignInError::Denied | SignInError::EmailUnverified | SignInError::Foreign => ProblemCode::NotAllowed,
            SignInError::Provider(_) | SignInError::Directory(_) => ProblemCode::Unavailable,
            SignInError::Control(error) => error.code(),
        }
    }

    /// The cause for the operators' log; `None` where the person is told all.
    pub fn private(&self) -> Option<String> {
        match self {
            SignInError::Provider(cause) | SignInError::Unproven(cause) | SignInError::Unended(cause) => {
                Some(cause.clone())
            }
            SignInError::Directory(error) => Some(error.to_string()),
            SignInError::Control(error) => error.private(),
            SignInError::Stale
            | SignInError::Denied
            | SignInError::NoProvider
            | SignInError::Foreign
            | SignInError::EmailUnverified => None,
        }
    }
}

/// The ways in for people.
#[derive(Clone)]
pub struct SignIn(Arc<Held>);

struct Held {
    control: Control,
    hub: String,
    parties: Vec<Party>,
    /// When the directory was last asked for whom because somebody wanted it.
    asked: Mutex<HashMap<PersonId, Timestamp>>,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.providers()).finish()
    }
}

impl SignIn {
    /// The ways in to the hub at the public address `hub`.
    pub fn new(control: Control, ways: Vec<Way>, hub: String) -> Result<Self, Error> {
        let hub = hub.trim_end_matches('/').to_owned();
        let parties: Result<Vec<_>, _> =
            ways.into_iter().map(|way| Party::new(way, &hub, control.clock().clone())).collect();
        Ok(Self(Arc::new(Held { control, hub, parties: parties?, asked: Mutex::default() })))
    }

    /// The providers, in the order of the configuration.
    pub fn providers(&self) -> impl Iterator<Item = &Provider> {
        self.0.parties.iter().map(|party| &party.provider)
    }

    fn party(&self, provider: &str) -> Result<&Party, SignInError> {
        let mut parties = self.0.parties.iter();
        parties.find(|party| party.provider.id == provider).ok_or(SignInError::NoProvider)
    }

    /// Begins a sign-in with a provider that ends at `return_to`, if that is a safe path.
    pub async fn begin(&self, provider: &str, return_to: &str) -> Result<Begun, SignInError> {
        let party = self.party(provider)?;
        let chance = self.0.control.chance();
        let (state, nonce) = (chance.hex(32), chance.hex(32));
        let verifier = PkceCodeVerifier::new(chance.hex(32));
        let location = party.page(state.clone(), nonce.clone(), &verifier).await?;
        let begun = BegunSignIn {
            provider: party.provider.id.clone(),
            state,
            nonce,
            verifier: verifier.secret().clone(),
            return_to: safe_return_path(return_to).to_owned(),
            began_at: self.0.control.clock().now(),
        };
        Ok(Begun { location: location.into(), browser_cookie: self.0.control.seal_sign_in(&begun)? })
    }

    /// Finishes a sign-in at the address of `provider`. It lets in once: the provider takes a code once, and here a sign-in is
    /// used up as soon as it has proven a person. `browser` says in words which one it is.
    pub async fn finish(
        &self,
        provider: &str,
        query: Callback,
        browser_cookie: Option<&str>,
        browser: &str,
    ) -> Result<Finished, SignInError> {
        let party = self.party(provider)?;
        let begun = self.begun(&query, browser_cookie)?;
        if begun.provider != party.provider.id {
            return Err(SignInError::Unproven("the answer of one provider came to the address of another".into()));
        }
        if let Some(error) = query.error {
            let error: String = error.chars().filter(char::is_ascii_graphic).take(60).collect();
            tracing::info!(error, "the identity provider refused a sign-in");
            return Err(SignInError::Denied);
        }
        party.check_issuer(query.iss.as_deref()).await?;
        let code = query.code.filter(|code| !code.is_empty() && code.len() <= MOST_BYTES);
        let code = code.ok_or(SignInError::Stale)?;
        let proof = party.prove(code, begun.verifier.clone(), begun.nonce.clone()).await?;
        if !self.0.control.use_sign_in(&begun).await? {
            return Err(SignInError::Stale);
        }
        let session = self.admit(party, &proof, browser).await?;
        Ok(Finished { session, return_to: safe_return_path(&begun.return_to).to_owned() })
    }

    /// Where the browser can end its session at the provider too.
    pub async fn end_at_provider(&self, left: &SignedOut) -> Option<(&Provider, String)> {
        let party = self.party(&left.provider).ok()?;
        let address = party.end_of_session(left.id_token.as_deref(), &format!("{}/", self.0.hub)).await?;
        Some((&party.provider, address.into()))
    }

    /// Ends the sessions here that came of what a provider says has ended there; gives how many those were. A token works once.
    pub async fn end_by_provider(&self, provider: &str, logout_token: &str) -> Result<usize, SignInError> {
        let party = self.party(provider)?;
        let ended = party.ended(logout_token).await?;
        if !self.0.control.use_assertion(&ended.once, ended.good_until).await? {
            return Err(SignInError::Unended("the logout token was used before".into()));
        }
        let ended = EndedAtProvider {
            provider: &party.provider.id,
            issuer: &party.provider.issuer,
            subject: ended.subject.as_deref(),
            session: ended.session.as_deref(),
        };
        Ok(self.0.control.end_provider_sessions(ended).await?)
    }

    /// Asks the directory again for a person's groups and takes them over. `false` where the directory tells at sign-in
    /// only, or the person is another provider's.
    pub async fn refresh_groups(&self, person: &PersonId) -> Result<bool, SignInError> {
        let held = &self.0;
        let known = held.control.reads().person(person).await;
        let Some(row) = known.map_err(hansom_control::Error::from)? else {
            return Ok(false);
        };
        let Some(party) = held.parties.iter().find(|party| party.provider.issuer == row.issuer) else {
            return Ok(false);
        };
        match directory_of(party, &row).await? {
            Some(groups) => {
                held.control.renew_groups(person, &groups).await?;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// The same because somebody wants to see it now: nothing that is remembered will do, but nobody is asked for again within
    /// ten seconds.
    pub async fn refresh_groups_now(&self, person: &PersonId) -> Result<bool, SignInError> {
        let now = self.0.control.clock().now();
        {
            let mut asked = self.0.asked.lock().unwrap_or_else(PoisonError::into_inner);
            asked.retain(|_, at| now < at.plus_seconds(ASKED_AGAIN_SECONDS));
            if asked.contains_key(person) || asked.len() >= MOST_ASKED {
                return Ok(true);
            }
            asked.insert(person.clone(), now);
        }
        for (_, directory) in self.0.parties.iter().flat_map(|party| &party.sources) {
            directory.forget();
        }
        self.refresh_groups(person).await
    }

    /// The sign-in that this browser began, if it was the one that the answer belongs to.
    fn begun(&self, query: &Callback, browser_cookie: Option<&str>) -> Result<BegunSignIn, SignInError> {
        let (Some(state), Some(cookie)) = (query.state.as_deref(), browser_cookie) else {
            return Err(SignInError::Stale);
        };
        if state.len() > MOST_BYTES || cookie.len() > MOST_BYTES {
            return Err(SignInError::Stale);
        }
        let begun = self.0.control.open_sign_in(cookie).ok_or(SignInError::Stale)?;
        verify_slices_are_equal(begun.state.as_bytes(), state.as_bytes()).map_err(|_| SignInError::Stale)?;
        Ok(begun)
    }

    async fn admit(&self, party: &Party, proof: &Proof, browser: &str) -> Result<SessionCookie, SignInError> {
        let (mut told, mut silence) = (vec![], None);
        for (source, directory) in &party.sources {
            match directory.groups_of(&proof.key, &proof.email, &proof.claims).await {
                Ok(groups) => told.push((*source, groups)),
                Err(error @ DirectoryError::Silent(_)) => silence = Some(error),
                Err(error) => return Err(error.into()),
            }
        }
        if let Some(error) = &silence {
            tracing::warn!(%error, "the directory is silent at a sign-in");
        }
        let proven = Proven {
            key: proof.key.clone(),
            email: &proof.email,
            email_verified: proof.email_verified,
            name: &proof.name,
            groups: if silence.is_some() { Told::Silence } else { Told::Groups(told) },
            provider: &party.provider.id,
            browser,
            id_token: proof.hint.as_deref(),
            provider_session: proof.session.as_deref(),
        };
        match (self.0.control.admit(proven).await, silence) {
            (Err(hansom_control::Error::GroupsUnknown), Some(error)) => Err(error.into()),
            (outcome, _) => Ok(outcome?),
        }
    }
}

/// What the directories of a provider say of a person now; none if there is none that can be asked at any time.
async fn directory_of(party: &Party, row: &PersonRow) -> Result<Option<Vec<GroupAddress>>, DirectoryError> {
    let key = PersonKey { issuer: row.issuer.clone(), subject: row.subject.clone() };
    let mut told = None;
    for (_, directory) in party.sources.iter().filter(|(source, _)| *source == MembershipSource::Directory) {
        match directory.groups_of(&key, &row.email, &Value::Null).await {
            Ok(groups) => told.get_or_insert_with(Vec::new).extend(groups),
            Err(DirectoryError::AtSignInOnly) => {}
            Err(error) => return Err(error),
        }
    }
    if let Some(groups) = &mut told {
        groups.sort();
        groups.dedup();
    }
    Ok(told)
}
