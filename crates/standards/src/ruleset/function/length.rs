//! `length`: is a text, a list, a map or a number neither too small nor too large?

use super::{Call, Mistake, Options, Remark};
use crate::{document::Kind, ruleset::ecmascript::number};

#[derive(Debug)]
pub(crate) struct Length {
    min: Option<f64>,
    max: Option<f64>,
}

impl Length {
    pub(super) fn read(options: &Options) -> Result<Length, Vec<Mistake>> {
        options.only("length", &["min", "max"])?;
        let bound = |key: &str| match options.get(key) {
            None => Ok(None),
            Some(node) => match node.as_f64() {
                Some(bound) => Ok(Some(bound)),
                None => {
                    let what = format!("the option `{key}` of `length` must be a number");
                    Mistake::alone(Some(node), what, "write a number")
                }
            },
        };
        let (min, max) = (bound("min")?, bound("max")?);
        if min.is_none() && max.is_none() {
            let what = "`length` needs the option `min` or `max`";
            return Mistake::alone(options.node(), what, "write `min`, `max` or both");
        }
        Ok(Length { min, max })
    }

    pub(super) fn run<'d>(&self, call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
        let own = match (call.subject.kind(), call.subject.node()) {
            (Some(Kind::Map), Some(node)) => call.view.entries(node).count() as f64,
            (Some(Kind::List), Some(node)) => call.view.items(node).count() as f64,
            (Some(Kind::Integer | Kind::Number), Some(node)) => node.as_f64().unwrap_or_default(),
            (Some(Kind::Text), _) => call.subject.as_str().unwrap_or_default().encode_utf16().count() as f64,
            _ => return Vec::new(),
        };
        let mut remarks = Vec::new();
        let mut say = |what: &str, bound: f64| {
            let message = format!("#{{{{print(\"property\")}}}}must be {what} than {}", number(bound));
            remarks.push(Remark::here(message));
        };
        if let Some(min) = self.min.filter(|min| own < *min) {
            say("longer", min);
        }
        if let Some(max) = self.max.filter(|max| own > *max) {
            say("shorter", max);
        }
        remarks
    }
}
