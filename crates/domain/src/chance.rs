//! Where does chance come from?

use std::{fmt, fmt::Write, sync::Arc};

type Fill = dyn Fn(&mut [u8]) + Send + Sync;

/// Fills bytes with chance. The binary holds the system's cryptographic source; tests hold a counted one.
#[derive(Clone)]
pub struct Chance(Arc<Fill>);

impl Chance {
    /// Chance from `fill`, which must fill the whole slice.
    pub fn new(fill: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(fill))
    }

    /// `N` bytes of chance.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.0)(&mut bytes);
        bytes
    }

    /// `count` bytes of chance as lower-case hexadecimal text of twice that length.
    pub fn hex(&self, count: usize) -> String {
        let mut bytes = vec![0; count];
        (self.0)(&mut bytes);
        bytes.iter().fold(String::with_capacity(count * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

impl fmt::Debug for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Chance")
    }
}
