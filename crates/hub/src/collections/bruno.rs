//! How does Bruno read an API? As a folder of small files, here in one archive.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    io::{Cursor, Write as _},
};

use hansom_standards::contract::{Operation, Parameter};
use serde_json::json;
use zip::{CompressionMethod, ZipWriter, result::ZipError, write::SimpleFileOptions};

use super::{Material, Parts, Place, is_word, path, title};
use crate::calling::{example, one_line};

const METHODS: [&str; 8] = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];
const LONGEST_NAME: usize = 60;

/// The collection of a version as an archive; the same each time, since nothing in it is dated.
pub(crate) fn archive(material: &Material<'_>) -> Result<Vec<u8>, ZipError> {
    let mut archive = ZipWriter::new(Cursor::new(vec![]));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut put = |name: &str, text: &str| -> Result<(), ZipError> {
        archive.start_file(format!("{}/{name}", material.file), options)?;
        Ok(archive.write_all(text.as_bytes())?)
    };
    let about =
        json!({ "version": "1", "name": material.name, "type": "collection", "ignore": ["node_modules", ".git"] });
    put("bruno.json", &serde_json::to_string_pretty(&about).unwrap_or_default())?;
    put("collection.bru", &shared(material))?;
    for place in &material.environments {
        put(&format!("environments/{}.bru", place.name), &environment(place))?;
    }
    let mut folders = Names::default();
    for (number, (tag, operations)) in material.folders().iter().enumerate() {
        let folder = folders.free(tag);
        put(&format!("{folder}/folder.bru"), &block("meta", &[("name", tag), ("seq", &(number + 1).to_string())]))?;
        let mut names = Names::default();
        for (number, operation) in operations.iter().enumerate() {
            let name = names.free(&operation.id);
            put(&format!("{folder}/{name}.bru"), &request(material, operation, number + 1))?;
        }
    }
    Ok(archive.finish()?.into_inner())
}

/// Names of files of one folder.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl Names {
    /// A name that no file system takes for something else, and that is not taken. `folder.bru` is.
    fn free(&mut self, wanted: &str) -> String {
        let plain: String = wanted
            .chars()
            .take(LONGEST_NAME)
            .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
            .collect();
        let first = match plain.trim_matches('-') {
            "" | "folder" | "environments" => "operation".to_owned(),
            plain => plain.to_owned(),
        };
        let mut name = first.clone();
        let mut number = 2;
        // Some file systems know no difference between large and small letters.
        while !self.0.insert(name.to_ascii_lowercase()) {
            name = format!("{first}-{number}");
            number += 1;
        }
        name
    }
}

fn block(name: &str, lines: &[(&str, &str)]) -> String {
    let mut out = format!("{name} {{\n");
    for (key, value) in lines {
        let _ = writeln!(out, "  {key}: {}", one_line(value).trim());
    }
    out.push_str("}\n");
    out
}

/// A block of lines that may hold anything: each is indented, so that none can end it.
fn lines(name: &str, text: &str) -> String {
    let mut out = format!("{name} {{\n");
    for line in text.lines() {
        let _ = writeln!(out, "  {}", one_line(line));
    }
    out.push_str("}\n");
    out
}

fn shared(material: &Material<'_>) -> String {
    let settings = [
        ("grant_type", "client_credentials"),
        ("access_token_url", "{{tokenUrl}}"),
        ("refresh_token_url", ""),
        ("client_id", "{{clientId}}"),
        ("client_secret", "{{clientSecret}}"),
        ("scope", ""),
        ("credentials_placement", "body"),
        ("credentials_id", "credentials"),
        ("token_placement", "header"),
        ("token_header_prefix", "Bearer"),
        ("auto_fetch_token", "true"),
        ("auto_refresh_token", "false"),
    ];
    let described = material.published.contract.description.as_deref().unwrap_or_default();
    [
        block("auth", &[("mode", "oauth2")]),
        block("auth:oauth2", &settings),
        block("auth:oauth2:additional_params:access_token_req:body", &[("resource", "{{resource}}")]),
        block("vars:pre-request", &[("tokenUrl", &material.token_endpoint)]),
        lines("docs", described),
    ]
    .join("\n")
}

