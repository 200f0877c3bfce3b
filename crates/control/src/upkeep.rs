//! What is due by now?
//!
//! Each thing that is due is a change of its own, with its audit entry and its mails. What is over is refused by gateways and
//! token endpoints by its time already; here it is written down, and people are told.

use hansom_domain::{Actor, GrantState, Timestamp};
use hansom_store::{ApplicationRow, CredentialRow, GrantRow, OwningGroupRow};
use serde_json::json;

use crate::{
    Control, Error,
    terms::{DAY, days_after},
};

/// Days before their ends at which the owners of credentials are warned, the last first.
const CREDENTIAL_WARNINGS: [(i64, &str); 2] = [(3, "3"), (14, "14")];
/// And those of grants.
const GRANT_WARNINGS: [(i64, &str); 2] = [(7, "7"), (30, "30")];
/// Owners are warned so many days before a credential that is not used lapses, and it does not lapse sooner after that.
const UNUSED_WARNING_DAYS: i64 = 14;

impl Control {
    /// Does what is due, if no other node has the lease for it.
    pub async fn keep_up(&self, holder: &str, lease_seconds: i64) -> Result<(), Error> {
        let now = self.clock.now();
        if !self.writes.take_lease("upkeep", holder, now, now.plus_seconds(lease_seconds)).await? {
            return Ok(());
        }
        self.rotate_if_due().await?;
        self.clear_keys().await?;
        self.end_credentials(now).await?;
        self.warn_of_credentials(now).await?;
        self.end_grants(now).await?;
        self.warn_of_grants(now).await?;
        self.look_after_owners(now).await
    }

    /// Ends what has expired, and what nobody used although its owners were warned.
    async fn end_credentials(&self, now: Timestamp) -> Result<(), Error> {
        for credential in self.reads.expired_credentials(now).await? {
            let because = credential.ended_because.clone().unwrap_or_else(|| "expired".into());
            self.end_credential(&credential, &because, now).await?;
        }
        let unused_days = self.settings.terms.credentials.unused_days;
        if unused_days == 0 {
            return Ok(());
        }
        let before = now.plus_seconds(-DAY * i64::from(unused_days));
        let warned = now.plus_seconds(-DAY * UNUSED_WARNING_DAYS);
        for credential in self.reads.lapsing_credentials(before, warned).await? {
            self.end_credential(&credential, "unused", now).await?;
        }
        Ok(())
    }

    async fn end_credential(&self, credential: &CredentialRow, because: &str, now: Timestamp) -> Result<(), Error> {
        let Some(application) = self.reads.application(&credential.application_id).await? else { return Ok(()) };
        let mut change = self.begin(&Actor::Platform, "end_credential", now).await?;
        if !change.revoke_credential(&application.id, &credential.id, now, Some(because)).await? {
            return Ok(());
        }
        if because != "replaced" && application.is_in_force() {
            let mail = (
                format!("A credential of {} has ended", application.name),
                format!(
                    "The credential {} of the application {} has ended: {because}.\n\nTokens that were issued for it are \
                     refused. Make another on the application's page in the hub, /applications/{}, if it is needed.\n",
                    credential.hint, application.name, application.id
                ),
            );
            self.tell(&mut change, &[&application.owner], &Actor::Platform, (&mail.0, &mail.1)).await?;
        }
        let detail = json!({ "credential": credential.id, "because": because });
        Ok(change.commit(&format!("application {}", application.id), &detail).await?)
    }

