//! Money is a decimal text with an ISO 4217 code, and codes are those of ISO.
//!
//! - A property whose name ends in a word for money (price, cost, fee, rent and so on: see the parameter `money`) is no
//!   number. `amount` alone may be an amount of anything: it is judged where a currency stands beside it. In a longer name
//!   (`netAmount`) it is money where it is a number that is not whole.
//! - An object whose `amount` is a decimal text has a currency beside it.
//! - A currency, and what ends in countryCode, languageCode or currencyCode, says which codes it takes: by an `enum`, a
//!   `pattern`, a `format`, or a `maxLength` that no name of a country fits into.
//!
//! Names that count or compare (`priceCount`, `costPercentage`) end in another word and are not judged; nor is a rate
//! or an index.
//!
//! # Why
//!
//! Binary numbers cannot hold ten pence exactly: 0.1 + 0.2 is not 0.3, and the rent account is a penny out. An amount
//! without a currency is a guess, and a code from a list of one's own has to be translated at every border.
//!
//! # What to do
//!
//! Use an object with `amount` (a text with a pattern such as `^-?[0-9]{1,9}\.[0-9]{2}$`) and `currency` (ISO 4217).
//! Countries are ISO 3166-1 alpha-2, languages BCP 47.
//!
//! # Bad
//!
//! ```yaml
//! components:
//!   schemas:
//!     Collection:
//!       type: object
//!       properties:
//!         price: # wrong
//!           type: number
//!         payment:
//!           type: object
//!           properties:
//!             amount: # wrong
//!               type: string
//!               pattern: ^[0-9]+\.[0-9]{2}$
//!         currency: # wrong
//!           type: string
//! ```
//!
//! # Good
//!
//! ```yaml
//! components:
//!   schemas:
//!     Collection:
//!       type: object
//!       properties:
//!         price: { $ref: '#/components/schemas/Money' }
//!     Money:
//!       type: object
//!       properties:
//!         amount: { type: string, pattern: '^[0-9]+\.[0-9]{2}$' }
//!         currency: { type: string, enum: [GBP] }
//! ```
//!
//! # Sources
//!
//! - HMRC, reference guide: amounts of money
//! - Zalando, RESTful API Guidelines: rules 170 and 173
//! - Belgif, REST guide: `dec-type`
//! - Hackney, API Playbook: ISO 3166, ISO 639 and ISO 4217
//! - ISO 4217, ISO 3166-1, BCP 47

use crate::{
    casing::words,
    document::Node,
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    shape::{self, Shape},
    survey::{Survey, entries},
};

pub(crate) const RULE: Rule = Rule {
    id: "DATA-07",
    name: "money-and-codes",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[Parameter {
        name: "money",
        default: r#"["price", "cost", "fee", "fare", "rent", "salary", "arrears", "balance"]"#,
        about: "words that name money where they are the last word of a name",
    }],
    check: Some(check),
    text: include_str!("money_and_codes.rs"),
};

/// A text longer than this is no code.
const LONGEST_CODE: i64 = 12;

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    for schema in &survey.schemas {
        let is_currency = |name: &str| name.to_lowercase().contains("currency");
        let has_currency = entries(schema.node, "properties").any(|(name, _)| is_currency(name));
        for (name, property) in entries(schema.node, "properties") {
            let words = words(name);
            let last = words.last().map(|word| word.to_lowercase()).unwrap_or_default();
            let before = words.len().checked_sub(2).and_then(|at| words.get(at)).map(|word| word.to_lowercase());
            let shape = Shape::with_branches(survey, property);
            if last == "amount" {
                amount((name, before.is_some()), property, &shape, has_currency, found);
            } else if settings.list("money").any(|word| word == last) {
                found.expect(!is_number(&shape), || money(name, property));
            } else if last == "currency" || (last == "code" && is_coded(before.as_deref())) {
                code(name, property, &shape, found);
            }
        }
    }
}

fn amount<'d>(
    (name, is_longer): (&str, bool),
    property: Node<'d>,
    shape: &Shape<'d>,
    has_currency: bool,
    found: &mut Found<'d>,
) {
    if is_number(shape) && (has_currency || (is_longer && shape.may_be("number"))) {
        found.expect(false, || money(name, property));
    } else if shape.may_be("string") {
        let decimal = shape.says("pattern").and_then(Node::as_str).is_some_and(|pattern| pattern.contains(r"\."))
            || shape.says("format").and_then(Node::as_str) == Some("decimal");
        if decimal {
            found.expect(has_currency, || {
                Complaint::at_key(property, format!("{} is an amount of money without a currency beside it", quoted(name)))
            });
        }
    }
}

fn money<'d>(name: &str, property: Node<'d>) -> Complaint<'d> {
    Complaint::at_key(property, format!("{} is money and a number", quoted(name)))
}

fn is_number(shape: &Shape<'_>) -> bool {
    shape.may_be("number") || shape.may_be("integer")
}

fn is_coded(word: Option<&str>) -> bool {
    matches!(word, Some("country" | "language" | "currency"))
}

fn code<'d>(name: &str, property: Node<'d>, shape: &Shape<'d>, found: &mut Found<'d>) {
    if !shape.may_be("string") {
        return;
    }
    let short = shape.says("maxLength").and_then(Node::as_i64).is_some_and(|length| length <= LONGEST_CODE);
    let says = short || shape.has_any(&["enum", "const", "pattern", "format"]);
    found.expect(says || shape::only_asks(property), || {
        Complaint::at_key(property, format!("{} does not say which codes it takes", quoted(name)))
    });
}
