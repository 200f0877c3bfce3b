//! What does an editor ask, and what is it answered?

use std::time::Instant;

use hansom_standards::{explanation::Explanation, report::harmless, rules};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    actions,
    desk::{Desk, Manifest, path_of},
    hover,
    measure::{Position, Range, Ruler, Units},
    wire::Arrival,
};
use crate::{contract_file::LIMITS, law::Law};

const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;
const UNKNOWN_METHOD: i32 = -32601;
const INVALID_PARAMS: i32 = -32602;
const NOT_INITIALIZED: i32 = -32002;

/// One talk with one editor.
#[derive(Default)]
pub(super) struct Session {
    stage: Stage,
    markdown: bool,
    desk: Desk,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    /// Nothing was said.
    #[default]
    Before,
    /// The editor introduced itself.
    Open,
    /// It said that it will go.
    Closing,
}

/// How it goes on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// With the next message.
    Go,
    /// It is over, as announced.
    End,
    /// It is over, and nobody said so.
    Abandoned,
}

/// Why a request is not answered.
struct No(i32, String);

#[derive(Deserialize)]
struct Document {
    uri: String,
    #[serde(default)]
    version: Option<i64>,
    #[serde(default)]
    text: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfDocument {
    text_document: Document,
    #[serde(default)]
    content_changes: Vec<Change>,
    #[serde(default)]
    position: Option<Position>,
    #[serde(default)]
    range: Option<Range>,
    #[serde(default)]
    context: Context,
}

#[derive(Deserialize)]
struct Change {
    #[serde(default)]
    range: Option<Range>,
    text: String,
}

#[derive(Default, Deserialize)]
struct Context {
    #[serde(default)]
    only: Option<Vec<String>>,
}

impl Session {
    /// When it is time to lint, if nothing comes in before.
    pub(super) fn due(&self) -> Option<Instant> {
        self.desk.due()
    }

    /// Lints what is due.
    pub(super) fn catch_up(&mut self, now: Instant) -> Vec<Value> {
        self.desk.catch_up(now)
    }

    /// Takes what came in; gives what goes out.
    pub(super) fn take(&mut self, arrival: Arrival, now: Instant) -> (Vec<Value>, Next) {
        let message = match arrival {
            Arrival::Message(message) => message,
            Arrival::Malformed(why) => return (vec![refusal(&Value::Null, &No(PARSE_ERROR, why))], Next::Go),
            Arrival::Lost(why) => return (vec![refusal(&Value::Null, &No(PARSE_ERROR, why))], Next::Abandoned),
            Arrival::End => return (Vec::new(), Next::Abandoned),
        };
        let id = message.get("id").filter(|id| id.is_string() || id.is_number()).cloned();
        let Some(method) = message.get("method").and_then(Value::as_str) else {
            // An answer to a question of ours needs none.
            let answers = message.get("result").or(message.get("error")).is_some();
            let why = "the message has no method".to_owned();
            let out = if answers { vec![] } else { vec![refusal(&Value::Null, &No(INVALID_REQUEST, why))] };
            return (out, Next::Go);
        };
        let params = message.get("params").cloned().unwrap_or(Value::Null);
        match id {
            Some(id) => (self.answer(&id, method, params), Next::Go),
            None if method == "exit" => {
                (Vec::new(), if self.stage == Stage::Closing { Next::End } else { Next::Abandoned })
            }
            None if self.stage == Stage::Open => (self.note(method, params, now), Next::Go),
            None => (Vec::new(), Next::Go),
        }
    }

