//! Keep what somebody is about to publish.

use hansom_domain::{Actor, ApiSlug, DraftId, Major};
use hansom_store::{DraftRow, DraftText};

use crate::{
    Control, Error,
    drafts::{MOST_DRAFTS, person},
};

/// The largest manifest, as whoever reads it has it.
const MOST_MANIFEST_BYTES: usize = 1_000_000;
/// The largest contract.
const MOST_CONTRACT_BYTES: usize = 10 * 1024 * 1024;

impl Control {
    /// Begins a draft; for a version that is there, its owners alone. It is kept until a week after its last change.
    pub async fn begin_draft(
        &self,
        actor: &Actor,
        of: Option<(&ApiSlug, Major)>,
        (manifest, contract): (&str, &str),
    ) -> Result<DraftId, Error> {
        let person = person(actor)?;
        let text = checked(manifest, contract)?;
        if let Some((slug, _)) = of {
            let api = self.reads.api(slug).await?.filter(|api| actor.speaks_for(&api.owner));
            api.ok_or_else(|| Error::NotFound("there is no such API among those of your groups".into()))?;
        }
        if self.drafts_of(actor).await?.len() >= MOST_DRAFTS {
            return Err(Error::Conflict(format!(
                "you have {MOST_DRAFTS} drafts already; publish or discard one of them first"
            )));
        }
        let now = self.clock.now();
        let row = DraftRow {
            id: DraftId::random(&self.chance),
            person_id: person.clone(),
            api: of.map_or_else(String::new, |(slug, _)| slug.to_string()),
            major: of.map_or(0, |(_, major)| i64::from(major.number())),
            created_at: now,
            changed_at: now,
        };
        self.writes.insert_draft(&row, &text).await?;
        Ok(row.id)
    }

    /// Writes a draft anew.
    pub async fn change_draft(&self, actor: &Actor, id: &DraftId, manifest: &str, contract: &str) -> Result<(), Error> {
        let draft = self.draft_for(actor, id).await?;
        if !self.writes.change_draft(&draft.id, &checked(manifest, contract)?, self.clock.now()).await? {
            return Err(Error::NotFound("the draft is gone".into()));
        }
        Ok(())
    }
}

/// Texts that a draft may hold; whether they can be published is asked later.
fn checked(manifest: &str, contract: &str) -> Result<DraftText, Error> {
    for (what, text, most) in [("manifest", manifest, MOST_MANIFEST_BYTES), ("contract", contract, MOST_CONTRACT_BYTES)]
    {
        if text.trim().is_empty() {
            return Err(Error::Invalid(format!("the {what} is empty; choose its file or paste its text")));
        }
        if text.len() > most {
            return Err(Error::Invalid(format!(
                "the {what} is larger than {most} bytes; publish it by hansom publish"
            )));
        }
        // PostgreSQL takes none, and no document has one.
        if text.contains('\0') {
            return Err(Error::Invalid(format!("the {what} has a zero byte; send a text in UTF-8")));
        }
    }
    Ok(DraftText { manifest: manifest.into(), contract: contract.into() })
}
