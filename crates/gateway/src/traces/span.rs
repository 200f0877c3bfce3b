//! What is told of a request besides its entry, if it is part of a trace that is told?

use std::fmt;

/// Names a trace; never all zeros.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceId([u8; 16]);

/// Names a part of a trace; never all zeros.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SpanId([u8; 8]);

/// The request itself, and what was asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its own name.
    pub id: SpanId,
    /// Whose part it is; `None` if the trace begins here.
    pub parent: Option<SpanId>,
    /// What the client said it comes from, where its word is not taken.
    pub linked: Option<(TraceId, SpanId)>,
    /// The host that was asked for, as the client says.
    pub host: String,
    /// `http` or `https`, as the connection came.
    pub scheme: &'static str,
    /// `1.0`, `1.1` or `2`.
    pub protocol: &'static str,
    /// The template that the path matched.
    pub route: Option<String>,
    /// What was asked of an upstream.
    pub asked: Option<Asked>,
    /// How the upstream knows its own.
    pub(super) told: SpanId,
}

/// One exchange with an upstream, attempts and all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its name, which the upstream was told as its parent.
    pub id: SpanId,
    /// The upstream's address, such as `http://rents:8080/internal`: the last one that was tried.
    pub base: String,
    /// How many times it was sent.
    pub attempts: u32,
    /// How long after the request had come it began.
    pub after_micros: u64,
    /// The status of its answer, if one came.
    pub status: Option<u16>,
}

impl TraceId {
    pub(super) fn from_bytes(bytes: [u8; 16]) -> Option<Self> {
        (bytes != [0; 16]).then_some(Self(bytes))
    }

    pub(super) fn from_chance(bytes: [u8; 16]) -> Self {
        Self::from_bytes(bytes).unwrap_or(Self([1; 16]))
    }

    /// The bytes.
    pub fn bytes(self) -> [u8; 16] {
        self.0
    }

    pub(super) fn low(self) -> u64 {
        let [.., a, b, c, d, e, f, g, h] = self.0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

impl SpanId {
    pub(super) fn from_bytes(bytes: [u8; 8]) -> Option<Self> {
        (bytes != [0; 8]).then_some(Self(bytes))
    }

    pub(super) fn from_chance(chance: [u8; 16]) -> Self {
        let [.., a, b, c, d, e, f, g, h] = chance;
        Self::from_bytes([a, b, c, d, e, f, g, h]).unwrap_or(Self([1; 8]))
    }

    /// The bytes.
    pub fn bytes(self) -> [u8; 8] {
        self.0
    }
}

impl Span {
    pub(super) fn new(id: SpanId, told: SpanId) -> Self {
        Self {
            id,
            parent: None,
            linked: None,
            host: String::new(),
            scheme: "http",
            protocol: "1.1",
            route: None,
            asked: None,
            told,
        }
    }

    /// Notes that an upstream is asked, once more maybe.
    pub(crate) fn asks(&mut self, base: String, after_micros: u64) {
        let (id, before) = (self.told, self.asked.take());
        let attempts = before.as_ref().map_or(0, |asked| asked.attempts).saturating_add(1);
        let after_micros = before.map_or(after_micros, |asked| asked.after_micros);
        self.asked = Some(Asked { id, base, attempts, after_micros, status: None });
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceId({self})")
    }
}

impl fmt::Debug for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpanId({self})")
    }
}
