//! What does a certificate say: for which names, until when, for whom?
//!
//! Whether a certificate is to be believed is decided by the TLS library. Here it is only read, for messages, for the choice of
//! a certificate by name, and for who a client is.

use rustls::pki_types::CertificateDer;
use webpki::EndEntityCert;

/// What a certificate says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFacts {
    /// The DNS names it is for, wildcards too.
    pub names: Vec<String>,
    /// From when it holds, in seconds since 1970.
    pub from: i64,
    /// Until when it holds, in seconds since 1970.
    pub until: i64,
    /// Whom it is for, like `CN=shop,O=Hackney`.
    pub subject: String,
}

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OBJECT_ID: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const VERSION: u8 = 0xa0;
const LONGEST_SUBJECT: usize = 1024;

impl CertificateFacts {
    /// Reads a certificate; `None` if it is none.
    pub fn read(certificate: &CertificateDer<'_>) -> Option<Self> {
        let parsed = EndEntityCert::try_from(certificate).ok()?;
        let (from, until) = validity(certificate)?;
        let names = parsed.valid_dns_names().map(str::to_ascii_lowercase).collect();
        Some(Self { names, from, until, subject: subject(parsed.subject()) })
    }
}

/// One value of DER: its tag, its content, and what stands behind it.
fn value(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(*first & 0x7f))?;
            (digits.iter().fold(0usize, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (content, behind) = rest.split_at_checked(length)?;
    Some((*tag, content, behind))
}

/// The content of a value with this tag, and what stands behind it.
fn expect(bytes: &[u8], wanted: u8) -> Option<(&[u8], &[u8])> {
    value(bytes).filter(|(tag, _, _)| *tag == wanted).map(|(_, content, behind)| (content, behind))
}

/// RFC 5280, 4.1: version, serial number, signature, issuer, validity.
fn validity(certificate: &[u8]) -> Option<(i64, i64)> {
    let (certificate, _) = expect(certificate, SEQUENCE)?;
    let (mut rest, _) = expect(certificate, SEQUENCE)?;
    if let Some((_, behind)) = expect(rest, VERSION) {
        rest = behind;
    }
    for _ in 0..3 {
        (_, _, rest) = value(rest)?;
    }
    let (validity, _) = expect(rest, SEQUENCE)?;
    let (tag, from, rest) = value(validity)?;
    let from = time(tag, from)?;
    let (tag, until, _) = value(rest)?;
    Some((from, time(tag, until)?))
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`, in seconds since 1970.
fn time(tag: u8, text: &[u8]) -> Option<i64> {
    let digits = text.strip_suffix(b"Z")?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (year, rest) = digits.split_at_checked(if tag == GENERALIZED_TIME { 4 } else { 2 })?;
    let year = number(year);
    let year = match tag {
        GENERALIZED_TIME => year,
        UTC_TIME if year < 50 => year.saturating_add(2000),
        UTC_TIME => year.saturating_add(1900),
        _ => return None,
    };
    let [month, day, hour, minute, second] = rest.as_chunks::<2>().0 else { return None };
    if rest.len() != 10 {
        return None;
    }
    let days = days(year, number(month), number(day));
    let of_day = number(hour)
        .saturating_mul(3600)
        .saturating_add(number(minute).saturating_mul(60))
        .saturating_add(number(second));
    Some(days.saturating_mul(86_400).saturating_add(of_day))
}

fn number(digits: &[u8]) -> i64 {
    let place = |number: i64, digit: &u8| number.saturating_mul(10).saturating_add(i64::from(digit.wrapping_sub(b'0')));
    digits.iter().fold(0, place)
}

/// Days from 1970-01-01 to a day of the Gregorian calendar; the year is thought to begin in March.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year.saturating_sub(1) } else { year };
    let month = month.saturating_add(9).rem_euclid(12);
    let leap_days = year.div_euclid(4).saturating_sub(year.div_euclid(100)).saturating_add(year.div_euclid(400));
    let of_year = month.saturating_mul(153).saturating_add(2).div_euclid(5).saturating_add(day);
    year.saturating_mul(365).saturating_add(leap_days).saturating_add(of_year).saturating_sub(719_469)
}

/// Whom a client's certificate is for; empty if it does not say so, or cannot be read.
pub(crate) fn subject_of(certificate: &CertificateDer<'_>) -> String {
    EndEntityCert::try_from(certificate).map_or_else(|_| String::new(), |parsed| subject(parsed.subject()))
}

/// A name in the manner of RFC 4514, but in the order of the certificate, and only printable.
fn subject(mut name: &[u8]) -> String {
    // Most readers give the content; some give the sequence around it.
    if let Some((content, [])) = expect(name, SEQUENCE) {
        name = content;
    }
    let mut text = String::new();
    while let Some((set, behind)) = expect(name, SET) {
        name = behind;
        let mut set = set;
        while let Some((attribute, behind)) = expect(set, SEQUENCE) {
            set = behind;
            let Some((kind, rest)) = expect(attribute, OBJECT_ID) else { continue };
            let Some((_, content, _)) = value(rest) else { continue };
            if !text.is_empty() {
                text.push(',');
            }
            text.push_str(kind_name(kind));
            text.push('=');
            push_escaped(&mut text, &String::from_utf8_lossy(content));
        }
        if text.len() > LONGEST_SUBJECT {
            break;
        }
    }
    text
}

fn kind_name(kind: &[u8]) -> &'static str {
    match kind {
        [0x55, 4, 3] => "CN",
        [0x55, 4, 5] => "SERIALNUMBER",
        [0x55, 4, 6] => "C",
        [0x55, 4, 7] => "L",
        [0x55, 4, 8] => "ST",
        [0x55, 4, 10] => "O",
        [0x55, 4, 11] => "OU",
        [0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1] => "UID",
        [0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25] => "DC",
        _ => "?",
    }
}

/// What could be taken for the end of a value is escaped; what no line should hold is left out.
fn push_escaped(text: &mut String, value: &str) {
    for character in value.chars().take(256).filter(|character| !character.is_control()) {
        if matches!(character, ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=') {
            text.push('\\');
        }
        text.push(character);
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};

    use super::*;

    #[test]
    fn a_certificate_says_its_names_its_time_and_its_subject() {
        let key = KeyPair::generate().expect("a key");
        let mut params =
            CertificateParams::new(["API.hackney.example".into(), "*.hackney.example".into()]).expect("names");
        params.distinguished_name.push(DnType::OrganizationName, "Hackney, London");
        params.distinguished_name.push(DnType::CommonName, "shop\n=x");
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
            assert!(facts.subject.contains("O=Hackney\\, London"), "{}", facts.subject);
            assert!(facts.subject.contains("CN=shop\\=x"), "{}", facts.subject);
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
