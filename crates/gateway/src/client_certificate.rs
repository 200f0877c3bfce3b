//! Whom does the certificate of a client name?
//!
//! Only one that the handshake has verified is read, and none of a proxy: that names the proxy, and not who calls.

use std::{fmt::Write, net::IpAddr};

use rustls::pki_types::CertificateDer;
use serde::Serialize;
use webpki::EndEntityCert;

use crate::{
    der::{BOOLEAN, OBJECT_ID, OCTET_STRING, SEQUENCE, expect, skip, value},
    distinguished_name,
};

/// Whom a client's certificate names, in text that is bounded and printable.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ClientCertificate {
    /// Whom it is for, like `O=Hackney,CN=shop`; empty if it does not say so, or in more than 512 characters.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// Its alternative names in its own order: `DNS:shop.example`, `URI:spiffe://hackney/shop`, `email:…`, `IP:…`. At most
    /// sixteen, of 1,024 characters together; names of other kinds, and those that are not plain ASCII, are left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

/// The extension's number (RFC 5280, 4.2.1.6).
const ALTERNATIVE_NAMES: [u8; 3] = [0x55, 0x1d, 0x11];
const EXTENSIONS: u8 = 0xa3;
const EMAIL: u8 = 0x81;
const DNS: u8 = 0x82;
const URI: u8 = 0x86;
const ADDRESS: u8 = 0x87;
const MOST_NAMES: usize = 16;
const LONGEST_NAMES: usize = 1024;

impl ClientCertificate {
    /// Reads a certificate; of what cannot be read nothing is told.
    pub(crate) fn read(certificate: &CertificateDer<'_>) -> Self {
        let parsed = EndEntityCert::try_from(certificate).ok();
        let subject = parsed.and_then(|parsed| distinguished_name::text(parsed.subject())).unwrap_or_default();
        Self { subject, names: names(alternative_names(certificate).unwrap_or_default()) }
    }
}

/// The content of the extension that names whom else the certificate is for.
fn alternative_names(certificate: &[u8]) -> Option<&[u8]> {
    let mut list = extensions(certificate)?;
    while let Some((extension, behind)) = expect(list, SEQUENCE) {
        list = behind;
        let (id, rest) = expect(extension, OBJECT_ID)?;
        if id == ALTERNATIVE_NAMES {
            let (content, _) = expect(skip(rest, BOOLEAN), OCTET_STRING)?;
            return expect(content, SEQUENCE).map(|(names, _)| names);
        }
    }
    None
}

fn extensions(certificate: &[u8]) -> Option<&[u8]> {
    let (certificate, _) = expect(certificate, SEQUENCE)?;
    let (mut rest, _) = expect(certificate, SEQUENCE)?;
    while let Some((tag, content, behind)) = value(rest) {
        if tag == EXTENSIONS {
            return expect(content, SEQUENCE).map(|(list, _)| list);
        }
        rest = behind;
    }
    None
}

fn names(mut list: &[u8]) -> Vec<String> {
    let (mut names, mut length) = (vec![], 0_usize);
    while let Some((tag, content, behind)) = value(list) {
        list = behind;
        let Some(name) = name(tag, content) else { continue };
        length = length.saturating_add(name.len());
        if names.len() >= MOST_NAMES || length > LONGEST_NAMES {
            break;
        }
        names.push(name);
    }
    names
}

fn name(tag: u8, content: &[u8]) -> Option<String> {
    let kind = match tag {
        EMAIL => "email:",
        DNS => "DNS:",
        URI => "URI:",
        ADDRESS => return address(content).map(|address| format!("IP:{address}")),
        _ => return None,
    };
    let text = std::str::from_utf8(content).ok()?;
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    is_plain.then(|| format!("{kind}{text}"))
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    }
}

