//! How does the platform sign?

use crate::invalid::closed_word;

closed_word! {
    /// A signature algorithm of access tokens and of assertions.
    SigningAlgorithm, "signature algorithm" {
        /// ECDSA on P-256 with SHA-256: short signatures, known everywhere.
        Es256 = "ES256",
        /// RSA of 3,072 bits with SHA-256 (PKCS #1 v1.5): for those who know nothing else.
        Rs256 = "RS256",
        /// Ed25519.
        EdDsa = "EdDSA",
    }
}
