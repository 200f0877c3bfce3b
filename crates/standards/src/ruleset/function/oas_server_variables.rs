//! `serverVariables`: are the variables of a server's address all defined, all used, and do they make addresses?

use std::str::FromStr;

use super::{Call, Mistake, Options, Remark};
use crate::{
    document::{Kind, Node},
    ruleset::{locating::Step, view::View},
};

/// How many addresses that are none are told.
const MOST_TOLD: usize = 5;
/// How many addresses are tried.
const MOST_TRIED: usize = 10_000;

#[derive(Debug)]
pub(crate) struct ServerVariables {
    substitutions: bool,
    defaults: bool,
}

/// The variables of a server that its address uses, each with the values that it may have.
type Values<'d> = Vec<(&'d str, Vec<&'d str>)>;

impl ServerVariables {
    pub(super) fn read(options: &Options) -> Result<ServerVariables, Vec<Mistake>> {
        options.only("serverVariables", &["checkSubstitutions", "requireDefault"])?;
        Ok(ServerVariables {
            substitutions: options.flag("serverVariables", "checkSubstitutions")?,
            defaults: options.flag("serverVariables", "requireDefault")?,
        })
    }

    pub(super) fn run<'d>(&self, call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
        let server = call.subject.node().filter(|node| is_server(call.view, *node));
        let Some((server, url)) = server.and_then(|node| Some((node, call.view.get(node, "url")?.as_str()?))) else {
            return vec![Remark::here("Invalid Server Object")];
        };
        let used = used_in(url);
        let variables = call.view.get(server, "variables");
        let defined: Vec<(&'d str, Node<'d>)> =
            variables.into_iter().flat_map(|variables| call.view.entries(variables)).collect();
        let place = |name: &'d str| [Step::from("variables"), name.into()];
        let mut remarks: Vec<Remark<'d>> = Vec::new();
        for (name, _) in defined.iter().filter(|(name, _)| !used.contains(name)) {
            let message = format!("Server's \"variables\" object has unused defined \"{name}\" url variable.");
            remarks.push(Remark::below(place(name), message));
        }
        let missing: Vec<&str> =
            used.iter().copied().filter(|name| !defined.iter().any(|(other, _)| other == name)).collect();
        if !missing.is_empty() {
            let message = format!(
                "Not all server's variables are described with \"variables\" object. Missed: {}.",
                missing.join(", ")
            );
            remarks.push(Remark::below(["variables".into()], message));
        }
        if used.is_empty() || variables.is_none() {
            return remarks;
        }
        let values = self.values(call, &used, &defined, &mut remarks);
        if self.substitutions {
            remarks.extend(addresses(url, &values));
        }
        remarks
    }

    fn values<'d>(
        &self,
        call: &Call<'_, 'd>,
        used: &[&str],
        defined: &[(&'d str, Node<'d>)],
        remarks: &mut Vec<Remark<'d>>,
    ) -> Values<'d> {
        let mut values = Vec::new();
        for (name, variable) in defined.iter().filter(|(name, _)| used.contains(name)) {
            let default = call.view.get(*variable, "default").and_then(Node::as_str);
            let listed = call.view.get(*variable, "enum");
            let own: Vec<&'d str> = match listed {
                Some(list) => call.view.items(list).filter_map(Node::as_str).collect(),
                None => default.into_iter().collect(),
            };
            if listed.is_some() && default.is_some_and(|default| !own.contains(&default)) {
                let message = format!("Server Variable \"{name}\" has a default not listed in the enum.");
                remarks.push(Remark::below(["variables".into(), (*name).into(), "default".into()], message));
            }
            values.push((*name, own));
            if default.is_none() && self.defaults {
                let message = format!("Server Variable \"{name}\" has a missing default.");
                remarks.push(Remark::below(["variables".into(), (*name).into()], message));
            }
        }
        values
    }
}

