//! The links and the mailbox of a contract still answer.
//!
//! The platform asks the contact's page, the documentation and the terms once a week, and notes when mail to the
//! contact comes back.
//!
//! # Why
//!
//! Catalogues rot quietly: the record stays as it was while teams are merged and sites are moved. Nobody tells the
//! catalogue, so it has to look.
//!
//! # What to do
//!
//! Correct the link or the mailbox in the contract and publish a release, or let the old address lead to the new one.
//!
//! # Bad
//!
//! `info.termsOfService` leads to a page that has answered 404 since the council's site was renewed.
//!
//! # Good
//!
//! Every address in the contract answers 200, or leads with one redirect to a page that does.
//!
//! # Sources
//!
//! - UK government API catalogue: records that nobody had touched for years
//! - Developer Overheid (Netherlands): mails to contacts, to learn whether they are still there

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "META-05",
    name: "living-links",
    level: Level::Warning,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("living_links.rs"),
};
