//! A small service that keeps its contract, and can be told to break any one thing of it.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};

use hansom_domain::Chance;
use hansom_standards::{Contract, report::Look};
use hansom_verify::{
    Answer, Bounds, Call, Caller, Report, Service, Silence,
    report::{Recipe, pretty},
    verify,
};
use serde_json::{Map, Value, json};

pub const CONTRACT: &str = include_str!("village.yaml");
const BASE: &str = "/village/v1";
const KINDS: [&str; 3] = ["oak", "elm", "ash"];
/// What is there before anybody asks.
const OLD: u32 = 5;

type Tree = Map<String, Value>;

/// The service. Every member is something that it may do wrong.
#[derive(Debug)]
pub struct Village {
    pub seed: u64,
    pub version: Option<&'static str>,
    pub fails_at_long_names: bool,
    pub teapot: bool,
    pub plain_lists: bool,
    pub forgets_kinds: bool,
    pub lies_about_status: bool,
    pub shortest_limit: u64,
    pub takes_any_height: bool,
    pub takes_any_limit: bool,
    pub ignores_unknown_parameters: bool,
    pub lets_strangers_in: bool,
    pub keeps_how_to_sign_in_secret: bool,
    pub wrong_method: u16,
    pub allow: Option<&'static str>,
    pub knows_head: bool,
    pub ignores_accept: bool,
    pub reads_any_type: bool,
    pub largest_body: usize,
    pub pages_overlap: bool,
    pub next_leads_elsewhere: bool,
    pub ignores_limit: bool,
    pub forgets_keys: bool,
    pub takes_any_body_with_a_key: bool,
    pub ignores_if_match: bool,
    pub ignores_if_none_match: bool,
    pub removes_nothing: bool,
    pub nowhere: u16,
    pub hangs_at_kinds: bool,
    trees: BTreeMap<u32, (u32, Tree)>,
    next: u32,
    keys: BTreeMap<String, (Value, Answer)>,
    calls: Vec<Call>,
    touched: Vec<u32>,
}

/// Chance from a number, the same every time.
pub fn counted(seed: u64) -> Chance {
    let state = AtomicU64::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    Chance::new(move |bytes| {
        for piece in bytes.chunks_mut(8) {
            let mut number = state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            piece.iter_mut().zip((number ^ (number >> 31)).to_le_bytes()).for_each(|(byte, made)| *byte = made);
        }
    })
}

/// Tries a village with requests enough.
pub fn verified(village: &mut Village, writes: bool) -> Report {
    let contract = Contract::read(CONTRACT).unwrap();
    let bounds = Bounds { requests: 2_000, writes, operations: Default::default() };
    let seed = village.seed;
    verify(&contract, village, counted(seed), &bounds).unwrap()
}

/// The report as a person reads it.
pub fn told(report: &Report) -> String {
    pretty(report, &Recipe { url: "http://village".into(), headers: vec![], seed: 0 }, Look::default())
}

impl Village {
    pub fn new() -> Self {
        let tree = |id: u32| json!({"id": id.to_string(), "kind": "oak", "name": format!("Old {id}")});
        let trees = (1..=OLD).map(|id| (id, (1, tree(id).as_object().unwrap().clone()))).collect();
        Self {
            seed: 7,
            version: Some("1.2.0"),
            fails_at_long_names: false,
            teapot: false,
            plain_lists: false,
            forgets_kinds: false,
            lies_about_status: false,
            shortest_limit: 1,
            takes_any_height: false,
            takes_any_limit: false,
            ignores_unknown_parameters: false,
            lets_strangers_in: false,
            keeps_how_to_sign_in_secret: false,
            wrong_method: 405,
            allow: None,
            knows_head: true,
            ignores_accept: false,
            reads_any_type: false,
            largest_body: 64 * 1024,
            pages_overlap: false,
            next_leads_elsewhere: false,
            ignores_limit: false,
            forgets_keys: false,
            takes_any_body_with_a_key: false,
            ignores_if_match: false,
            ignores_if_none_match: false,
            removes_nothing: false,
            nowhere: 404,
            hangs_at_kinds: false,
            trees,
            next: 100,
            keys: BTreeMap::new(),
            calls: vec![],
            touched: vec![],
        }
    }

    pub fn trees(&self) -> Vec<Tree> {
        self.trees.values().map(|(_, tree)| tree.clone()).collect()
    }

    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    pub fn methods(&self) -> Vec<String> {
        self.calls.iter().map(|call| call.method.clone()).collect()
    }

    /// Trees that were there before and were changed or removed.
    pub fn touched(&self) -> &[u32] {
        &self.touched
    }

