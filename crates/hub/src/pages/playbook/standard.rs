//! What does a standard ask, and why? Every finding leads here.

use std::fmt::Write;

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use hansom_standards::{
    Profile, Rule,
    explanation::{Explanation, checked_by},
    rule::Settings,
    rules,
};

use super::{Leaf, Link, example::Example, reader::Reader};
use crate::{
    answer::Refusal,
    frame::Frame,
    playbook::{self, edition::value_in_words, family, level, level::Shown, markdown},
    sentence::capital,
    urls,
};

#[derive(Template)]
#[template(path = "playbook/standard.html")]
pub(crate) struct StandardPage {
    frame: Frame,
    rule: &'static Rule,
    title: String,
    family: &'static str,
    level: Shown,
    checked: String,
    what: String,
    why: String,
    mend: String,
    sources: String,
    bad: Example,
    good: Example,
    parameters: Vec<Setting>,
    profiles: Vec<Held>,
    chapters: Vec<Link>,
    /// The editor with the bad example in it; empty where no contract can show it.
    editor: String,
    previous: Option<Link>,
    next: Option<Link>,
}

/// A parameter.
struct Setting {
    name: &'static str,
    default: String,
    about: &'static str,
}

/// What a profile makes of the standard.
struct Held {
    profile: String,
    /// Empty where the profile has no page.
    href: String,
    level: Shown,
    /// The parameters that are other than by default.
    parameters: String,
}

/// `GET /playbook/standards/{ID}`, also by the name and in whatever case.
pub(crate) async fn show(reader: Reader, Path(id): Path<String>) -> Result<Response, Refusal> {
    let asked = reader.name(&id);
    let rule = rules::find(asked).ok_or_else(|| Reader::nothing("standard"))?;
    if asked != rule.id {
        let ending = if asked == id { "" } else { ".md" };
        return Ok(Redirect::permanent(&format!("{}{ending}", urls::standard(rule.id))).into_response());
    }
    let in_force = reader.in_force().await?;
    reader.answer(&leaf(reader.frame().await?, rule, Some(&in_force)))
}

/// The page of a standard, with what the profile in force makes of it where that is one of the platform's own.
pub(crate) fn leaf(frame: Frame, rule: &'static Rule, in_force: Option<&Profile>) -> StandardPage {
    let page = rule.page();
    let html = |text: &str| markdown::render(text, rule.id).html;
    let at = rules::ALL.iter().position(|known| known.id == rule.id).unwrap_or_default();
    let link = |at: usize| {
        let rule = rules::ALL.get(at)?;
        Some(Link { text: format!("{} {}", rule.id, playbook::title(rule)), href: urls::standard(rule.id) })
    };
    let own = in_force.filter(|profile| level::profile(&profile.name).is_none());
    let chapters = playbook::speaking_of(rule.id);
    StandardPage {
        frame: frame
            .of_playbook(&format!("{} {}", rule.id, playbook::title(rule)), &urls::standard(rule.id))
            .under("Playbook", urls::PLAYBOOK)
            .under("Standards", urls::STANDARDS),
        rule,
        family: family::title(rule),
        level: level::by_default(rule),
        checked: capital(checked_by(rule.evidence)),
        what: html(&page.what),
        why: html(&page.why),
        mend: html(&page.mend),
        sources: html(&page.sources),
        bad: Example::of(&page.bad, &page.language),
        good: Example::of(&page.good, &page.language),
        parameters: parameters(rule),
        profiles: own.into_iter().chain(level::profiles()).map(|profile| held(rule, profile)).collect(),
        chapters: chapters.map(|it| Link { text: it.title.clone(), href: urls::chapter(it.slug) }).collect(),
        editor: rule.check.map_or_else(String::new, |_| urls::editor_with(rule.id)),
        previous: at.checked_sub(1).and_then(link),
        next: link(at + 1),
        title: playbook::title(rule),
    }
}

fn parameters(rule: &Rule) -> Vec<Setting> {
    let defaults = Settings::defaults(rule);
    let both = rule.parameters.iter().zip(defaults.iter());
    both.map(|(it, (_, value))| Setting { name: it.name, default: value_in_words(value), about: it.about }).collect()
}

fn held(rule: &Rule, profile: &Profile) -> Held {
    let chosen = profile.chosen(rule.id);
    let defaults = Settings::defaults(rule);
    let other: Vec<String> = chosen
        .into_iter()
        .flat_map(|chosen| chosen.settings.iter().zip(defaults.iter()))
        .filter(|(here, usual)| here != usual)
        .map(|((name, value), _)| format!("{name}: {}", value_in_words(value)))
        .collect();
    let is_known = level::profile(&profile.name).is_some();
    Held {
        href: if is_known { urls::profile(&profile.name) } else { String::new() },
        profile: if is_known { profile.name.to_string() } else { format!("{}, in force here", profile.name) },
        level: level::shown(chosen.map(|chosen| chosen.level)),
        parameters: other.join("; "),
    }
}

impl Leaf for StandardPage {
    fn markdown(&self) -> String {
        let mut out = Explanation::of(self.rule).markdown();
        out.push_str("\n## Chapters that speak of it\n\n");
        for chapter in playbook::speaking_of(self.rule.id) {
            let _ = writeln!(out, "- [{}](../chapters/{}.md)", chapter.title, chapter.slug);
        }
        out
    }
}
