//! Which standards are there?
//!
//! A rule's file lies in the folder of its chapter and has the rule's name. It is listed here, in the order of the
//! catalogue, and nowhere else.

use crate::rule::Rule;

macro_rules! rules {
    ($($chapter:ident: $($name:ident),+;)+) => {
        $(mod $chapter { $(pub(super) mod $name;)+ })+
        /// Every standard, in the order of the catalogue.
        pub static ALL: &[&Rule] = &[$($(&$chapter::$name::RULE),+),+];
    };
}

rules! {
    meta: short_unique_title, searchable_description, whole_contact, team_contact, living_links, licence_and_terms,
        stable_id, closed_audience, closed_status, owner_and_category, personal_data_and_marking, service_level,
        service_level_met, named_servers;
    openapi: valid_openapi, known_keywords, resolved_references, nothing_lost, unique_operation_ids,
        described_operations, described_parts, valid_examples, example_answers, stated_required, served_document,
        served_equals_registered, documented_traffic, valid_traffic;
    url: kebab_case_segments, no_trailing_slash, no_empty_segments, no_verbs, plural_collections, shallow_nesting,
        identity_in_path, distinct_templates, own_base_path, no_secrets_in_addresses, no_secrets_in_traffic;
    naming: query_key_casing, property_casing, declared_maps, fitting_names, shared_vocabulary;
    methods: standard_methods, bodiless_reads, patch_media_type, method_not_allowed, created_with_location, idempotency_key;
    statuses: registered_status_codes, expected_answers, no_errors_in_success;
    errors: problem_details, problem_members, every_error_a_problem, all_faults_listed, documented_problem_types,
        no_internals_in_answers, correlation_id;
    data: json_objects, matching_content_type, number_formats, bounded_values, unknown_input_refused,
        no_null_booleans_or_lists, money_and_codes, identifiers_are_text, geojson_locations, no_undeclared_properties;
    time: typed_dates, moments_in_utc;
    paging: paged_lists, pages_within_maximum;
    caching: declared_cache_control, personal_answers_not_kept;
    rates: announced_limits, rate_limit_fields, published_limits;
    versions: semantic_version, version_in_url, version_header, breaking_needs_major, tightened_access_is_breaking,
        addition_needs_minor, published_stays, deprecated_before_removed, changelog;
    lifecycle: named_replacement, deprecation_headers, sunset_leaves_notice, no_new_subscriptions,
        retired_answers_gone, told_consumers, no_alpha_in_production;
    security: https_servers, modern_tls, security_headers, declared_origins;
    authorisation: protected_operations, token_schemes, no_tokens_in_urls, safe_grants, declared_scopes, deny_by_default,
        refusals_proved, short_lived_tokens;
    privacy: recorded_purpose, access_logged;
    operations: health_operation;
    discovery: api_catalog, exported_catalogue;
    people: outsiders_words, user_needs, safe_reads, impact_assessment, true_sandbox, known_limits_of_data,
        agreed_sunset, no_reuse_possible;
}

/// The rule of an id, in whatever case (`url-01`), or of a name (`kebab-case-segments`).
pub fn find(id_or_name: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.id.eq_ignore_ascii_case(id_or_name) || rule.name == id_or_name).copied()
}

/// Where a rule stands in the catalogue.
pub(crate) fn position(id: &str) -> usize {
    ALL.iter().position(|rule| rule.id == id).unwrap_or(usize::MAX)
}