impl std::fmt::Display for ClientCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.subject)?;
        self.names.iter().try_for_each(|name| {
            f.write_char(' ')?;
            f.write_str(name)
        })
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, CustomExtension, DnType, DnValue, KeyPair, SanType};

    use super::*;

    fn read(change: impl FnOnce(&mut CertificateParams)) -> ClientCertificate {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(vec![]).expect("no names");
        params.distinguished_name = rcgen::DistinguishedName::new();
        change(&mut params);
        ClientCertificate::read(params.self_signed(&key).expect("signed").der())
    }

    fn subject(values: &[(DnType, DnValue)]) -> String {
        let name = read(|params| {
            for (kind, value) in values {
                params.distinguished_name.push(kind.clone(), value.clone());
            }
        });
        name.subject
    }

    fn utf8(text: &str) -> DnValue {
        DnValue::Utf8String(text.to_owned())
    }

    #[test]
    fn a_subject_is_told_so_that_no_other_is_told_alike() {
        let (organisation, common) = (DnType::OrganizationName, DnType::CommonName);
        for (value, expected) in [
            ("shop", "CN=shop"),
            ("shop\0", "CN=shop\\00"),
            ("shop\n{\"status\":200}", "CN=shop\\0A{\\\"status\\\":200}"),
            ("shop,O=Hackney", "CN=shop\\,O\\=Hackney"),
            ("#41", "CN=\\#41"),
            (" shop ", "CN=\\ shop\\ "),
            ("a b", "CN=a b"),
            ("Łódź", "CN=Łódź"),
            ("\u{202e}pohs", "CN=\\E2\\80\\AEpohs"),
        ] {
            assert_eq!(subject(&[(common.clone(), utf8(value))]), expected);
        }
        let two = subject(&[(organisation, utf8("Hackney, London")), (common.clone(), utf8("shop"))]);
        assert_eq!(two, "O=Hackney\\, London,CN=shop");
        let mail = DnType::CustomDnType(vec![1, 2, 840, 113_549, 1, 9, 1]);
        assert_eq!(subject(&[(mail, utf8("a@b.example"))]), "1.2.840.113549.1.9.1=a@b.example");
        let wide = rcgen::string::BmpString::try_from("shop").expect("text");
        assert_eq!(subject(&[(common, DnValue::BmpString(wide))]), "CN=#00730068006F0070");
        assert_eq!(read(|_| ()), ClientCertificate::default());
    }

    #[test]
    fn what_is_too_long_is_not_told_and_never_cut() {
        assert_eq!(subject(&[(DnType::CommonName, utf8(&"s".repeat(510)))]), "");
        assert_eq!(subject(&[(DnType::CommonName, utf8(&"s".repeat(509)))]).len(), 512);
        let many: Vec<String> = (0..100).map(|number| format!("n{number}.example")).collect();
        let of = |names: &[String]| {
            let names = names.iter().map(|name| SanType::DnsName(name.as_str().try_into().expect("a name"))).collect();
            read(|params| params.subject_alt_names = names).names
        };
        assert_eq!(of(&many).len(), MOST_NAMES);
        let long: Vec<String> = (0..9).map(|number| format!("{}{number}", "a.".repeat(100))).collect();
        assert_eq!(of(&long).len(), 4, "1,024 characters hold no more of them");
    }

    #[test]
    fn alternative_names_are_told_by_their_kind() {
        let name = |text: &str| text.try_into().expect("a name");
        let told = read(|params| {
            params.subject_alt_names = vec![
                SanType::DnsName(name("shop.example")),
                SanType::URI(name("spiffe://hackney/shop")),
                SanType::Rfc822Name(name("shop@hackney.example")),
                SanType::IpAddress("192.0.2.7".parse().expect("an address")),
                SanType::IpAddress("2001:db8::7".parse().expect("an address")),
                SanType::OtherName((vec![1, 3, 6, 1, 4, 1], rcgen::OtherNameValue::Utf8String("x".into()))),
                SanType::DnsName(name("two words")),
            ];
        });
        let expected = [
            "DNS:shop.example",
            "URI:spiffe://hackney/shop",
            "email:shop@hackney.example",
            "IP:192.0.2.7",
            "IP:2001:db8::7",
        ];
        assert_eq!(told.names, expected);
    }

    #[test]
    fn an_extension_that_is_none_names_nobody() {
        for content in [&b""[..], b"\x30\x05\x82", b"\x30\x84\xff\xff\xff\xff", b"\x04\x00"] {
            let extension = CustomExtension::from_oid_content(&[2, 5, 29, 17], content.to_vec());
            assert_eq!(read(|params| params.custom_extensions = vec![extension]).names, Vec::<String>::new());
        }
    }
}
