//! What can be chosen in a form?

/// Something to choose.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) text: String,
    /// What it means; may be empty.
    pub(crate) hint: String,
    pub(crate) chosen: bool,
}

impl Choice {
    /// A choice that explains itself.
    pub(crate) fn plain(value: impl Into<String>, text: impl Into<String>, chosen: bool) -> Self {
        Self { value: value.into(), text: text.into(), hint: String::new(), chosen }
    }
}
