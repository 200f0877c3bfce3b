//! Does a value mean the same in JSON and in YAML, and does every node's stretch of the text say what the node says?

use std::fmt::Write as _;

use hansom_standards::{Document, Limits, Place};
use proptest::prelude::*;
use serde_json::{Number, Value};

/// Any value that JSON can carry, a few levels deep.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter_map("finite", |number| Number::from_f64(number).map(Value::Number)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 120, 24, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..24).prop_map(Value::from),
            prop::collection::vec((text(), inner), 0..24)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// Texts that are easily mistaken for something else, and any others without characters that YAML has not.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,8}( [a-z]{1,8}){0,3}",
        "[-0-9.eE+~<>|&*!%@`'\"{}\\[\\],:?# \\\\]{0,8}",
        "(no|null|true|~|0x1F|1e3|2026-01-31|<<|---|\\.\\.\\.|=|\u{1F680}|//|/\\*)",
        "[^\0\u{7F}-\u{9F}\u{FFFE}\u{FFFF}]{0,12}",
        "[a-zé\u{1F680}]{1,6}(\n{1,3}[a-zé\u{1F680} ]{0,6}){0,3}",
    ]
}

/// Writes a value as YAML: in blocks, with texts in whatever style carries them, chosen by turns.
struct Yaml {
    out: String,
    turn: usize,
}

impl Yaml {
    fn write(value: &Value, turn: usize, newline: &str) -> String {
        let mut yaml = Yaml { out: String::new(), turn };
        yaml.value(value, 0);
        yaml.out.push('\n');
        yaml.out.replace('\n', newline)
    }

    fn value(&mut self, value: &Value, indent: usize) {
        self.turn += 1;
        let newline = format!("\n{}", " ".repeat(indent));
        match value {
            Value::Object(entries) if !entries.is_empty() => {
                for (key, value) in entries {
                    let key = self.scalar(key);
                    write!(self.out, "{newline}{key}:").unwrap();
                    self.below(value, indent + 2);
                }
            }
            Value::Array(items) if !items.is_empty() => {
                for item in items {
                    write!(self.out, "{newline}-").unwrap();
                    self.below(item, indent + 2);
                }
            }
            Value::String(text) => {
                let text = self.scalar(text);
                self.out.push_str(&text);
            }
            other => write!(self.out, "{other}").unwrap(),
        }
    }

    fn below(&mut self, value: &Value, indent: usize) {
        self.out.push(' ');
        match value {
            Value::String(text) if self.turn.is_multiple_of(3) && fits_a_block(text) => {
                let blank = " ".repeat(indent);
                let chomping = if text.ends_with('\n') { "" } else { "-" };
                write!(self.out, "|{chomping} # as it is").unwrap();
                for line in text.lines() {
                    let line = if line.is_empty() { String::new() } else { format!("{blank}{line}") };
                    write!(self.out, "\n{line}").unwrap();
                }
            }
            value => self.value(value, indent),
        }
    }

    fn scalar(&mut self, text: &str) -> String {
        self.turn += 1;
        let word = !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_lowercase())
            && !matches!(text, "null" | "true" | "false");
        match self.turn % 4 {
            0 if word => text.to_owned(),
            1 if !text.contains(|c: char| c.is_control() || "\u{85}\u{2028}\u{2029}\u{FEFF}".contains(c)) => {
                format!("'{}'", text.replace('\'', "''"))
            }
            _ => Value::from(text).to_string(),
        }
    }
}

/// Whether a text can be written behind `|` without a sign for its indentation or for lines that are kept.
fn fits_a_block(text: &str) -> bool {
    !text.is_empty()
        && text.lines().all(|line| line.chars().all(|c| c == ' ' || c.is_alphanumeric()) && !line.starts_with(' '))
        && text.lines().all(|line| line.trim_end() == line)
        && !text.starts_with('\n')
        && !text.ends_with("\n\n")
}

/// Every scalar, and in JSON every node, means by itself what it means in its document.
fn check_stretches(text: &str, all: bool) {
    let document = Document::parse(text).unwrap();
    for node in document.nodes() {
        if !all && (node.entries().next().is_some() || node.items().next().is_some()) {
            continue;
        }
        let (bytes, span) = (node.bytes(), node.span());
        assert_eq!(document.byte_of(span.start), Some(bytes.start));
        assert_eq!(document.byte_of(span.end), Some(bytes.end));
        let again = Document::parse(&text[bytes.clone()]).unwrap_or_else(|fault| panic!("{fault}: {:?}", &text[bytes]));
        assert_eq!(again.root().to_json(), node.to_json());
        let Some(key) = node.key() else { continue };
        let again = Document::parse(&format!("{}: 1", &text[key.bytes()])).unwrap();
        assert_eq!(again.root().entries().next().map(|(key, _)| key.text), Some(key.text));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_value_means_the_same_in_json_and_in_yaml(value in value(), turn in 0..12_usize) {
        let (compact, pretty) = (value.to_string(), serde_json::to_string_pretty(&value).unwrap());
        for text in [&compact, &pretty, &pretty.replace('\n', "\r\n\t")] {
            let document = Document::parse(text).unwrap_or_else(|fault| panic!("{fault}: {text}"));
            prop_assert_eq!(document.root().to_json(), value.clone(), "{}", text);
        }
        check_stretches(&compact, true);
        check_stretches(&pretty, true);
        for newline in ["\n", "\r\n"] {
            let yaml = Yaml::write(&value, turn, newline);
            let document = Document::parse(&yaml).unwrap_or_else(|fault| panic!("{fault}: {yaml}"));
            prop_assert_eq!(document.root().to_json(), value.clone(), "{}", yaml);
            check_stretches(&yaml, false);
        }
    }

    #[test]
    fn every_node_is_found_at_its_own_pointer(value in value()) {
        let document = Document::parse(&value.to_string()).unwrap();
        for node in document.nodes() {
            let found = document.at(&node.pointer());
            prop_assert_eq!(found, Some(node));
            prop_assert_eq!(value.pointer(&node.pointer()), Some(&node.to_json()));
        }
    }

    #[test]
    fn no_text_breaks_the_reader(text in "[-a-c0-9{}\\[\\],:&*!|>'\"%@`#?<~ \t\r\n\\\\é\u{1F680}\u{FEFF}]{0,60}") {
        if let Ok((document, lapses)) = Document::read_leniently(&text, &Limits::default()) {
            document.root().to_json();
            for node in document.nodes() {
                let (bytes, span) = (node.bytes(), node.span());
                prop_assert!(text.get(bytes.clone()).is_some(), "{:?} of {:?}", bytes, text);
                prop_assert!(span.start <= span.end && span.start >= Place::START);
                prop_assert!(node.key().is_none_or(|key| text.get(key.bytes()).is_some()));
            }
            prop_assert_eq!(lapses.iter().all(|lapse| lapse.span.start <= lapse.span.end), true);
        }
    }
}
