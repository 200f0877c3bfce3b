//! Which edition of the playbook holds, and what would another one change?

use std::sync::{Arc, Mutex, PoisonError};

use hansom_domain::{Actor, ApiSlug, Major};
use hansom_standards::{Level, Profile};

use crate::{Control, Error, PublishFault, manifest};

/// The edition that was read last, by name, and its profile: editions never change once they are published.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held(Arc<Mutex<Option<Arc<Profile>>>>);

impl Held {
    fn find(&self, name: &str) -> Option<Arc<Profile>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().filter(|profile| &*profile.edition == name).cloned()
    }

    fn put(&self, profile: &Arc<Profile>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(profile));
    }
}

/// What an edition would mean for one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// The API.
    pub api: ApiSlug,
    /// The API's name for people.
    pub title: String,
    /// The version.
    pub major: Major,
    /// Findings at the level of an error under the edition in force, waived ones left out.
    pub errors_now: usize,
    /// The same under the new one.
    pub errors_then: usize,
    /// The score now, of 1,000; none where no rule counts.
    pub score_now: Option<u32>,
    /// The score then.
    pub score_then: Option<u32>,
    /// The rules that would be broken and are not broken now.
    pub newly_broken: Vec<String>,
}

impl Forecast {
    /// Whether the release in force would not be published under the new edition, though it would be under the old.
    pub fn falls_short(&self) -> bool {
        self.errors_now == 0 && self.errors_then > 0
    }
}

impl Control {
    /// The profile in force: the newest published edition's; before there is one, the profile of the configuration.
    pub async fn profile_in_force(&self) -> Result<Arc<Profile>, Error> {
        let Some(newest) = self.reads.editions().await?.into_iter().next() else {
            return Ok(Arc::clone(&self.settings.standards.profile));
        };
        if let Some(profile) = self.editions.find(&newest.name) {
            return Ok(profile);
        }
        let profile = Profile::read(&newest.profile).map_err(|faults| {
            let fault = faults.first().map_or_else(String::new, ToString::to_string);
            Error::Internal(format!("edition {}: {fault}", newest.name))
        })?;
        let profile = Arc::new(profile);
        self.editions.put(&profile);
        Ok(profile)
    }

    /// Reads the profile of an edition to be; its faults are told with line and column.
    pub fn read_profile(&self, text: &str) -> Result<Profile, Error> {
        if text.len() > 200_000 {
            return Err(Error::Invalid("the profile is larger than 200 kB".into()));
        }
        let in_file = |faults: Vec<hansom_standards::Fault>| -> Vec<PublishFault> {
            faults.iter().map(|fault| manifest::of_standards("profile.yaml", fault)).collect()
        };
        Profile::read(text).map_err(|faults| Error::Faults(in_file(faults)))
    }

    /// What an edition would mean for every version, before it is published. Stores nothing.
    pub async fn forecast(&self, actor: &Actor, profile: &Arc<Profile>) -> Result<Vec<Forecast>, Error> {
        self.refuse_who_keeps_no_standards(actor)?;
        let now = self.profile_in_force().await?;
        let mut forecasts = vec![];
        for version in self.reads.versions().await? {
            let published = self.contract_of(&version).await?;
            let before = self.judge_release(&published, Arc::clone(&now)).await?;
            let after = self.judge_release(&published, Arc::clone(profile)).await?;
            forecasts.push(Forecast {
                api: version.slug,
                title: version.title,
                major: version.major,
                errors_now: before.standing(Level::Error),
                errors_then: after.standing(Level::Error),
                score_now: before.scorecard().score,
                score_then: after.scorecard().score,
                newly_broken: after
                    .broken()
                    .filter(|rule| !before.broken().any(|known| known == *rule))
                    .map(str::to_owned)
                    .collect(),
            });
        }
        Ok(forecasts)
    }

    pub(crate) fn refuse_who_keeps_no_standards(&self, actor: &Actor) -> Result<(), Error> {
        if self.speaks_for_standards(actor) {
            return Ok(());
        }
        Err(Error::NotAllowed(format!("only members of {} keep the playbook", self.settings.standards.group)))
    }
}
