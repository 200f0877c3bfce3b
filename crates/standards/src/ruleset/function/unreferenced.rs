//! `unreferencedReusableObject`: is everything that can be reused referred to?

use super::{Call, Mistake, Options, Remark};
use crate::{document::Kind, fault::quoted, ruleset::locating::Step, sources::percent_decoded};

#[derive(Debug)]
pub(crate) struct Unreferenced {
    /// A fragment: `#/components/schemas`.
    location: String,
}

impl Unreferenced {
    pub(super) fn read(options: &Options) -> Result<Unreferenced, Vec<Mistake>> {
        let function = "unreferencedReusableObject";
        let mend = "write a pointer, such as `#/components/schemas`";
        options.only(function, &["reusableObjectsLocation"])?;
        let node = options.required(function, "reusableObjectsLocation", mend)?;
        let location = node.as_str().filter(|text| *text == "#" || text.starts_with("#/"));
        match location {
            Some(location) => Ok(Unreferenced { location: location.to_owned() }),
            None => Mistake::alone(Some(node), format!("{} needs a pointer", quoted(function)), mend),
        }
    }

    pub(super) fn run<'d>(&self, call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
        orphans(call, call.subject, &self.location)
    }
}

/// What is said about everything in a map that no reference names.
pub(super) fn orphans<'d>(
    call: &Call<'_, 'd>,
    subject: crate::ruleset::ecmascript::Subject<'d>,
    location: &str,
) -> Vec<Remark<'d>> {
    let Some(node) = subject.node().filter(|node| node.kind() == Kind::Map) else {
        return Vec::new();
    };
    let prefix = location.strip_prefix('#').unwrap_or(location);
    let document = call.about.root.document();
    let unnamed = call.view.entries(node).map(|(name, _)| format!("{prefix}/{name}"));
    unnamed
        .filter(|pointer| !call.about.references.name(document, pointer))
        .map(|pointer| {
            let steps = pointer.split('/').skip(1).map(|step| {
                let step = percent_decoded(step).unwrap_or(step.into());
                Step::Owned(step.replace("~1", "/").replace("~0", "~"))
            });
            Remark::at(steps, "Potential orphaned reusable object has been detected")
        })
        .collect()
}
