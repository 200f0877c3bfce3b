//! `hansom why`: why was a call refused?

use clap::{Args, ValueEnum};
use hansom_domain::RequestId;
use hansom_standards::report::{harmless, harmless_json};
use serde_json::Value;

use crate::{
    failure::{Doing, Failure},
    hub_asking::{HubAnswer, HubAsking},
    saying,
    sign_ins::SignIns,
};

/// Say why a gateway refused a call: which check failed, what was measured, what to do. You are told of your own calls and
/// of those of your groups' applications.
#[derive(Args)]
#[command(after_help = "Examples:\n  hansom why 3f1c09d2a4b84e6f9a1b2c3d4e5f6071\n  \
    hansom why 3f1c09d2a4b84e6f9a1b2c3d4e5f6071 --hub https://hub.hackney.example --format json")]
pub(crate) struct Why {
    /// The header Request-Id of the answer, and `instance` in its body.
    request_id: String,
    /// The hub.
    #[arg(long, env = "HANSOM_HUB", default_value = "http://127.0.0.1:8000")]
    hub: String,
    /// An access token for the hub, instead of your sign-in.
    #[arg(long, env = "HANSOM_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Pretty,
    Json,
}

impl Why {
    /// Asks the hub and prints what it knows. Exit code 0 if the call was found, 1 if not.
    pub(crate) fn run(self) -> Result<(), Failure> {
        let id: RequestId = self.request_id.parse().map_err(|why| Failure::wrong_use(format!("{why}")))?;
        let hub = HubAsking::new(&self.hub)?;
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().doing("no runtime could be made")?;
        let answer = runtime.block_on(async {
            let token = match &self.token {
                Some(token) => token.clone(),
                None => SignIns::open()?.access_token(&hub, hub.address()).await?,
            };
            hub.get(&format!("/api/v1/refusals/{id}"), Some(&token)).await
        })?;
        if !answer.is_success() {
            return Err(answer.failure("it cannot be said"));
        }
        match self.format {
            Format::Json => saying::say(&harmless_json(format!("{:#}\n", answer.body))),
            Format::Pretty => saying::say(&pretty(&answer)),
        }
    }
}

fn pretty(answer: &HubAnswer) -> String {
    let mut lines = vec![
        format!("{} {} in {}", answer.text("method"), answer.text("path"), answer.text("environment")),
        format!("refused with {} {}", answer.number("status").unwrap_or_default(), answer.text("code")),
        format!("  {}", answer.text("detail")),
    ];
    for found in answer.body.get("findings").and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| found.get(name).and_then(Value::as_str).unwrap_or_default();
        let at = Some(text("at")).filter(|at| !at.is_empty()).map_or_else(String::new, |at| format!(" ({at})"));
        lines.push(format!("  {}{at}", text("told")));
    }
    if !answer.text("mend").is_empty() {
        lines.push(format!("what to do: {}", answer.text("mend")));
    }
    lines.iter().map(|line| format!("{}\n", harmless(line))).collect()
}
