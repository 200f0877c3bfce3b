//! What does the head of a message say, whatever protocol it came by?

use std::ops::Range;

use http::Method;

use crate::{
    fields::{self, Kind},
    path::CanonicalPath,
};

/// A field's place in the text of its head.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) kind: Kind,
    name: Span,
    value: Span,
}

#[derive(Clone, Copy, Debug, Default)]
struct Span {
    from: u32,
    to: u32,
}

impl Span {
    fn of(self, text: &[u8]) -> &[u8] {
        text.get(self.from as usize..self.to as usize).unwrap_or_default()
    }
}

impl TryFrom<Range<usize>> for Span {
    type Error = std::num::TryFromIntError;

    fn try_from(range: Range<usize>) -> Result<Self, Self::Error> {
        Ok(Self { from: u32::try_from(range.start)?, to: u32::try_from(range.end)? })
    }
}

impl Field {
    /// A field whose name and value stand there in `text`. An empty one if they stand nowhere.
    pub(crate) fn new(text: &[u8], name: Range<usize>, value: Range<usize>) -> Self {
        let name = Span::try_from(name).unwrap_or_default();
        let value = Span::try_from(value).unwrap_or_default();
        Self { kind: fields::kind(name.of(text)), name, value }
    }

    pub(crate) fn name<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        self.name.of(text)
    }

    pub(crate) fn value<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        self.value.of(text)
    }

    /// The whole line, if it stands in the text of its head just as it would be written again.
    pub(crate) fn line<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        let (name, value) = (self.name, self.value);
        let between = text.get(name.to as usize..value.from as usize)?;
        let line = text.get(name.from as usize..(value.to as usize).saturating_add(2))?;
        (between == b": " && line.ends_with(b"\r\n")).then_some(line)
    }

    /// Where the value stands in the text of its head.
    pub(crate) fn value_place(&self) -> Range<usize> {
        self.value.from as usize..self.value.to as usize
    }
}

/// The head of a request as it was read: each part in order by itself, their sense not yet looked at.
#[derive(Debug)]
pub(crate) struct Unread {
    pub(crate) text: Vec<u8>,
    pub(crate) method: Method,
    pub(crate) target: Range<usize>,
    /// The host that HTTP/2 names beside the fields.
    pub(crate) authority: Option<Range<usize>>,
    pub(crate) fields: Vec<Field>,
}

impl Unread {
    /// The host that is asked for, as far as anybody wants to read it.
    pub(crate) fn host(&self) -> String {
        const LONGEST: usize = 255;
        let in_field =
            || self.fields.iter().find(|field| field.kind == Kind::Host).map(|field| field.value(&self.text));
        let host = self.authority.clone().and_then(|place| self.text.get(place)).or_else(in_field).unwrap_or_default();
        String::from_utf8_lossy(host.get(..LONGEST).unwrap_or(host)).into_owned()
    }
}

/// The head of a request that has exactly one reading. Only [`crate::reception`] makes one.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) text: Vec<u8>,
    pub(crate) method: Method,
    pub(crate) path: CanonicalPath,
    pub(crate) query: Option<Range<usize>>,
    pub(crate) fields: Vec<Field>,
}

impl Head {
    /// What follows the question mark.
    pub(crate) fn query(&self) -> Option<&str> {
        let bytes = self.text.get(self.query.clone()?)?;
        std::str::from_utf8(bytes).ok()
    }

    /// Every field: kind, name as it was sent, value without the space around it.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (Kind, &[u8], &[u8])> {
        self.fields.iter().map(|field| (field.kind, field.name(&self.text), field.value(&self.text)))
    }

    /// The values of the fields of that kind.
    pub(crate) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &[u8]> {
        self.fields.iter().filter(move |field| field.kind == kind).map(|field| field.value(&self.text))
    }

    /// The values of the fields of that name, in whatever case.
    pub(crate) fn values<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h [u8]> {
        self.fields()
            .filter(move |(_, known, _)| known.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, _, value)| value)
    }

    /// The first value of the fields of that name, if it is text.
    pub(crate) fn text_of<'h>(&'h self, name: &'h str) -> Option<&'h str> {
        std::str::from_utf8(self.values(name).next()?).ok()
    }
}