fn environment(place: &Place) -> String {
    let vars = [("baseUrl", place.base.as_str()), ("resource", &place.audience), ("clientId", "")];
    format!("{}vars:secret [\n  clientSecret\n]\n", block("vars", &vars))
}

/// A name as it stands before a colon.
fn key(name: &str) -> String {
    if is_word(name) { name.to_owned() } else { format!("\"{}\"", one_line(name).replace('"', "'")) }
}

fn request(material: &Material<'_>, operation: &Operation, number: usize) -> String {
    let parts = Parts::of(operation);
    let segments = path(operation, &parts);
    let body = match &parts.body {
        None => "none",
        Some(body) if body.json.is_some() => "json",
        Some(_) => "text",
    };
    let method = operation.method.to_ascii_lowercase();
    let is_known = METHODS.contains(&method.as_str());
    let url = format!("{{{{baseUrl}}}}/{}", segments.join("/"));
    let auth = if material.is_open(operation) { "none" } else { "inherit" };
    let mut call = vec![("url", url.as_str()), ("body", body), ("auth", auth)];
    if !is_known {
        call.insert(0, ("method", &operation.method));
    }
    let mut out = vec![
        block("meta", &[("name", &title(operation)), ("type", "http"), ("seq", &number.to_string())]),
        block(if is_known { &method } else { "http" }, &call),
    ];
    let listed = |name: &str, pairs: Vec<(String, String)>| {
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        (!pairs.is_empty()).then(|| block(name, &pairs))
    };
    let optional = |it: &&Parameter| {
        let mark = if it.required { "" } else { "~" };
        (format!("{mark}{}", key(&it.name)), example(it))
    };
    out.extend(listed("params:query", parts.query.iter().map(optional).collect()));
    let named = parts.path.iter().filter(|it| segments.contains(&format!(":{}", it.name)));
    out.extend(listed("params:path", named.map(|it| (it.name.clone(), example(it))).collect()));
    let mut fields: Vec<(String, String)> =
        parts.fields.iter().map(|(name, value)| (key(name), value.clone())).collect();
    if let Some(body) = &parts.body {
        fields.push(("Content-Type".into(), body.media_type.clone()));
    }
    out.extend(listed("headers", fields));
    match &parts.body {
        Some(sent) if body == "json" => {
            let pretty = sent.json.as_ref().and_then(|value| serde_json::to_string_pretty(value).ok());
            out.push(lines("body:json", &pretty.unwrap_or_default()));
        }
        Some(sent) => out.push(lines("body:text", &sent.text)),
        None => {}
    }
    if let Some(described) = &operation.description {
        out.push(lines("docs", described));
    }
    out.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_lead_nowhere_else_and_no_two_are_the_same() {
        let mut names = Names::default();
        let free: Vec<String> = ["../../etc/passwd", "a/b", "A-B", "", "..", "é", "CON\0", "folder"]
            .iter()
            .map(|it| names.free(it))
            .collect();
        assert_eq!(
            free,
            ["etc-passwd", "a-b", "A-B-2", "operation", "operation-2", "operation-3", "CON", "operation-4"]
        );
    }

    #[test]
    fn no_text_ends_the_block_that_it_is_in() {
        let hostile = "a\n}\nscript:pre-request {\n  evil()\n}\r\n}";
        for text in [lines("docs", hostile), block("meta", &[("name", hostile)])] {
            assert_eq!(text.lines().filter(|line| line.starts_with('}')).count(), 1, "{text}");
            assert_eq!(text.lines().filter(|line| !line.starts_with("  ")).count(), 2, "{text}");
        }
    }
}
