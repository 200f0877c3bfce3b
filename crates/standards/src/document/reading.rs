//! How does a text become a tree, within its limits?

mod alias;
mod nesting;

use std::{cell::OnceCell, ops::Range, sync::Arc};

use granit_parser::{
    ErrorKind, Event, Marker, Options, Parser, ScalarStyle, ScanError, Span as Extent, StructureStyle, Tag,
};
use hashbrown::HashMap;

use super::{
    Kind, Lapse, LapseKind, Limits, Place, Span, extent,
    lines::Lines,
    refusal,
    scalar::{self, Unkept},
    tree::{MERGED, NONE, QUOTED, TRUE, Tree, short},
};
use crate::fault::{Fault, quoted};

/// Walking a tree recurses once a level; so deep is safe on any thread.
const DEEPEST: usize = 500;
/// Lapses that are remembered; somebody who made so many has enough to do.
const MOST_LAPSES: usize = 1_000;
/// Characters of a key, and bytes of it as it is written.
const LONGEST_KEY: u16 = u16::MAX;

/// Reads a text into a tree. With `lapses`, what can be read over is put there; without, it is a fault.
pub(super) fn read(text: Arc<str>, limits: &Limits, lapses: Option<&mut Vec<Lapse>>) -> Result<Tree, Fault> {
    if let Some((at, what, mend)) = refusal::of_text(&text, limits) {
        let place = if at == 0 { Place::START } else { Lines::of(&text).place_of(&text, at) };
        return Err(Fault::new(place, what, mend));
    }
    let depth = limits.depth.min(DEEPEST);
    let mut reading = Reading {
        text: &text,
        limits,
        depth,
        json: text.trim_start().starts_with(['{', '[']),
        tree: Tree::new(text.clone()),
        open: Vec::new(),
        children: Vec::new(),
        anchors: HashMap::new(),
        expanded: 0,
        bytes: 0,
        reached: 0,
        lines: OnceCell::new(),
        lapses,
    };
    reading.events()?;
    let mut tree = reading.tree;
    if tree.slots.is_empty() {
        return Err(Fault::new(Place::START, "the text is empty", "write a document into it"));
    }
    tree.shrink();
    Ok(tree)
}

/// What has been read so far.
struct Reading<'t> {
    text: &'t str,
    limits: &'t Limits,
    depth: usize,
    json: bool,
    tree: Tree,
    open: Vec<Open>,
    /// The children of all open lists and maps: number of the key, distance from the list or map.
    children: Vec<(u32, u32)>,
    /// The node of each anchor; none while the node is not finished.
    anchors: HashMap<usize, Option<u32>>,
    expanded: usize,
    bytes: usize,
    /// Just after the last thing that was read.
    reached: usize,
    lines: OnceCell<Lines>,
    lapses: Option<&'t mut Vec<Lapse>>,
}

/// A list or map that has begun and not ended.
struct Open {
    at: u32,
    anchor: usize,
    is_map: bool,
    /// Whether it is written in brackets, so that its end is reported.
    bracketed: bool,
    /// Where its children begin among the children of all.
    children: usize,
    /// Of a large map: where each key is among the children of all.
    large: Option<HashMap<u32, usize>>,
    pending: Option<Pending>,
    /// Whether the value that is being read stands under a merge key.
    merging: bool,
}

/// A key whose value has not come yet.
#[derive(Clone, Copy)]
struct Pending {
    key: u32,
    start: u32,
    len: u16,
    merges: bool,
}

/// A key or a value that is no list or map, as the parser tells of it.
struct Word<'e> {
    text: &'e str,
    style: ScalarStyle,
    plain: bool,
    anchor: usize,
    tag: Option<&'e Tag>,
    tag_at: Range<usize>,
    at: Range<usize>,
}

