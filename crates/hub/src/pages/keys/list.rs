//! Which keys does the platform sign with, and where do they stand in their lives?

use askama::Template;
use axum::response::Response;
use hansom_control::{Begins, KeyState, ListedKey};

use super::keys;
use crate::{
    answer::{Refusal, go_to, page},
    form::Sent,
    frame::{Frame, Section},
    moment,
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "keys/list.html")]
struct List {
    frame: Frame,
    keys: Vec<Line>,
    /// From when on the next key signs, if one is announced.
    next: Option<String>,
}

struct Line {
    kid: String,
    algorithm: String,
    state: &'static str,
    signs_from: String,
    retired: String,
    gone: String,
    /// Where it is retired, if that can be done.
    retire: Option<String>,
    /// Where it is withdrawn, if that can be done.
    withdraw: Option<String>,
}

impl From<ListedKey> for Line {
    fn from(key: ListedKey) -> Self {
        let is_over = matches!(key.state, KeyState::Withdrawn | KeyState::Gone);
        let retires = key.state == KeyState::Signing && key.retired_at.is_none();
        Self {
            retire: retires.then(|| urls::retire_key(&key.kid)),
            withdraw: (!is_over).then(|| urls::withdraw_key(&key.kid)),
            algorithm: key.algorithm,
            state: key.state.as_str(),
            signs_from: moment::written(key.signs_from),
            retired: moment::written_or(key.retired_at, "Not settled"),
            gone: moment::written_or(key.gone_at, "Not settled"),
            kid: key.kid,
        }
    }
}

/// `GET /signing-keys`
pub(crate) async fn show(person: SignedIn) -> Result<Response, Refusal> {
    let keys = keys(&person).await?;
    let frame = person.frame("Signing keys", Section::Elsewhere).await?;
    let announced = keys.iter().find(|key| key.state == KeyState::Announced);
    let next = announced.map(|key| moment::written(key.signs_from));
    page(&List { frame, keys: keys.into_iter().map(Line::from).collect(), next })
}

/// `POST /signing-keys`: makes the key that signs next.
pub(crate) async fn rotate(sent: Sent) -> Result<Response, Refusal> {
    keys(&sent.person).await?;
    sent.person.hub.control.rotate_signing_key(sent.person.actor(), Begins::Announced).await?;
    Ok(go_to(urls::SIGNING_KEYS))
}