    async fn warn_of_credentials(&self, now: Timestamp) -> Result<(), Error> {
        for (days, step) in CREDENTIAL_WARNINGS {
            for credential in self.reads.ending_credentials(now.plus_seconds(days * DAY), step).await? {
                let Some(end) = credential.expires_at else { continue };
                let left = (end.seconds() - now.seconds()).max(0).div_euclid(DAY);
                let what = format!("ends in {left} days, and the tokens that were issued for it with it");
                // Who is warned of the last days need not be warned of more.
                let steps: Vec<&str> =
                    CREDENTIAL_WARNINGS.iter().filter(|(more, _)| *more >= days).map(|(_, step)| *step).collect();
                self.warn_of_credential(&credential, (&what, &steps), now).await?;
            }
        }
        let unused_days = i64::from(self.settings.terms.credentials.unused_days);
        if unused_days == 0 {
            return Ok(());
        }
        let before = now.plus_seconds(-DAY * (unused_days - UNUSED_WARNING_DAYS).max(0));
        for credential in self.reads.unused_credentials(before).await? {
            let what = format!(
                "was not used for long, and lapses in {UNUSED_WARNING_DAYS} days unless a token is asked for by it"
            );
            self.warn_of_credential(&credential, (&what, &["unused"]), now).await?;
        }
        Ok(())
    }

    async fn warn_of_credential(
        &self,
        credential: &CredentialRow,
        (what, steps): (&str, &[&str]),
        now: Timestamp,
    ) -> Result<(), Error> {
        let Some(application) = self.reads.application(&credential.application_id).await? else { return Ok(()) };
        let mut change = self.begin(&Actor::Platform, "warn_of_credential", now).await?;
        for step in steps {
            change.note_warning("credential", credential.id.as_str(), step, now).await?;
        }
        let subject = format!("A credential of {} needs you", application.name);
        let body = format!(
            "The credential {} of the application {} {what}.\n\nReplace it on the application's page in the hub, \
             /applications/{}: a new one is in force at once, and the old one goes on for as long as you choose.\n",
            credential.hint, application.name, application.id
        );
        self.tell(&mut change, &[&application.owner], &Actor::Platform, (&subject, &body)).await?;
        let detail = json!({ "credential": credential.id, "steps": steps });
        Ok(change.commit(&format!("application {}", application.id), &detail).await?)
    }

    async fn end_grants(&self, now: Timestamp) -> Result<(), Error> {
        for id in self.reads.ended_grants(now).await? {
            let mut change = self.begin(&Actor::Platform, "end_grant", now).await?;
            let Some(grant) = change.grant(&id).await? else { continue };
            if !change.close_grant(&id, GrantState::Lapsed).await? {
                continue;
            }
            let subject = format!("{} may no longer call {} {}", grant.application_name, grant.title, grant.major);
            let body = format!("{}\n\nIt can be asked for again: /grants/{id}.\n", of_grant(&grant, "has ended"));
            let groups = [&grant.application_owner, &grant.api_owner];
            self.tell(&mut change, &groups, &Actor::Platform, (&subject, &body)).await?;
            change.commit(&format!("grant {id}"), &json!({ "expires_at": grant.expires_at })).await?;
        }
        Ok(())
    }

    async fn warn_of_grants(&self, now: Timestamp) -> Result<(), Error> {
        for (days, step) in GRANT_WARNINGS {
            for id in self.reads.ending_grants(now.plus_seconds(days * DAY), step).await? {
                let Some(grant) = self.reads.grant(&id).await? else { continue };
                let mut change = self.begin(&Actor::Platform, "warn_of_grant", now).await?;
                change.note_warning("grant", id.as_str(), step, now).await?;
                for (_, other) in GRANT_WARNINGS.iter().filter(|(more, _)| *more > days) {
                    change.note_warning("grant", id.as_str(), other, now).await?;
                }
                let left = grant.expires_at.map_or(0, |end| (end.seconds() - now.seconds()).max(0).div_euclid(DAY));
                let subject =
                    format!("{}'s access to {} {} ends soon", grant.application_name, grant.title, grant.major);
                let ends = of_grant(&grant, &format!("ends in {left} days"));
                let body = format!(
                    "{ends}\n\nAsk for its renewal now: /grants/{id}. It stays in force while the renewal is decided.\n"
                );
                self.tell(&mut change, &[&grant.application_owner], &Actor::Platform, (&subject, &body)).await?;
                change.commit(&format!("grant {id}"), &json!({ "step": step })).await?;
            }
        }
        Ok(())
    }

