//! What may `[keys]` say?

use std::path::PathBuf;

use hansom_control::KeyTerms;
use hansom_domain::SigningAlgorithm;
use serde::Deserialize;

use crate::platform::LONGEST_TOKEN_SECONDS;

/// `[keys]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Keys {
    /// The master key, 64 hexadecimal characters; made at the first start.
    pub(crate) master_key_file: Option<PathBuf>,
    /// The environment variable that holds the master key.
    pub(crate) master_key_variable: Option<String>,
    /// A program with its arguments that is given the wrapped key and prints the master key.
    pub(crate) master_key_command: Option<Vec<String>>,
    /// What the program is given.
    pub(crate) wrapped_key_file: Option<PathBuf>,
    /// What the next signing key signs with.
    #[serde(default = "usual_algorithm")]
    pub(crate) algorithm: SigningAlgorithm,
    /// A signing key signs for so many days; 0: until `hansom keys rotate`.
    #[serde(default = "usual_days")]
    pub(crate) rotate_every_days: u16,
    /// It is shown for so many hours before.
    #[serde(default = "usual_hours")]
    pub(crate) announce_hours: u16,
}

fn usual_algorithm() -> SigningAlgorithm {
    KeyTerms::default().algorithm
}

fn usual_days() -> u16 {
    KeyTerms::default().rotate_every_days
}

fn usual_hours() -> u16 {
    24
}

impl Keys {
    /// What is wrong with it.
    pub(crate) fn check(&self) -> Result<(), String> {
        let sources =
            [self.master_key_file.is_some(), self.master_key_variable.is_some(), self.master_key_command.is_some()];
        if sources.iter().filter(|named| **named).count() != 1 {
            return Err("needs exactly one of master_key_file, master_key_variable and master_key_command".into());
        }
        if self.master_key_command.as_ref().is_some_and(Vec::is_empty) {
            return Err("master_key_command is empty; name the program and its arguments, each as one text".into());
        }
        if self.wrapped_key_file.is_some() != self.master_key_command.is_some() {
            return Err("master_key_command and wrapped_key_file come together".into());
        }
        if self.rotate_every_days > 3650 {
            return Err("rotate_every_days is at most 3650".into());
        }
        if self.announce_hours > 24 * 30 {
            return Err("announce_hours is at most 720".into());
        }
        let needed = self.announce_hours.saturating_mul(2).div_ceil(24);
        if self.rotate_every_days != 0 && self.rotate_every_days < needed.max(1) {
            return Err(
                "rotate_every_days must be at least twice announce_hours, or the next key is never ready".into()
            );
        }
        Ok(())
    }

    /// How long a signing key lasts.
    pub(crate) fn terms(&self) -> KeyTerms {
        KeyTerms {
            algorithm: self.algorithm,
            rotate_every_days: self.rotate_every_days,
            announce_seconds: i64::from(self.announce_hours) * 3600,
            token_seconds: LONGEST_TOKEN_SECONDS,
        }
    }
}
