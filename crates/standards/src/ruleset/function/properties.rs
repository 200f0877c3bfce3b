//! `or` and `xor`: is at least one, or exactly one, of some properties there?

use super::{Call, Mistake, Options, Remark};
use crate::{
    document::{Kind, Node},
    fault::quoted,
};

#[derive(Debug)]
pub(crate) struct Properties {
    names: Vec<String>,
}

impl Properties {
    pub(super) fn read(function: &str, options: &Options) -> Result<Properties, Vec<Mistake>> {
        let mend = "write a list of two names or more";
        options.only(function, &["properties"])?;
        let list = options.required(function, "properties", mend)?;
        let names: Vec<String> = list.items().filter_map(Node::as_str).map(str::to_owned).collect();
        if names.len() < 2 || names.len() != list.items().count() {
            let what = format!("the option `properties` of {} must be a list of two names or more", quoted(function));
            return Mistake::alone(Some(list), what, mend);
        }
        Ok(Properties { names })
    }

    pub(super) fn at_least_one<'d>(&self, call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
        let there = self.there(call);
        if there.is_some_and(|there| there.is_empty()) { vec![self.none_is_there()] } else { Vec::new() }
    }

    pub(super) fn exactly_one<'d>(&self, call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
        match self.there(call).as_deref() {
            Some([]) => vec![self.none_is_there()],
            Some(several @ [_, _, ..]) => {
                let names = several.join("\" and \"");
                vec![Remark::here(format!("Just one of \"{names}\" must be defined"))]
            }
            _ => Vec::new(),
        }
    }

    fn none_is_there<'d>(&self) -> Remark<'d> {
        let first: Vec<&str> = self.names.iter().take(3).map(String::as_str).collect();
        let message = if self.names.len() > 4 {
            let more = self.names.len() - 3;
            format!("At least one of \"{}\" or {more} other properties must be defined", first.join("\" or \""))
        } else {
            format!("At least one of \"{}\" must be defined", self.names.join("\" or \""))
        };
        Remark::here(message)
    }

    /// Which of the properties are there, in the order of the text; none if the value is no map.
    fn there<'d>(&self, call: &Call<'_, 'd>) -> Option<Vec<&'d str>> {
        let node = call.subject.node().filter(|node| node.kind() == Kind::Map)?;
        let keys = call.view.entries(node).map(|(key, _)| key);
        Some(keys.filter(|key| self.names.iter().any(|name| name == key)).collect())
    }
}
