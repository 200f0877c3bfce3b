//! What does an editor get from `hansom lsp`?

#[expect(dead_code, reason = "the platform's tests use more of the town")]
mod town;

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};
use town::{BINARY, Scratch};

const PROFILE: &str = "profile: trees\nedition: test\nothers: off\nrules: { URL-01: error }\n";
const CONTRACT: &str = "openapi: 3.1.0\ninfo: { title: 🌳 Trees, version: 1.0.0 }\npaths:\n  /streetTrees: {}\n";

/// An editor that works in a folder.
struct Editor {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    folder: Scratch,
    asked: i64,
    /// What was told while something else was waited for.
    told: Vec<Value>,
}

impl Editor {
    fn start() -> Self {
        let folder = Scratch::new();
        folder.write("trees.yaml", PROFILE);
        let mut child = Command::new(BINARY)
            .args(["lsp", "--stdio"])
            .current_dir(&folder.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, input, output, folder, asked: 0, told: Vec::new() }
    }

    /// One that has introduced itself.
    fn introduced(capabilities: Value) -> Self {
        let mut editor = Self::start();
        let root = editor.address("");
        let params = json!({
            "processId": null,
            "rootUri": root,
            "capabilities": capabilities,
            "initializationOptions": { "profile": "trees.yaml" },
        });
        let answer = editor.ask("initialize", params);
        assert_eq!(answer["result"]["serverInfo"]["name"], "hansom", "{answer:#}");
        editor.note("initialized", json!({}));
        editor
    }

    fn address(&self, name: &str) -> String {
        format!("file://{}/{name}", self.folder.0.canonicalize().unwrap().display())
    }

    fn send(&mut self, text: &str) {
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn note(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }).to_string());
    }

    #[track_caller]
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string());
        loop {
            let message = self.receive();
            if message["id"] == id {
                return message;
            }
            self.told.push(message);
        }
    }

    #[track_caller]
    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the server went away");
            if line == "\r\n" {
                break;
            }
            if let Some(value) = line.strip_prefix("Content-Length: ") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    fn open(&mut self, name: &str, text: &str) -> String {
        let uri = self.address(name);
        let document = json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": text });
        self.note("textDocument/didOpen", json!({ "textDocument": document }));
        uri
    }

    /// What is told next about a document.
    #[track_caller]
    fn diagnostics(&mut self, uri: &str) -> Vec<Value> {
        loop {
            let message = if self.told.is_empty() { self.receive() } else { self.told.remove(0) };
            if message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri {
                return message["params"]["diagnostics"].as_array().unwrap().clone();
            }
        }
    }

    /// Says goodbye; gives the exit code and what was written to standard error.
    fn leave(mut self) -> (i32, String) {
        drop(self.input);
        let mut rest = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code().unwrap(), rest)
    }
}

fn at(line: u32, character: u32) -> Value {
    json!({ "line": line, "character": character })
}

fn range(line: u32, from: u32, to: u32) -> Value {
    json!({ "start": at(line, from), "end": at(line, to) })
}