    /// Flags applications whose owning group is known to be empty, suspends them after a while, and has them back as soon as
    /// somebody is in the group again.
    ///
    /// A group is known to be empty if Hansom keeps it and nobody is in it; or if somebody was known to be in it and nobody is
    /// any more, for memberships of the directory go only by an answer of the directory. What was never known proves nothing.
    async fn look_after_owners(&self, now: Timestamp) -> Result<(), Error> {
        let groups = self.reads.owning_groups().await?;
        let applications = self.reads.applications().await?;
        for group in &groups {
            let owned = applications.iter().filter(|known| known.owner == group.address && known.revoked_at.is_none());
            if group.members > 0 {
                if group.seen_at.is_none_or(|seen| seen.plus_seconds(3600) <= now || now < seen) {
                    self.writes.see_owning_group(&group.address, now).await?;
                }
                for application in owned.filter(|known| known.ownerless_since.is_some()) {
                    self.has_owners_again(application, now).await?;
                }
            } else if is_emptied(group) {
                for application in owned {
                    self.look_after_ownerless(application, now).await?;
                }
            }
        }
        Ok(())
    }

    async fn look_after_ownerless(&self, application: &ApplicationRow, now: Timestamp) -> Result<(), Error> {
        let days = self.settings.terms.applications.ownerless_days;
        let Some(since) = application.ownerless_since else {
            let mut change = self.begin(&Actor::Platform, "flag_application", now).await?;
            if !change.mark_ownerless(&application.id, Some(now)).await? {
                return Ok(());
            }
            let subject = format!("Nobody looks after {} any more", application.name);
            let then = if days == 0 { String::new() } else { format!(" In {days} days it will be suspended.") };
            let body = format!(
                "Nobody is in {} any more, which owns the application {}.{then}\n\nSomebody has to be in the group again, or \
                 an administrator gives the application to another group: /applications/{}.\n",
                application.owner, application.name, application.id
            );
            let administrators = self.settings.administrators.clone();
            self.tell(&mut change, &[&administrators], &Actor::Platform, (&subject, &body)).await?;
            let detail = json!({ "owner": application.owner });
            return Ok(change.commit(&format!("application {}", application.id), &detail).await?);
        };
        if days == 0 || application.suspended_at.is_some() || now < days_after(since, days) {
            return Ok(());
        }
        let mut change = self.begin(&Actor::Platform, "suspend_application", now).await?;
        if !change.suspend_application(&application.id, now).await? {
            return Ok(());
        }
        let subject = format!("{} is suspended", application.name);
        let body = format!(
            "The application {} is suspended: nobody has been in {} for {days} days. Its tokens are refused.\n\nGive it to \
             another group, /applications/{}, if it is needed.\n",
            application.name, application.owner, application.id
        );
        let administrators = self.settings.administrators.clone();
        self.tell(&mut change, &[&administrators], &Actor::Platform, (&subject, &body)).await?;
        let detail = json!({ "owner": application.owner, "ownerless_since": since });
        Ok(change.commit(&format!("application {}", application.id), &detail).await?)
    }

    async fn has_owners_again(&self, application: &ApplicationRow, now: Timestamp) -> Result<(), Error> {
        let mut change = self.begin(&Actor::Platform, "restore_application", now).await?;
        if !change.mark_ownerless(&application.id, None).await? {
            return Ok(());
        }
        let detail = json!({ "owner": application.owner, "was_suspended": application.suspended_at.is_some() });
        Ok(change.commit(&format!("application {}", application.id), &detail).await?)
    }
}

fn is_emptied(group: &OwningGroupRow) -> bool {
    group.members == 0 && (group.kept || group.seen_at.is_some())
}

fn of_grant(grant: &GrantRow, what: &str) -> String {
    format!(
        "The grant of the application {} for {} {} in {} {what}.",
        grant.application_name, grant.title, grant.major, grant.environment
    )
}