    fn answer(&mut self, id: &Value, method: &str, params: Value) -> Vec<Value> {
        let mut out = Vec::new();
        let answered = match (self.stage, method) {
            (Stage::Before, "initialize") => Ok(self.initialize(&params, &mut out)),
            (Stage::Before, _) => Err(No(NOT_INITIALIZED, "the first request is `initialize`".to_owned())),
            (Stage::Closing, _) => Err(No(INVALID_REQUEST, "after `shutdown` only `exit` may come".to_owned())),
            (Stage::Open, "initialize") => Err(No(INVALID_REQUEST, "`initialize` is sent once".to_owned())),
            (Stage::Open, "shutdown") => {
                self.stage = Stage::Closing;
                Ok(Value::Null)
            }
            (Stage::Open, "textDocument/hover") => read(params).and_then(|asked| self.hover(&asked, &mut out)),
            (Stage::Open, "textDocument/codeAction") => read(params).and_then(|asked| self.actions(&asked, &mut out)),
            (Stage::Open, "workspace/executeCommand") => execute(&params, &mut out),
            (Stage::Open, _) => Err(No(UNKNOWN_METHOD, format!("there is no method {}", harmless(method)))),
        };
        out.push(match answered {
            Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
            Err(no) => refusal(id, &no),
        });
        out
    }

    fn initialize(&mut self, params: &Value, out: &mut Vec<Value>) -> Value {
        self.stage = Stage::Open;
        let offered = params.pointer("/capabilities/general/positionEncodings").and_then(Value::as_array);
        let bytes = offered.is_some_and(|offered| offered.iter().any(|offer| offer == "utf-8"));
        self.desk.units = if bytes { Units::Utf8 } else { Units::Utf16 };
        let formats = params.pointer("/capabilities/textDocument/hover/contentFormat").and_then(Value::as_array);
        self.markdown = formats.is_none_or(|formats| formats.iter().any(|format| format == "markdown"));
        let folder = params.pointer("/workspaceFolders/0/uri").or(params.get("rootUri"));
        self.desk.here = folder.and_then(Value::as_str).and_then(path_of);
        self.choose(params.get("initializationOptions").unwrap_or(&Value::Null), out);
        json!({
            "capabilities": {
                "positionEncoding": if bytes { "utf-8" } else { "utf-16" },
                "textDocumentSync": { "openClose": true, "change": 2, "save": { "includeText": false } },
                "hoverProvider": true,
                "codeActionProvider": { "codeActionKinds": ["quickfix", actions::MEND_ALL] },
                "executeCommandProvider": { "commands": [actions::EXPLAIN] },
            },
            "serverInfo": { "name": "hansom", "version": env!("CARGO_PKG_VERSION") },
        })
    }

    /// Takes the settings that the editor was given: profile, ruleset, manifest.
    fn choose(&mut self, options: &Value, out: &mut Vec<Value>) {
        let text = |name: &str| options.get(name).and_then(Value::as_str);
        self.desk.manifest = match options.get("manifest") {
            Some(Value::String(file)) => Manifest::Named(file.into()),
            Some(Value::Bool(false)) => Manifest::Off,
            _ => Manifest::Beside,
        };
        let rulesets: Vec<String> = text("ruleset").map(str::to_owned).into_iter().collect();
        let law = Law::of(text("profile"), &rulesets).or_else(|failure| {
            out.push(message(1, &format!("{failure}; the default profile is taken")));
            Law::of(None, &[])
        });
        self.desk.law = law.ok();
    }

    fn note(&mut self, method: &str, params: Value, now: Instant) -> Vec<Value> {
        let mut out = Vec::new();
        match method {
            "textDocument/didOpen" | "textDocument/didChange" | "textDocument/didSave" | "textDocument/didClose" => {
                match read::<OfDocument>(params) {
                    Ok(said) => out.extend(self.document(method, said, now)),
                    Err(No(_, why)) => out.push(log(&format!("{method}: {why}"))),
                }
            }
            "workspace/didChangeConfiguration" => {
                let settings = params.pointer("/settings/hansom").or(params.get("settings"));
                self.choose(settings.unwrap_or(&Value::Null), &mut out);
                self.desk.all_changed(now);
            }
            "workspace/didChangeWatchedFiles" => self.desk.all_changed(now),
            _ => {}
        }
        out
    }

