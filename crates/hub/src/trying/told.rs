//! What came back from a call that was tried, for showing?

use http::StatusCode;
use serde_json::Value;

use super::{GatewayAnswer, MOST_ANSWER_BYTES, lossless::laid_out};
use crate::{Hub, urls};

const TOKEN: &str = "(the token of this call)";

/// An answer, for showing as text.
pub(crate) struct Told {
    pub(crate) status: u16,
    /// `OK`; empty for a status that has no words.
    pub(crate) reason: &'static str,
    pub(crate) millis: u128,
    pub(crate) request_id: String,
    /// What is left of each limit.
    pub(crate) left: Vec<String>,
    /// Where it is said why, if it was the gateway that refused.
    pub(crate) explanation: String,
    /// What the problem says is wrong.
    pub(crate) detail: String,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) media_type: String,
    pub(crate) body: String,
    /// What is not as it was sent.
    pub(crate) note: String,
}

impl Told {
    pub(crate) fn new(hub: &Hub, answer: GatewayAnswer, token: Option<&str>, millis: u128) -> Self {
        let GatewayAnswer { status, mut fields, body, is_cut } = answer;
        // No API is given the caller's token; one that has it all the same must not tell it to whoever looks at the screen.
        let hidden = |text: String| match token {
            Some(token) if text.contains(token) => text.replace(token, TOKEN),
            _ => text,
        };
        fields.iter_mut().for_each(|(_, value)| *value = hidden(std::mem::take(value)));
        let field = |name: &str| {
            let found = fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map_or_else(String::new, |(_, value)| value.clone())
        };
        let media_type = field("content-type");
        let request_id = field("request-id");
        let problem = problem(&media_type, &body);
        let of_gateway = problem.as_ref().is_some_and(|problem| {
            let about = problem.get("type").and_then(Value::as_str).unwrap_or_default();
            about.starts_with(&format!("{}{}/", hub.hub, urls::PROBLEMS))
        });
        let detail = problem.as_ref().and_then(|problem| problem.get("detail")).and_then(Value::as_str);
        let detail = hidden(detail.unwrap_or_default().to_owned());
        let (text, note) = shown(body, &media_type, is_cut);
        Self {
            status,
            reason: StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default(),
            millis,
            left: left(&field("ratelimit"), &field("ratelimit-policy")),
            explanation: if of_gateway && !request_id.is_empty() { urls::refusal(&request_id) } else { String::new() },
            detail,
            body: hidden(text),
            note,
            request_id,
            media_type,
            fields,
        }
    }

    /// Whether it is what was asked for.
    pub(crate) fn is_success(&self) -> bool {
        (200..400).contains(&self.status)
    }
}

/// The problem document that a body is.
fn problem(media_type: &str, body: &[u8]) -> Option<Value> {
    let is_problem = essence(media_type) == hansom_domain::Problem::MEDIA_TYPE;
    is_problem.then(|| serde_json::from_slice(body).ok()).flatten()
}

fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The body as text, and what has to be said about it.
fn shown(body: Vec<u8>, media_type: &str, is_cut: bool) -> (String, String) {
    let cut = if is_cut {
        format!("Only the first {} KiB are shown. Call by the command to get it whole.", MOST_ANSWER_BYTES / 1024)
    } else {
        String::new()
    };
    let count = body.len();
    let text = match String::from_utf8(body) {
        Ok(text) => text,
        // A cut may go through a letter.
        Err(error) if is_cut && error.utf8_error().error_len().is_none() => {
            String::from_utf8_lossy(error.as_bytes()).into_owned()
        }
        Err(_) => {
            return (String::new(), format!("{count} bytes that are no text, so they are not shown."));
        }
    };
    let kind = essence(media_type);
    let is_json = kind.ends_with("/json") || kind.ends_with("+json");
    let laid_out = if is_json && !is_cut { laid_out(&text) } else { None };
    let note = if laid_out.is_some() { "Laid out for reading; every value is as it was sent.".into() } else { cut };
    (laid_out.unwrap_or(text), note)
}

/// What is left, in words, by the fields of draft-ietf-httpapi-ratelimit-headers-10.
fn left(left: &str, policy: &str) -> Vec<String> {
    let policies: Vec<(&str, Vec<(&str, i64)>)> = items(policy).collect();
    let number =
        |numbers: &[(&str, i64)], key: &str| numbers.iter().find(|(known, _)| *known == key).map(|(_, it)| *it);
    let told = items(left).take(10).filter_map(|(name, numbers)| {
        let remaining = number(&numbers, "r")?;
        let policy = policies.iter().find(|(known, _)| *known == name).map(|(_, numbers)| numbers);
        let quota = policy.and_then(|numbers| Some((number(numbers, "q")?, number(numbers, "w")?)));
        let limit = quota.map_or_else(String::new, |(calls, seconds)| format!(": {calls} {}", window(seconds)));
        let back = match number(&numbers, "t") {
            Some(seconds) if remaining == 0 => format!("; more in {seconds} s"),
            _ => String::new(),
        };
        Some(format!("{remaining} calls now (limit {name}{limit}){back}"))
    });
    told.collect()
}

fn window(seconds: i64) -> String {
    match seconds {
        1 => "a second".into(),
        60 => "a minute".into(),
        3600 => "an hour".into(),
        86_400 => "a day".into(),
        seconds => format!("in {seconds} s"),
    }
}

/// `"default";r=49;t=3, "day";r=8`: names with their numbers.
fn items(field: &str) -> impl Iterator<Item = (&str, Vec<(&str, i64)>)> {
    field.split(',').map(|item| {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().trim_matches('"');
        let numbers = parts.filter_map(|part| {
            let (key, value) = part.split_once('=')?;
            Some((key, value.parse().ok()?))
        });
        (name, numbers.collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_of_each_limit() {
        assert_eq!(
            left("\"default\";r=49;t=3, \"day\";r=8", "\"default\";q=600;w=60, \"day\";q=10;w=86400"),
            ["49 calls now (limit default: 600 a minute)", "8 calls now (limit day: 10 a day)"]
        );
        assert_eq!(left("\"day\";r=0;t=9", ""), ["0 calls now (limit day); more in 9 s"]);
        assert_eq!(left("", ""), Vec::<String>::new());
        assert_eq!(left("nonsense;;=,", "x"), Vec::<String>::new());
    }

    #[test]
    fn a_body_is_shown_as_text_or_not_at_all() {
        assert_eq!(shown(b"{\"a\":1}".to_vec(), "application/json; charset=utf-8", false).0, "{\n  \"a\": 1\n}");
        assert_eq!(shown(b"{\"a\":1}".to_vec(), "text/plain", false).0, "{\"a\":1}");
        assert_eq!(shown(vec![0xff, 0], "image/png", false).0, "");
        let (text, note) = shown(vec![b'a', 0xc3], "text/plain", true);
        assert!(text.starts_with('a') && note.contains("256 KiB"), "{text} {note}");
    }
}
