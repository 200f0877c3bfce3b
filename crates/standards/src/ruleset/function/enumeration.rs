//! `enumeration`: is a value one of those that are allowed?

use super::{Call, Mistake, Options, Remark};
use crate::{
    document::Kind,
    ruleset::{
        ecmascript::{Subject, equal, print_value},
        view::View,
    },
};

#[derive(Debug)]
pub(crate) struct Enumeration {
    values: Options,
}

impl Enumeration {
    pub(super) fn read(options: &Options) -> Result<Enumeration, Vec<Mistake>> {
        let mend = "write a list of texts, numbers, booleans or nulls";
        options.only("enumeration", &["values"])?;
        let values = options.required("enumeration", "values", mend)?;
        if values.kind() != Kind::List {
            return Mistake::alone(Some(values), "the option `values` of `enumeration` must be a list", mend);
        }
        if let Some(composed) = values.items().find(|item| matches!(item.kind(), Kind::List | Kind::Map)) {
            return Mistake::alone(Some(composed), "`enumeration` compares no lists and maps", mend);
        }
        Ok(Enumeration { values: options.part("values") })
    }

    pub(super) fn run<'d>(&self, call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
        let (Some(values), false, Some(_)) = (self.values.node(), call.subject.is_composed(), call.subject.kind())
        else {
            return Vec::new();
        };
        if values.items().any(|value| equal(call.subject, call.view, Subject::Node(value), View::WRITTEN)) {
            return Vec::new();
        }
        let allowed: Vec<String> = values.items().map(|value| print_value(Subject::Node(value))).collect();
        let message = "#{{print(\"value\")}} must be equal to one of the allowed values: ";
        vec![Remark::here(format!("{message}{}", allowed.join(", ")))]
    }
}
