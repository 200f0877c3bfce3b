//! Say how an application takes part in the flows of people.

use hansom_domain::{Actor, ApplicationId};
use hansom_store::OauthClientRow;
use serde_json::json;

use crate::{Client, Control, Error, RedirectUri};

const MOST_URIS: usize = 20;

/// How an application is to take part in the flows of people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientSettings {
    /// Where people may be sent back to; at most 20.
    pub redirect_uris: Vec<String>,
    /// Whether it can keep no secret: an application in a browser or on people's machines.
    pub public: bool,
    /// Whether its authorisation requests must be pushed.
    pub par_required: bool,
    /// Whether its tokens must be bound to a key.
    pub dpop_required: bool,
    /// Whether people are not asked before it acts for them; for administrators to say.
    pub first_party: bool,
}

impl Control {
    /// Says how an application of the actor's groups takes part in the flows of people.
    pub async fn configure_client(
        &self,
        actor: &Actor,
        id: &ApplicationId,
        settings: ClientSettings,
    ) -> Result<(), Error> {
        let application = self.application_for(actor, id).await?;
        let client = self.client(id).await?;
        let client =
            client.ok_or_else(|| Error::Conflict("the application is revoked; register another one".into()))?;
        let redirect_uris = checked(&settings.redirect_uris)?;
        refuse_trust_by_others(actor, &client, &settings, &redirect_uris)?;
        let known: Vec<&str> = client.redirect_uris.iter().map(RedirectUri::as_str).collect();
        let before = json!({
            "redirect_uris": known, "public": client.public, "par_required": client.par_required,
            "dpop_required": client.dpop_required, "first_party": client.first_party,
        });
        let now = self.clock.now();
        let mut change = self.begin(actor, "configure_client", now).await?;
        let uris: Vec<&str> = redirect_uris.iter().map(RedirectUri::as_str).collect();
        let row = OauthClientRow {
            application_id: application.id,
            redirect_uris: json!(uris),
            public: settings.public,
            par_required: settings.par_required,
            dpop_required: settings.dpop_required,
            first_party: settings.first_party,
            changed_at: now,
            changed_by: actor.name().to_owned(),
        };
        change.put_oauth_client(&row).await?;
        let detail = json!({
            "redirect_uris": uris, "public": row.public, "par_required": row.par_required,
            "dpop_required": row.dpop_required, "first_party": row.first_party, "before": before,
        });
        Ok(change.commit(&format!("application {id}"), &detail).await?)
    }
}

fn checked(texts: &[String]) -> Result<Vec<RedirectUri>, Error> {
    if texts.len() > MOST_URIS {
        return Err(Error::Invalid(format!("there are {} redirect URIs; at most {MOST_URIS} fit", texts.len())));
    }
    let mut known: Vec<RedirectUri> = vec![];
    for text in texts {
        let uri = RedirectUri::parse(text)?;
        if known.contains(&uri) {
            return Err(Error::Invalid(format!("the redirect URI {uri} is there twice; once is enough")));
        }
        known.push(uri);
    }
    Ok(known)
}

/// That people are not asked is an administrator's word about one set of addresses: nobody else may give it, or move it to
/// other addresses.
fn refuse_trust_by_others(
    actor: &Actor,
    client: &Client,
    settings: &ClientSettings,
    redirect_uris: &[RedirectUri],
) -> Result<(), Error> {
    let stays = client.first_party && client.redirect_uris == redirect_uris && client.public == settings.public;
    if !settings.first_party || stays || actor.is_administrator() {
        return Ok(());
    }
    Err(Error::NotAllowed(
        "only an administrator of the platform may say that people are not asked (first party), or change the addresses of \
         such an application; leave first party off, or ask an administrator"
            .into(),
    ))
}