    fn document(&mut self, method: &str, said: OfDocument, now: Instant) -> Vec<Value> {
        let Document { uri, version, text } = said.text_document;
        match method {
            "textDocument/didOpen" => self.desk.put(&uri, text.unwrap_or_default(), version, now),
            "textDocument/didClose" => return self.desk.close(&uri),
            // What lies on the disk beside it may have changed too.
            "textDocument/didSave" => self.desk.all_changed(now),
            _ => {
                let units = self.desk.units;
                let Some(open) = self.desk.get_mut(&uri) else {
                    return vec![log(&format!("{method}: the document is not open"))];
                };
                open.version = version.or(open.version);
                for change in said.content_changes {
                    apply(&mut open.text, change, units);
                }
                self.desk.changed(&uri, now);
            }
        }
        let size = self.desk.get(&uri).map_or(0, |open| open.text.len());
        if size > LIMITS.bytes {
            // Nothing of it is kept, and the editor is told once.
            let mut out = self.desk.close(&uri);
            out.push(message(
                2,
                &format!("the document has {size} bytes and is not linted; the most is {}", LIMITS.bytes),
            ));
            return out;
        }
        Vec::new()
    }

    fn hover(&mut self, asked: &OfDocument, out: &mut Vec<Value>) -> Result<Value, No> {
        let Some(position) = asked.position else {
            return Err(No(INVALID_PARAMS, "a position is missing".to_owned()));
        };
        out.extend(self.desk.freshen(&asked.text_document.uri));
        Ok(hover::at(&self.desk, &asked.text_document.uri, position, self.markdown))
    }

    fn actions(&mut self, asked: &OfDocument, out: &mut Vec<Value>) -> Result<Value, No> {
        let Some(range) = asked.range else {
            return Err(No(INVALID_PARAMS, "a range is missing".to_owned()));
        };
        out.extend(self.desk.freshen(&asked.text_document.uri));
        let only = asked.context.only.as_deref().unwrap_or_default();
        Ok(actions::at(&self.desk, &asked.text_document.uri, range, only))
    }
}

/// Shows a rule's page, and gives it to editors that can do more with it.
fn execute(params: &Value, out: &mut Vec<Value>) -> Result<Value, No> {
    let command = params.get("command").and_then(Value::as_str).unwrap_or_default();
    if command != actions::EXPLAIN {
        return Err(No(INVALID_PARAMS, format!("there is no command {}", harmless(command))));
    }
    let asked = params.pointer("/arguments/0").and_then(Value::as_str).unwrap_or_default();
    let Some(rule) = rules::find(asked) else {
        return Err(No(INVALID_PARAMS, format!("there is no rule {}", harmless(asked))));
    };
    let page = rule.page();
    out.push(message(3, &format!("{}: {}\n\n{}\n\n{}", rule.id, page.title, page.why, page.mend)));
    Ok(json!(Explanation::of(rule).markdown()))
}

fn apply(text: &mut String, change: Change, units: Units) {
    match change.range {
        None => *text = change.text,
        Some(range) => {
            let ruler = Ruler::of(text, units);
            let start = ruler.byte(range.start);
            let end = ruler.byte(range.end).max(start);
            text.replace_range(start..end, &change.text);
        }
    }
}

fn read<T: for<'de> Deserialize<'de>>(params: Value) -> Result<T, No> {
    serde_json::from_value(params).map_err(|error| No(INVALID_PARAMS, error.to_string()))
}

fn refusal(id: &Value, No(code, why): &No) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": why } })
}

fn message(kind: u8, text: &str) -> Value {
    json!({ "jsonrpc": "2.0", "method": "window/showMessage", "params": { "type": kind, "message": text } })
}

fn log(text: &str) -> Value {
    json!({ "jsonrpc": "2.0", "method": "window/logMessage", "params": { "type": 2, "message": text } })
}
