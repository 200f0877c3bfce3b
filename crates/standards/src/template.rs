//! Which segments does a path template have, and which of them are the version?

/// One segment of a path template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Segment<'d> {
    /// Written out: `repairs`.
    Literal(&'d str),
    /// A variable, alone or with text around it: `{id}`, `{id}.pdf`.
    Variable(&'d str),
}

/// The segments of a template or of the path of an address; empty ones are left out.
pub(crate) fn segments(template: &str) -> impl Iterator<Item = Segment<'_>> {
    template.split('/').filter(|text| !text.is_empty()).map(|text| match text.contains('{') {
        true => Segment::Variable(text),
        false => Segment::Literal(text),
    })
}

/// The segments that are written out and are no version.
pub(crate) fn literals(template: &str) -> impl Iterator<Item = &str> {
    segments(template).filter_map(|segment| match segment {
        Segment::Literal(text) if version_of(text).is_none() => Some(text),
        _ => None,
    })
}

/// The number of a segment that is a major version: 2 of `v2`.
pub(crate) fn version_of(segment: &str) -> Option<u64> {
    let digits = segment.strip_prefix('v').or_else(|| segment.strip_prefix('V'))?;
    let whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole { digits.parse().ok() } else { None }
}

/// The names of a template's variables, in order.
pub(crate) fn variables(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}
