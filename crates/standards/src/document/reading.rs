//! How does a text become a tree, within its limits?

use std::{collections::HashMap, sync::Arc};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};

use super::{
    Held, Limits, Place, Slot,
    json_escape::Joined,
    scalar::{self, Unkept},
};
use crate::fault::{Fault, quoted};

/// Walking a tree recurses once a level; so deep is safe on any thread.
const DEEPEST: usize = 500;
/// Maps with more entries get an index.
const INDEXED: usize = 16;

/// Reads a text into slots; the first one is the root.
pub(super) fn read(text: &str, limits: &Limits) -> Result<Vec<Slot>, Fault> {
    refuse_what_is_no_text(text, limits)?;
    refuse_crowded_brackets(text, limits)?;
    let joined = Joined::new(text);
    let source = joined.as_ref().map_or(text, |joined| joined.text.as_str());
    read_events(source, limits)
        .map_err(|fault| match &joined {
            Some(joined) => Fault { place: joined.original(fault.place), ..fault },
            None => fault,
        })
        .map(|mut slots| {
            if let Some(joined) = &joined {
                put_right(&mut slots, joined);
            }
            slots
        })
}

fn put_right(slots: &mut [Slot], joined: &Joined) {
    for slot in slots {
        slot.place = joined.original(slot.place);
        if let Some((_, place)) = &mut slot.key {
            *place = joined.original(*place);
        }
    }
}

fn refuse_what_is_no_text(text: &str, limits: &Limits) -> Result<(), Fault> {
    if text.len() > limits.bytes {
        return Err(Fault::new(
            Place::START,
            format!("the text has {} bytes, the limit is {}", text.len(), limits.bytes),
            "split it, or move large examples out of it",
        ));
    }
    if text.starts_with('\u{FEFF}') {
        return Err(Fault::new(
            Place::START,
            "the text begins with a byte order mark",
            "save it as UTF-8 without a byte order mark",
        ));
    }
    let Some(at) = text.find('\0') else {
        return Ok(());
    };
    let utf16 = at < 4 && text.matches('\0').nth(1).is_some();
    let (what, mend) = if utf16 {
        ("the text looks like UTF-16", "save it as UTF-8")
    } else {
        ("there is a NUL character in the text", "remove it; the text must be UTF-8")
    };
    Err(Fault::new(place_of(text, at), what, mend))
}

/// The parser looks ahead to the end of a list or map in brackets, and needs far more memory for that than the
/// tree does. So the number of values between brackets is bounded before it begins.
fn refuse_crowded_brackets(text: &str, limits: &Limits) -> Result<(), Fault> {
    let most = limits.nodes / 2;
    let mut marks = text.match_indices([',', '[', '{']);
    match marks.nth(most) {
        None => Ok(()),
        Some((at, _)) => Err(Fault::new(
            place_of(text, at),
            format!("there are more than {most} commas and brackets in the text"),
            "split it",
        )),
    }
}

fn place_of(text: &str, at: usize) -> Place {
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Place { line: u32::try_from(line).unwrap_or(u32::MAX), column: u32::try_from(column).unwrap_or(u32::MAX) }
}

fn read_events(source: &str, limits: &Limits) -> Result<Vec<Slot>, Fault> {
    let mut reading = Reading {
        limits,
        depth: limits.depth.min(DEEPEST),
        json: source.trim_start().starts_with(['{', '[']),
        slots: Vec::new(),
        open: Vec::new(),
        anchors: HashMap::new(),
        expanded: 0,
        bytes: 0,
    };
    let mut documents = 0;
    for event in Parser::new_from_str(source) {
        let (event, span) = event.map_err(|error| unreadable(&error))?;
        let place = place_at(span.start);
        if matches!(event, Event::DocumentStart(_)) {
            documents += 1;
            if documents > 1 {
                return Err(Fault::new(
                    place,
                    "a second document begins here",
                    "keep one document in a file: remove the `---` and what follows it",
                ));
            }
        }
        reading.take(event, place)?;
    }
    if reading.slots.is_empty() {
        return Err(Fault::new(Place::START, "the text is empty", "write a document into it"));
    }
    Ok(reading.slots)
}

/// What has been read so far.
struct Reading<'l> {
    limits: &'l Limits,
    depth: usize,
    json: bool,
    slots: Vec<Slot>,
    open: Vec<Open>,
    /// The node of each anchor; none while the node is not finished.
    anchors: HashMap<usize, Option<u32>>,
    expanded: usize,
    bytes: usize,
}

/// A list or map that has begun and not ended.
struct Open {
    at: u32,
    anchor: usize,
    /// None: a list. Else where the value of each key is.
    keys: Option<HashMap<Box<str>, u32>>,
    pending: Option<(Box<str>, Place)>,
}

