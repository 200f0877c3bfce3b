//! How does a secret lie in the store?

use std::sync::{PoisonError, RwLock};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    constant_time, hmac,
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use hansom_domain::Chance;
use zeroize::Zeroizing;

use crate::Error;

/// The name under which the pepper lies in the store.
pub(crate) const PEPPER: &str = "pepper";

/// So many bytes make each key of what browsers carry.
const SALT_LEN: usize = 32;

/// Seals with a key that is derived from the platform's master key, and hashes with a pepper that is sealed with it. The
/// master key is never stored beside the data: it comes from a file, the environment or a command.
pub struct Vault {
    sealing: LessSafeKey,
    pepper: RwLock<Pepper>,
}

/// What secrets are hashed with. It outlives the master key that it was first derived from.
struct Pepper {
    bytes: Zeroizing<Vec<u8>>,
    key: hmac::Key,
}

impl Pepper {
    fn new(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, &bytes), bytes }
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

impl Vault {
    /// A vault over a master key of 256 bits.
    pub fn new(master: [u8; 32]) -> Self {
        let master = hmac::Key::new(hmac::HMAC_SHA256, Zeroizing::new(master).as_slice());
        let derive = |purpose: &str| Zeroizing::new(hmac::sign(&master, purpose.as_bytes()).as_ref().to_vec());
        #[expect(clippy::expect_used, reason = "an HMAC-SHA-256 tag is 32 bytes, which is what AES-256 takes")]
        let sealing = UnboundKey::new(&AES_256_GCM, &derive("hansom sealing 1")).expect("a key of 32 bytes");
        Self { sealing: LessSafeKey::new(sealing), pepper: RwLock::new(Pepper::new(derive("hansom pepper 1"))) }
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
    pub(crate) fn open(&self, sealed: &str, owner: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
        let broken = || {
            Error::Internal(format!("{owner} cannot be opened: the master key is another one, or the row was changed"))
        };
        let bytes = STANDARD.decode(sealed).map_err(|_| broken())?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN).ok_or_else(broken)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| broken())?;
        let mut sealed = Zeroizing::new(sealed.to_vec());
        let plain =
            self.sealing.open_in_place(nonce, Aad::from(owner.as_bytes()), &mut sealed).map_err(|_| broken())?;
        Ok(Zeroizing::new(plain.to_vec()))
    }

    /// Seals what a browser carries for the platform, for one purpose. Strangers have that done as often as they like, more
    /// often than one key bears with chance for nonces; so each has a key of its own. It comes from the pepper, which all nodes share.
    pub(crate) fn seal_for_browser(&self, plain: &[u8], purpose: &str, chance: &Chance) -> Result<String, Error> {
        let salt: [u8; SALT_LEN] = chance.bytes();
        let mut sealed = plain.to_vec();
        self.key_for_browser(&salt, purpose)?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key([0; NONCE_LEN]), Aad::empty(), &mut sealed)
            .map_err(|_| Error::Internal("sealing failed".into()))?;
        Ok(URL_SAFE_NO_PAD.encode([salt.as_slice(), &sealed].concat()))
    }

    /// Opens what [`Vault::seal_for_browser`] sealed for the same purpose; nothing, if a browser made it up.
    pub(crate) fn open_of_browser(&self, sealed: &str, purpose: &str) -> Option<Zeroizing<Vec<u8>>> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (salt, sealed) = bytes.split_at_checked(SALT_LEN)?;
        let mut sealed = Zeroizing::new(sealed.to_vec());
        let key = self.key_for_browser(salt, purpose).ok()?;
        let nonce = Nonce::assume_unique_for_key([0; NONCE_LEN]);
        let plain = key.open_in_place(nonce, Aad::empty(), &mut sealed).ok()?;
        Some(Zeroizing::new(plain.to_vec()))
    }

    fn key_for_browser(&self, salt: &[u8], purpose: &str) -> Result<LessSafeKey, Error> {
        let tag = self.tag(&format!("carried by browsers\n{purpose}\n{}", STANDARD.encode(salt)));
        let key = UnboundKey::new(&AES_256_GCM, tag.as_ref());
        key.map(LessSafeKey::new).map_err(|_| Error::Internal("a derived key is no AES-256 key".into()))
    }

    /// The pepper as it lies in the store.
    pub(crate) fn sealed_pepper(&self, chance: &Chance) -> Result<String, Error> {
        self.pepper_sealed_by(self, chance)
    }

    /// This vault's pepper, sealed with another master key.
    pub(crate) fn pepper_sealed_by(&self, other: &Vault, chance: &Chance) -> Result<String, Error> {
        let bytes = self.pepper.read().unwrap_or_else(PoisonError::into_inner).bytes.clone();
        other.seal(&bytes, PEPPER, chance)
    }

    /// Hashes with the pepper of the store from now on. It opens with the right master key only.
    pub(crate) fn take_pepper(&self, sealed: &str) -> Result<(), Error> {
        let wrong = |_| {
            Error::Internal(
                "the master key is not the one that the database was sealed with; start with the right one, see docs/keys.md"
                    .into(),
            )
        };
        let bytes = self.open(sealed, PEPPER).map_err(wrong)?;
        *self.pepper.write().unwrap_or_else(PoisonError::into_inner) = Pepper::new(bytes);
        Ok(())
    }

    fn tag(&self, secret: &str) -> hmac::Tag {
        hmac::sign(&self.pepper.read().unwrap_or_else(PoisonError::into_inner).key, secret.as_bytes())
    }

    /// The keyed hash of a secret, for the store. Secrets are 256 bits of chance, which nobody guesses however quick the hash
    /// is; so it need not be slow, and a token endpoint under attack stays cheap.
    pub(crate) fn hash(&self, secret: &str) -> String {
        STANDARD.encode(self.tag(secret).as_ref())
    }

    /// Whether `secret` has that hash, in constant time.
    pub(crate) fn is_hash_of(&self, hash: &str, secret: &str) -> bool {
        let told = self.tag(secret);
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
        assert_eq!(vault.open(&sealed, "key-1").unwrap().as_slice(), b"private");
        assert!(vault.open(&sealed, "key-2").is_err());
        assert!(Vault::new([2; 32]).open(&sealed, "key-1").is_err());
        assert!(vault.open("AAAA", "key-1").is_err());
    }

    #[test]
    fn what_a_browser_carries_opens_for_its_purpose_alone_and_not_where_a_letter_was_changed() {
        let chance = Chance::new(|bytes| bytes.fill(7));
        let vault = Vault::new([1; 32]);
        let sealed = vault.seal_for_browser(b"nonce", "sign-in", &chance).unwrap();
        assert_eq!(vault.open_of_browser(&sealed, "sign-in").unwrap().as_slice(), b"nonce");
        assert!(vault.open_of_browser(&sealed, "another").is_none());
        assert!(Vault::new([2; 32]).open_of_browser(&sealed, "sign-in").is_none());
        for (at, _) in sealed.char_indices() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert!(vault.open_of_browser(&String::from_utf8(changed).unwrap(), "sign-in").is_none(), "letter {at}");
        }
        for nothing in ["", "AAAA", "=", &"A".repeat(4000)] {
            assert!(vault.open_of_browser(nothing, "sign-in").is_none());
        }
    }

    #[test]
    fn secrets_keep_their_hashes_when_the_master_key_changes() {
        let chance = Chance::new(|bytes| bytes.fill(7));
        let (old, new) = (Vault::new([1; 32]), Vault::new([2; 32]));
        let hash = old.hash("hansom_sec_a");
        assert!(!new.is_hash_of(&hash, "hansom_sec_a"));
        new.take_pepper(&old.pepper_sealed_by(&new, &chance).unwrap()).unwrap();
        assert!(new.is_hash_of(&hash, "hansom_sec_a"));
        assert!(
            old.take_pepper(&new.sealed_pepper(&chance).unwrap()).is_err(),
            "the old master key opens nothing more"
        );
        assert_eq!(format!("{old:?}"), "Vault(…)");
    }
}
