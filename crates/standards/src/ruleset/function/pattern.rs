//! `pattern`: does a text match one regular expression, and not match another?

use super::{Call, Mistake, Options, Remark};
use crate::{pattern::Pattern, ruleset::ecmascript::quoted};

#[derive(Debug)]
pub(crate) struct PatternFunction {
    wanted: Option<(String, Pattern)>,
    forbidden: Option<(String, Pattern)>,
}

impl PatternFunction {
    pub(super) fn read(options: &Options) -> Result<PatternFunction, Vec<Mistake>> {
        options.only("pattern", &["match", "notMatch"])?;
        let read = |key: &str| {
            let Some(text) = options.text("pattern", key)? else {
                return Ok(None);
            };
            match Pattern::parse(&text) {
                Ok(pattern) => Ok(Some((text, pattern))),
                Err(fault) => Mistake::alone(options.get(key), fault.what, fault.mend),
            }
        };
        let (wanted, forbidden) = (read("match")?, read("notMatch")?);
        if wanted.is_none() && forbidden.is_none() {
            let what = "`pattern` needs the option `match` or `notMatch`";
            return Mistake::alone(options.node(), what, "write a regular expression under `match`");
        }
        Ok(PatternFunction { wanted, forbidden })
    }

    pub(super) fn run<'d>(&self, call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
        let Some(text) = call.subject.as_str() else {
            return Vec::new();
        };
        let judge = |pattern: &Pattern| call.about.expressions.judge(pattern, text);
        let mut remarks = Vec::new();
        if let Some((written, pattern)) = &self.wanted
            && judge(pattern) == Some(false)
        {
            let message = format!("#{{{{print(\"value\")}}}} must match the pattern {}", quoted(written));
            remarks.push(Remark::here(message));
        }
        if let Some((written, pattern)) = &self.forbidden
            && judge(pattern) == Some(true)
        {
            let message = format!("#{{{{print(\"value\")}}}} must not match the pattern {}", quoted(written));
            remarks.push(Remark::here(message));
        }
        remarks
    }
}
