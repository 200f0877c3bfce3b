//! Does a request come back to the gateway that sent it on?
//!
//! An upstream can lead to the gateway again, by mistake or on purpose. Every passage adds `1.1 hansom-…` to `Via` (RFC
//! 9110 §7.6.3), and a request with too many of them goes no further.

/// An API may be built on others behind the same gateway; so deep it is not.
const MOST_PASSAGES: usize = 5;

/// Whether the fields `Via` tell of more passages than any honest request has.
pub(crate) fn goes_in_a_circle<'v>(via: impl IntoIterator<Item = &'v [u8]>) -> bool {
    let entries = via.into_iter().flat_map(|value| value.split(|byte| *byte == b','));
    entries.filter(|entry| is_ours(entry)).count() >= MOST_PASSAGES
}

fn is_ours(entry: &[u8]) -> bool {
    let mut words = entry.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty());
    let is_name = |name: &[u8]| name.get(..7).is_some_and(|name| name.eq_ignore_ascii_case(b"hansom-"));
    words.next().is_some() && words.next().is_some_and(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn j115_five_passages_are_a_circle() {
        let check = |fields: &[&str], expected: bool| {
            assert_eq!(goes_in_a_circle(fields.iter().map(|field| field.as_bytes())), expected, "{fields:?}");
        };
        check(&[], false);
        check(&["1.1 hansom-1f"; 4], false);
        check(&["1.1 hansom-1f"; 5], true);
        check(&["1.1 hansom-1f, 1.1 nginx, 2 hansom-2e", "1.1 HANSOM-3D (x)", " 1.1\thansom-4c ,1.1 hansom-5b"], true);
        check(&["1.1 nginx"; 50], false);
        check(&["hansom-1f"; 50], false);
        check(&["1.1 hansom.example"; 50], false);
        check(&[",,,, ,"], false);
    }
}