impl Reading<'_> {
    fn take(&mut self, event: Event<'_>, place: Place) -> Result<(), Fault> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let quoted = style != ScalarStyle::Plain;
                if self.at_key() {
                    self.refuse_tag(tag.as_deref(), &["str"], place)?;
                    return self.key(&text, quoted, anchor, place);
                }
                self.refuse_tag(tag.as_deref(), &["str"], place)?;
                let held = self.scalar(&text, quoted || tag.is_some(), place)?;
                let at = self.push(held, place)?;
                self.name(anchor, Some(at));
                Ok(())
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_tag(tag.as_deref(), &["seq"], place)?;
                self.begin(Held::List, None, anchor, place)
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_tag(tag.as_deref(), &["map"], place)?;
                self.begin(Held::Map(None), Some(HashMap::new()), anchor, place)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.end();
                Ok(())
            }
            Event::Alias(anchor) => self.alias(anchor, place),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {
                Ok(())
            }
        }
    }

    fn at_key(&self) -> bool {
        self.open.last().is_some_and(|open| open.keys.is_some() && open.pending.is_none())
    }

    fn key(&mut self, text: &str, quoted_key: bool, anchor: usize, place: Place) -> Result<(), Fault> {
        let fault = |what: &str, mend: &str| Err(Fault::new(place, what, mend));
        if anchor != 0 {
            return fault("a key has an anchor", "put the anchor on the value");
        }
        if !quoted_key && text == "<<" {
            return fault(
                "merge keys (`<<`) are not read, because YAML 1.2 and JSON have none",
                "write the keys out, or use `$ref` where the format allows it",
            );
        }
        if !quoted_key && text.is_empty() {
            return fault("a key is missing before `:`", "write a key, or quote an empty one");
        }
        if !quoted_key && self.json && (text.starts_with("//") || text.starts_with("/*")) {
            return fault("there is a comment in JSON", "remove it; JSON has no comments");
        }
        self.refuse_nul(text, place)?;
        let next = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        let Some(open) = self.open.last_mut() else {
            return Ok(());
        };
        let distance = next.saturating_sub(open.at);
        if let Some(keys) = &mut open.keys
            && let Some(earlier) = keys.insert(text.into(), distance)
        {
            let earlier = self.slots.get((open.at + earlier) as usize);
            let line = earlier.and_then(|slot| slot.key.as_ref()).map_or(0, |(_, place)| place.line);
            return Err(Fault::new(
                place,
                format!("the key {} is written twice in one map, first on line {line}", quoted(text)),
                "remove one of the two, or give it another name",
            ));
        }
        open.pending = Some((text.into(), place));
        Ok(())
    }

    fn scalar(&self, text: &str, is_text: bool, place: Place) -> Result<Held, Fault> {
        if is_text {
            self.refuse_nul(text, place)?;
            return Ok(Held::Text(text.into()));
        }
        if self.json && (text.starts_with("//") || text.starts_with("/*")) {
            return Err(Fault::new(place, "there is a comment in JSON", "remove it; JSON has no comments"));
        }
        scalar::plain(text).map_err(|unkept| {
            let what = match unkept {
                Unkept::NoNumber => format!("{} is no number that JSON can carry", quoted(text)),
                Unkept::TooLarge => format!("the number {} is too large", quoted(text)),
            };
            Fault::new(place, what, "write another number, or quote it if it is a text")
        })
    }

    fn refuse_nul(&self, text: &str, place: Place) -> Result<(), Fault> {
        if text.contains('\0') {
            return Err(Fault::new(place, "a text contains a NUL character", "remove it"));
        }
        Ok(())
    }

    fn refuse_tag(&self, tag: Option<&Tag>, allowed: &[&str], place: Place) -> Result<(), Fault> {
        let Some(tag) = tag else { return Ok(()) };
        if tag.is_yaml_core_schema() && allowed.contains(&tag.suffix.as_str()) {
            return Ok(());
        }
        Err(Fault::new(
            place,
            format!("the tag {} is not allowed", quoted(&tag.to_string())),
            "remove the tag; quote the value if it is a text",
        ))
    }

    fn begin(
        &mut self,
        held: Held,
        keys: Option<HashMap<Box<str>, u32>>,
        anchor: usize,
        place: Place,
    ) -> Result<(), Fault> {
        if self.at_key() {
            return Err(Fault::new(
                place,
                "a list or a map stands where a key is expected",
                "write a text as the key; quote it if it begins with `{` or `[`",
            ));
        }
        if self.open.len() >= self.depth {
            return Err(too_deep(place, self.depth));
        }
        let at = self.push(held, place)?;
        self.name(anchor, None);
        self.open.push(Open { at, anchor, keys, pending: None });
        Ok(())
    }

    fn end(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let size = u32::try_from(self.slots.len()).unwrap_or(u32::MAX) - open.at;
        if let Some(slot) = self.slots.get_mut(open.at as usize) {
            slot.size = size;
            if let Some(keys) = open.keys
                && keys.len() > INDEXED
            {
                slot.held = Held::Map(Some(Arc::new(keys)));
            }
        }
        self.name(open.anchor, Some(open.at));
    }

    fn name(&mut self, anchor: usize, at: Option<u32>) {
        if anchor != 0 {
            self.anchors.insert(anchor, at);
        }
    }

    fn push(&mut self, held: Held, place: Place) -> Result<u32, Fault> {
        let slot = Slot {
            key: self.open.last_mut().and_then(|open| open.pending.take()),
            held,
            place,
            parent: self.open.last().map(|open| open.at),
            size: 1,
            depth: u32::try_from(self.open.len()).unwrap_or(u32::MAX),
        };
        self.bytes += slot.bytes();
        self.refuse_too_many(1, place)?;
        self.slots.push(slot);
        Ok(u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX))
    }

    fn refuse_too_many(&self, more: usize, place: Place) -> Result<(), Fault> {
        let most = self.limits.nodes.min(u32::MAX as usize / 2);
        if self.slots.len() + more > most {
            return Err(Fault::new(place, format!("there are more than {most} values in the text"), "split it"));
        }
        Ok(())
    }

    /// Copies what an alias means to where it stands.
    fn alias(&mut self, anchor: usize, place: Place) -> Result<(), Fault> {
        if self.at_key() {
            return Err(Fault::new(place, "an alias stands where a key is expected", "write the key out"));
        }
        let Some(Some(from)) = self.anchors.get(&anchor).copied() else {
            return Err(Fault::new(
                place,
                "an alias stands inside its own anchor, so it would never end",
                "write the value out, or use `$ref` where the format allows it",
            ));
        };
        let stretch = self.stretch(from);
        let (count, bytes) = (stretch.len(), stretch.iter().map(Slot::bytes).sum::<usize>());
        let deepest = stretch.iter().map(|slot| slot.depth).max().unwrap_or(0);
        let top = stretch.first().map_or(0, |slot| slot.depth);
        self.expanded += count;
        self.bytes += bytes;
        if self.expanded > self.limits.alias_expansions || self.bytes > self.limits.bytes {
            return Err(Fault::new(
                place,
                "the aliases of this text expand to too much",
                "write the values out, or use `$ref` where the format allows it",
            ));
        }
        self.refuse_too_many(count, place)?;
        if self.open.len() + (deepest - top) as usize > self.depth {
            return Err(too_deep(place, self.depth));
        }
        self.copy(from, count, top);
        Ok(())
    }

    fn stretch(&self, from: u32) -> &[Slot] {
        let from = from as usize;
        let size = self.slots.get(from).map_or(0, |slot| slot.size as usize);
        self.slots.get(from..from + size).unwrap_or_default()
    }

    fn copy(&mut self, from: u32, count: usize, top: u32) {
        let to = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        let around = u32::try_from(self.open.len()).unwrap_or(u32::MAX);
        let mut key = self.open.last_mut().and_then(|open| open.pending.take());
        let parent = self.open.last().map(|open| open.at);
        for nth in 0..count {
            let Some(mut slot) = self.slots.get(from as usize + nth).cloned() else {
                return;
            };
            slot.depth = slot.depth - top + around;
            if nth == 0 {
                slot.key = key.take();
                slot.parent = parent;
            } else {
                slot.parent = slot.parent.map(|parent| parent - from + to);
            }
            self.slots.push(slot);
        }
    }
}

