//! Does what a caller sent have the shape that the contract names?

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The most faults that one answer lists.
const MOST_FAULTS: usize = 100;

/// The members of an object; any other is a fault.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Members {
    /// Which must be there.
    pub required: Vec<String>,
    /// Every member with its shape.
    pub takes: BTreeMap<String, Shape>,
}

/// The shape of a value.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Text of so many characters.
    Text(usize, usize),
    /// One of these words.
    OneOf(Vec<String>),
    /// A whole number between these.
    Number(i64, i64),
    /// True or false.
    Boolean,
    /// So many digits, as text.
    Digits(usize, usize),
    /// A prefix and so many digits.
    Code(String, usize),
    /// So many letters, digits, slashes and hyphens.
    Reference(usize, usize),
    /// So many capital letters, digits and hyphens.
    UpperReference(usize, usize),
    /// Words in lower case, joined by hyphens, up to this length.
    Words(usize),
    /// A day.
    Date,
    /// A moment in UTC.
    Moment,
    /// An e-mail address.
    Email,
    /// A telephone number with its country code.
    Phone,
    /// A postcode of the United Kingdom.
    Postcode,
    /// A decimal amount as text, with its currency.
    Money,
    /// An object.
    Object(Members),
    /// A list of so many values.
    List(Box<Shape>, usize, usize),
    /// The value or null.
    OrNull(Box<Shape>),
}

impl Members {
    /// Every fault of an object, each with its JSON pointer.
    pub fn faults(&self, object: &Map<String, Value>) -> Vec<Value> {
        let mut faults = vec![];
        self.check(object, "", &mut faults);
        faults.truncate(MOST_FAULTS);
        faults
    }

    fn check(&self, object: &Map<String, Value>, place: &str, faults: &mut Vec<Value>) {
        for name in &self.required {
            if !object.contains_key(name) {
                faults.push(fault(&format!("{place}/{name}"), "Must be there."));
            }
        }
        for (name, value) in object {
            if faults.len() >= MOST_FAULTS {
                return;
            }
            let place = format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
            match self.takes.get(name) {
                Some(shape) => shape.check(value, &place, faults),
                None => faults.push(fault(&place, "There is no such member here; remove it.")),
            }
        }
    }
}

impl Shape {
    fn check(&self, value: &Value, place: &str, faults: &mut Vec<Value>) {
        match (self, value) {
            (Self::OrNull(_), Value::Null) => {}
            (Self::OrNull(shape), value) => shape.check(value, place, faults),
            (Self::Object(members), Value::Object(object)) => members.check(object, place, faults),
            (Self::List(shape, least, most), Value::Array(values)) if (*least..=*most).contains(&values.len()) => {
                for (index, value) in values.iter().enumerate() {
                    shape.check(value, &format!("{place}/{index}"), faults);
                }
            }
            (shape, value) if shape.fits(value) => {}
            (shape, _) => faults.push(fault(place, &shape.demand())),
        }
    }

