//! Places on the map are GeoJSON, and it is said which coordinates they are in.
//!
//! - An object with a latitude and a longitude (or lat and lon, lng or long) in properties of its own is no GeoJSON.
//! - An object with easting and northing, or with `coordinates` beside a GeoJSON `type`, says its coordinate reference
//!   system: in its own description, in that of one of its properties, or once for all in the description of the API.
//!
//! Query parameters may be latitude and longitude: they are no data. Easting and northing may stand beside GeoJSON, under
//! names that say so.
//!
//! # Why
//!
//! Every map reads GeoJSON. Numbers without a reference system are a hundred metres off, or in the North Sea: WGS 84,
//! ETRS89 and the British National Grid are three different things, and half the world writes latitude first.
//!
//! # What to do
//!
//! Use a GeoJSON geometry (RFC 7946): `{"type": "Point", "coordinates": [-0.0553, 51.545]}`, longitude first, and write
//! "WGS 84" or what else it is into its description.
//!
//! # Bad
//!
//! ```yaml
//! components:
//!   schemas:
//!     Gully: # wrong
//!       type: object
//!       properties:
//!         latitude: { type: number }
//!         longitude: { type: number }
//!     Lamp: # wrong
//!       type: object
//!       properties:
//!         easting: { type: integer }
//!         northing: { type: integer }
//! ```
//!
//! # Good
//!
//! ```yaml
//! components:
//!   schemas:
//!     Point:
//!       type: object
//!       description: A GeoJSON point in WGS 84, longitude first.
//!       properties:
//!         type: { type: string, enum: [Point] }
//!         coordinates: { type: array, items: { type: number }, minItems: 2, maxItems: 2 }
//!     Lamp:
//!       type: object
//!       properties:
//!         easting: { type: integer, description: British National Grid. }
//!         northing: { type: integer, description: British National Grid. }
//! ```
//!
//! # Sources
//!
//! - RFC 7946, The GeoJSON Format
//! - GDS, API technical and data standards: physical location
//! - Logius, API Design Rules: geospatial module

use crate::{
    casing::words,
    document::Node,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    shape::Shape,
    survey::{Survey, entries, said},
};

pub(crate) const RULE: Rule = Rule {
    id: "DATA-09",
    name: "geojson-locations",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[
        Parameter {
            name: "systems",
            default: r#"["WGS 84", "WGS84", "CRS84", "ETRS89", "EPSG", "British National Grid", "OSGB", "RFC 7946"]"#,
            about: "words that say a coordinate reference system",
        },
        Parameter {
            name: "pairs_allowed",
            default: "false",
            about: "whether latitude and longitude may be properties, as long as the reference system is said",
        },
    ],
    check: Some(check),
    text: include_str!("geojson_locations.rs"),
};

const GEOMETRIES: [&str; 9] = [
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
    "Feature",
    "FeatureCollection",
];

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let for_all = said(survey.info(), "description").is_some_and(|text| names_system(text, settings));
    for schema in survey.schemas.iter().filter(|schema| schema.node.get("properties").is_some()) {
        let node = schema.node;
        let ends: Vec<String> = entries(node, "properties").filter_map(|(name, _)| last_word(name)).collect();
        let has = |words: &[&str]| ends.iter().any(|end| words.contains(&end.as_str()));
        let pair = has(&["latitude", "lat"]) && has(&["longitude", "lon", "lng", "long"]);
        let grid = has(&["easting", "eastings"]) && has(&["northing", "northings"]);
        if pair && !settings.flag("pairs_allowed") {
            let what = "a place is told as latitude and longitude, not as GeoJSON";
            found.expect(false, || Complaint::at_key(node, what));
        } else if pair || grid || is_geojson(survey, node) {
            found.expect(for_all || says_system(survey, node, settings), || {
                Complaint::at_key(node, "a place does not say which coordinate reference system it is in")
            });
        }
    }
}

fn last_word(name: &str) -> Option<String> {
    words(name).last().map(|word| word.to_lowercase())
}

fn is_geojson<'d>(survey: &Survey<'d>, schema: Node<'d>) -> bool {
    let Some(properties) = schema.get("properties") else { return false };
    let Some(kind) = properties.get("type").filter(|_| properties.get("coordinates").is_some()) else { return false };
    let shape = Shape::of(survey, kind);
    let fixed = ["enum", "const", "default"].into_iter().filter_map(|keyword| shape.says(keyword));
    let named: Vec<&str> = fixed.flat_map(|node| node.as_str().into_iter().chain(node.items().filter_map(Node::as_str))).collect();
    named.iter().any(|name| GEOMETRIES.contains(name))
}

fn says_system<'d>(survey: &Survey<'d>, schema: Node<'d>, settings: &Settings) -> bool {
    let properties = entries(schema, "properties").map(|(_, property)| property);
    std::iter::once(schema).chain(properties).any(|node| {
        let texts = [said(node, "description"), said(survey.follow(node), "description")];
        texts.into_iter().flatten().any(|text| names_system(text, settings))
    }) || schema.get("properties").is_some_and(|properties| properties.get("crs").is_some())
}

fn names_system(text: &str, settings: &Settings) -> bool {
    let text = text.to_lowercase();
    settings.list("systems").any(|system| text.contains(&system.to_lowercase()))
}
