//! `oasSchema`: does a value keep to a JSON Schema, read in the dialect of the contract's edition of OpenAPI?

use super::{About, Call, Remark, schema::SchemaFunction};
use crate::{
    document::Node,
    ruleset::{
        format::{Format, draft_of},
        schema::{Dialect, Relaxed},
    },
};

pub(super) fn run<'d>(function: &SchemaFunction, call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
    let relaxed = Relaxed { x_nullable: call.about.is(Format::OAS2), ..Relaxed::default() };
    function.run_as(call, dialect(call.about), relaxed)
}

/// The dialect in which a contract writes its schemas; none if the schemas must say it themselves.
pub(super) fn dialect(about: &About<'_, '_>) -> Option<Dialect> {
    about.formats?;
    if !about.is(Format::OAS3_1) && !about.is(Format::OAS3_2) {
        return Some(Dialect::Draft4);
    }
    let written = about.root.get("jsonSchemaDialect").and_then(Node::as_str);
    Some(written.and_then(draft_of).and_then(Dialect::named).unwrap_or(Dialect::Draft2020))
}
