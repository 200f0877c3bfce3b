//! What was measured when a request was refused?
//!
//! Beside the sentence that everybody gets who was refused: what only the caller, and whoever answers for it, is told.

use crate::refusal::Refusal;

const LONGEST: usize = 200;
const MOST_GROUPS: usize = 20;

impl Refusal {
    /// Names and values; few, short, and nothing of a token but what it is for.
    pub(crate) fn facts(&self) -> Vec<(&'static str, String)> {
        match self {
            Refusal::TokenExpired { seconds } => vec![("expired_seconds_ago", seconds.to_string())],
            Refusal::TokenAhead { seconds } => vec![("clock_seconds_ahead", seconds.to_string())],
            Refusal::ProofTime { ahead } if *ahead > 0 => vec![("clock_seconds_ahead", ahead.to_string())],
            Refusal::ProofTime { ahead } => vec![("proof_seconds_old", ahead.saturating_neg().to_string())],
            Refusal::TokenForElsewhere { wanted, told } => {
                vec![("token_audience", cut(told)), ("wanted_audience", cut(wanted))]
            }
            Refusal::GroupMissing { groups, held, .. } => {
                vec![("groups_needed", words(groups)), ("groups_held", words(held))]
            }
            Refusal::ApplicationsNotAllowed { groups, .. } => vec![("groups_needed", words(groups))],
            Refusal::GrantMissing { expired, .. } => vec![("grant_had_expired", expired.to_string())],
            Refusal::LimitReached(reached) => vec![("free_in_seconds", reached.retry_after_seconds.to_string())],
            Refusal::UpstreamSilent { millis } | Refusal::UpstreamUnconnected { millis } => {
                vec![("waited_milliseconds", millis.to_string())]
            }
            Refusal::UpstreamsOut { seconds } => vec![("tried_again_in_seconds", seconds.to_string())],
            Refusal::BodyTooLarge { limit } => vec![("most_bytes", limit.to_string())],
            _ => vec![],
        }
    }
}

fn cut(text: &str) -> String {
    text.chars().filter(|char| !char.is_control()).take(LONGEST).collect()
}

fn words<T: ToString>(words: &[T]) -> String {
    let shown: Vec<String> = words.iter().take(MOST_GROUPS).map(ToString::to_string).collect();
    let more = words.len().saturating_sub(shown.len());
    if more == 0 { shown.join(" ") } else { format!("{} and {more} more", shown.join(" ")) }
}