    fn fits(&self, value: &Value) -> bool {
        let text = value.as_str();
        let holds = |test: &dyn Fn(&str) -> bool| text.is_some_and(test);
        match self {
            Self::Text(least, most) => holds(&|text| (*least..=*most).contains(&text.chars().count())),
            Self::OneOf(words) => holds(&|text| words.iter().any(|word| word == text)),
            Self::Number(least, most) => value.as_i64().is_some_and(|number| (*least..=*most).contains(&number)),
            Self::Boolean => value.is_boolean(),
            Self::Digits(least, most) => holds(&|text| are_digits(text, *least, *most)),
            Self::Code(prefix, digits) => {
                holds(&|text| text.strip_prefix(prefix.as_str()).is_some_and(|rest| are_digits(rest, *digits, *digits)))
            }
            Self::Reference(least, most) => holds(&|text| {
                is_made_of(text, *least, *most, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-'))
            }),
            Self::UpperReference(least, most) => holds(&|text| {
                is_made_of(text, *least, *most, |byte| {
                    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-'
                })
            }),
            Self::Words(most) => holds(&|text| {
                text.split('-').all(|word| is_made_of(word, 1, *most, |byte| byte.is_ascii_lowercase()))
                    && text.len() <= *most
            }),
            Self::Date => holds(&is_date),
            Self::Moment => holds(&is_moment),
            Self::Email => holds(&is_email),
            Self::Phone => holds(&is_phone),
            Self::Postcode => holds(&is_postcode),
            Self::Money => is_money(value),
            Self::Object(_) | Self::List(..) | Self::OrNull(_) => false,
        }
    }

    fn demand(&self) -> String {
        match self {
            Self::Text(least, most) => format!("Must be text of {least} to {most} characters."),
            Self::OneOf(words) => format!("Must be one of {}.", words.join(", ")),
            Self::Number(least, most) => {
                format!("Must be a whole number between {least} and {most}.")
            }
            Self::Boolean => "Must be true or false.".into(),
            Self::Digits(least, most) if least == most => format!("Must be {most} digits."),
            Self::Digits(least, most) => format!("Must be {least} to {most} digits."),
            Self::Code(prefix, digits) => format!("Must be {prefix} and {digits} digits."),
            Self::Reference(least, most) => {
                format!("Must be {least} to {most} letters, digits, slashes and hyphens.")
            }
            Self::UpperReference(least, most) => {
                format!("Must be {least} to {most} capital letters, digits and hyphens.")
            }
            Self::Words(_) => "Must be words in lower case, joined by hyphens.".into(),
            Self::Date => "Must be a day, written like 2026-11-23.".into(),
            Self::Moment => "Must be a moment in UTC, written like 2026-11-23T09:00:00Z.".into(),
            Self::Email => "Must be an e-mail address.".into(),
            Self::Phone => "Must be a telephone number, written like +447700900100.".into(),
            Self::Postcode => "Must be a postcode, written like E8 4QZ.".into(),
            Self::Money => r#"Must be money, written like {"amount": "12.50", "currency": "GBP"}."#.into(),
            Self::Object(_) => "Must be an object.".into(),
            Self::List(_, least, most) => format!("Must be a list of {least} to {most}."),
            Self::OrNull(shape) => shape.demand(),
        }
    }
}

/// A money value in pence.
pub fn pence(money: &Value) -> Option<i64> {
    let amount = money.get("amount")?.as_str()?;
    let digits = amount.strip_prefix('-').unwrap_or(amount);
    let (pounds, rest) = digits.split_once('.')?;
    if !are_digits(pounds, 1, 9) || !are_digits(rest, 2, 2) {
        return None;
    }
    let pence = pounds.parse::<i64>().ok()? * 100 + rest.parse::<i64>().ok()?;
    Some(if amount.starts_with('-') { -pence } else { pence })
}

/// Pence as money.
pub fn money(pence: i64) -> Value {
    let sign = if pence < 0 { "-" } else { "" };
    let size = pence.unsigned_abs();
    json!({"amount": format!("{sign}{}.{:02}", size / 100, size % 100), "currency": "GBP"})
}

fn is_money(value: &Value) -> bool {
    value.as_object().is_some_and(|object| object.len() == 2)
        && value.get("currency").and_then(Value::as_str) == Some("GBP")
        && pence(value).is_some()
}

fn is_made_of(text: &str, least: usize, most: usize, test: impl Fn(u8) -> bool) -> bool {
    (least..=most).contains(&text.len()) && text.bytes().all(test)
}

fn are_digits(text: &str, least: usize, most: usize) -> bool {
    is_made_of(text, least, most, |byte| byte.is_ascii_digit())
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

fn is_moment(text: &str) -> bool {
    text.len() <= 30 && text.ends_with('Z') && chrono::DateTime::parse_from_rfc3339(text).is_ok()
}

fn is_email(text: &str) -> bool {
    text.len() <= 254
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        && text.rsplit_once('@').is_some_and(|(name, domain)| !name.is_empty() && domain.contains('.'))
}

fn is_phone(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|rest| !rest.starts_with('0') && are_digits(rest, 8, 15))
}

fn is_postcode(text: &str) -> bool {
    let Some((outward, inward)) = text.split_once(' ') else {
        return false;
    };
    let letters = outward.bytes().take_while(u8::is_ascii_uppercase).count();
    let district = outward.get(letters..).unwrap_or_default();
    let inward_fits = matches!(inward.as_bytes(), [first, rest @ ..]
        if first.is_ascii_digit() && rest.len() == 2 && rest.iter().all(u8::is_ascii_uppercase));
    let district_fits = matches!(district.as_bytes(), [first] if first.is_ascii_digit())
        || matches!(district.as_bytes(), [first, second]
            if first.is_ascii_digit() && (second.is_ascii_uppercase() || second.is_ascii_digit()));
    (1..=2).contains(&letters) && district_fits && inward_fits
}

fn fault(pointer: &str, detail: &str) -> Value {
    json!({"pointer": pointer, "detail": detail})
}
