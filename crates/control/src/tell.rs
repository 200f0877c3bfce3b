//! Who is told of a change by mail?

use hansom_domain::{Actor, GroupAddress};
use hansom_store::{Change, NewNotice, Recipient};

use crate::{Control, Error};

impl Control {
    /// Leaves a mail for everybody who is known to be in one of these groups, once for each, but not for who did it.
    pub(crate) async fn tell(
        &self,
        change: &mut Change,
        groups: &[&GroupAddress],
        doer: &Actor,
        (subject, body): (&str, &str),
    ) -> Result<(), Error> {
        let mut told = std::collections::BTreeSet::new();
        for group in groups {
            told.extend(change.members_of(group).await?);
        }
        for person in told.iter().filter(|person| person.as_str() != doer.id()) {
            let id = self.chance.hex(16);
            let to = Recipient::Person(person);
            change.insert_notice(&NewNotice { id: &id, to, subject, body, at: self.clock.now() }).await?;
        }
        Ok(())
    }
}
