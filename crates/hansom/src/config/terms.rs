//! What may `[applications]` and `[grants]` say?

use hansom_control::{ApplicationTerms, CredentialTerms, GrantTerms};
use serde::Deserialize;

/// `[applications]`
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Applications {
    /// A secret lasts so many days at most; 0: as long as its owners like.
    pub(crate) longest_secret_days: u16,
    /// A credential that was not used for so many days lapses; 0: never.
    pub(crate) unused_credential_days: u16,
    /// So many days after its owning group emptied an application is suspended; 0: never.
    pub(crate) ownerless_days: u16,
}

impl Default for Applications {
    fn default() -> Self {
        let credentials = CredentialTerms::default();
        Self {
            longest_secret_days: credentials.longest_secret_days,
            unused_credential_days: credentials.unused_days,
            ownerless_days: ApplicationTerms::default().ownerless_days,
        }
    }
}

/// `[grants]`
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Grants {
    /// A grant lasts so many months where the one who decides names no other end.
    pub(crate) usual_months: u16,
    /// No grant lasts longer.
    pub(crate) most_months: u16,
    /// Whether requests for the sandbox are granted at once, where the API does not forbid it.
    pub(crate) sandbox_at_once: bool,
}

impl Default for Grants {
    fn default() -> Self {
        let GrantTerms { usual_months, most_months, .. } = GrantTerms::default();
        Self { usual_months, most_months, sandbox_at_once: true }
    }
}

impl Applications {
    pub(crate) fn credentials(&self) -> CredentialTerms {
        CredentialTerms { longest_secret_days: self.longest_secret_days, unused_days: self.unused_credential_days }
    }

    pub(crate) fn terms(&self) -> ApplicationTerms {
        ApplicationTerms { ownerless_days: self.ownerless_days }
    }
}

impl Grants {
    /// What is wrong with it.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.usual_months == 0 || self.usual_months > self.most_months || self.most_months > 120 {
            return Err("usual_months is from 1 to most_months, and that is at most 120".into());
        }
        Ok(())
    }

    pub(crate) fn terms(&self) -> GrantTerms {
        GrantTerms {
            usual_months: self.usual_months,
            most_months: self.most_months,
            sandbox_at_once: self.sandbox_at_once,
        }
    }
}
