//! How does a person let an application act for them (RFC 6749 section 4.1)?
//!
//! The pages are the hub's; here it is decided what they show, and where the browser goes from there.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use hansom_control::{Approval, AskedAuthorization, Client, Remembered, Session, fingerprint};
use hansom_domain::{EnvironmentName, PersonId, Timestamp};

use crate::{
    AUTHORIZE_PATH, Consent, Error, OAuth,
    authorization_request::{Asked, Destination, Fault, Told},
    extent::Extent,
    form::Parameters,
    return_path::safe_return_path,
};

/// The path of the page that asks the person; the parameter `request` names the request.
pub const CONSENT_PATH: &str = "/consent";
/// What a request URI starts with (RFC 9126 section 2.2).
pub(crate) const REQUEST_URI_PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// What stands between a request and the moment at which it first came.
const MARK: &str = "&asked=";
/// How long a person may take to sign in.
const MARKED_SECONDS: i64 = 900;

/// How a request came.
#[derive(Clone, Copy)]
struct Came<'a> {
    /// The name under which it was remembered.
    known: Option<&'a str>,
    /// The query with which it can be asked again.
    again: Option<&'a str>,
    /// When it first came.
    at: Timestamp,
}

/// What the browser does next.
#[derive(Clone, Debug)]
pub enum Step {
    /// It goes back to the application.
    Leave(Leaving),
    /// The person signs in and comes back to the path.
    SignIn {
        /// Where to.
        return_to: String,
        /// Whether they sign in anew though they are signed in.
        again: bool,
    },
    /// It opens the page that asks.
    Look(String),
    /// The person is asked.
    Ask(Box<Question>),
}

/// How the browser goes back to an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// To this address.
    Redirect(String),
    /// By a form that it sends there.
    Form {
        /// The address.
        action: String,
        /// Its fields.
        fields: Vec<(&'static str, String)>,
    },
}

/// What a person is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// The request that the answer belongs to.
    pub request: String,
    /// Who asks.
    pub client: Client,
    /// The address that the answer goes to.
    pub redirect_uri: String,
    /// The environment in which the application would act; none for the hub.
    pub environment: Option<EnvironmentName>,
    /// What it asks for, word by word: scopes at the hub, versions of APIs at an environment. None there is everything.
    pub asked: Vec<String>,
    /// For how many seconds it could act without being used.
    pub idle_seconds: i64,
    /// For how many seconds it could act at most.
    pub absolute_seconds: i64,
}

impl OAuth {
    /// Takes an authorisation request, the query of `GET /oauth/authorize` or the form of `POST`.
    pub async fn authorize(&self, query: &[u8], session: Option<&Session>) -> Result<Step, Error> {
        let (query, at) = self.asked_before(query);
        let parameters = Parameters::read(query)?;
        let client = self.asking_client(&parameters).await?;
        // A pushed request is used up, so it cannot be asked again.
        let again = std::str::from_utf8(query).ok().filter(|_| parameters.get("request_uri").is_none());
        let read = match parameters.get("request_uri") {
            Some(uri) if !parameters.is_twice("request_uri") => self.pushed(&client, uri).await,
            Some(_) => Err(Fault::Shown(Error::Malformed("a parameter is there twice".into()))),
            None => self.read_authorization(&client, &parameters).and_then(|asked| match client.par_required {
                true => Err(Fault::Told(
                    asked.to,
                    Told { error: "invalid_request", why: "this application must push its requests (RFC 9126)" },
                )),
                false => Ok(asked),
            }),
        };
        let asked = match read {
            Ok(asked) => asked,
            Err(Fault::Shown(error)) => return Err(error),
            Err(Fault::Told(to, told)) => {
                let is_silent = parameters.get("prompt") == Some("none");
                return self.tell(&to, told, Came { known: None, again, at }, session.is_some() || is_silent);
            }
        };
        self.proceed(&client, asked, Came { known: None, again, at }, session).await
    }

    /// Tells an application what is wrong with its request. Nobody is sent there before it is known who they are (RFC 9700
    /// section 4.11.2): else a link alone would lead through ours to every address that anybody has registered.
    fn tell(&self, to: &Destination, told: Told, came: Came<'_>, at_once: bool) -> Result<Step, Error> {
        if at_once {
            return Ok(Step::Leave(self.refused(to, told)));
        }
        match self.way_back(came) {
            Some(return_to) => Ok(Step::SignIn { return_to, again: false }),
            None => Err(told.into()),
        }
    }

    /// Goes on with a request that was remembered while the person signed in.
    pub async fn continue_authorization(&self, request: &str, session: &Session) -> Result<Step, Error> {
        let known = self.control().shown_authorization(request, session).await?;
        let (client, asked, at) = self.remembered(known).await?;
        self.proceed(&client, asked, Came { known: Some(request), again: None, at }, Some(session)).await
    }

