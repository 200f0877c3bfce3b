//! What of a `tracestate` goes on?

/// The standard wants 512 bytes to be carried; nobody needs more.
const LONGEST: usize = 512;
const MOST_MEMBERS: usize = 32;

/// Writes the fields' members as one value, as many from the left as there is room for: those were changed last. Nothing, if one
/// of them is no member: then none of it can be relied on (W3C Trace Context §3.3).
pub(crate) fn put_state<'v>(out: &mut Vec<u8>, values: impl Iterator<Item = &'v [u8]>) {
    let mut count: usize = 0;
    for member in values.flat_map(|value| value.split(|byte| *byte == b',')).map(<[u8]>::trim_ascii) {
        if member.is_empty() {
            continue;
        }
        count = count.saturating_add(1);
        if !is_member(member) || count > MOST_MEMBERS {
            out.clear();
            return;
        }
        if out.len().saturating_add(member.len()) < LONGEST {
            if !out.is_empty() {
                out.push(b',');
            }
            out.extend_from_slice(member);
        }
    }
}

fn is_member(member: &[u8]) -> bool {
    let Some(place) = member.iter().position(|byte| *byte == b'=') else { return false };
    let Some((key, value)) = member.split_at_checked(place) else { return false };
    let value = value.get(1..).unwrap_or_default();
    let is_of_key = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-*/@".contains(byte);
    let begins_well = key.first().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let is_of_value = |byte: &u8| (0x20..=0x7e).contains(byte) && *byte != b'=';
    begins_well
        && key.len() <= 256
        && key.iter().all(is_of_key)
        && (1..=256).contains(&value.len())
        && value.iter().all(is_of_value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(values: &[&str]) -> String {
        let mut out = vec![];
        put_state(&mut out, values.iter().map(|value| value.as_bytes()));
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn w3c_3_3_members_are_joined_in_order_and_bounded() {
        assert_eq!(joined(&["a=1, b=2", "", " c@d=3 ,,"]), "a=1,b=2,c@d=3");
        let long = format!("x={}", "v".repeat(250));
        let carried = joined(&[&format!("first=1,{long},y{long},z{long},last=1")]);
        assert!(carried.len() <= LONGEST && carried.starts_with("first=1,x=") && carried.ends_with(",last=1"));
        for bad in ["a", "=1", "A=1", "a=", "a=b=c", "a=\u{1}", "a=1,B=2"] {
            assert_eq!(joined(&[bad]), "", "{bad:?}");
        }
        let many: Vec<String> = (0..33).map(|number| format!("k{number}=1")).collect();
        assert_eq!(joined(&[&many.join(",")]), "");
        assert_eq!(joined(&[&many.get(..32).unwrap_or_default().join(",")]).split(',').count(), 32);
    }
}
