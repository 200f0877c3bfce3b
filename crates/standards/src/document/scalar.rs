//! What does a word without quotes mean, by the core schema of YAML 1.2?
//!
//! `no`, `on` and `2026-01-31` are texts; only the words below mean something else.

use serde_json::Number;

use super::Held;

/// Why a word cannot be kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unkept {
    /// `.inf`, `.nan`: JSON has no such number.
    NoNumber,
    /// `1e999999`.
    TooLarge,
}

/// Reads a word that was written without quotes.
pub(super) fn plain(word: &str) -> Result<Held, Unkept> {
    match word {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Held::Null),
        "true" | "True" | "TRUE" => return Ok(Held::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(Held::Bool(false)),
        _ => {}
    }
    let unsigned = word.strip_prefix(['-', '+']).unwrap_or(word);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(word, ".nan" | ".NaN" | ".NAN") {
        return Err(Unkept::NoNumber);
    }
    if let Some(number) = in_base(word, "0x", 16).or_else(|| in_base(word, "0o", 8)) {
        return Ok(number);
    }
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Ok(text(word));
    }
    if unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return whole(word);
    }
    if is_float(unsigned) {
        return float(word).map(Held::Number);
    }
    Ok(text(word))
}

fn text(word: &str) -> Held {
    Held::Text(word.into())
}

fn in_base(word: &str, prefix: &str, base: u32) -> Option<Held> {
    let digits = word.strip_prefix(prefix)?;
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(base)) {
        return None;
    }
    let number = u64::from_str_radix(digits, base).ok()?;
    Some(Held::Integer(number.into()))
}

fn whole(word: &str) -> Result<Held, Unkept> {
    let word = word.strip_prefix('+').unwrap_or(word);
    if let Ok(number) = word.parse::<i64>() {
        return Ok(Held::Integer(number.into()));
    }
    if let Ok(number) = word.parse::<u64>() {
        return Ok(Held::Integer(number.into()));
    }
    float(word).map(Held::Integer)
}

fn float(word: &str) -> Result<Number, Unkept> {
    let number: f64 = word.parse().map_err(|_| Unkept::NoNumber)?;
    Number::from_f64(number).ok_or(Unkept::TooLarge)
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

    fn kind(word: &str) -> &'static str {
        match plain(word) {
            Ok(Held::Null) => "null",
            Ok(Held::Bool(_)) => "bool",
            Ok(Held::Integer(_)) => "integer",
            Ok(Held::Number(_)) => "number",
            Ok(Held::Text(_)) => "text",
            Ok(Held::List | Held::Map(_)) => "collection",
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
            assert_eq!(kind(word), expected, "{word:?}");
        }
    }
}