    /// What a person says to the request that was shown to them. It is decided once.
    pub async fn decide_authorization(
        &self,
        request: &str,
        session: &Session,
        answer: &Consent,
    ) -> Result<Leaving, Error> {
        // What is no answer decides nothing: the request stays, so that the person can choose again.
        let known = self.control().authorization_before(request, session).await?;
        let (_, asked, _) = self.remembered(known).await?;
        let wished = self.extent(&asked.resource, &asked.scope);
        let allowed = wished.answered(answer)?;
        let taken = self.control().take_shown_authorization(request, session).await?;
        let (client, asked, at) = self.remembered(taken).await?;
        let Some(allowed) = allowed else {
            let told = Told { error: "access_denied", why: "the person said no" };
            return Ok(self.refused(&asked.to, told));
        };
        if asked.prompt.login && session.signed_in_at < at {
            return Err(Error::Flow { error: "login_required", why: "sign in again before you decide" });
        }
        let before = self.control().consent_of(&session.person.id, &client.id, &asked.resource).await?;
        let (asked_for, scope) = Extent::remembered(&wished, &allowed, before.as_ref());
        let remember = Some(Remembered { asked: asked_for, scope });
        self.approve(&client, &asked, session, (&allowed.scope(), remember)).await
    }

    /// What a scope says at a resource.
    pub(crate) fn extent(&self, resource: &str, scope: &str) -> Extent {
        Extent::of_scope(resource == self.issuer(), scope)
    }

    async fn asking_client(&self, parameters: &Parameters) -> Result<Client, Error> {
        const UNKNOWN: &str = "the application that sent you here is not known to this platform, or was revoked";
        if parameters.is_twice("client_id") {
            return Err(Error::Malformed("a parameter is there twice".into()));
        }
        let id = parameters.need("client_id")?.parse().map_err(|_| Error::Malformed(UNKNOWN.into()))?;
        let client = self.control().client(&id).await?;
        client.ok_or_else(|| Error::Malformed(UNKNOWN.into()))
    }

    /// The request that a client pushed. Nothing else in the query counts (RFC 9126 section 4).
    async fn pushed(&self, client: &Client, uri: &str) -> Result<Asked, Fault> {
        let unknown = || {
            Fault::Shown(Error::Flow {
                error: "invalid_request_uri",
                why: "the request was used before, has ended, or is another application's; begin again at the application",
            })
        };
        let id = uri.strip_prefix(REQUEST_URI_PREFIX).filter(|id| id.len() <= 100).ok_or_else(unknown)?;
        let taken = self.control().take_pushed_authorization(id, &client.id).await.map_err(Error::from)?;
        let asked = serde_json::from_str::<Asked>(&taken.ok_or_else(unknown)?.request);
        let asked = asked.map_err(|_| unknown())?;
        self.refuse_elsewhere(client, &asked)?;
        Ok(asked)
    }

    async fn remembered(&self, known: Option<AskedAuthorization>) -> Result<(Client, Asked, Timestamp), Error> {
        let over = || Error::Flow {
            error: "invalid_request",
            why: "the request was decided before, has ended, or was shown in another browser; begin again at the application",
        };
        let known = known.ok_or_else(over)?;
        let client = self.control().client(&known.client).await?.ok_or_else(over)?;
        let asked: Asked = serde_json::from_str(&known.request).map_err(|_| over())?;
        self.refuse_elsewhere(&client, &asked)?;
        Ok((client, asked, known.asked_at))
    }

    /// The addresses of an application may have changed since it asked.
    fn refuse_elsewhere(&self, client: &Client, asked: &Asked) -> Result<(), Error> {
        if client.redirect_uris.iter().any(|registered| registered.allows(&asked.to.redirect_uri)) {
            return Ok(());
        }
        Err(Error::Malformed("the redirect_uri is none of those that the application registered".into()))
    }

    async fn proceed(
        &self,
        client: &Client,
        asked: Asked,
        came: Came<'_>,
        session: Option<&Session>,
    ) -> Result<Step, Error> {
        let tell = |error, why| Ok(Step::Leave(self.refused(&asked.to, Told { error, why })));
        let signed_in = session.filter(|session| !asked.prompt.login || session.signed_in_at >= came.at);
        let Some(session) = signed_in else {
            if asked.prompt.none {
                return tell("login_required", "nobody is signed in");
            }
            let return_to = match self.way_back(came) {
                Some(way) => way,
                None => self.page_of(client, &asked, came.known, None).await?,
            };
            return Ok(Step::SignIn { return_to, again: session.is_some() });
        };
        if let Some(allowed) = self.allowed_before(client, &asked, &session.person.id).await? {
            return Ok(Step::Leave(self.approve(client, &asked, session, (&allowed.scope(), None)).await?));
        }
        if asked.prompt.none {
            return tell("consent_required", "the person has not allowed it yet");
        }
        match came.known {
            None => Ok(Step::Look(self.page_of(client, &asked, None, Some(session)).await?)),
            Some(request) => Ok(Step::Ask(Box::new(self.question(client.clone(), asked, request)))),
        }
    }

