//! What has to be said when a version is deprecated, and who is told?

use hansom_domain::{Actor, GroupAddress, Status, Timestamp, VersionId};
use hansom_standards::Profile;
use hansom_store::{Change, VersionRow};

use crate::{Control, Error, Manifest, PublishFault, manifest};

/// The standard that says how much notice callers have.
const NOTICE: &str = "LIFE-03";
const DAY: i64 = 86_400;

/// How many days lie at least between deprecation and sunset, by the playbook; none where it does not say.
pub(crate) fn notice_days(profile: &Profile) -> Option<i64> {
    let rule = profile.chosen(NOTICE)?;
    i64::try_from(rule.settings.number("notice_days")).ok()
}

/// What speaks against deprecating a version as its manifest has it: callers are told until when it answers, early enough, and
/// what to use instead.
pub(crate) fn faults(
    manifest: &Manifest,
    known: Option<&VersionRow>,
    profile: &Profile,
    now: Timestamp,
) -> Vec<PublishFault> {
    if manifest.status != Status::Deprecated {
        return vec![];
    }
    let fault = |what: String, mend: &str| PublishFault {
        rule: Some(NOTICE.into()),
        ..manifest::fault(manifest.ending.place, what, mend)
    };
    let mut faults = vec![];
    if manifest.ending.successor.is_none() {
        faults.push(fault(
            "a deprecated version says what to use instead, and the key `successor` is missing".into(),
            "write successor: and a version such as v2, an address, or none",
        ));
    }
    let Some(sunset) = manifest.ending.sunset else {
        faults.push(fault(
            "a deprecated version says until when it answers, and the key `sunset` is missing".into(),
            "write sunset: and a day such as 2027-04-01",
        ));
        return faults;
    };
    let known = known.filter(|version| version.status == Status::Deprecated);
    if known.is_some_and(|version| version.sunset_at == Some(sunset)) {
        return faults;
    }
    let since = known.map_or(now, |version| version.status_since);
    let days = (sunset.seconds() - since.seconds()).div_euclid(DAY);
    match notice_days(profile).filter(|needed| days < *needed) {
        Some(needed) => faults.push(fault(
            format!("the sunset leaves callers {} days; {needed} are needed", days.max(0)),
            "name a later day",
        )),
        None if sunset <= now => faults.push(fault("the sunset is past".into(), "name a day to come")),
        None => {}
    }
    faults
}

impl Control {
    /// How many days of notice callers have at least before a version ends, by the playbook in force.
    pub async fn notice_days(&self) -> Result<Option<i64>, Error> {
        Ok(notice_days(&*self.profile_in_force().await?))
    }

    /// Tells those who may call a version that it is deprecated, or that its end was moved.
    pub(crate) async fn tell_of_end(
        &self,
        change: &mut Change,
        actor: &Actor,
        (version, name): (&VersionId, &str),
        manifest: &Manifest,
    ) -> Result<(), Error> {
        let groups = change.consuming_groups(version, self.clock.now()).await?;
        let groups: Vec<&GroupAddress> = groups.iter().collect();
        let until =
            manifest.ending.sunset.map_or_else(String::new, |day| format!(" It answers until {}.", written(day)));
        let instead = match &manifest.ending.successor {
            None | Some(crate::Successor::Nothing) => String::new(),
            Some(successor) => format!(" Use {successor} instead."),
        };
        let body = format!(
            "{name} is deprecated.{until}{instead}\n\nYour group has an application with a grant for it. What changes, and how to \
             reach the owners, is on its page in the hub, /apis/{}.\n",
            manifest.api
        );
        self.tell(change, &groups, actor, (&format!("{name} is deprecated"), &body)).await
    }
}

/// A day as the manifest writes it.
fn written(day: Timestamp) -> String {
    hansom_standards::difference::Day::of_seconds(day.seconds()).to_string()
}
