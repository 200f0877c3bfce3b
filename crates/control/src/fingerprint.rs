//! How is a high-entropy value remembered without keeping it?

use aws_lc_rs::digest;

/// The SHA-256 of a text in lower-case hexadecimal. For values with 128 bits of chance or more; secrets that an
/// application shows again and again are hashed with the platform's pepper instead.
pub fn fingerprint(text: &str) -> String {
    use std::fmt::Write;
    digest::digest(&digest::SHA256, text.as_bytes()).as_ref().iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
