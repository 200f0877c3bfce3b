//! The contact is a team, not a person and not the front desk.
//!
//! The mailbox is one that a team reads: not a person's (`jane.smith@`, or one at a provider of private mail), and not
//! the general one of the whole organisation (`info@`, `enquiries@`).
//!
//! # Why
//!
//! People leave and go on holiday; their mailboxes are closed. The front desk does not know what an API is, and the
//! question gets lost there.
//!
//! # What to do
//!
//! Set up a mailbox or a group for the team that looks after the API, and name the team as the contact.
//!
//! # Bad
//!
//! ```yaml
//! info:
//!   title: Repairs
//!   version: 1.0.0
//!   contact:
//!     name: Jane Smith
//!     email: jane.smith@hackney.example # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! info:
//!   title: Repairs
//!   version: 1.0.0
//!   contact:
//!     name: Housing Repairs team
//!     email: housing.repairs@hackney.example
//! ```
//!
//! # Sources
//!
//! - Logius, API Design Rules: text of `/core/doc-openapi-contact`
//! - UK government API catalogue: template for a record

use crate::{
    casing,
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::{Survey, said},
};

pub(crate) const RULE: Rule = Rule {
    id: "META-04",
    name: "team-contact",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[
        Parameter {
            name: "general",
            default: r#"["info", "enquiries", "enquiry", "contact", "contactus", "hello", "admin", "office", "mail", "post", "webmaster", "reception", "customerservices", "noreply", "donotreply"]"#,
            about: "mailboxes of a whole organisation, without what joins their words",
        },
        Parameter {
            name: "private",
            default: r#"["gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.co.uk", "yahoo.com", "yahoo.co.uk", "icloud.com", "live.com", "proton.me", "protonmail.com"]"#,
            about: "hosts where private people have their mail",
        },
    ],
    check: Some(check),
    text: include_str!("team_contact.rs"),
};

/// Words that no name of a person has.
const OF_TEAMS: [&str; 14] = [
    "team", "group", "support", "service", "services", "helpdesk", "desk", "api", "apis", "department", "office",
    "council", "unit", "digital",
];

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let Some(contact) = survey.info().get("contact") else { return };
    let (Some(email), Some(node)) = (said(contact, "email"), contact.get("email")) else { return };
    let (mailbox, host) = email.split_once('@').unwrap_or((email, ""));
    let wrong = if settings.list("general").any(|general| general == casing::plain(mailbox)) {
        Some("is the mailbox of a whole organisation")
    } else if settings.list("private").any(|private| host.eq_ignore_ascii_case(private)) {
        Some("is at a provider of private mail")
    } else if is_of(mailbox, said(contact, "name").unwrap_or_default(), said(survey.info(), "title")) {
        Some("is a person's mailbox")
    } else {
        None
    };
    found.expect(wrong.is_none(), || Complaint::at(node, format!("{} {}", quoted(email), wrong.unwrap_or_default())));
}

/// Whether a mailbox is named after a person: `jane.smith`, `jsmith`, `j.smith` or `smithj` of Jane Smith. A name that
/// shares a word with the API's title is a team's: Housing Repairs.
fn is_of(mailbox: &str, name: &str, title: Option<&str>) -> bool {
    let words_of = |text: &str| -> Vec<String> { text.split_whitespace().map(casing::plain).collect() };
    let (words, title) = (words_of(name), words_of(title.unwrap_or_default()));
    let of_team = words.iter().any(|word| OF_TEAMS.contains(&word.as_str()) || title.contains(word));
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    if of_team || !(2..=3).contains(&words.len()) || !name.starts_with(char::is_uppercase) {
        return false;
    }
    let initial: String = first.chars().take(1).collect();
    [format!("{first}{last}"), format!("{last}{first}"), format!("{initial}{last}"), format!("{last}{initial}")]
        .contains(&casing::plain(mailbox))
}
