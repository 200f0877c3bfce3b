//! Which families of changes are there?
//!
//! Each is a file: what it looks at, its checks, and a pair of examples that its tests run.

pub(super) mod access;
mod additional_properties;
mod all_of;
mod any_of;
mod bound;
mod bounds;
pub(super) mod components;
mod conditions;
mod constants;
mod contains;
mod defaults;
mod dependent_required;
mod dependent_schemas;
pub(super) mod deprecated_operations;
pub(super) mod deprecated_parameters;
mod deprecated_schemas;
mod discriminators;
mod encoded_content;
mod enumerations;
mod item_counts;
mod items;
mod lengths;
pub(super) mod lists_of_types;
mod multiples;
mod negation;
pub(super) mod notice;
mod nullability;
pub(super) mod one_of;
pub(super) mod operation_ids;
pub(super) mod operations;
pub(super) mod parameters;
mod pattern_properties;
mod patterns;
mod prefix_items;
mod presence;
mod properties;
mod property_counts;
mod property_names;
mod read_and_write;
pub(super) mod request_bodies;
mod required_properties;
pub(super) mod response_headers;
pub(super) mod responses;
pub(super) mod security_requirements;
pub(super) mod security_schemes;
pub(super) mod servers;
mod stability;
pub(super) mod stability_of_operations;
mod stability_of_properties;
pub(super) mod tags;
mod type_and_format;
mod unevaluated;
pub(super) mod versions;
pub(super) mod webhooks;

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};

use crate::document::{Kind, Node};

use super::{
    Reading,
    alternatives::{Alternative, Books, labels},
    book::{Book, Schema},
    catalogue::{self, Family, at_each_place, single_checks},
    change::Operation,
    content::{self, MediaPair, unmatched},
    day::Day,
    endpoint::{Endpoint, Notices, ResponsePair, Surroundings, header_of, headers_of},
    equivalence::accepts_all,
    keyword::Keyword,
    ledger::{Ledger, Nodes},
    pairs::Wrapping,
    schemas::{Limit, Schemas},
    version::{Bump, Version},
    view::{Part, Position, View},
};

use bound::Bound;
use notice::{Notice, SunsetChange};
use parameters::{Parameter, ParameterPair};
use presence::{note_choices, note_demand, note_names, note_presence};
use stability::Stability;

/// Looks at a pair of schemas and writes down what it sees.
pub(super) type Look = for<'v, 'd, 'l, 'b> fn(&View<'v, 'd>, &mut Ledger<'b, 'd>);

/// Everything that looks at schemas, in the order in which changes are told.
pub(super) const LOOKS: &[Look] = &[
    type_and_format::look,
    nullability::look,
    lists_of_types::look,
    enumerations::look,
    constants::look,
    defaults::look,
    bounds::look,
    lengths::look,
    item_counts::look,
    property_counts::look,
    multiples::look,
    patterns::look,
    properties::look,
    required_properties::look,
    read_and_write::look,
    all_of::look,
    any_of::look,
    one_of::look,
    discriminators::look,
    prefix_items::look,
    conditions::look,
    contains::look,
    dependent_required::look,
    dependent_schemas::look,
    pattern_properties::look,
    property_names::look,
    unevaluated::look,
    additional_properties::look,
    encoded_content::look,
    negation::look,
    items::look,
    deprecated_schemas::look,
    stability_of_properties::look,
];

/// Every family.
pub(super) const ALL: &[&Family] = &[
    &access::FAMILY,
    &components::FAMILY,
    &deprecated_operations::FAMILY,
    &deprecated_parameters::FAMILY,
    &operation_ids::FAMILY,
    &operations::FAMILY,
    &parameters::FAMILY,
    &request_bodies::FAMILY,
    &response_headers::FAMILY,
    &responses::FAMILY,
    &security_requirements::FAMILY,
    &security_schemes::FAMILY,
    &servers::FAMILY,
    &stability_of_operations::FAMILY,
    &tags::FAMILY,
    &versions::FAMILY,
    &webhooks::FAMILY,
    &type_and_format::FAMILY,
    &nullability::FAMILY,
    &lists_of_types::FAMILY,
    &enumerations::FAMILY,
    &constants::FAMILY,
    &defaults::FAMILY,
    &bounds::FAMILY,
    &lengths::FAMILY,
    &item_counts::FAMILY,
    &property_counts::FAMILY,
    &multiples::FAMILY,
    &patterns::FAMILY,
    &properties::FAMILY,
    &required_properties::FAMILY,
    &read_and_write::FAMILY,
    &all_of::FAMILY,
    &any_of::FAMILY,
    &one_of::FAMILY,
    &discriminators::FAMILY,
    &prefix_items::FAMILY,
    &conditions::FAMILY,
    &contains::FAMILY,
    &dependent_required::FAMILY,
    &dependent_schemas::FAMILY,
    &pattern_properties::FAMILY,
    &property_names::FAMILY,
    &unevaluated::FAMILY,
    &additional_properties::FAMILY,
    &encoded_content::FAMILY,
    &negation::FAMILY,
    &items::FAMILY,
    &deprecated_schemas::FAMILY,
    &stability_of_properties::FAMILY,
];

/// A value as it is shown in messages: on one line, and not too long.
fn shown(node: Node<'_>) -> String {
    const LONGEST: usize = 60;
    let text = match node.as_str() {
        Some(text) => text.to_owned(),
        None => node.to_json().to_string(),
    };
    let short: String = text.chars().take(LONGEST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(LONGEST).is_some() { format!("`{short}…`") } else { format!("`{short}`") }
}
