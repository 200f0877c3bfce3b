//! Which application asks, and does it prove that?

use axum::http::{HeaderMap, header};
use base64::{Engine, engine::general_purpose::STANDARD};
use hansom_control::Client as Registered;
use hansom_domain::{ApplicationId, CredentialId};

use crate::{Error, OAuth, assertion, form::Form};

/// The assertion type of RFC 7523.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// One answer for an unknown application, a wrong secret, a wrong key and a revoked one.
const WRONG: &str = "the client is unknown, or its secret or key is wrong or revoked";

const NO_PROOF: &str =
    "no client authentication; send a client_assertion, or the secret by HTTP Basic or as client_secret";

/// The methods that prove something, as metadata announces them.
pub(crate) const METHODS: [&str; 3] = ["private_key_jwt", "client_secret_basic", "client_secret_post"];
/// The same with the one of public applications, which prove nothing.
pub(crate) const METHODS_OF_ALL: [&str; 4] = ["private_key_jwt", "client_secret_basic", "client_secret_post", "none"];

/// An application that has proven itself, or a public one that said who it is.
pub(crate) struct Client {
    pub(crate) client: Registered,
    /// With which of its credentials; a public one has none.
    pub(crate) credential: Option<CredentialId>,
}

/// The one proof that a request shows.
enum Proof {
    Secret {
        id: String,
        secret: String,
        basic: bool,
    },
    Assertion(assertion::Claimed),
    /// A public application only says who it is.
    Nothing {
        id: String,
    },
}

impl Proof {
    fn claimed_id(&self) -> &str {
        match self {
            Proof::Secret { id, .. } => id,
            Proof::Assertion(claimed) => claimed.client_id(),
            Proof::Nothing { id } => id,
        }
    }

    fn is_basic(&self) -> bool {
        matches!(self, Proof::Secret { basic: true, .. })
    }
}

impl OAuth {
    /// Proves the application that sent the form, by exactly one method. A public one proves nothing, and whoever asks on is
    /// to ask for the credential.
    pub(crate) async fn authenticate_client(&self, form: &Form) -> Result<Client, Error> {
        let now = self.control().clock().now();
        let by_address = format!("@{}", form.address);
        let proof = match self.proof(form) {
            Ok(proof) => proof,
            Err(error) => {
                self.failures.refuse_if_too_many(&by_address, now)?;
                self.failures.count(&by_address, now);
                return Err(error);
            }
        };
        let name: String = proof.claimed_id().chars().take(100).collect();
        let caller = format!("{name}{by_address}");
        self.failures.refuse_if_too_many(&caller, now)?;
        let result = self.prove(&proof).await;
        if matches!(result, Err(Error::Client { .. })) {
            self.failures.count(&caller, now);
        }
        result
    }

    fn proof(&self, form: &Form) -> Result<Proof, Error> {
        let basic = basic(&form.headers)?;
        let secret = form.get("client_secret");
        let assertion = form.get("client_assertion");
        let shown = [basic.is_some(), secret.is_some(), assertion.is_some()];
        match shown.iter().filter(|shown| **shown).count() {
            1 => {}
            0 => {
                let id = form.get("client_id").ok_or(Error::Client { why: NO_PROOF, basic: false })?;
                return Ok(Proof::Nothing { id: id.to_owned() });
            }
            _ => {
                return Err(Error::Malformed("authenticate by one method only, not by several at once".into()));
            }
        }
        let told = form.get("client_id");
        let proof = if let Some((id, secret)) = basic {
            let basic = true;
            Proof::Secret { id, secret, basic }
        } else if let Some(secret) = secret {
            Proof::Secret { id: form.need("client_id")?.to_owned(), secret: secret.to_owned(), basic: false }
        } else {
            if form.need("client_assertion_type")? != JWT_BEARER {
                return Err(Error::Malformed(format!("client_assertion_type must be {JWT_BEARER}")));
            }
            Proof::Assertion(self.read_assertion(assertion.unwrap_or_default())?)
        };
        if told.is_some_and(|told| told != proof.claimed_id()) {
            return Err(Error::Malformed("client_id names another client than the authentication".into()));
        }
        Ok(proof)
    }

    async fn prove(&self, proof: &Proof) -> Result<Client, Error> {
        let wrong = Error::Client { why: WRONG, basic: proof.is_basic() };
        // A name that cannot be an application's is looked up like any other: the same work for every stranger.
        let id = match proof.claimed_id().parse::<ApplicationId>() {
            Ok(id) => id,
            Err(_) => ApplicationId::random(self.control().chance()),
        };
        let credential = match proof {
            Proof::Secret { secret, .. } => self.control().authenticate_secret(&id, secret).await?,
            Proof::Assertion(claimed) => self.prove_assertion(&id, claimed).await?,
            Proof::Nothing { .. } => {
                let client = self.control().client(&id).await?.filter(|client| client.public);
                // One answer for a stranger and for an application that would have to prove itself.
                let client = client.ok_or(Error::Client { why: NO_PROOF, basic: false })?;
                return Ok(Client { client, credential: None });
            }
        };
        let Some(credential) = credential else {
            return Err(wrong);
        };
        // Asked last and again: revoking an application must win over a proof that began before.
        let client = self.control().client(&id).await?.ok_or(wrong)?;
        Ok(Client { client, credential: Some(credential) })
    }
}

/// Id and secret of HTTP Basic, each form-encoded as RFC 6749 section 2.3.1 has it.
fn basic(headers: &HeaderMap) -> Result<Option<(String, String)>, Error> {
    let mut fields = headers.get_all(header::AUTHORIZATION).iter();
    let Some(field) = fields.next() else {
        return Ok(None);
    };
    if fields.next().is_some() {
        return Err(Error::Malformed("the header Authorization is there twice".into()));
    }
    let refused = Error::Client {
        why: "the header Authorization is not HTTP Basic with client_id and secret, both form-encoded",
        basic: true,
    };
    let decoded = field
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .and_then(|(_, pair)| STANDARD.decode(pair.trim()).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let Some((id, secret)) = decoded.as_deref().and_then(|pair| pair.split_once(':')) else {
        return Err(refused);
    };
    match (form_decoded(id), form_decoded(secret)) {
        (Some(id), Some(secret)) if !id.is_empty() && !secret.is_empty() => Ok(Some((id, secret))),
        _ => Err(refused),
    }
}

fn form_decoded(text: &str) -> Option<String> {
    if text.contains(['&', '=']) {
        return None;
    }
    let mut pairs = url::form_urlencoded::parse(text.as_bytes());
    Some(pairs.next().map_or_else(String::new, |(name, _)| name.into_owned()))
}
