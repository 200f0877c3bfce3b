//! Which texts and numbers are of a named format?

use crate::ruleset::expression::Expressions;

/// Whether a number is of a format. Formats of texts and unknown ones say nothing about numbers.
pub(super) fn number_fits(format: &str, number: f64) -> bool {
    match format {
        "int32" => number.fract() == 0.0 && (-2_147_483_648.0..=2_147_483_647.0).contains(&number),
        "int64" => number.fract() == 0.0,
        _ => true,
    }
}

/// Whether a text is of a format. Formats of numbers and unknown ones say nothing about texts.
pub(super) fn text_fits(format: &str, text: &str, expressions: &Expressions) -> bool {
    match format {
        "date" => is_date(text),
        "time" => is_time(text),
        "date-time" => is_date_time(text),
        "duration" => is_duration(text),
        "uri" => is_uri(text),
        "uri-reference" => is_uri_reference(text),
        "uri-template" => is_uri_template(text),
        "url" => is_url(text),
        "email" => is_email(text),
        "hostname" => is_hostname(text),
        "ipv4" => is_ipv4(text),
        "ipv6" => text.parse::<std::net::Ipv6Addr>().is_ok(),
        "regex" => expressions.is_valid(text),
        "uuid" => is_uuid(text),
        "json-pointer" => is_pointer(text),
        "json-pointer-uri-fragment" => text.strip_prefix('#').is_some_and(is_pointer),
        "relative-json-pointer" => is_relative_pointer(text),
        "byte" => is_byte(text),
        _ => true,
    }
}

/// The number that exactly so many digits at the beginning make, and the rest.
fn digits(text: &str, count: usize) -> Option<(u32, &str)> {
    let (head, rest) = text.split_at_checked(count)?;
    if !head.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((head.parse().ok()?, rest))
}

fn is_date(text: &str) -> bool {
    let parse = || {
        let (year, rest) = digits(text, 4)?;
        let (month, rest) = digits(rest.strip_prefix('-')?, 2)?;
        let (day, rest) = digits(rest.strip_prefix('-')?, 2)?;
        rest.is_empty().then_some((year, month, day))
    };
    let Some((year, month, day)) = parse() else {
        return false;
    };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=last).contains(&day)
}

fn is_time(text: &str) -> bool {
    let parse = || {
        let (hour, rest) = digits(text, 2)?;
        let (minute, rest) = digits(rest.strip_prefix(':')?, 2)?;
        let (second, rest) = digits(rest.strip_prefix(':')?, 2)?;
        let rest = match rest.strip_prefix('.') {
            Some(fraction) => {
                let after = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
                (after.len() < fraction.len()).then_some(after)?
            }
            None => rest,
        };
        is_zone(rest).then_some((hour, minute, second))
    };
    parse().is_some_and(|(hour, minute, second)| {
        (hour <= 23 && minute <= 59 && second <= 59) || (hour, minute, second) == (23, 59, 60)
    })
}

fn is_zone(text: &str) -> bool {
    if text.is_empty() || text.eq_ignore_ascii_case("z") {
        return true;
    }
    let Some((_, rest)) = text.strip_prefix(['+', '-']).and_then(|rest| digits(rest, 2)) else {
        return false;
    };
    let minutes = rest.strip_prefix(':').unwrap_or(rest);
    rest.is_empty() || digits(minutes, 2).is_some_and(|(_, rest)| rest.is_empty())
}

fn is_date_time(text: &str) -> bool {
    let parts: Vec<&str> = text.split(|c: char| c == 't' || c == 'T' || c.is_whitespace()).collect();
    matches!(parts.as_slice(), [date, time] if is_date(date) && is_time(time))
}

fn is_duration(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('P').filter(|rest| !rest.is_empty()) else {
        return false;
    };
    let amounts = |text: &str, units: &str| {
        let mut left = units;
        let mut number = 0;
        for letter in text.chars() {
            if letter.is_ascii_digit() {
                number += 1;
                continue;
            }
            let Some(at) = left.find(letter).filter(|_| number > 0) else {
                return false;
            };
            left = left.get(at + 1..).unwrap_or_default();
            number = 0;
        }
        number == 0
    };
    if rest.ends_with('W') {
        return amounts(rest, "W");
    }
    match rest.split_once('T') {
        Some((date, time)) => amounts(date, "YMD") && !time.is_empty() && amounts(time, "HMS"),
        None => amounts(rest, "YMD"),
    }
}

