//! `oasOpSuccessResponse`: does an operation say what comes back when it works?

use super::{Call, Remark};
use crate::{
    document::Kind,
    ruleset::{ecmascript::to_number, format::Format},
};

pub(super) fn run<'d>(call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
    let Some(responses) = call.subject.node().filter(|node| node.kind() == Kind::Map) else {
        return Vec::new();
    };
    let ranges = call.about.is(Format::OAS3);
    let succeeds =
        |status: &str| (ranges && (status == "2XX" || status == "3XX")) || (200.0..400.0).contains(&to_number(status));
    if call.view.entries(responses).any(|(status, _)| succeeds(status)) {
        return Vec::new();
    }
    vec![Remark::here("Operation must define at least a single 2xx or 3xx response")]
}
