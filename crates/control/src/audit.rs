//! Who may read the audit trail?

use hansom_domain::{Actor, Timestamp};
use hansom_store::AuditRow;

use crate::{Control, Error};

impl Control {
    /// The newest entries before a moment, for administrators.
    pub async fn audit_for(&self, actor: &Actor, before: Timestamp, count: u16) -> Result<Vec<AuditRow>, Error> {
        if !actor.is_administrator() {
            return Err(Error::NotAllowed(format!(
                "only members of {} may read the audit trail",
                self.settings.administrators
            )));
        }
        Ok(self.reads.audit(before, count.clamp(1, 200)).await?)
    }
}