    fn answer(&mut self, call: &Call) -> Answer {
        let (path, query) = call.target.split_once('?').unwrap_or((&call.target, ""));
        let id = path.strip_prefix("/trees/");
        if path != "/trees" && id.is_none() {
            return self.problem(self.nowhere);
        }
        if call.caller != Caller::Known && !self.lets_strangers_in {
            return self.problem(401);
        }
        let method = if call.method == "HEAD" && self.knows_head { "GET" } else { &call.method };
        let known = if id.is_some() { "GET, PATCH, DELETE, HEAD" } else { "GET, POST, HEAD" };
        if !known.split(", ").any(|known| known == method) || method == "HEAD" {
            let mut answer = self.problem(self.wrong_method);
            answer.headers.push(("Allow".into(), self.allow.unwrap_or(known).into()));
            return answer;
        }
        if method == "GET" && !self.accepts(call) {
            return self.problem(406);
        }
        let parameters = match self.parameters(query, id.is_none() && method == "GET") {
            Some(parameters) => parameters,
            None => return self.problem(400),
        };
        match (method, id) {
            ("GET", None) => self.list(&parameters),
            ("POST", _) => self.plant(call),
            (_, id) => self.one(call, method, id.unwrap_or_default()),
        }
    }

    fn accepts(&self, call: &Call) -> bool {
        let accept = header(call, "Accept").unwrap_or("*/*");
        self.ignores_accept || accept.contains("*/*") || accept.contains("json")
    }

