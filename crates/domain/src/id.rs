//! Which one exactly?

use std::{fmt, str::FromStr, sync::Arc};

use crate::invalid::{Invalid, quoted, word_as_text};

fn hexadecimal<'t>(bytes: &[u8; 16], text: &'t mut [u8; 32]) -> &'t str {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (byte, pair) in bytes.iter().zip(text.chunks_exact_mut(2)) {
        pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    std::str::from_utf8(text).unwrap_or_default()
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// An id with 128 bits of chance, sortable by nothing and guessable by no one.
            pub fn random(chance: &crate::Chance) -> Self {
                Self::from_bytes(chance.bytes())
            }

            /// An id of these bytes, in lower-case hexadecimal digits.
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(hexadecimal(&bytes, &mut [0; 32]).into())
            }
        }
        impl FromStr for $name {
            type Err = Invalid;
            fn from_str(text: &str) -> Result<Self, Invalid> {
                let fits = (1..=100).contains(&text.len())
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
                if fits { Ok(Self(text.into())) } else { Err(Invalid::new(format!("{} is no id", quoted(text)))) }
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        word_as_text!($name);
    };
}

id! {
    /// An API, whatever it is called.
    ApiId
}
id! {
    /// A major version of an API.
    VersionId
}
id! {
    /// One published contract of a version.
    ReleaseId
}
id! {
    /// An application: the OAuth `client_id`.
    ApplicationId
}
id! {
    /// A pipeline that an API trusts to publish it.
    PipelineId
}
id! {
    /// A credential of an application.
    CredentialId
}
id! {
    /// What somebody is about to publish.
    DraftId
}
id! {
    /// A grant, from its request on.
    GrantId
}
id! {
    /// A person: the `sub` of their access tokens.
    PersonId
}
id! {
    /// One request at the gateway or the hub, returned as `Request-Id`.
    RequestId
}
id! {
    /// One access token: its `jti`.
    TokenId
}
id! {
    /// A waiver, from its request on.
    WaiverId
}
id! {
    /// An incident: something that went wrong, as operators tell it.
    IncidentId
}
id! {
    /// A meetup of the community.
    MeetupId
}
id! {
    /// A thread of feedback.
    FeedbackId
}
id! {
    /// A message of a thread.
    MessageId
}
