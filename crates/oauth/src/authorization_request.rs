//! What does an application ask a person for, and may it be answered where it says (RFC 6749 section 4.1.1)?

use hansom_control::Client;
use hansom_domain::EnvironmentName;
use serde::{Deserialize, Serialize};

use crate::{Error, OAuth, extent::Extent, form::Parameters};

/// Longest `state` that is sent back.
const MOST_STATE_BYTES: usize = 4096;

/// An authorisation request in order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) to: Destination,
    /// The PKCE challenge, of method S256.
    pub(crate) challenge: String,
    pub(crate) resource: String,
    pub(crate) scope: String,
    pub(crate) dpop_jkt: Option<String>,
    pub(crate) prompt: Prompt,
}

/// Where the answer goes, and how.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Destination {
    pub(crate) redirect_uri: String,
    pub(crate) state: Option<String>,
    /// Whether a form carries the answer, and not a query.
    pub(crate) by_form: bool,
}

/// What the person must see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Prompt {
    /// Nothing at all.
    pub(crate) none: bool,
    /// The sign-in, whether signed in or not.
    pub(crate) login: bool,
    /// The question, whether answered before or not.
    pub(crate) consent: bool,
}

/// Why a request is not in order.
pub(crate) enum Fault {
    /// Nobody knows where the answer would go: it is shown to the person.
    Shown(Error),
    /// The application is told.
    Told(Destination, Told),
}

/// What an application is told in place of a code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told {
    /// The `error` of RFC 6749 section 4.1.2.1 and its kin.
    pub(crate) error: &'static str,
    pub(crate) why: &'static str,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Shown(error)
    }
}

impl From<Told> for Error {
    fn from(told: Told) -> Self {
        Error::Flow { error: told.error, why: told.why }
    }
}

fn invalid(why: &'static str) -> Told {
    Told { error: "invalid_request", why }
}

impl OAuth {
    /// Reads the request of a client. First where the answer goes, since until then nobody may be sent anywhere.
    pub(crate) fn read_authorization(&self, client: &Client, parameters: &Parameters) -> Result<Asked, Fault> {
        let to = destination(client, parameters)?;
        match self.read_wishes(&to, parameters) {
            Ok(asked) => Ok(asked),
            Err(told) => Err(Fault::Told(to, told)),
        }
    }

    fn read_wishes(&self, to: &Destination, parameters: &Parameters) -> Result<Asked, Told> {
        if parameters.is_twice("resource") {
            return Err(Told { error: "invalid_target", why: "a token is for one place; send resource once" });
        }
        parameters.refuse_repeats().map_err(|_| invalid("a parameter is there twice"))?;
        if parameters.get("request").is_some() {
            let why = "requests are pushed (RFC 9126), not signed; send the parameters";
            return Err(Told { error: "request_not_supported", why });
        }
        match parameters.get("response_type") {
            Some("code") => {}
            Some(_) => return Err(Told { error: "unsupported_response_type", why: "the only response_type is code" }),
            None => return Err(invalid("the parameter response_type is missing")),
        }
        if !matches!(parameters.get("response_mode"), None | Some("query" | "form_post")) {
            return Err(invalid("response_mode must be query or form_post"));
        }
        if parameters.get("state").is_some_and(|state| state.len() > MOST_STATE_BYTES) {
            return Err(invalid("state is longer than 4096 bytes"));
        }
        Ok(Asked {
            to: to.clone(),
            challenge: challenge(parameters)?,
            resource: self.wanted_resource(parameters)?,
            scope: self.wanted_scope(parameters)?,
            dpop_jkt: thumbprint(parameters)?,
            prompt: prompt(parameters)?,
        })
    }

    fn wanted_resource(&self, parameters: &Parameters) -> Result<String, Told> {
        let unknown = Told { error: "invalid_target", why: "resource is no address of an environment or of the hub" };
        self.place(parameters).map_err(|_| unknown)
    }

    fn wanted_scope(&self, parameters: &Parameters) -> Result<String, Told> {
        let is_hub = self.wanted_resource(parameters)? == self.issuer();
        Ok(Extent::wished(is_hub, parameters.get("scope")).scope())
    }

    /// The environment that a resource is the address of; none for the hub.
    pub(crate) fn environment_of(&self, resource: &str) -> Option<&EnvironmentName> {
        let mut audiences = self.setup.audiences.iter();
        audiences.find(|(_, base)| base == resource).map(|(name, _)| name)
    }
}

/// Where the answer goes: to one of the addresses that were registered, and to no other.
fn destination(client: &Client, parameters: &Parameters) -> Result<Destination, Error> {
    if ["client_id", "redirect_uri"].iter().any(|name| parameters.is_twice(name)) {
        return Err(Error::Malformed("a parameter is there twice".into()));
    }
    let redirect_uri = parameters.need("redirect_uri")?;
    if !client.redirect_uris.iter().any(|registered| registered.allows(redirect_uri)) {
        return Err(Error::Malformed(
            "the redirect_uri is none of those that the application registered; its owners find them at the hub".into(),
        ));
    }
    let state =
        parameters.get("state").filter(|state| state.len() <= MOST_STATE_BYTES && !parameters.is_twice("state"));
    Ok(Destination {
        redirect_uri: redirect_uri.to_owned(),
        state: state.map(str::to_owned),
        by_form: parameters.get("response_mode") == Some("form_post"),
    })
}

/// The challenge of RFC 7636. Without one a stolen code would be worth tokens; `plain` would show the verifier to the thief.
fn challenge(parameters: &Parameters) -> Result<String, Told> {
    let Some(challenge) = parameters.get("code_challenge") else {
        return Err(invalid("code_challenge is missing: every client uses PKCE (RFC 7636) with S256"));
    };
    if parameters.get("code_challenge_method") != Some("S256") {
        return Err(invalid("code_challenge_method must be S256"));
    }
    if !is_digest(challenge) {
        return Err(invalid("code_challenge is no SHA-256 in base64url without padding"));
    }
    Ok(challenge.to_owned())
}

fn thumbprint(parameters: &Parameters) -> Result<Option<String>, Told> {
    match parameters.get("dpop_jkt") {
        Some(jkt) if !is_digest(jkt) => Err(invalid("dpop_jkt is no JWK thumbprint")),
        told => Ok(told.map(str::to_owned)),
    }
}

/// 32 bytes in base64url.
fn is_digest(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn prompt(parameters: &Parameters) -> Result<Prompt, Told> {
    let mut prompt = Prompt::default();
    for word in parameters.get("prompt").unwrap_or_default().split(' ').filter(|word| !word.is_empty()) {
        match word {
            "none" => prompt.none = true,
            "login" => prompt.login = true,
            "consent" => prompt.consent = true,
            _ => return Err(invalid("prompt is none of: none, login, consent")),
        }
    }
    if prompt.none && (prompt.login || prompt.consent) {
        return Err(invalid("prompt is none and something else at once"));
    }
    Ok(prompt)
}
