//! What does the playbook look like as files that need no server?
//!
//! The same pages as in the hub, by the same templates in another frame. Every address becomes a relative path, so that
//! the folder works wherever it lies, also opened from a disk.

use hansom_standards::rules;
use thiserror::Error;

use super::{all_notes, chapters, checklists, level, markdown::up, search};
use crate::{
    assets,
    frame::Frame,
    pages::playbook::{
        Leaf, chapter, checklist, edition, editions, profile, search as search_page, standard, standards, start,
    },
    urls,
};

/// A file of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteFile {
    /// Where it lies in the folder: `chapters/naming/index.html`.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Why there is no site.
#[derive(Debug, Error)]
pub enum SiteFault {
    /// A page leads to something that only a hub has.
    #[error("the page {page} leads to {address}, which no file has")]
    LeadsOut {
        /// The page's address in the hub.
        page: String,
        /// Where it leads.
        address: String,
    },
    /// A template could not be filled.
    #[error("the page {page} could not be drawn: {why}")]
    Undrawn {
        /// The page's address in the hub.
        page: String,
        /// What the template said.
        why: String,
    },
}

/// Every file of the site.
///
/// # Errors
/// Where a page cannot be drawn, or leads to something that only a hub has.
pub fn site() -> Result<Vec<SiteFile>, SiteFault> {
    let mut files = pages()?;
    for file in &assets::ALONE {
        files.push(SiteFile { path: format!("assets/{}", file.name), bytes: file.bytes.to_vec() });
    }
    files.push(SiteFile { path: "assets/playbook-index.js".into(), bytes: index().into_bytes() });
    Ok(files)
}

fn pages() -> Result<Vec<SiteFile>, SiteFault> {
    let frame = Frame::alone;
    let mut files = vec![];
    let mut add = |address: &str, leaf: &dyn Drawn| -> Result<(), SiteFault> {
        let page = address.to_owned();
        let html = leaf.html().map_err(|error| SiteFault::Undrawn { page: page.clone(), why: error.to_string() })?;
        let path = file_of(address).ok_or_else(|| SiteFault::LeadsOut { page: page.clone(), address: page.clone() })?;
        files.push(SiteFile { bytes: relative(&html, address, &path)?.into_bytes(), path });
        let twin = file_of(&urls::twin(address)).unwrap_or_default();
        let text = leaf.twin();
        // The first page lies beside its folders as a file; in the hub it lies above them.
        let text = if address == urls::PLAYBOOK { text.replace("](playbook/", "](") } else { text };
        files.push(SiteFile { path: twin, bytes: text.into_bytes() });
        Ok(())
    };
    add(urls::PLAYBOOK, &start::leaf(frame(), None))?;
    for it in chapters() {
        add(&urls::chapter(it.slug), &chapter::leaf(frame(), it))?;
    }
    if let Some(profile) = level::default_profile() {
        add(urls::STANDARDS, &standards::leaf(frame(), &standards::Wanted::all(profile), None))?;
    }
    for rule in rules::ALL.iter().copied() {
        add(&urls::standard(rule.id), &standard::leaf(frame(), rule, None))?;
    }
    for it in level::profiles() {
        add(&urls::profile(&it.name), &profile::leaf(frame(), it, None))?;
    }
    let in_force = level::default_profile().map_or("", |profile| &profile.edition);
    add(urls::EDITIONS, &editions::leaf(frame(), &[], in_force))?;
    for notes in all_notes() {
        let all = all_notes().iter().map(edition::Told::bundled).collect();
        if let Some(leaf) = edition::leaf(frame(), all, notes.edition, ("", "")) {
            add(&urls::edition(notes.edition), &leaf)?;
        }
    }
    for list in checklists() {
        add(&urls::checklist(list.slug), &checklist::leaf(frame(), list))?;
    }
    add(urls::PLAYBOOK_SEARCH, &search_page::leaf(frame(), ""))?;
    Ok(files)
}

/// A page, whatever it is of.
trait Drawn {
    fn html(&self) -> askama::Result<String>;
    fn twin(&self) -> String;
}

impl<L: Leaf> Drawn for L {
    fn html(&self) -> askama::Result<String> {
        self.render()
    }

