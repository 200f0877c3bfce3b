//! What does a list of revoked certificates say of itself: whose is it, and how long does it hold?

use crate::{
    der::{INTEGER, SEQUENCE, expect, skip, time},
    distinguished_name,
};

/// What a list of revoked certificates says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationListFacts {
    /// The authority whose certificates it is about, like `CN=Partners`.
    pub issuer: String,
    /// From when it holds, in seconds since 1970.
    pub from: i64,
    /// When the next one is due and this one ends, in seconds since 1970.
    pub until: i64,
}

impl RevocationListFacts {
    /// Reads a list; `None` if it is none, or does not say when the next is due (RFC 5280, 5.1: version, signature, issuer,
    /// this update, next update).
    pub(crate) fn read(list: &[u8]) -> Option<Self> {
        let (list, _) = expect(list, SEQUENCE)?;
        let (rest, _) = expect(list, SEQUENCE)?;
        let (_, rest) = expect(skip(rest, INTEGER), SEQUENCE)?;
        let (issuer, rest) = expect(rest, SEQUENCE)?;
        let (from, rest) = time(rest)?;
        let (until, _) = time(rest)?;
        Some(Self { issuer: distinguished_name::text(issuer).unwrap_or_default(), from, until })
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{
        BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, IsCa, Issuer, KeyIdMethod,
        KeyPair, date_time_ymd,
    };

    use super::*;

    #[test]
    fn a_list_says_whose_it_is_and_how_long_it_holds_wherever_it_breaks_off() {
        let mut authority = CertificateParams::new(vec![]).expect("no names");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.distinguished_name = rcgen::DistinguishedName::new();
        authority.distinguished_name.push(DnType::CommonName, "Partners");
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2024, 2, 29),
            next_update: date_time_ymd(2049, 12, 31),
            crl_number: 1.into(),
            issuing_distribution_point: None,
            revoked_certs: vec![],
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let issuer = Issuer::new(authority, KeyPair::generate().expect("a key"));
        let list = list.signed_by(&issuer).expect("signed");
        let expected = RevocationListFacts { issuer: "CN=Partners".into(), from: 1_709_164_800, until: 2_524_521_600 };
        assert_eq!(RevocationListFacts::read(list.der()), Some(expected));
        for end in 0..list.der().len() {
            assert_eq!(RevocationListFacts::read(&list.der()[..end]), None);
        }
    }
}
