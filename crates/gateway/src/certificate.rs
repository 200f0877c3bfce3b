//! What does a certificate of a listener say: for which names, from when and until when?

use rustls::pki_types::CertificateDer;
use webpki::EndEntityCert;

use crate::der::{SEQUENCE, expect, skip, time, value};

/// What a certificate says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFacts {
    /// The DNS names it is for, wildcards too.
    pub names: Vec<String>,
    /// From when it holds, in seconds since 1970.
    pub from: i64,
    /// Until when it holds, in seconds since 1970.
    pub until: i64,
}

const VERSION: u8 = 0xa0;

impl CertificateFacts {
    /// Reads a certificate; `None` if it is none.
    pub fn read(certificate: &CertificateDer<'_>) -> Option<Self> {
        let parsed = EndEntityCert::try_from(certificate).ok()?;
        let (from, until) = validity(certificate)?;
        let names = parsed.valid_dns_names().map(str::to_ascii_lowercase).collect();
        Some(Self { names, from, until })
    }
}

/// RFC 5280, 4.1: version, serial number, signature, issuer, validity.
fn validity(certificate: &[u8]) -> Option<(i64, i64)> {
    let (certificate, _) = expect(certificate, SEQUENCE)?;
    let (rest, _) = expect(certificate, SEQUENCE)?;
    let mut rest = skip(rest, VERSION);
    for _ in 0..3 {
        (_, _, rest) = value(rest)?;
    }
    let (validity, _) = expect(rest, SEQUENCE)?;
    let (from, rest) = time(validity)?;
    let (until, _) = time(rest)?;
    Some((from, until))
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    #[test]
    fn a_certificate_says_its_names_and_its_time() {
        let key = KeyPair::generate().expect("a key");
        let mut params =
            CertificateParams::new(["API.hackney.example".into(), "*.hackney.example".into()]).expect("names");
        for (from, until, seconds) in [
            ((2024, 2, 29), (2049, 12, 31), (1_709_164_800, 2_524_521_600)),
            ((1999, 12, 31), (2050, 1, 1), (946_598_400, 2_524_608_000)),
            ((2100, 3, 1), (9999, 12, 31), (4_107_542_400, 253_402_214_400)),
        ] {
            params.not_before = date_time_ymd(from.0, from.1, from.2);
            params.not_after = date_time_ymd(until.0, until.1, until.2);
            let facts = CertificateFacts::read(params.self_signed(&key).expect("signed").der()).expect("readable");
            assert_eq!((facts.from, facts.until), seconds);
            assert_eq!(facts.names, ["api.hackney.example", "*.hackney.example"]);
        }
    }

    #[test]
    fn what_is_no_certificate_is_none_wherever_it_breaks_off() {
        let certificate = rcgen::generate_simple_self_signed(["a.example".to_owned()]).expect("made").cert;
        let whole = certificate.der().to_vec();
        for end in 0..whole.len() {
            let cut = CertificateDer::from(whole[..end].to_vec());
            assert_eq!(CertificateFacts::read(&cut), None);
        }
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0xff;
            // It may be readable or not; it never panics.
            let _ = CertificateFacts::read(&CertificateDer::from(changed));
        }
    }
}
