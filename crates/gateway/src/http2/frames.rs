//! Which frames of HTTP/2 go by in a stream of bytes, and are there too many of one kind?
//!
//! Only heads of frames are looked at. What a frame costs us beside the bytes that it brings is counted: who sends more of a
//! kind than any client has a reason to is no client. What we send earns what answers it: a large download is acknowledged by
//! as many WINDOW_UPDATEs as it takes.

use std::time::Duration;

use tokio::time::Instant;

const HEAD: usize = 9;
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const PADDED: u8 = 8;
/// What a client says before its first frame, to the byte as long as this.
const PREFACE: u32 = 24;
/// Frames that a block of fields may be continued in.
const MOST_CONTINUED: u32 = 5;
/// After so long, a kind's whole allowance is there again.
const WINDOW: Duration = Duration::from_secs(1);
/// So many bytes of answers earn a WINDOW_UPDATE.
const BYTES_PER_UPDATE: u32 = 512;
const KINDS: usize = 9;

/// What a frame is to who counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Ping,
    Settings,
    Reset,
    Priority,
    EmptyData,
    PaddedData,
    WindowUpdate,
    Continuation,
    /// Of a type that we do not know, or that only servers send.
    Unknown,
}

impl Kind {
    /// As the metric calls it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Kind::Ping => "ping",
            Kind::Settings => "settings",
            Kind::Reset => "rst_stream",
            Kind::Priority => "priority",
            Kind::EmptyData => "empty_data",
            Kind::PaddedData => "padded_data",
            Kind::WindowUpdate => "window_update",
            Kind::Continuation => "continuation",
            Kind::Unknown => "unknown",
        }
    }

    /// How many there may be in a window, and how many can be earned.
    fn allowance(self) -> (u32, u32) {
        match self {
            Kind::Ping => (100, 5_000),
            Kind::Settings => (50, 50),
            Kind::Reset => (100, 2_000),
            Kind::Priority => (200, 200),
            Kind::EmptyData => (100, 100),
            Kind::PaddedData => (200, 200),
            Kind::WindowUpdate => (1_000, 50_000),
            Kind::Continuation => (100, 100),
            Kind::Unknown => (100, 100),
        }
    }

    const ALL: [Kind; KINDS] = [
        Kind::Ping,
        Kind::Settings,
        Kind::Reset,
        Kind::Priority,
        Kind::EmptyData,
        Kind::PaddedData,
        Kind::WindowUpdate,
        Kind::Continuation,
        Kind::Unknown,
    ];
}

/// The head of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) length: u32,
    kind: u8,
    flags: u8,
    pub(crate) stream: u32,
    padding: u8,
}

impl Frame {
    /// Whether it is part of the head of a request, or of the fields after a body.
    pub(crate) fn is_of_fields(&self) -> bool {
        matches!(self.kind, HEADERS | CONTINUATION)
    }

    /// Whether it ends its side of a stream.
    pub(crate) fn ends_stream(&self) -> bool {
        matches!(self.kind, DATA | HEADERS) && self.flags & END_STREAM != 0
    }

    pub(crate) fn is_data(&self) -> bool {
        self.kind == DATA
    }

    fn is_padded(&self) -> bool {
        matches!(self.kind, DATA | HEADERS) && self.flags & PADDED != 0 && self.length > 0
    }

    /// What it is counted as, if it is.
    fn counts_as(&self) -> Option<Kind> {
        let padding = u32::from(self.padding).saturating_add(u32::from(self.is_padded()));
        let content = self.length.saturating_sub(padding);
        match self.kind {
            DATA if content == 0 && !self.ends_stream() => Some(Kind::EmptyData),
            DATA if padding > content => Some(Kind::PaddedData),
            DATA | HEADERS => None,
            2 => Some(Kind::Priority),
            3 => Some(Kind::Reset),
            4 => Some(Kind::Settings),
            6 => Some(Kind::Ping),
            8 => Some(Kind::WindowUpdate),
            CONTINUATION => Some(Kind::Continuation),
            _ => Some(Kind::Unknown),
        }
    }
}

/// Finds the frames in bytes that come in pieces.
#[derive(Debug, Default)]
pub(crate) struct Follower {
    head: [u8; HEAD],
    have: usize,
    /// Bytes of the frame, or of the preface, that are still to come.
    left: u32,
    /// A frame whose first byte says how much padding it has.
    padded: bool,
    last: Frame,
}