/// Whether only characters are used that an address may consist of, and every `%` has two digits.
fn has_address_characters(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().all(|(position, byte)| match byte {
        b'%' => bytes.get(position + 1..position + 3).is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit)),
        other => other.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?#[]".contains(other),
    })
}

fn is_authority(text: &str) -> bool {
    let host = text.rsplit_once('@').map_or(text, |(_, host)| host);
    if let Some(inner) = host.strip_prefix('[') {
        return inner.split_once(']').is_some_and(|(address, port)| {
            address.parse::<std::net::Ipv6Addr>().is_ok() && (port.is_empty() || is_port(port))
        });
    }
    let (name, port) = host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
    !name.contains(['[', ']']) && port.is_none_or(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_port(text: &str) -> bool {
    text.strip_prefix(':').is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_hierarchical(text: &str) -> bool {
    let before = text.split('#').next().unwrap_or_default();
    let before = before.split('?').next().unwrap_or_default();
    if text.matches('#').count() > 1 {
        return false;
    }
    match before.strip_prefix("//") {
        Some(rest) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            is_authority(authority) && !path.contains(['[', ']'])
        }
        None => !before.contains(['[', ']']),
    }
}

fn scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once(':')?;
    let mut bytes = scheme.bytes();
    let starts = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let goes_on = bytes.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    (starts && goes_on).then_some(rest)
}

fn is_uri(text: &str) -> bool {
    has_address_characters(text) && scheme(text).is_some_and(is_hierarchical)
}

fn is_uri_reference(text: &str) -> bool {
    let text = text.replace('"', "'");
    has_address_characters(&text) && is_hierarchical(scheme(&text).unwrap_or(&text))
}

fn is_uri_template(text: &str) -> bool {
    let mut depth = 0;
    for letter in text.chars() {
        match letter {
            '{' if depth == 0 => depth = 1,
            '}' if depth == 1 => depth = 0,
            '{' | '}' | '"' | '\'' | '<' | '>' | '\\' | '^' | '`' | '|' => return false,
            other if other <= ' ' => return false,
            _ => {}
        }
    }
    depth == 0 && !text.contains("{}")
}

fn is_url(text: &str) -> bool {
    let rest = ["http://", "https://", "ftp://"].iter().find_map(|start| text.strip_prefix(start));
    rest.is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        host.contains('.') && !text.chars().any(char::is_whitespace)
    })
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let atom = |atom: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&byte);
        !atom.is_empty() && atom.bytes().all(allowed)
    };
    let part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    name.split('.').all(atom) && domain.contains('.') && domain.split('.').all(part)
}

fn is_hostname(text: &str) -> bool {
    let bare = text.strip_suffix('.').unwrap_or(text);
    (1..=253).contains(&bare.len()) && bare.split('.').all(is_label)
}

fn is_ipv4(text: &str) -> bool {
    let part = |part: &str| {
        (1..=3).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && part.parse::<u32>().is_ok_and(|number| number <= 255)
    };
    text.split('.').count() == 4 && text.split('.').all(part)
}

fn is_uuid(text: &str) -> bool {
    let bare = match text.split_at_checked(9) {
        Some((start, rest)) if start.eq_ignore_ascii_case("urn:uuid:") => rest,
        _ => text,
    };
    let lengths: Vec<usize> = bare.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && bare.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

fn is_pointer(text: &str) -> bool {
    let escaped = text.split('~').skip(1).all(|after| after.starts_with(['0', '1']));
    (text.is_empty() || text.starts_with('/')) && escaped
}

fn is_relative_pointer(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = text.get(..text.len() - rest.len()).unwrap_or_default();
    let canonical = number == "0" || (!number.is_empty() && !number.starts_with('0'));
    canonical && (rest == "#" || is_pointer(rest))
}

fn is_byte(text: &str) -> bool {
    text.split('\n').any(|line| {
        let bare = line.trim_end_matches('=');
        line.len().is_multiple_of(4)
            && line.len() - bare.len() <= 2
            && bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/')
    })
}