/// Whether a node is formed as a server must be.
fn is_server(view: View<'_>, node: Node<'_>) -> bool {
    fn texts(view: View<'_>, variable: Node<'_>) -> bool {
        view.entries(variable).all(|(key, value)| match key {
            "enum" => value.kind() == Kind::List && value.items().all(|item| item.as_str().is_some()),
            "default" | "description" | "examples" => value.as_str().is_some(),
            other => other.starts_with("x-"),
        })
    }
    let well_formed = |variables: Node<'_>| {
        variables.kind() == Kind::Map
            && variables.entries().all(|(_, variable)| variable.kind() == Kind::Map && texts(View::WRITTEN, variable))
    };
    node.kind() == Kind::Map
        && view.get(node, "url").and_then(Node::as_str).is_some()
        && view.get(node, "variables").is_none_or(well_formed)
}

/// The names in braces, in order.
fn used_in(url: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = url;
    while let Some(open) = rest.find('{') {
        let inner = rest.get(open + 1..).unwrap_or_default();
        // A name has one character at least, whichever it is.
        let first = inner.chars().next().map_or(0, char::len_utf8);
        let Some(close) = inner.get(first..).and_then(|after| after.find('}')) else {
            break;
        };
        names.push(inner.get(..first + close).unwrap_or_default());
        rest = inner.get(first + close + 1..).unwrap_or_default();
    }
    names
}

/// What is said about the addresses that the variables' values make.
fn addresses<'d>(url: &str, values: &Values<'d>) -> Option<Remark<'d>> {
    if values.is_empty() || values.iter().any(|(_, own)| own.is_empty()) {
        return None;
    }
    let mut wrong = Vec::new();
    let mut picks = vec![0_usize; values.len()];
    for _ in 0..MOST_TRIED {
        let mut address = url.to_owned();
        for ((name, own), pick) in values.iter().zip(&picks) {
            let value = own.get(*pick).copied().unwrap_or_default();
            address = address.replace(&format!("{{{name}}}"), &encoded(value));
        }
        if http_address(&address).is_none() {
            wrong.push(address);
        }
        if wrong.len() == MOST_TOLD || !advance(&mut picks, values) {
            break;
        }
    }
    let place = ["variables".into()];
    match wrong.len() {
        0 => None,
        MOST_TOLD => Some(Remark::below(
            place,
            format!(
                "At least 5 substitutions of server variables resulted in invalid URLs: {} and more",
                wrong.join(", ")
            ),
        )),
        _ => Some(Remark::below(
            place,
            format!("A few substitutions of server variables resulted in invalid URLs: {}", wrong.join(", ")),
        )),
    }
}

/// Goes to the next combination of values, the last variable first.
fn advance(picks: &mut [usize], values: &Values<'_>) -> bool {
    for (pick, (_, own)) in picks.iter_mut().zip(values).rev() {
        *pick += 1;
        if *pick < own.len() {
            return true;
        }
        *pick = 0;
    }
    false
}

/// A value as it is written in an address.
fn encoded(value: &str) -> String {
    let mut text = String::new();
    for letter in value.chars() {
        if letter.is_ascii_alphanumeric() || "-_.!~*'();/?:@&=+$,#".contains(letter) {
            text.push(letter);
        } else {
            text.extend(letter.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("%{byte:02X}")));
        }
    }
    text
}

/// Whether a browser takes a text for an absolute address.
fn http_address(text: &str) -> Option<()> {
    let text = text.trim();
    let (scheme, rest) = text.split_once(':')?;
    let letters = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    if !letters || !scheme.bytes().next()?.is_ascii_alphabetic() {
        return None;
    }
    let special = ["http", "https", "ws", "wss", "ftp"].contains(&scheme.to_ascii_lowercase().as_str());
    let authority = match rest.strip_prefix("//") {
        Some(after) => after.trim_start_matches(|c| special && c == '/'),
        None if special => rest.trim_start_matches(['/', '\\']),
        None => return Some(()),
    };
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if host.starts_with('[') {
        let (inner, port) = host.strip_prefix('[')?.split_once(']')?;
        std::net::Ipv6Addr::from_str(inner).ok()?;
        return (port.is_empty() || is_port(port.strip_prefix(':')?)).then_some(());
    }
    let (name, port) = host.split_once(':').map_or((host, ""), |(name, port)| (name, port));
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || "<>[\\]^|%{}`\"".contains(c);
    let named = !name.is_empty() || !special;
    (named && !name.contains(forbidden) && is_port(port)).then_some(())
}

fn is_port(text: &str) -> bool {
    text.is_empty() || (text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok())
}