#[test]
fn from_a_finding_to_a_mended_contract() {
    let mut editor = Editor::introduced(json!({}));
    let uri = editor.open("openapi.yaml", CONTRACT);
    let found = editor.diagnostics(&uri);
    assert_eq!(found.len(), 1, "{found:#?}");
    let diagnostic = &found[0];
    assert_eq!(diagnostic["range"], range(3, 2, 14));
    assert_eq!((&diagnostic["code"], &diagnostic["severity"]), (&json!("URL-01"), &json!(1)));
    assert!(diagnostic["message"].as_str().unwrap().starts_with("the segment `streetTrees` is not kebab-case\n"));
    assert!(diagnostic["relatedInformation"][0]["message"].as_str().unwrap().starts_with("Why: "));

    let document = json!({ "uri": uri });
    let hover = editor.ask("textDocument/hover", json!({ "textDocument": document, "position": at(3, 5) }));
    assert!(hover["result"]["contents"]["value"].as_str().unwrap().starts_with("# URL-01: "), "{hover:#}");
    let hover = editor.ask("textDocument/hover", json!({ "textDocument": document, "position": at(0, 0) }));
    assert_eq!(hover["result"], Value::Null);

    let params = json!({ "textDocument": document, "range": range(3, 5, 5), "context": { "diagnostics": found } });
    let actions = editor.ask("textDocument/codeAction", params);
    let titles: Vec<&str> =
        actions["result"].as_array().unwrap().iter().map(|action| action["title"].as_str().unwrap()).collect();
    assert!(titles[0].starts_with("URL-01: ") && titles[1] == "Explain URL-01" && titles.len() == 3, "{titles:?}");
    let edit = &actions["result"][0]["edit"]["changes"][&uri][0];
    assert_eq!(edit["range"], range(3, 2, 14));
    let explained = editor.ask("workspace/executeCommand", actions["result"][1]["command"].clone());
    assert!(explained["result"].as_str().unwrap().starts_with("# URL-01"), "{explained:#}");

    let change = json!({ "range": edit["range"], "text": edit["newText"] });
    let versioned = json!({ "uri": uri, "version": 2 });
    editor.note("textDocument/didChange", json!({ "textDocument": versioned, "contentChanges": [change] }));
    assert_eq!(editor.diagnostics(&uri), Vec::<Value>::new());

    editor.note("textDocument/didClose", json!({ "textDocument": document }));
    assert_eq!(editor.ask("shutdown", Value::Null)["result"], Value::Null);
    editor.note("exit", Value::Null);
    assert_eq!(editor.leave(), (0, String::new()));
}

#[test]
fn columns_are_in_the_units_that_were_agreed_on() {
    let contract = "openapi: 3.1.0\ninfo: { title: T, version: 1.0.0 }\npaths: { /🌳: {}, /é/streetTrees: {} }\n";
    for (offer, units, columns) in [(json!([]), "utf-16", (18, 32)), (json!(["utf-8", "utf-16"]), "utf-8", (20, 35))] {
        let mut editor = Editor::start();
        let params = json!({
            "capabilities": { "general": { "positionEncodings": offer } },
            "initializationOptions": { "profile": "trees.yaml" },
        });
        let answer = editor.ask("initialize", params);
        assert_eq!(answer["result"]["capabilities"]["positionEncoding"], units);
        let uri = editor.open("openapi.yaml", contract);
        let found = editor.diagnostics(&uri);
        assert_eq!(found[1]["range"], range(2, columns.0, columns.1), "{units}: {found:#?}");
    }
}

