//! How is DER read, as far as certificates and lists of revoked ones need it?
//!
//! Whether something is to be believed is decided by the TLS library; here it is only read. What breaks off is none.

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OBJECT_ID: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// One value: its tag, its content, and what stands behind it.
pub(crate) fn value(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
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
pub(crate) fn expect(bytes: &[u8], wanted: u8) -> Option<(&[u8], &[u8])> {
    value(bytes).filter(|(tag, _, _)| *tag == wanted).map(|(_, content, behind)| (content, behind))
}

/// What stands behind a value with this tag, or everything if there is none.
pub(crate) fn skip(bytes: &[u8], unwanted: u8) -> &[u8] {
    expect(bytes, unwanted).map_or(bytes, |(_, behind)| behind)
}

/// A time and what stands behind it: `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`, in seconds since 1970.
pub(crate) fn time(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let (tag, text, behind) = value(bytes)?;
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
    Some((days.saturating_mul(86_400).saturating_add(of_day), behind))
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