    /// The same request once more, for after the sign-in, with the moment at which it first came. So a stranger leaves nothing
    /// here that has to be remembered, unless it is long.
    fn way_back(&self, came: Came<'_>) -> Option<String> {
        let query = came.again?;
        let way = format!("{AUTHORIZE_PATH}?{query}{MARK}{}.{}", came.at.millis(), self.mark(query, came.at));
        (safe_return_path(&way) == way).then_some(way)
    }

    /// A request without the mark that it came with, and when it first came.
    fn asked_before<'q>(&self, query: &'q [u8]) -> (&'q [u8], Timestamp) {
        let now = self.control().clock().now();
        let marked = std::str::from_utf8(query).ok().and_then(|text| text.rsplit_once(MARK));
        let Some((bare, mark)) = marked else { return (query, now) };
        let at = mark.split_once('.').and_then(|(at, told)| {
            let at = Timestamp::from_millis(at.parse().ok()?);
            verify_slices_are_equal(self.mark(bare, at).as_bytes(), told.as_bytes()).ok()?;
            (at <= now && now <= at.plus_seconds(MARKED_SECONDS)).then_some(at)
        });
        (bare.as_bytes(), at.unwrap_or(now))
    }

    fn mark(&self, query: &str, at: Timestamp) -> String {
        fingerprint(&self.control().keyed_hash("asked", &format!("{}\n{query}", at.millis())))
    }

    /// The page that asks, with the request remembered until then.
    async fn page_of(
        &self,
        client: &Client,
        asked: &Asked,
        known: Option<&str>,
        session: Option<&Session>,
    ) -> Result<String, Error> {
        if let Some(request) = known {
            return Ok(format!("{CONSENT_PATH}?request={request}"));
        }
        let text = serde_json::to_string(asked)
            .map_err(|error| hansom_control::Error::Internal(format!("a request cannot be written: {error}")))?;
        let request = self.control().show_authorization(&client.id, text, session).await?;
        Ok(format!("{CONSENT_PATH}?request={request}"))
    }

    /// What the person need not be asked for any more; none where they are asked. A program on the person's own machine could be
    /// any program (RFC 8252 section 8.6), so neither an earlier answer nor an administrator's word speaks for it.
    async fn allowed_before(&self, client: &Client, asked: &Asked, person: &PersonId) -> Result<Option<Extent>, Error> {
        let registered = client.redirect_uris.iter().find(|registered| registered.allows(&asked.to.redirect_uri));
        if asked.prompt.consent || registered.is_none_or(hansom_control::RedirectUri::is_loopback) {
            return Ok(None);
        }
        let wished = self.extent(&asked.resource, &asked.scope);
        if client.first_party {
            return Ok(Some(wished));
        }
        let consent = self.control().consent_of(person, &client.id, &asked.resource).await?;
        Ok(consent.and_then(|consent| wished.answered_before(&consent)))
    }

    fn question(&self, client: Client, asked: Asked, request: &str) -> Question {
        Question {
            request: request.to_owned(),
            client,
            redirect_uri: asked.to.redirect_uri,
            environment: self.environment_of(&asked.resource).cloned(),
            asked: asked.scope.split_ascii_whitespace().map(str::to_owned).collect(),
            idle_seconds: self.setup.rules.refresh.idle_seconds,
            absolute_seconds: self.setup.rules.refresh.absolute_seconds,
        }
    }

    async fn approve(
        &self,
        client: &Client,
        asked: &Asked,
        session: &Session,
        (scope, remember): (&str, Option<Remembered>),
    ) -> Result<Leaving, Error> {
        let approval = Approval {
            client,
            redirect_uri: &asked.to.redirect_uri,
            challenge: &asked.challenge,
            resource: &asked.resource,
            scope,
            dpop_jkt: asked.dpop_jkt.as_deref(),
            authenticated_at: session.signed_in_at,
            remember,
        };
        let code = self.control().approve_authorization(&session.actor, approval).await?;
        Ok(self.leave(&asked.to, vec![("code", code)]))
    }

    fn refused(&self, to: &Destination, told: Told) -> Leaving {
        self.leave(to, vec![("error", told.error.to_owned()), ("error_description", told.why.to_owned())])
    }

    /// Back to the application, with its `state` and with our name, so that it knows whose answer it is (RFC 9207).
    fn leave(&self, to: &Destination, mut fields: Vec<(&'static str, String)>) -> Leaving {
        fields.extend(to.state.clone().map(|state| ("state", state)));
        fields.push(("iss", self.issuer().to_owned()));
        if to.by_form {
            return Leaving::Form { action: to.redirect_uri.clone(), fields };
        }
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let joint = if to.redirect_uri.contains('?') { '&' } else { '?' };
        Leaving::Redirect(format!("{}{joint}{query}", to.redirect_uri))
    }
}