impl Follower {
    /// Follows a client from its preface on.
    pub(crate) fn of_client() -> Self {
        Self { left: PREFACE, ..Self::default() }
    }

    /// Goes through bytes that come next. Every frame is told once, as soon as it is known what it is.
    pub(crate) fn follow(&mut self, mut bytes: &[u8], mut seen: impl FnMut(Frame)) {
        while let Some(first) = bytes.first() {
            if self.padded {
                self.padded = false;
                self.last.padding = *first;
                seen(self.last);
            }
            if self.left > 0 {
                let count = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
                self.left = self.left.saturating_sub(u32::try_from(count).unwrap_or(u32::MAX));
                bytes = bytes.get(count..).unwrap_or_default();
                continue;
            }
            let (head, rest) = bytes.split_at_checked(HEAD.saturating_sub(self.have)).unwrap_or((bytes, &[]));
            let end = self.have.saturating_add(head.len());
            if let Some(place) = self.head.get_mut(self.have..end) {
                place.copy_from_slice(head);
            }
            (self.have, bytes) = (end, rest);
            if self.have == HEAD {
                self.begin(&mut seen);
            }
        }
    }

    fn begin(&mut self, seen: &mut impl FnMut(Frame)) {
        let [a, b, c, kind, flags, stream @ ..] = self.head;
        let length = u32::from_be_bytes([0, a, b, c]);
        let stream = u32::from_be_bytes(stream) & 0x7fff_ffff;
        self.last = Frame { length, kind, flags, stream, padding: 0 };
        (self.have, self.left) = (0, length);
        self.padded = self.last.is_padded();
        if !self.padded {
            seen(self.last);
        }
    }

    /// Whether the last byte was the last of a frame.
    pub(crate) fn is_between(&self) -> bool {
        self.left == 0 && self.have == 0
    }

    /// Whether what is still to come is of a body, which has its own pace.
    pub(crate) fn is_within_data(&self) -> bool {
        self.left > 0 && self.last.is_data()
    }
}

/// What a client may still send of each kind.
#[derive(Debug)]
pub(crate) struct Budgets {
    left: [u32; KINDS],
    since: Instant,
    /// Frames that the open block of fields was continued in.
    continued: u32,
    /// Whether a block of fields is not over.
    pub(crate) has_open_block: bool,
    /// Bytes sent that have earned nothing yet.
    unpaid: u32,
}

impl Budgets {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            left: Kind::ALL.map(|kind| kind.allowance().0),
            since: now,
            continued: 0,
            has_open_block: false,
            unpaid: 0,
        }
    }

    /// Counts a frame of the client; `Some`: it is one too many.
    pub(crate) fn count(&mut self, frame: Frame, now: impl FnOnce() -> Instant) -> Option<Kind> {
        if frame.is_of_fields() {
            self.has_open_block = frame.flags & END_HEADERS == 0;
            self.continued = if frame.kind == CONTINUATION { self.continued.saturating_add(1) } else { 0 };
            if self.continued > MOST_CONTINUED {
                return Some(Kind::Continuation);
            }
        }
        let kind = frame.counts_as()?;
        if self.take(kind) {
            return None;
        }
        // The clock is asked only by who has used up what there was.
        let now = now();
        if now.saturating_duration_since(self.since) < WINDOW {
            return Some(kind);
        }
        self.since = now;
        for (left, kind) in self.left.iter_mut().zip(Kind::ALL) {
            *left = kind.allowance().0.max(*left);
        }
        if self.take(kind) { None } else { Some(kind) }
    }

    /// Counts a frame that we sent.
    pub(crate) fn earn(&mut self, frame: Frame) {
        if frame.ends_stream() {
            self.add(Kind::Reset, 1);
        }
        if frame.is_data() {
            self.add(Kind::Ping, 1);
            let bytes = self.unpaid.saturating_add(frame.length);
            self.add(Kind::WindowUpdate, bytes / BYTES_PER_UPDATE);
            self.unpaid = bytes % BYTES_PER_UPDATE;
        }
    }

    /// How many frames of all kinds there may still be.
    #[cfg(any(test, feature = "hostile"))]
    pub(crate) fn left(&self) -> u32 {
        self.left.iter().fold(0, |sum, left| sum.saturating_add(*left))
    }

    fn take(&mut self, kind: Kind) -> bool {
        let Some(left) = self.left.get_mut(kind as usize) else { return false };
        let had = *left > 0;
        *left = left.saturating_sub(1);
        had
    }

    fn add(&mut self, kind: Kind, count: u32) {
        if let Some(left) = self.left.get_mut(kind as usize) {
            *left = left.saturating_add(count).min(kind.allowance().1);
        }
    }
}