    /// The query, if every parameter of it is known and there once.
    fn parameters(&self, query: &str, is_list: bool) -> Option<BTreeMap<String, String>> {
        let mut found = BTreeMap::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=')?;
            let is_known = is_list && ["limit", "cursor", "kind"].contains(&name);
            if !is_known && self.ignores_unknown_parameters {
                continue;
            }
            if !is_known || found.insert(name.to_owned(), value.to_owned()).is_some() {
                return None;
            }
        }
        Some(found)
    }

    fn list(&self, parameters: &BTreeMap<String, String>) -> Answer {
        let limit = parameters.get("limit").map_or(Some(3), |limit| limit.parse::<u64>().ok());
        let limit = match limit.filter(|limit| (self.shortest_limit..=20).contains(limit)) {
            Some(limit) => limit,
            None if self.takes_any_limit => 3,
            None if self.teapot => return self.problem(418),
            None => return self.problem(400),
        };
        let kinds = parameters.get("kind").map(|kinds| kinds.split(',').collect::<Vec<_>>());
        if kinds.as_ref().is_some_and(|kinds| kinds.iter().any(|kind| !KINDS.contains(kind))) {
            return self.problem(400);
        }
        let after = parameters.get("cursor").map_or(Some(0), |cursor| cursor.parse::<u32>().ok());
        let Some(after) = after else { return self.problem(400) };
        let fits = |tree: &&Tree| kinds.as_ref().is_none_or(|kinds| kinds.contains(&tree["kind"].as_str().unwrap()));
        let from = if self.pages_overlap { after } else { after + 1 };
        let mut found = self.trees.range(from..).map(|(_, (_, tree))| tree).filter(fits);
        let limit = if self.ignores_limit { 4 } else { limit as usize };
        let items: Vec<&Tree> = found.by_ref().take(limit).collect();
        let mut body = json!({ "items": items });
        if let Some(last) = items.last().filter(|_| found.next().is_some()) {
            let host = if self.next_leads_elsewhere { "https://evil.example" } else { "" };
            body["links"] =
                json!({ "next": format!("{host}{BASE}/trees?limit={limit}&cursor={}", last["id"].as_str().unwrap()) });
        }
        if self.forgets_kinds {
            body["items"].as_array_mut().unwrap().iter_mut().for_each(|tree| {
                tree.as_object_mut().unwrap().remove("kind");
            });
        }
        let mut answer = self.json(200, body);
        if self.plain_lists {
            answer.headers.retain(|(name, _)| name != "Content-Type");
            answer.headers.push(("Content-Type".into(), "text/plain".into()));
        }
        answer
    }

    /// The body, or why it is none.
    fn body(&self, call: &Call, media_type: &str, check: impl Fn(&Tree) -> bool) -> Result<Tree, Answer> {
        let bytes = call.body.as_deref().unwrap_or_default();
        if bytes.len() > self.largest_body {
            return Err(self.problem(413));
        }
        if !self.reads_any_type && call.body.is_some() && header(call, "Content-Type") != Some(media_type) {
            return Err(self.problem(415));
        }
        let tree = serde_json::from_slice::<Tree>(bytes).ok();
        let tree = if bytes.len() > 64 * 1024 { Some(Map::new()) } else { tree.filter(|tree| check(tree)) };
        tree.ok_or_else(|| self.problem(400))
    }

    fn fits(&self, name: &str, value: &Value) -> bool {
        match name {
            "kind" => value.as_str().is_some_and(|kind| KINDS.contains(&kind)),
            "name" => value.as_str().is_some_and(|name| (1..=20).contains(&name.chars().count())),
            "height" if self.takes_any_height => value.is_i64(),
            "height" => value.as_i64().is_some_and(|height| (1..=60).contains(&height)),
            _ => false,
        }
    }

    fn plant(&mut self, call: &Call) -> Answer {
        let whole = |tree: &Tree| {
            ["kind", "name"].iter().all(|name| tree.contains_key(*name))
                && tree.iter().all(|(name, value)| self.fits(name, value))
        };
        let mut tree = match self.body(call, "application/json", whole) {
            Ok(tree) => tree,
            Err(refusal) => return refusal,
        };
        let is_long = tree.get("name").and_then(Value::as_str).is_some_and(|name| name.chars().count() == 20);
        if self.fails_at_long_names && is_long {
            return self.problem(500);
        }
        let sent = Value::Object(tree.clone());
        if let Some(height) = tree.get("height").and_then(Value::as_i64) {
            tree.insert("height".into(), height.clamp(1, 60).into());
        }
        let key = header(call, "Idempotency-Key").map(str::to_owned);
        if key.as_ref().is_some_and(|key| key.len() != 36 || key.matches('-').count() != 4) {
            return self.problem(400);
        }
        if let Some((before, answer)) = key.as_ref().filter(|_| !self.forgets_keys).and_then(|key| self.keys.get(key)) {
            let same = *before == sent || self.takes_any_body_with_a_key;
            return if same { answer.clone() } else { self.problem(422) };
        }
        self.next += 1;
        let id = self.next;
        tree.insert("id".into(), id.to_string().into());
        self.trees.insert(id, (1, tree.clone()));
        let mut answer = self.json(201, Value::Object(tree));
        answer.headers.push(("Location".into(), format!("{BASE}/trees/{id}")));
        if let Some(key) = key {
            self.keys.insert(key, (sent, answer.clone()));
        }
        answer
    }

    fn one(&mut self, call: &Call, method: &str, id: &str) -> Answer {
        if !(1..=6).contains(&id.len()) || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.problem(400);
        }
        let number: u32 = id.parse().unwrap();
        let Some((state, tree)) = self.trees.get(&number).cloned() else { return self.problem(404) };
        let tag = format!("\"{state}\"");
        if method == "GET" {
            if header(call, "If-None-Match") == Some(&tag) && !self.ignores_if_none_match {
                return self.empty(304);
            }
            let mut answer = self.json(200, Value::Object(tree));
            answer.headers.push(("ETag".into(), tag));
            return answer;
        }
        match header(call, "If-Match") {
            None => return self.problem(428),
            Some(seen) if seen != tag && !self.ignores_if_match => return self.problem(412),
            Some(_) => {}
        }
        if method == "DELETE" {
            return self.fell(number);
        }
        let fits = |changes: &Tree| {
            let allowed = |(name, value): (&String, &Value)| {
                (name == "height" && value.is_null()) || (name != "kind" && self.fits(name, value))
            };
            !changes.is_empty() && changes.iter().all(allowed)
        };
        match self.body(call, "application/merge-patch+json", fits) {
            Ok(changes) => self.change(number, changes),
            Err(refusal) => refusal,
        }
    }

    fn change(&mut self, id: u32, changes: Tree) -> Answer {
        self.touched.extend((id <= OLD).then_some(id));
        let (state, tree) = self.trees.get_mut(&id).unwrap();
        *state += 1;
        for (name, value) in changes {
            match value.as_i64().map(|height| height.clamp(1, 60).into()).unwrap_or(value) {
                Value::Null => tree.remove(&name),
                value => tree.insert(name, value),
            };
        }
        let tree = Value::Object(tree.clone());
        self.json(200, tree)
    }

    fn fell(&mut self, id: u32) -> Answer {
        self.touched.extend((id <= OLD).then_some(id));
        if !self.removes_nothing {
            self.trees.remove(&id);
        }
        self.empty(204)
    }

    fn json(&self, status: u16, body: Value) -> Answer {
        let mut answer = self.empty(status);
        answer.headers.push(("Content-Type".into(), "application/json".into()));
        answer.body = body.to_string().into_bytes();
        answer
    }

    fn empty(&self, status: u16) -> Answer {
        let version = self.version.map(|version| ("API-Version".to_owned(), version.to_owned()));
        Answer { status, headers: version.into_iter().collect(), body: vec![], is_cut: false }
    }

    fn problem(&self, status: u16) -> Answer {
        let said = if self.lies_about_status { 499 } else { status };
        let body = json!({"type": "/problems/no", "title": "No", "status": said});
        let mut answer = self.json(status, body);
        answer.headers.retain(|(name, _)| name != "Content-Type");
        answer.headers.push(("Content-Type".into(), "application/problem+json".into()));
        if status == 401 && !self.keeps_how_to_sign_in_secret {
            answer.headers.push(("WWW-Authenticate".into(), "Bearer".into()));
        }
        answer
    }
}

impl Service for Village {
    fn ask(&mut self, call: &Call) -> Result<Answer, Silence> {
        self.calls.push(call.clone());
        if self.hangs_at_kinds && call.target.contains("kind=") {
            return Err(Silence::TimedOut);
        }
        let mut answer = self.answer(call);
        if call.method == "HEAD" {
            answer.body.clear();
        }
        Ok(answer)
    }

    fn has_credentials(&self) -> bool {
        true
    }

    fn follow(&self, _call: &Call, link: &str) -> Option<String> {
        link.strip_prefix(BASE).map(str::to_owned)
    }
}

fn header<'c>(call: &'c Call, name: &str) -> Option<&'c str> {
    call.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}
