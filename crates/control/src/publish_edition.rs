//! Publish an edition of the playbook, and judge every API by it.

use std::sync::Arc;

use hansom_domain::Actor;
use hansom_store::EditionRow;
use serde_json::json;

use crate::{Control, Error, text};

impl Control {
    /// Publishes an edition: from now on every publication is held against its profile, and every release in force is
    /// judged anew, in the same transaction. What is published stays published, however it is judged. The edition's name
    /// is the one in the profile and is used once.
    pub async fn publish_edition(&self, actor: &Actor, profile: &str, notes: &str) -> Result<String, Error> {
        self.refuse_who_keeps_no_standards(actor)?;
        let read = Arc::new(self.read_profile(profile)?);
        let notes = text::checked("the notes", notes, 20, 20_000, true)?;
        let name = read.edition.to_string();
        if self.profile_in_force().await?.edition == read.edition {
            return Err(Error::Conflict(format!("edition {name} is in force already; give the new one another name")));
        }
        let now = self.clock.now();
        let mut judged = vec![];
        for version in self.reads.versions().await? {
            let published = self.contract_of(&version).await?;
            judged.push((published.release.clone(), self.judge_release(&published, Arc::clone(&read)).await?));
        }
        let mut change = self.begin(actor, "publish_edition", now).await?;
        let edition = EditionRow {
            name: name.clone(),
            profile: profile.to_owned(),
            notes,
            published_at: now,
            published_by: actor.name().to_owned(),
        };
        change.insert_edition(&edition).await?;
        for (release, judgement) in &judged {
            judgement.put(&mut change, release, now).await?;
        }
        let detail = json!({ "profile": read.name, "apis": judged.len() });
        change.commit(&format!("edition {name}"), &detail).await?;
        Ok(name)
    }
}
