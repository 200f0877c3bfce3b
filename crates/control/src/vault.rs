//! How does a secret lie in the store?

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    constant_time, hmac,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use hansom_domain::Chance;

use crate::Error;

/// Seals and hashes with keys that are derived from the platform's master key. The master key is never stored beside
/// the data: it comes from a file or the environment.
pub struct Vault {
    sealing: LessSafeKey,
    pepper: hmac::Key,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

impl Vault {
    /// A vault over a master key of 256 bits.
    pub fn new(master: [u8; 32]) -> Self {
        let derive = |purpose: &str| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &master), purpose.as_bytes());
        #[expect(clippy::expect_used, reason = "an HMAC-SHA-256 tag is 32 bytes, which is what AES-256 takes")]
        let sealing = UnboundKey::new(&AES_256_GCM, derive("hansom sealing 1").as_ref()).expect("a key of 32 bytes");
        Self {
            sealing: LessSafeKey::new(sealing),
            pepper: hmac::Key::new(hmac::HMAC_SHA256, derive("hansom pepper 1").as_ref()),
        }
    }

    /// Seals `plain`, bound to the row `owner`: nonce and AES-256-GCM ciphertext in base64.
    pub(crate) fn seal(&self, plain: &[u8], owner: &str, chance: &Chance) -> Result<String, Error> {
        let nonce: [u8; NONCE_LEN] = chance.bytes();
        let mut sealed = plain.to_vec();
        self.sealing
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(owner.as_bytes()), &mut sealed)
            .map_err(|_| Error::Internal("sealing failed".into()))?;
        Ok(STANDARD.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Opens what [`Vault::seal`] sealed for the same row.
    pub(crate) fn open(&self, sealed: &str, owner: &str) -> Result<Vec<u8>, Error> {
        let broken = || {
            Error::Internal(format!("{owner} cannot be opened: the master key is another one, or the row was changed"))
        };
        let bytes = STANDARD.decode(sealed).map_err(|_| broken())?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN).ok_or_else(broken)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| broken())?;
        let mut sealed = sealed.to_vec();
        let plain =
            self.sealing.open_in_place(nonce, Aad::from(owner.as_bytes()), &mut sealed).map_err(|_| broken())?;
        Ok(plain.to_vec())
    }

    /// The keyed hash of a secret, for the store.
    pub(crate) fn hash(&self, secret: &str) -> String {
        STANDARD.encode(hmac::sign(&self.pepper, secret.as_bytes()).as_ref())
    }

    /// Whether `secret` has that hash, in constant time.
    pub(crate) fn is_hash_of(&self, hash: &str, secret: &str) -> bool {
        let told = hmac::sign(&self.pepper, secret.as_bytes());
        STANDARD.decode(hash).is_ok_and(|kept| constant_time::verify_slices_are_equal(&kept, told.as_ref()).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_for_one_row_opens_for_no_other_and_under_no_other_key() {
        let chance = Chance::new(|bytes| bytes.fill(7));
        let vault = Vault::new([1; 32]);
        let sealed = vault.seal(b"private", "key-1", &chance).unwrap();
        assert_eq!(vault.open(&sealed, "key-1").unwrap(), b"private");
        assert!(vault.open(&sealed, "key-2").is_err());
        assert!(Vault::new([2; 32]).open(&sealed, "key-1").is_err());
        assert!(vault.open("AAAA", "key-1").is_err());
    }
}
