//! What does a word without quotes mean, by the core schema of YAML 1.2?
//!
//! `no`, `on` and `2026-01-31` are texts; only the words below mean something else.

use serde_json::Number;

use super::Kind;

/// Why a word cannot be kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unkept {
    /// `.inf`, `.nan`: JSON has no such number.
    NoNumber,
    /// `1e999999`.
    TooLarge,
}

/// What sort of thing a word is that was written without quotes.
pub(super) fn kind(word: &str) -> Result<Kind, Unkept> {
    match word {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Kind::Null),
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => return Ok(Kind::Bool),
        _ => {}
    }
    let unsigned = word.strip_prefix(['-', '+']).unwrap_or(word);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Ok(Kind::Text);
    }
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(word, ".nan" | ".NaN" | ".NAN") {
        return Err(Unkept::NoNumber);
    }
    let whole = unsigned.bytes().all(|byte| byte.is_ascii_digit());
    if whole || based(word).is_some() {
        return if number(word).is_some() { Ok(Kind::Integer) } else { Err(Unkept::TooLarge) };
    }
    if !is_float(unsigned) {
        return Ok(Kind::Text);
    }
    if number(word).is_some() { Ok(Kind::Number) } else { Err(Unkept::TooLarge) }
}

/// Whether a word that is true or false is true.
pub(super) fn is_true(word: &str) -> bool {
    word.starts_with(['t', 'T'])
}

/// The number that a word means, if it means one that JSON can carry.
pub(super) fn number(word: &str) -> Option<Number> {
    if let Some(number) = based(word) {
        return Some(number.into());
    }
    let word = word.strip_prefix('+').unwrap_or(word);
    if let Ok(number) = word.parse::<i64>() {
        return Some(number.into());
    }
    if let Ok(number) = word.parse::<u64>() {
        return Some(number.into());
    }
    Number::from_f64(word.parse().ok()?)
}

/// `0x1F` and `0o17`.
fn based(word: &str) -> Option<u64> {
    let in_base = |prefix: &str, base: u32| {
        let digits = word.strip_prefix(prefix)?;
        if digits.is_empty() || !digits.chars().all(|c| c.is_digit(base)) {
            return None;
        }
        u64::from_str_radix(digits, base).ok()
    };
    in_base("0x", 16).or_else(|| in_base("0o", 8))
}

/// `[0-9]+ ( . [0-9]* )?` or `. [0-9]+`, then perhaps an exponent.
fn is_float(unsigned: &str) -> bool {
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa_fits = match mantissa.split_once('.') {
        Some(("", fraction)) => !fraction.is_empty() && digits(fraction),
        Some((before, fraction)) => digits(before) && digits(fraction),
        None => !mantissa.is_empty() && digits(mantissa),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        let power = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !power.is_empty() && digits(power)
    });
    mantissa_fits && exponent_fits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(word: &str) -> &'static str {
        match kind(word) {
            Ok(Kind::Null) => "null",
            Ok(Kind::Bool) => "bool",
            Ok(Kind::Integer) => "integer",
            Ok(Kind::Number) => "number",
            Ok(Kind::Text) => "text",
            Ok(Kind::List | Kind::Map) => "collection",
            Err(Unkept::NoNumber) => "no number",
            Err(Unkept::TooLarge) => "too large",
        }
    }

    #[test]
    fn words_mean_what_the_core_schema_says() {
        let table = [
            ("", "null"),
            ("~", "null"),
            ("NULL", "null"),
            ("nULL", "text"),
            ("no", "text"),
            ("yes", "text"),
            ("on", "text"),
            ("True", "bool"),
            ("0", "integer"),
            ("-17", "integer"),
            ("+3", "integer"),
            ("0x1F", "integer"),
            ("0o17", "integer"),
            ("0b1", "text"),
            ("1_000", "text"),
            ("12:30", "text"),
            ("2026-01-31", "text"),
            ("1.", "number"),
            (".5", "number"),
            (".", "text"),
            ("-.5e-3", "number"),
            ("1e3", "number"),
            ("1e", "text"),
            ("1.2.3", "text"),
            ("-", "text"),
            ("99999999999999999999999", "integer"),
            ("1e999999", "too large"),
            ("-.inf", "no number"),
            (".NaN", "no number"),
        ];
        for (word, expected) in table {
            assert_eq!(told(word), expected, "{word:?}");
        }
    }
}