fn too_deep(place: Place, depth: usize) -> Fault {
    Fault::new(place, format!("lists and maps are more than {depth} levels deep"), "flatten it")
}

fn place_at(mark: Marker) -> Place {
    Place {
        line: u32::try_from(mark.line()).unwrap_or(u32::MAX).max(1),
        column: u32::try_from(mark.col()).unwrap_or(u32::MAX).saturating_add(1),
    }
}

fn unreadable(error: &ScanError) -> Fault {
    let info = error.info();
    let place = place_at(*error.marker());
    let told = [
        ("tab", "a tab is used for indentation", "indent with spaces"),
        (
            "unknown anchor",
            "an alias (`*name`) names an anchor that is not written before it",
            "write `&name` on the value first, or quote a text that begins with `*`",
        ),
        ("recursion limit", "lists and maps are too many levels deep", "flatten it"),
        (
            "Unicode character escape",
            "an escape in a text names half a character",
            "write both halves (`\\ud83d\\ude80`), or the character itself",
        ),
        ("byte order mark", "there is a byte order mark inside the text", "remove it"),
    ];
    for (sign, what, mend) in told {
        if info.contains(sign) {
            return Fault::new(place, what, mend);
        }
    }
    Fault::new(
        place,
        format!("this is not well-formed YAML or JSON: {info}"),
        "check the indentation, brackets and quotes here and in the line before",
    )
}