/// The frame that ends a connection on which there was too much (`ENHANCE_YOUR_CALM`), after the stream with that number.
pub(crate) fn calm_down(last_stream: u32) -> [u8; 17] {
    let [a, b, c, d] = (last_stream & 0x7fff_ffff).to_be_bytes();
    [0, 0, 8, 7, 0, 0, 0, 0, 0, a, b, c, d, 0, 0, 0, 0xb]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
        let mut bytes = (payload.len() as u32).to_be_bytes()[1..].to_vec();
        bytes.extend([kind, flags]);
        bytes.extend(stream.to_be_bytes());
        bytes.extend(payload);
        bytes
    }

    fn seen<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> (Vec<Frame>, bool) {
        let (mut follower, mut frames) = (Follower::default(), vec![]);
        for piece in pieces {
            follower.follow(piece, |frame| frames.push(frame));
        }
        (frames, follower.is_between())
    }

    /// The frame that is one too many of a hundred thousand like it, if there is one.
    fn ends_at(bytes: &[u8]) -> Option<(Kind, usize)> {
        let now = Instant::now();
        let (mut follower, mut budgets) = (Follower::default(), Budgets::new(now));
        (0..100_000).find_map(|turn| {
            let mut flood = None;
            follower.follow(bytes, |frame| flood = flood.or(budgets.count(frame, || now)));
            flood.map(|kind| (kind, turn))
        })
    }

    #[test]
    fn c37_to_c42_each_kind_has_its_budget() {
        for (bytes, expected) in [
            (frame(6, 0, 0, &[0; 8]), Some((Kind::Ping, 100))),
            (frame(6, 1, 0, &[0; 8]), Some((Kind::Ping, 100))),
            (frame(4, 0, 0, &[]), Some((Kind::Settings, 50))),
            (frame(3, 0, 1, &[0; 4]), Some((Kind::Reset, 100))),
            (frame(2, 0, 1, &[0; 5]), Some((Kind::Priority, 200))),
            (frame(8, 0, 0, &[0, 0, 0, 1]), Some((Kind::WindowUpdate, 1_000))),
            (frame(0, 0, 1, &[]), Some((Kind::EmptyData, 100))),
            (frame(0, 8, 1, &[0]), Some((Kind::EmptyData, 100))),
            (frame(0, 8, 1, &[255; 256]), Some((Kind::EmptyData, 100))),
            (frame(0, 8, 1, &[200; 210]), Some((Kind::PaddedData, 200))),
            (frame(0x77, 0, 0, &[]), Some((Kind::Unknown, 100))),
            (frame(9, 0, 1, &[]), Some((Kind::Continuation, 5))),
            (frame(0, 0, 1, b"x"), None),
            (frame(1, 5, 1, b"x"), None),
        ] {
            assert_eq!(ends_at(&bytes), expected, "{:?}", bytes.get(..9));
        }
    }

    #[test]
    fn c39_what_we_send_earns_what_answers_it() {
        let now = Instant::now();
        let mut budgets = Budgets::new(now);
        let (data, _) = seen([frame(0, 1, 1, &[0; 16_384]).as_slice()]);
        let (update, _) = seen([frame(8, 0, 0, &[0; 4]).as_slice()]);
        for _ in 0..1_000 {
            budgets.earn(data[0]);
            for _ in 0..32 {
                assert_eq!(budgets.count(update[0], || now), None);
            }
        }
        let flood = (0..1_001).find_map(|_| budgets.count(update[0], || now));
        assert_eq!(flood, Some(Kind::WindowUpdate));
        let later = now + WINDOW;
        assert_eq!(budgets.count(update[0], || later), None, "the next second has its own");
    }

    proptest! {
        #[test]
        fn frames_are_the_same_in_whatever_pieces_they_come(
            bytes in proptest::collection::vec(prop_oneof![3 => Just(0_u8), 1 => any::<u8>()], 0..400),
            size in 1_usize..40,
        ) {
            prop_assert_eq!(seen(bytes.chunks(size)), seen([bytes.as_slice()]));
        }
    }
}