    fn twin(&self) -> String {
        self.markdown()
    }
}

/// What the search looks through.
fn index() -> String {
    let entries: Vec<_> = search::entries()
        .iter()
        .map(|entry| {
            let mut entry = serde_json::to_value(entry).unwrap_or_default();
            if let Some(href) = entry.get("href").and_then(|href| href.as_str()).and_then(file_of) {
                entry["href"] = href.into();
            }
            entry
        })
        .collect();
    format!("globalThis.playbookIndex = {}\n", serde_json::Value::from(entries))
}

/// The file of an address of the hub, from the site's folder; none if the site has none.
fn file_of(address: &str) -> Option<String> {
    let (path, fragment) = match address.find('#') {
        Some(at) => address.split_at(at),
        None => (address, ""),
    };
    if let Some(asset) = path.strip_prefix(urls::ASSETS_ALONE) {
        return Some(format!("assets{asset}"));
    }
    if path == urls::EDITOR || path.contains('?') {
        return None;
    }
    let file = match path.strip_prefix(urls::PLAYBOOK)? {
        "" => "index.html".to_owned(),
        ".md" => "index.md".to_owned(),
        page => {
            let page = page.strip_prefix('/')?;
            if page.ends_with(".md") { page.to_owned() } else { format!("{page}/index.html") }
        }
    };
    Some(file + fragment)
}

/// A page with its addresses as paths from the file in which it lies. Text cannot be mistaken for an address: its quotes
/// are escaped.
fn relative(html: &str, page: &str, file: &str) -> Result<String, SiteFault> {
    let up = up(file.matches('/').count());
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find("=\"/") {
        let (before, from) = rest.split_at(at + 2);
        let end = from.find('"').unwrap_or(from.len());
        let (address, after) = from.split_at(end);
        let leads_out = || SiteFault::LeadsOut { page: page.to_owned(), address: address.to_owned() };
        let target = file_of(address).ok_or_else(leads_out)?;
        out.push_str(before);
        out.push_str(&up);
        out.push_str(&target);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The path that a link in a file leads to.
    fn resolved(file: &str, link: &str) -> String {
        let mut parts: Vec<&str> = file.split('/').collect();
        parts.pop();
        for part in link.split('/') {
            match part {
                ".." => assert!(parts.pop().is_some(), "{file} leads out of the folder: {link}"),
                part => parts.push(part),
            }
        }
        parts.join("/")
    }

    #[test]
    fn every_link_of_the_site_leads_to_a_file_of_the_site() {
        let files = site().unwrap_or_else(|fault| panic!("{fault}"));
        let known: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(known.len(), files.len(), "two files have the same path");
        let mut links = 0;
        for file in &files {
            let text = String::from_utf8_lossy(&file.bytes);
            let (between, end) = match file.path.rsplit_once('.') {
                Some((_, "html")) => ("=\"", '"'),
                Some((_, "md")) => ("](", ')'),
                _ => continue,
            };
            for link in text.split(between).skip(1).filter_map(|rest| rest.split(end).next()) {
                let is_page = link.contains(".html") || link.contains(".md") || link.contains("assets/");
                if !is_page || link.starts_with("http") || link.contains(['<', ' ']) {
                    continue;
                }
                let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
                let target = resolved(&file.path, path);
                assert!(known.contains(target.as_str()), "{} leads to {link}", file.path);
                if !fragment.is_empty() && target.ends_with(".html") {
                    let target = files.iter().find(|file| file.path == target).expect("it is known");
                    let id = format!(" id=\"{fragment}\"");
                    assert!(String::from_utf8_lossy(&target.bytes).contains(&id), "{} leads to {link}", file.path);
                }
                links += 1;
            }
        }
        assert!(links > 3000, "only {links} links were looked at");
    }

    #[test]
    fn no_page_needs_a_hub() {
        for file in site().unwrap_or_else(|fault| panic!("{fault}")) {
            let text = String::from_utf8_lossy(&file.bytes);
            if file.path.ends_with(".html") {
                for needs in ["/sign-in", "Sign in", "=\"/", "/playbook/editor", "type=\"module\"", "<select"] {
                    assert!(!text.contains(needs), "{} has {needs}", file.path);
                }
            }
        }
    }
}
