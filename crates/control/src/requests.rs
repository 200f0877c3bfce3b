//! Who may look at the requests of everybody?

use hansom_domain::Actor;
use hansom_store::{GrantFilter, GrantRow, Part};

use crate::{Control, Error};

/// The most that are given at once.
const MOST: usize = 201;

impl Control {
    /// A part of the grants of the whole platform, oldest request first, and how many fit: for administrators.
    pub async fn requests_found(
        &self,
        actor: &Actor,
        filter: &GrantFilter<'_>,
        part: Part<'_>,
    ) -> Result<(Vec<GrantRow>, usize), Error> {
        if !actor.is_administrator() {
            return Err(Error::NotAllowed(format!(
                "only members of {} see the requests of everybody",
                self.settings.administrators
            )));
        }
        let part = Part { most: part.most.min(MOST), ..part };
        Ok((self.reads.grants_found(filter, part).await?, self.reads.grants_count(filter).await?))
    }
}
