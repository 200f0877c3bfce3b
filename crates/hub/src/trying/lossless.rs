//! How is JSON laid out for reading without a change to any value?
//!
//! Values stay as they were written: numbers that no machine number holds, names that come twice, the order of members.

/// What is laid out may be so many times as long as it was sent; what would be longer is shown as it came.
const MOST_TIMES: usize = 4;

/// JSON with line breaks and indentation; `None` for what is no JSON, or would grow beyond all measure.
pub(super) fn laid_out(text: &str) -> Option<String> {
    serde_json::from_str::<serde::de::IgnoredAny>(text).ok()?;
    let most = text.len().saturating_mul(MOST_TIMES).saturating_add(4096);
    let mut out = String::with_capacity(text.len() * 2);
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    let mut letters = text.chars().filter(|letter| !letter.is_ascii_whitespace() || *letter == ' ').peekable();
    while let Some(letter) = letters.next() {
        if out.len() > most {
            return None;
        }
        if in_text {
            out.push(letter);
            (in_text, escaped) = (escaped || letter != '"', !escaped && letter == '\\');
            continue;
        }
        match letter {
            ' ' => {}
            '"' => {
                in_text = true;
                out.push(letter);
            }
            '{' | '[' => {
                out.push(letter);
                while letters.next_if_eq(&' ').is_some() {}
                if let Some(end) = letters.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(letter);
            }
            ',' => {
                out.push(letter);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            letter => out.push(letter),
        }
    }
    Some(out)
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_as_they_were_written() {
        let text = "{\"a\":[1e999,12345678901234567890123, {}],\"a\" : \"x\\\" , {\", \"b\":[ ]}";
        let out = laid_out(text).unwrap();
        assert_eq!(
            out,
            "{\n  \"a\": [\n    1e999,\n    12345678901234567890123,\n    {}\n  ],\n  \"a\": \"x\\\" , {\",\n  \"b\": []\n}"
        );
    }

    #[test]
    fn what_is_no_json_or_would_swell_is_left_as_it_is() {
        assert_eq!(laid_out("{nothing}"), None);
        let deep = format!("{}{}{}", "[".repeat(120), "1,".repeat(20_000) + "1", "]".repeat(120));
        assert_eq!(laid_out(&deep), None);
    }
}
