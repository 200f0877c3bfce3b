//! Which of the contract's examples is wanted?

use http::{HeaderValue, StatusCode};
use serde_json::Value;

use crate::{
    head::Head,
    refusal::Refusal,
    snapshot::{AnswerContract, MediaAnswer},
};

/// What a client asks for in `Prefer` and `Accept`.
#[derive(Default)]
pub(crate) struct Wish {
    code: Option<u16>,
    example: Option<String>,
    /// Accepted media ranges; empty for any.
    accept: Vec<String>,
}

/// What is answered.
#[derive(Debug)]
pub(crate) struct Chosen<'a> {
    pub(crate) status: StatusCode,
    pub(crate) answer: &'a AnswerContract,
    pub(crate) body: Option<(&'a MediaAnswer, &'a Value)>,
}

impl Wish {
    /// Preferences that are not understood are ignored, as RFC 7240 says.
    pub(crate) fn read(head: &Head) -> Self {
        let mut wish = Self::default();
        for (name, value) in words(head, "prefer").filter_map(|word| word.split_once('=')) {
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "code" => wish.code = value.parse().ok().filter(|code| (100..600).contains(code)),
                "example" => wish.example = Some(value.to_owned()),
                _ => {}
            }
        }
        wish.accept = head
            .values("accept")
            .filter_map(|value| std::str::from_utf8(value).ok())
            .flat_map(|value| value.split(','))
            .filter(|range| !range.replace(' ', "").ends_with(";q=0"))
            .map(essence)
            .filter(|range| !range.is_empty())
            .collect();
        wish
    }

    /// What of `Prefer` was obeyed.
    pub(crate) fn applied(&self) -> Option<HeaderValue> {
        let code = self.code.map(|code| format!("code={code}"));
        let example = self.example.as_ref().map(|example| format!("example={example}"));
        let applied: Vec<String> = code.into_iter().chain(example).collect();
        if applied.is_empty() { None } else { HeaderValue::try_from(applied.join(", ")).ok() }
    }

    fn accepts(&self, media: &MediaAnswer) -> bool {
        let offered = essence(&media.media_type);
        let kind = offered.split('/').next().unwrap_or_default();
        self.accept.is_empty()
            || self.accept.iter().any(|range| {
                range == "*/*"
                    || *range == offered
                    || range.strip_suffix("/*") == Some(kind)
                    // Who takes JSON takes a problem, which is JSON.
                    || (is_json(range) && is_json(&offered))
            })
    }

    fn wants(&self, name: &str) -> bool {
        self.example.as_deref().is_none_or(|wanted| wanted == name)
    }
}

fn words<'a>(head: &'a Head, name: &'a str) -> impl Iterator<Item = &'a str> {
    head.values(name).filter_map(|value| std::str::from_utf8(value).ok()).flat_map(|value| value.split([',', ';']))
}

fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// `application/json` and everything that ends with `+json`.
pub(crate) fn is_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    essence == "application/json" || essence.ends_with("+json")
}

/// The answer that fits the wish; by default the lowest success with its first example.
pub(crate) fn choose<'a>(answers: &'a [AnswerContract], wish: &Wish) -> Result<Chosen<'a>, Refusal> {
    let mut candidates: Vec<(StatusCode, &AnswerContract)> = match wish.code {
        Some(code) => of_code(answers, code).into_iter().collect(),
        None => answers.iter().filter_map(|answer| Some((status_of(answer)?, answer))).collect(),
    };
    // Successes first, each kind from the lowest; an example that only an error has is found there.
    candidates.sort_by_key(|(status, _)| (!status.is_success(), status.as_u16()));
    if wish.code.is_none() && wish.example.is_none() {
        candidates.truncate(1);
    }
    if let Some(chosen) = candidates.iter().find_map(|(status, answer)| with_example(*status, answer, wish)) {
        return Ok(chosen);
    }
    match candidates.first() {
        Some((status, answer)) if answer.media.is_empty() && wish.example.is_none() => {
            Ok(Chosen { status: *status, answer, body: None })
        }
        _ => Err(Refusal::NothingAcceptable(there_is(answers))),
    }
}

fn with_example<'a>(status: StatusCode, answer: &'a AnswerContract, wish: &Wish) -> Option<Chosen<'a>> {
    let body =
        answer.media.iter().filter(|media| wish.accepts(media)).find_map(|media| {
            media.examples.iter().find(|(name, _)| wish.wants(name)).map(|(_, value)| (media, value))
        })?;
    Some(Chosen { status, answer, body: Some(body) })
}

/// The answer for a code: that very one, or its class, or the default.
fn of_code(answers: &[AnswerContract], code: u16) -> Option<(StatusCode, &AnswerContract)> {
    let status = StatusCode::from_u16(code).ok()?;
    let (exact, class) = (code.to_string(), format!("{}XX", code / 100));
    let find = |wanted: &str| answers.iter().find(|answer| answer.status.eq_ignore_ascii_case(wanted));
    Some((status, find(&exact).or_else(|| find(&class)).or_else(|| find("default"))?))
}

fn status_of(answer: &AnswerContract) -> Option<StatusCode> {
    let status = answer.status.as_str();
    let code = match status.strip_suffix("XX").or_else(|| status.strip_suffix("xx")) {
        Some(class) => class.parse::<u16>().ok()?.checked_mul(100)?,
        None if status == "default" => 500,
        None => status.parse().ok()?,
    };
    StatusCode::from_u16(code).ok()
}

/// In a sentence, what can be asked for.
fn there_is(answers: &[AnswerContract]) -> String {
    let each: Vec<String> = answers
        .iter()
        .take(20)
        .map(|answer| {
            let media: Vec<String> = answer
                .media
                .iter()
                .map(|media| {
                    let names: Vec<&str> = media.examples.iter().map(|(name, _)| name.as_str()).take(20).collect();
                    format!(
                        "{}: {}",
                        media.media_type,
                        if names.is_empty() { "no example".into() } else { names.join(", ") }
                    )
                })
                .collect();
            format!("{} ({})", answer.status, if media.is_empty() { "no body".into() } else { media.join("; ") })
        })
        .collect();
    format!("The contract has these answers with these examples: {}.", each.join(", "))
}