#[test]
fn what_is_typed_is_put_where_the_editor_says() {
    let mut editor = Editor::introduced(json!({}));
    let uri = editor.open("openapi.yaml", CONTRACT);
    assert_eq!(editor.diagnostics(&uri).len(), 1);
    let changes = json!([
        // Behind the tree, which has two units of UTF-16.
        { "range": range(1, 17, 17), "text": " Great" },
        { "range": range(2, 6, 6), "text": "\n  # new line" },
        { "range": range(4, 0, 18), "text": "  /oldTrees: {}\n  /newTrees: {}" },
        { "range": { "start": at(99, 0), "end": at(99, 0) }, "text": "  /last_trees: {}\n" },
    ]);
    let versioned = json!({ "uri": uri, "version": 2 });
    editor.note("textDocument/didChange", json!({ "textDocument": versioned, "contentChanges": changes }));
    let lines: Vec<u64> =
        editor.diagnostics(&uri).iter().map(|found| found["range"]["start"]["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [4, 5, 6]);
    let whole = json!([{ "text": CONTRACT.replace("streetTrees", "street-trees") }]);
    editor.note("textDocument/didChange", json!({ "textDocument": versioned, "contentChanges": whole }));
    assert_eq!(editor.diagnostics(&uri), Vec::<Value>::new());
}

#[test]
fn a_file_that_a_contract_refers_to_is_read_as_it_lies_open() {
    let mut editor = Editor::introduced(json!({}));
    editor.folder.write("parts.yaml", "get: {}\n");
    let parts = editor.open("parts.yaml", "get: { operationId: x");
    assert_eq!(editor.diagnostics(&parts), Vec::<Value>::new(), "what is no contract is not judged by itself");
    let contract = CONTRACT.replace("streetTrees: {}", "trees: { $ref: parts.yaml }");
    let uri = editor.open("openapi.yaml", &contract);
    assert_eq!(editor.diagnostics(&uri), Vec::<Value>::new());
}

#[test]
fn what_cannot_be_read_is_told_at_its_place() {
    let mut editor = Editor::introduced(json!({}));
    let uri = editor.open("openapi.yaml", "openapi: 3.1.0\npaths: [\n");
    let found = editor.diagnostics(&uri);
    assert!(found.len() == 1 && found[0]["range"]["start"]["line"] == 1, "{found:#?}");
    let uri = editor.open("old.yaml", "swagger: '2.0'\n");
    assert!(editor.diagnostics(&uri)[0]["message"].as_str().unwrap().contains("Swagger 2"));
}

#[test]
fn findings_go_with_the_document() {
    let mut editor = Editor::introduced(json!({}));
    let uri = editor.open("openapi.yaml", CONTRACT);
    assert_eq!(editor.diagnostics(&uri).len(), 1);
    editor.note("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    assert_eq!(editor.diagnostics(&uri), Vec::<Value>::new());
}

#[test]
fn a_profile_that_cannot_be_read_is_told_and_the_default_is_taken() {
    let mut editor = Editor::start();
    editor.ask("initialize", json!({ "capabilities": {}, "initializationOptions": { "profile": "absent" } }));
    let told = editor.told.remove(0);
    assert_eq!(told["method"], "window/showMessage");
    assert!(told["params"]["message"].as_str().unwrap().contains("absent"), "{told:#}");
    let uri = editor.open("openapi.yaml", CONTRACT);
    assert!(editor.diagnostics(&uri).len() > 1);
    editor.note("workspace/didChangeConfiguration", json!({ "settings": { "hansom": { "profile": "trees.yaml" } } }));
    assert_eq!(editor.diagnostics(&uri).len(), 1);
}

#[test]
fn what_is_no_message_is_answered_and_the_talk_goes_on() {
    let mut editor = Editor::start();
    let code = |answer: &Value| answer["error"]["code"].as_i64().unwrap();
    assert_eq!(code(&editor.ask("textDocument/hover", json!({}))), -32002, "nothing before `initialize`");
    editor.send("{ no json");
    assert_eq!(code(&editor.receive()), -32700);
    editor.send("[1, 2]");
    assert_eq!(code(&editor.receive()), -32600);
    editor.ask("initialize", json!({ "capabilities": null, "initializationOptions": [1] }));
    assert_eq!(code(&editor.ask("initialize", json!({}))), -32600);
    for params in [Value::Null, json!([]), json!({ "textDocument": 1 }), json!({ "textDocument": { "uri": "x" } })] {
        assert_eq!(code(&editor.ask("textDocument/hover", params.clone())), -32602, "{params}");
        editor.note("textDocument/didOpen", params.clone());
        editor.note("textDocument/didChange", params);
    }
    assert_eq!(code(&editor.ask("textDocument/rename", json!({}))), -32601);
    assert_eq!(code(&editor.ask("workspace/executeCommand", json!({ "command": "rm" }))), -32602);
    editor.note("$/unknown", json!(1));
    editor.send("{\"id\":7,\"result\":null}");
    assert!(editor.ask("shutdown", Value::Null).get("error").is_none());
    assert_eq!(code(&editor.ask("textDocument/hover", json!({}))), -32600, "nothing after `shutdown`");
    editor.note("exit", Value::Null);
    assert_eq!(editor.leave(), (0, String::new()));
}

#[test]
fn an_end_that_was_not_announced_is_exit_code_1() {
    let editor = Editor::introduced(json!({}));
    let (code, said) = editor.leave();
    assert_eq!((code, said.lines().count()), (1, 1), "{said}");
    let mut editor = Editor::introduced(json!({}));
    editor.note("exit", Value::Null);
    assert_eq!(editor.leave().0, 1);
}

#[test]
fn a_document_that_is_too_large_is_set_aside() {
    let mut editor = Editor::introduced(json!({}));
    let uri = editor.open("openapi.yaml", &format!("{CONTRACT}x-more: {}\n", "x".repeat(33 * 1024 * 1024)));
    let told = editor.receive();
    assert_eq!(told["method"], "window/showMessage", "{told:#}");
    let hover = json!({ "textDocument": { "uri": uri }, "position": at(3, 5) });
    assert_eq!(editor.ask("textDocument/hover", hover)["result"], Value::Null);
    assert!(fs::metadata(&editor.folder.0).is_ok());
}