impl Reading<'_> {
    fn events(&mut self) -> Result<(), Fault> {
        let options = granit_parser::options! {
            emit_comments: false,
            simple_key_max_lookahead: usize::from(LONGEST_KEY) + 2,
            flow_nesting_limit: self.depth + 1,
            block_nesting_limit: self.depth + 1,
        };
        let mut documents = 0;
        for event in parser(self.text, options) {
            let (event, extent) = event.map_err(|error| self.unreadable(&error))?;
            if matches!(event, Event::DocumentStart(..)) {
                documents += 1;
                if documents > 1 {
                    return Err(Fault::new(
                        self.place(bytes(&extent).start),
                        "a second document begins here",
                        "keep one document in a file: remove the `---` and what follows it",
                    ));
                }
            }
            self.take(event, &extent)?;
        }
        Ok(())
    }

    fn take(&mut self, event: Event<'_>, extent: &Extent) -> Result<(), Fault> {
        let at = bytes(extent);
        let tag_at = extent.tag_span().map_or(at.clone(), |tag| bytes(&tag));
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                let text = if plain && at.is_empty() { "" } else { &*text };
                let word = Word { text, style, plain, anchor, tag: tag.as_deref(), tag_at, at };
                if self.at_key() { self.key(word) } else { self.scalar(word) }
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), &["seq"], tag_at)?;
                let in_map = self.open.last().is_some_and(|open| open.is_map);
                let start = match style {
                    StructureStyle::Block if in_map => extent::block_list(self.text, self.reached, at.start),
                    _ => at.start,
                };
                self.begin(Kind::List, anchor, start, at.end > at.start)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), &["map"], tag_at)?;
                let bracketed = self.text.get(at.clone()).is_some_and(|written| written == "{");
                self.begin(Kind::Map, anchor, at.start, bracketed)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(at.end),
            Event::Alias(anchor) => self.alias(anchor, at),
            _ => Ok(()),
        }
    }

    fn at_key(&self) -> bool {
        self.open.last().is_some_and(|open| open.is_map && open.pending.is_none())
    }

    fn key(&mut self, word: Word<'_>) -> Result<(), Fault> {
        let Word { text, at, .. } = word;
        self.refuse_tag(word.tag, &["str"], word.tag_at)?;
        if word.anchor != 0 {
            self.lapse(LapseKind::AnchorOnKey, at.clone(), "a key has an anchor", "put the anchor on the value")?;
        }
        if word.plain {
            self.plain_key(text, at.clone())?;
        }
        self.refuse_nul(text, at.clone())?;
        let Ok(len) = u16::try_from(at.len()) else {
            let what = format!("a key is longer than {LONGEST_KEY} bytes");
            return Err(Fault::new(self.place(at.start), what, "shorten it"));
        };
        self.reached = at.end;
        let merges = word.plain && text == "<<";
        let key = self.tree.keep_key(text, at.clone());
        if !merges {
            self.refuse_twice(key, at.clone())?;
        }
        if let Some(open) = self.open.last_mut() {
            open.pending = Some(Pending { key, start: short(at.start), len, merges });
        }
        Ok(())
    }

    fn plain_key(&mut self, text: &str, at: Range<usize>) -> Result<(), Fault> {
        if text == "<<" {
            return self.lapse(
                LapseKind::MergeKey,
                at,
                "merge keys (`<<`) are not read, because YAML 1.2 and JSON have none",
                "write the keys out, or use `$ref` where the format allows it",
            );
        }
        if text.is_empty() {
            let what = "a key is missing before `:`";
            return self.lapse(LapseKind::MissingKey, at, what, "write a key, or quote an empty one");
        }
        if self.json && is_comment(text) {
            return self.lapse(LapseKind::Comment, at, "there is a comment in JSON", "remove it; JSON has no comments");
        }
        match scalar::kind(text) {
            Ok(Kind::Text) | Err(_) => Ok(()),
            Ok(_) if self.lapses.is_none() => Ok(()),
            Ok(kind) => self.lapse(
                LapseKind::KeyIsNoText(kind),
                at,
                format!("the key {} is {kind}, not a text", quoted(text)),
                "put it into quotes",
            ),
        }
    }

    /// Sees to it that a key is in its map once: the last one counts, and one that is written before a merged one.
    fn refuse_twice(&mut self, key: u32, at: Range<usize>) -> Result<(), Fault> {
        let Some(index) = self.child_of_key(key) else {
            return Ok(());
        };
        let Some((earlier, slot)) = self.child(index) else {
            return Ok(());
        };
        if !slot.is(MERGED) && !self.has_told_enough() {
            let line = self.place(slot.key_start as usize).line;
            let text = quoted(self.tree.key(key));
            self.lapse(
                LapseKind::DuplicateKey,
                at,
                format!("the key {text} is written twice in one map, first on line {line}"),
                "remove one of the two, or give it another name",
            )?;
        }
        self.shadow(earlier);
        self.forget_child(index);
        Ok(())
    }

    fn scalar(&mut self, word: Word<'_>) -> Result<(), Fault> {
        let kind = self.scalar_kind(&word)?;
        let Word { text, style, at, .. } = word;
        let extent = match style {
            ScalarStyle::Plain if at.is_empty() => {
                let in_map = self.open.last().is_some_and(|open| open.is_map);
                let start = if in_map { extent::missing(self.text, self.reached) } else { at.start };
                start..start
            }
            ScalarStyle::Literal | ScalarStyle::Folded => extent::block_text(self.text, self.reached, at.clone()),
            _ => at.clone(),
        };
        let mut flags = if kind == Kind::Bool && scalar::is_true(text) { TRUE } else { 0 };
        let written = match style {
            ScalarStyle::DoubleQuoted | ScalarStyle::SingleQuoted => {
                flags |= QUOTED;
                at.start + 1..at.end.saturating_sub(1)
            }
            _ => extent.clone(),
        };
        let mut extra = NONE;
        if kind == Kind::Text && self.text.get(written) != Some(text) {
            self.refuse_nul(text, at.clone())?;
            extra = self.tree.keep_text(text, at.clone());
        }
        self.reached = self.reached.max(extent.end);
        let id = self.push(kind, extent, flags, extra)?;
        self.name(word.anchor, Some(id));
        self.finished(id)
    }

    fn scalar_kind(&mut self, word: &Word<'_>) -> Result<Kind, Fault> {
        let Word { text, at, .. } = word;
        if self.json && word.plain && is_comment(text) {
            let what = "there is a comment in JSON";
            self.lapse(LapseKind::Comment, at.clone(), what, "remove it; JSON has no comments")?;
        }
        if !word.plain || word.tag.and_then(Tag::core_suffix) == Some("str") {
            self.refuse_tag(word.tag, &["str"], word.tag_at.clone())?;
            return Ok(Kind::Text);
        }
        let kind = match scalar::kind(text) {
            Ok(kind) => kind,
            Err(unkept) => {
                let what = match unkept {
                    Unkept::NoNumber => format!("{} is no number that JSON can carry", quoted(text)),
                    Unkept::TooLarge => format!("the number {} is too large", quoted(text)),
                };
                let mend = "write another number, or quote it if it is a text";
                self.lapse(LapseKind::Number, at.clone(), what, mend)?;
                Kind::Text
            }
        };
        let fitting: &[&str] = match kind {
            Kind::Null => &["null"],
            Kind::Bool => &["bool"],
            Kind::Integer => &["int", "float"],
            Kind::Number => &["float"],
            _ => &[],
        };
        self.refuse_tag(word.tag, fitting, word.tag_at.clone())?;
        Ok(kind)
    }

    fn refuse_nul(&mut self, text: &str, at: Range<usize>) -> Result<(), Fault> {
        if text.contains('\0') {
            self.lapse(LapseKind::Nul, at, "a text contains a NUL character", "remove it")?;
        }
        Ok(())
    }

    fn refuse_tag(&mut self, tag: Option<&Tag>, allowed: &[&str], at: Range<usize>) -> Result<(), Fault> {
        let Some(tag) = tag else { return Ok(()) };
        if tag.core_suffix().is_some_and(|suffix| allowed.contains(&suffix)) {
            return Ok(());
        }
        self.lapse(
            LapseKind::Tag,
            at,
            format!("the tag {} is not allowed here", quoted(&tag.original())),
            "remove the tag; quote the value if it is a text",
        )
    }

    /// Reads over something, or refuses it.
    fn lapse(
        &mut self,
        kind: LapseKind,
        at: Range<usize>,
        what: impl Into<String>,
        mend: &'static str,
    ) -> Result<(), Fault> {
        if self.has_told_enough() {
            return Ok(());
        }
        let span = Span { start: self.place(at.start), end: self.place(at.end) };
        let fault = Fault::new(span.start, what, mend);
        let node = short(self.tree.slots.len());
        match &mut self.lapses {
            None => Err(fault),
            Some(lapses) => {
                lapses.push(Lapse { kind, fault, span, node });
                Ok(())
            }
        }
    }

    fn has_told_enough(&self) -> bool {
        self.lapses.as_ref().is_some_and(|lapses| lapses.len() >= MOST_LAPSES)
    }

    fn place(&self, byte: usize) -> Place {
        self.lines.get_or_init(|| Lines::of(self.text)).place_of(self.text, byte)
    }

    fn unreadable(&self, error: &ScanError) -> Fault {
        if let Some(at) = self.missing_comma(error) {
            return Fault::new(self.place(at), "a comma is missing here", "write it");
        }
        let mark = error.marker();
        let place = match mark.byte_offset() {
            Some(byte) => self.place(byte),
            None => Place { line: short(mark.line()).max(1), column: short(mark.col()).saturating_add(1) },
        };
        refusal::of_parser(error, place)
    }

    /// `{"a": 1` without a comma and `"b": 2}` in the next line is to YAML the text `1 "b"`.
    fn missing_comma(&self, error: &ScanError) -> Option<usize> {
        if !self.json || !matches!(error.kind(), ErrorKind::ExpectedFlowMappingSeparator) {
            return None;
        }
        let last = self.tree.slots.last()?;
        let written = self.text.get(last.start as usize..last.end as usize)?;
        let first = written.split(['"', '\n']).next()?;
        let swallowed = !last.is(QUOTED) && written.contains('"');
        swallowed.then(|| last.start as usize + first.trim_end().len())
    }
}

fn parser<'t>(text: &'t str, options: Options) -> impl Iterator<Item = Result<(Event<'t>, Extent), ScanError>> {
    Parser::new_from_str_with_options(text, options)
}

fn is_comment(text: &str) -> bool {
    text.starts_with("//") || text.starts_with("/*")
}

fn bytes(extent: &Extent) -> Range<usize> {
    let byte = |mark: &Marker| mark.byte_offset().unwrap_or_default();
    byte(&extent.start)..byte(&extent.end).max(byte(&extent.start))
}
