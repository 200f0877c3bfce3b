//! Is a refusal a problem document (RFC 9457)?

use serde_json::Value;

use crate::call::Answer;

pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// What is wrong with a problem document; none, if nothing is.
pub(crate) fn fault(answer: &Answer) -> Option<String> {
    let Some(Value::Object(members)) = answer.json() else {
        return Some("the body is no JSON object".to_owned());
    };
    for name in ["type", "title", "detail", "instance"] {
        if members.get(name).is_some_and(|value| !value.is_string()) {
            return Some(format!("`{name}` is no text"));
        }
    }
    if !members.contains_key("type") && !members.contains_key("title") {
        return Some("it has neither `type` nor `title`, so it says nothing".to_owned());
    }
    match members.get("status") {
        Some(status) if status.as_u64() != Some(u64::from(answer.status)) => {
            Some(format!("`status` is {status}, and the answer's status is {}", answer.status))
        }
        _ => None,
    }
}
