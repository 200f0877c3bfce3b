//! How does an application prove itself?

use std::fmt;

use crate::{Chance, invalid::closed_word};

closed_word! {
    /// What a credential is.
    CredentialKind, "credential kind" {
        /// A public key; the private one never leaves the application (RFC 7523).
        PublicKey = "public_key",
        /// The address of public keys, at which the application's owners change them by themselves (RFC 7517).
        JwksUrl = "jwks_url",
        /// A secret, shown once and stored hashed.
        Secret = "secret",
        /// A service account of another issuer, whose tokens are exchanged (RFC 8693).
        ServiceAccount = "service_account",
    }
}

closed_word! {
    /// When a credential ends whose successor was made.
    Overlap, "overlap" {
        /// At once.
        Now = "now",
        /// In 24 hours.
        Day = "day",
        /// In seven days.
        Week = "week",
    }
}

impl Overlap {
    /// So many seconds later.
    pub fn seconds(self) -> i64 {
        match self {
            Self::Now => 0,
            Self::Day => 86_400,
            Self::Week => 7 * 86_400,
        }
    }
}

/// A secret in the one moment in which it can be shown. It can be neither stored nor printed by accident.
///
/// `hansom_sec_`, 43 characters of 256 bits of chance, 6 characters of a checksum: `hansom_sec_[0-9A-Za-z]{49}`.
pub struct PlainSecret(String);

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// So many digits hold 256 bits.
const CHANCE: usize = 43;
/// So many hold 32.
const SUM: usize = 6;

impl PlainSecret {
    /// What every secret starts with, so that scanners recognise a leaked one.
    pub const PREFIX: &'static str = "hansom_sec_";

    /// A new secret of 256 bits.
    pub fn random(chance: &Chance) -> Self {
        let mut text = format!("{}{}", Self::PREFIX, digits::<CHANCE>(chance.bytes::<32>().to_vec()));
        text.push_str(&sum(&text));
        Self(text)
    }

    /// The secret itself, to show it once or to hash it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether a text could be a secret of ours. One that says so of itself has to have the right checksum: what was mistyped
    /// or made up is refused without asking for it anywhere. Secrets from before there were checksums are taken as they are.
    pub fn may_be(text: &str) -> bool {
        let Some(rest) = text.strip_prefix(Self::PREFIX) else {
            let older = text.strip_prefix("hansom_").is_some_and(|hex| hex.len() == 64);
            return older && text.bytes().skip(7).all(|byte| byte.is_ascii_hexdigit());
        };
        let is_whole = rest.len() == CHANCE + SUM && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_whole && text.split_at_checked(text.len() - SUM).is_some_and(|(message, told)| sum(message) == told)
    }
}

impl fmt::Debug for PlainSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlainSecret(…)")
    }
}

fn sum(text: &str) -> String {
    digits::<SUM>(crc32(text.as_bytes()).to_be_bytes().to_vec())
}

/// A number in big-endian bytes as `N` digits to the base of 62.
fn digits<const N: usize>(mut number: Vec<u8>) -> String {
    let mut text = [b'0'; N];
    for digit in text.iter_mut().rev() {
        let mut rest = 0_u32;
        for byte in &mut number {
            let value = rest * 256 + u32::from(*byte);
            *byte = (value / 62) as u8;
            rest = value % 62;
        }
        *digit = DIGITS.get(rest as usize).copied().unwrap_or(b'0');
    }
    text.iter().map(|digit| char::from(*digit)).collect()
}

/// The checksum of IEEE 802.3, as scanners for secrets know it. It finds mistakes, and is no protection against anybody.
fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
        }
    }
    !sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_says_what_it_is_and_whether_it_is_whole() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926, "the check value of the checksum");
        assert_eq!(digits::<2>(vec![61]), "0z");
        assert_eq!(digits::<3>(vec![1, 0]), "048");
        assert_eq!(digits::<CHANCE>(vec![255; 32]).len(), CHANCE, "the largest number fits");
        let secret = PlainSecret::random(&Chance::new(|bytes| bytes.fill(0xa5)));
        let text = secret.reveal();
        assert_eq!(text.len(), 11 + 49, "{text}");
        assert!(PlainSecret::may_be(text));
        assert_eq!(format!("{secret:?}"), "PlainSecret(…)");
    }

    #[test]
    fn g89_a_mistyped_secret_is_refused_without_asking_anybody() {
        let secret = PlainSecret::random(&Chance::new(|bytes| bytes.fill(0x5a)));
        let text = secret.reveal();
        for at in PlainSecret::PREFIX.len()..text.len() {
            let other = if text.as_bytes()[at] == b'7' { "8" } else { "7" };
            let wrong = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            assert!(!PlainSecret::may_be(&wrong), "{wrong}");
        }
        let older = format!("hansom_{}", "0f".repeat(32));
        assert!(PlainSecret::may_be(&older));
        for wrong in ["", "hansom_sec_", &text[..59], &format!("{text}0"), "hansom_é", "password", &older[1..]] {
            assert!(!PlainSecret::may_be(wrong), "{wrong:?}");
        }
    }
}
