//! What do the flows of people need of a town?

use axum::{body::Body, http::Request};
use hansom_control::{ClientSettings, Session};
use hansom_domain::{Actor, ApplicationId, PersonKey};
use hansom_oauth::{Consent, Error, Leaving, Step};
use serde_json::Value;

use crate::town::{Answer, Key, PRODUCTION, Town, part};

pub const CALLBACK: &str = "https://app.example/callback";
/// The verifier and the challenge of RFC 7636, appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// An application that acts for people, and its secret.
pub struct App {
    pub id: ApplicationId,
    pub secret: String,
}

impl Town {
    /// An application that people may be sent back from here to.
    pub async fn app(&self, settings: ClientSettings) -> App {
        let (id, _, secret) = self.with_secret().await;
        self.control.configure_client(&Actor::Platform, &id, settings).await.unwrap();
        App { id, secret }
    }

    /// One that can keep a secret.
    pub async fn confidential(&self) -> App {
        self.app(ClientSettings { redirect_uris: vec![CALLBACK.into()], ..ClientSettings::default() }).await
    }

    /// One that cannot.
    pub async fn public(&self) -> App {
        let settings =
            ClientSettings { redirect_uris: vec![CALLBACK.into()], public: true, ..ClientSettings::default() };
        self.app(settings).await
    }

    /// A person who is signed in.
    pub async fn session(&self, name: &str) -> Session {
        let key = PersonKey { issuer: "https://id.example".into(), subject: name.into() };
        let groups = ["repairs@hackney.example".parse().unwrap()];
        let email = format!("{name}@hackney.example");
        let cookie = self.control.sign_in_person(key, &email, name, &groups).await.unwrap();
        self.control.session(&cookie.value).await.unwrap().unwrap()
    }

    /// What the browser does with a request.
    pub async fn authorize(&self, query: &[(&str, &str)], session: Option<&Session>) -> Result<Step, Error> {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        self.oauth.authorize(query.as_bytes(), session).await
    }

    /// Asks, and lets the person say yes if they are asked: what goes back to the application.
    pub async fn approve(&self, query: &[(&str, &str)], session: &Session) -> Leaving {
        match self.authorize(query, Some(session)).await.unwrap() {
            Step::Leave(leaving) => leaving,
            Step::Look(address) => {
                let request = address.rsplit_once('=').unwrap().1;
                let asked = self.oauth.continue_authorization(request, session).await.unwrap();
                assert!(matches!(asked, Step::Ask(_)), "{asked:?}");
                self.oauth.decide_authorization(request, session, &Consent::Whole).await.unwrap()
            }
            step => panic!("{step:?}"),
        }
    }

    /// A code for an application, with the request of [`request`].
    pub async fn code(&self, app: &App, more: &[(&str, &str)]) -> String {
        let session = self.session("ada").await;
        let leaving = self.approve(&request(app.id.as_str(), more), &session).await;
        field(&leaving, "code")
    }

    /// Shows a code as the confidential application that it is.
    pub async fn redeem(&self, app: &App, code: &str, more: &[(&str, &str)]) -> Answer {
        let form = with(
            &[
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", CALLBACK),
                ("code_verifier", VERIFIER),
            ],
            more,
        );
        self.post_as("/oauth/token", app.id.as_str(), &app.secret, &form).await
    }

    /// Shows a refresh token.
    pub async fn refresh(&self, app: &App, token: &str, more: &[(&str, &str)]) -> Answer {
        let form = with(&[("grant_type", "refresh_token"), ("refresh_token", token)], more);
        self.post_as("/oauth/token", app.id.as_str(), &app.secret, &form).await
    }

    /// A form with a proof of a key.
    pub async fn post_with_proof(&self, path: &str, form: &[(&str, &str)], proof: &str) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("dpop", proof)
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    /// A good proof of a key for an endpoint, as head and claims that a test may spoil.
    pub fn proof(&self, key: &Key, path: &str) -> (Value, Value) {
        let head = serde_json::json!({ "typ": "dpop+jwt", "alg": format!("{:?}", key.algorithm), "jwk": key.jwk });
        let claims = serde_json::json!({
            "jti": self.control.chance().hex(8), "htm": "POST", "htu": format!("{}{path}", crate::town::HUB),
            "iat": self.now(),
        });
        (head, claims)
    }

    /// The same, signed.
    pub fn proven(&self, key: &Key, path: &str) -> String {
        let (head, claims) = self.proof(key, path);
        key.sign_text(&head.to_string(), &claims.to_string())
    }
}

/// The parameters of a good authorisation request, with these instead of or beside them; an empty value leaves one out.
pub fn request<'a>(client: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let good = [
        ("client_id", client),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("state", "state-of-the-client"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("resource", PRODUCTION),
    ];
    with(&good, more)
}

/// Parameters with these instead of or beside them.
pub fn with<'a>(good: &[(&'a str, &'a str)], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let is_replaced = |name: &str| more.iter().any(|(other, _)| *other == name);
    let kept = good.iter().filter(|(name, _)| !is_replaced(name));
    kept.chain(more.iter()).copied().filter(|(_, value)| !value.is_empty()).collect()
}

/// A field of what goes back to the application; empty if it is not there.
pub fn field(leaving: &Leaving, name: &str) -> String {
    let fields: Vec<(String, String)> = match leaving {
        Leaving::Redirect(address) => url::Url::parse(address).unwrap().query_pairs().into_owned().collect(),
        Leaving::Form { fields, .. } => {
            fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
        }
    };
    fields.into_iter().find(|(known, _)| known == name).map(|(_, value)| value).unwrap_or_default()
}

/// The thumbprint of a key, as RFC 7638 has it.
pub fn thumbprint(jwk: &Value) -> String {
    let member = |name: &str| jwk[name].as_str().unwrap();
    let text = format!(r#"{{"crv":"{}","kty":"EC","x":"{}","y":"{}"}}"#, member("crv"), member("x"), member("y"));
    part(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes()).as_ref())
}
