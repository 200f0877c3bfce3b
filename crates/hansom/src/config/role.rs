//! Which part of the platform does a process play?

use clap::ValueEnum;
use serde::Deserialize;

/// `role = "gateway"` in the file, or `--role gateway`.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    /// The hub and the gateway in one process.
    #[default]
    All,
    /// The hub, the control API and the tokens; no environment is listened for.
    Control,
    /// The environments; no hub.
    Gateway,
}

impl Role {
    /// Whether the process serves pages, the control API and tokens.
    pub(crate) fn serves_hub(self) -> bool {
        self != Self::Gateway
    }

    /// Whether the process serves APIs.
    pub(crate) fn serves_apis(self) -> bool {
        self != Self::Control
    }

    /// The word in the file and behind the flag.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Control => "control",
            Self::Gateway => "gateway",
        }
    }
}
