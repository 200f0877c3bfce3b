//! How does a text in Markdown become a part of a page?
//!
//! GOV.UK classes, tables and code that can be scrolled by keyboard, headings with ids. HTML in the text is shown as
//! text, never passed on; a link goes to a page of the playbook or by http to the world, or is no link. `[URL-01]` is a
//! link to the standard of that id with the word of its level.

use std::{borrow::Cow, collections::BTreeSet, fmt::Write, ops::Range};

use hansom_standards::{Rule, rules};
use pulldown_cmark::{BrokenLink, CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};

use super::level;
use crate::urls;

/// A text as a page shows it.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    /// Safe to put into a page as it is.
    pub(crate) html: String,
    /// The headings of the second level.
    pub(crate) headings: Vec<Heading>,
    /// The words alone, for the search.
    pub(crate) plain: String,
    /// The standards that it refers to, each once.
    pub(crate) rules: Vec<&'static Rule>,
    /// The rows of tables that begin with a term in bold: a glossary.
    pub(crate) terms: Vec<Term>,
    /// References that lead nowhere.
    pub(crate) lost: Vec<String>,
}

/// A heading, and where it is.
#[derive(Clone, Debug)]
pub(crate) struct Heading {
    pub(crate) id: String,
    pub(crate) text: String,
}

/// A word that a table explains.
#[derive(Clone, Debug)]
pub(crate) struct Term {
    pub(crate) id: String,
    pub(crate) word: String,
    pub(crate) meaning: String,
}

/// Ids that the page around the text has.
const TAKEN: [&str; 6] = ["main-content", "navigation", "q", "on-this-page", "chapters", "found"];

/// Renders a text. `label` is what tables and code are called where no heading is above them.
pub(crate) fn render(text: &str, label: &str) -> Rendered {
    let mut writer = Writer::new(label);
    for event in parser(text) {
        writer.write(event);
    }
    writer.done
}

/// Renders a guide of the hub, which leads to other pages of it, and to those who run it, too.
pub(crate) fn render_guide(text: &str, label: &str) -> Rendered {
    let mut writer = Writer { is_of_hub: true, ..Writer::new(label) };
    for event in parser(text) {
        writer.write(event);
    }
    writer.done
}

/// The text with links that lead from one Markdown page of the playbook to the next. `depth` is how many folders below
/// the playbook the page lies.
pub(crate) fn twin(text: &str, depth: usize) -> String {
    let mut edits: Vec<(Range<usize>, String)> = vec![];
    for (event, range) in parser(text).into_offset_iter() {
        let Event::Start(Tag::Link { link_type, dest_url, .. }) = event else { continue };
        let Some(target) = target(&dest_url) else { continue };
        let Some(written) = text.get(range.clone()) else { continue };
        match (link_type, target.strip_prefix(urls::PLAYBOOK)) {
            (LinkType::ShortcutUnknown, Some(page)) => {
                edits.push((range, format!("{written}({}{}.md)", up(depth), page.trim_start_matches('/'))));
            }
            (LinkType::Inline, Some(page)) => {
                let (page, fragment) =
                    page.split_once('#').map_or((page, String::new()), |(p, f)| (p, format!("#{f}")));
                let address = format!("{}{}.md{fragment}", up(depth), page.trim_start_matches('/'));
                edits.push((range, written.replacen(&*dest_url, &address, 1)));
            }
            _ => {}
        }
    }
    let mut out = text.to_owned();
    for (range, new) in edits.into_iter().rev() {
        out.replace_range(range, &new);
    }
    out
}

/// The way up from a page that lies so many folders deep.
pub(crate) fn up(depth: usize) -> String {
    "../".repeat(depth)
}

/// A text that is safe between tags and in quotes.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter => out.push(letter),
        }
    }
    out
}

/// A text as an id: small letters and digits, joined by hyphens.
pub(crate) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for letter in text.chars().flat_map(char::to_lowercase) {
        if letter.is_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// Says what a text in brackets refers to.
type Reference = for<'t> fn(BrokenLink<'t>) -> Option<(CowStr<'t>, CowStr<'t>)>;

fn parser(text: &str) -> Parser<'_, Reference> {
    Parser::new_with_broken_link_callback(text, Options::ENABLE_TABLES, Some(reference as Reference))
}

/// A text in brackets that reads as the id of a standard refers to one.
fn reference(link: BrokenLink<'_>) -> Option<(CowStr<'_>, CowStr<'_>)> {
    let reads_as_id = link.reference.split_once('-').is_some_and(|(group, number)| {
        !group.is_empty()
            && group.bytes().all(|byte| byte.is_ascii_uppercase())
            && number.len() == 2
            && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    let is_short = matches!(link.link_type, LinkType::Shortcut | LinkType::ShortcutUnknown);
    (reads_as_id && is_short).then(|| (CowStr::from(format!("standard:{}", link.reference)), CowStr::Borrowed("")))
}

/// Where a link of the playbook's text leads; none if that is nowhere that a page may lead to.
fn target(address: &str) -> Option<String> {
    if let Some(id) = address.strip_prefix("standard:") {
        return rules::find(id).map(|rule| urls::standard(rule.id));
    }
    if address.starts_with("https://") || address.starts_with("http://") {
        return url::Url::parse(address).is_ok().then(|| address.to_owned());
    }
    let (path, fragment) = address.split_once('#').map_or((address, None), |(path, it)| (path, Some(it)));
    let page = match path {
        "" => String::new(),
        path => file(path)?,
    };
    Some(fragment.map_or_else(|| page.clone(), |fragment| format!("{page}#{}", urls::encoded(fragment))))
        .filter(|address| !address.is_empty())
}

/// Where a link of a guide may lead besides.
fn target_of_hub(address: &str) -> Option<String> {
    let is_path = address.starts_with('/') && !address.starts_with("//");
    (is_path || address.starts_with("mailto:")).then(|| address.to_owned())
}

/// The page of a file of the playbook, named from beside a chapter.
fn file(path: &str) -> Option<String> {
    let path = path.trim_start_matches("../").trim_start_matches("./");
    let (folder, name) = path.rsplit_once('/').unwrap_or(("chapters", path));
    match folder {
        "chapters" => super::chapter(chapter_slug(name.strip_suffix(".md")?)).map(|it| urls::chapter(it.slug)),
        "editions" => super::notes(name.strip_suffix(".md")?).map(|it| urls::edition(it.edition)),
        "checklists" => super::checklist(name.strip_suffix(".yaml")?).map(|it| urls::checklist(it.slug)),
        _ => None,
    }
}

/// `naming` of `05-naming`.
pub(super) fn chapter_slug(stem: &str) -> &str {
    match stem.split_once('-') {
        Some((number, slug)) if number.bytes().all(|byte| byte.is_ascii_digit()) => slug,
        _ => stem,
    }
}

/// What has to be written where a link ends.
enum Close {
    Nothing,
    Anchor,
    Standard(&'static Rule),
}

struct Writer<'l> {
    done: Rendered,
    /// Whether it may lead to any page of the hub.
    is_of_hub: bool,
    label: Cow<'l, str>,
    ids: BTreeSet<String>,
    labels: BTreeSet<String>,
    links: Vec<Close>,
    code: Option<(String, String)>,
    /// Where the heading or the cell began: in the HTML, in the words.
    began: (usize, usize),
    /// Where the words of the row began.
    row: usize,
    column: usize,
    in_head: bool,
}

impl<'l> Writer<'l> {
    fn new(label: &'l str) -> Self {
        Self {
            done: Rendered::default(),
            is_of_hub: false,
            label: Cow::Borrowed(label),
            ids: TAKEN.iter().map(|id| (*id).to_owned()).collect(),
            labels: BTreeSet::new(),
            links: vec![],
            code: None,
            began: (0, 0),
            row: 0,
            column: 0,
            in_head: false,
        }
    }

    fn write(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some((_, code)) => code.push_str(&text),
                None => self.words(&text),
            },
            Event::Code(text) => {
                self.put("<code class=\"app-name\">");
                self.words(&text);
                self.put("</code>");
            }
            // Never passed on: shown as the text that it is.
            Event::Html(text) | Event::InlineHtml(text) => self.words(&text),
            Event::SoftBreak => self.words("\n"),
            Event::HardBreak => {
                self.put("<br>");
                self.done.plain.push(' ');
            }
            Event::Rule => {
                self.put("<hr class=\"govuk-section-break govuk-section-break--m govuk-section-break--visible\">\n")
            }
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.put("<p class=\"govuk-body\">"),
            Tag::Heading { .. } => self.began = (self.done.html.len(), self.done.plain.len()),
            Tag::BlockQuote(_) => self.put("<blockquote class=\"govuk-inset-text\">\n"),
            Tag::CodeBlock(kind) => {
                let language = match &kind {
                    CodeBlockKind::Fenced(info) => info.split_whitespace().next().unwrap_or_default(),
                    CodeBlockKind::Indented => "",
                };
                self.code = Some((language.to_owned(), String::new()));
            }
            Tag::List(None) => self.put("<ul class=\"govuk-list govuk-list--bullet\">\n"),
            Tag::List(Some(1)) => self.put("<ol class=\"govuk-list govuk-list--number\">\n"),
            Tag::List(Some(first)) => {
                let _ = writeln!(self.done.html, "<ol class=\"govuk-list govuk-list--number\" start=\"{first}\">");
            }
            Tag::Item => self.put("<li>"),
            Tag::Table(_) => {
                let label = escaped(&self.called("Table"));
                let _ = write!(
                    self.done.html,
                    "<div class=\"app-scroll\" role=\"region\" aria-label=\"{label}\" tabindex=\"0\">\n<table class=\"govuk-table\">\
                     <caption class=\"govuk-table__caption govuk-visually-hidden\">{label}</caption>\n"
                );
            }
            Tag::TableHead => {
                self.in_head = true;
                self.put("<thead class=\"govuk-table__head\">");
                self.begin_row();
            }
            Tag::TableRow => self.begin_row(),
            Tag::TableCell => self.began = (self.done.html.len(), self.done.plain.len()),
            Tag::Emphasis => self.put("<em>"),
            Tag::Strong => self.put("<strong>"),
            Tag::Link { dest_url, .. } => self.open_link(&dest_url),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.close("</p>\n"),
            TagEnd::Heading(level) => self.end_heading(level),
            TagEnd::BlockQuote(_) => self.put("</blockquote>\n"),
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::List(ordered) => self.put(if ordered { "</ol>\n" } else { "</ul>\n" }),
            TagEnd::Item => self.close("</li>\n"),
            TagEnd::Table => self.put("</tbody>\n</table>\n</div>\n"),
            TagEnd::TableHead => {
                self.in_head = false;
                self.close("</tr></thead>\n<tbody class=\"govuk-table__body\">\n");
            }
            TagEnd::TableRow => {
                self.close("</tr>\n");
                self.end_term();
            }
            TagEnd::TableCell => self.end_cell(),
            TagEnd::Emphasis => self.put("</em>"),
            TagEnd::Strong => self.put("</strong>"),
            TagEnd::Link => self.close_link(),
            _ => {}
        }
    }

    fn put(&mut self, html: &str) {
        self.done.html.push_str(html);
    }

    fn close(&mut self, html: &str) {
        self.put(html);
        self.done.plain.push('\n');
    }

    fn words(&mut self, text: &str) {
        self.done.html.push_str(&escaped(text));
        self.done.plain.push_str(text);
    }

    fn end_heading(&mut self, level: HeadingLevel) {
        let (html, plain) = self.began;
        let text = self.done.plain.get(plain..).unwrap_or_default().trim().to_owned();
        let id = self.unique(slug(&text));
        // The page has the heading of the first level.
        let (element, size) = if level <= HeadingLevel::H2 { ("h2", "m") } else { ("h3", "s") };
        self.done.html.insert_str(html, &format!("<{element} class=\"govuk-heading-{size}\" id=\"{id}\">"));
        self.close(&format!("</{element}>\n"));
        if element == "h2" {
            self.done.headings.push(Heading { id, text: text.clone() });
        }
        self.label = Cow::Owned(text);
    }

    fn end_code(&mut self) {
        let Some((language, code)) = self.code.take() else { return };
        let language = match language.as_str() {
            "yaml" => "YAML",
            "json" => "JSON",
            "http" => "HTTP",
            _ => "Example",
        };
        let label = escaped(&self.called(language));
        let _ = writeln!(
            self.done.html,
            "<pre class=\"app-code\" tabindex=\"0\" role=\"region\" aria-label=\"{label}\" data-copy><code>{}</code></pre>",
            escaped(&code)
        );
        self.done.plain.push_str(&code);
        self.done.plain.push('\n');
    }

    fn begin_row(&mut self) {
        self.put("<tr class=\"govuk-table__row\">");
        self.column = 0;
        self.row = self.done.plain.len();
    }

    fn end_cell(&mut self) {
        let (html, plain) = self.began;
        let content = self.done.html.split_off(html.min(self.done.html.len()));
        let is_term = self.column == 0 && content.starts_with("<strong>") && content.ends_with("</strong>");
        let cell = if self.in_head && !content.is_empty() {
            format!("<th scope=\"col\" class=\"govuk-table__header\">{content}</th>")
        } else if is_term && !self.in_head {
            let word = self.done.plain.get(plain..).unwrap_or_default().trim().to_owned();
            let id = self.unique(format!("term-{}", slug(&word)));
            let cell = format!("<th scope=\"row\" class=\"govuk-table__header\" id=\"{id}\">{content}</th>");
            self.done.terms.push(Term { id, word, meaning: String::new() });
            cell
        } else {
            format!("<td class=\"govuk-table__cell\">{content}</td>")
        };
        self.put(&cell);
        self.done.plain.push(' ');
        self.column += 1;
    }

    fn end_term(&mut self) {
        let row = self.done.plain.get(self.row..).unwrap_or_default().trim();
        if let Some(term) = self.done.terms.last_mut()
            && term.meaning.is_empty()
        {
            row.strip_prefix(term.word.as_str()).unwrap_or(row).trim().clone_into(&mut term.meaning);
        }
    }

    fn open_link(&mut self, address: &str) {
        let of_hub = Some(address).filter(|_| self.is_of_hub).and_then(target_of_hub);
        let Some(href) = of_hub.or_else(|| target(address)) else {
            self.done.lost.push(address.to_owned());
            self.links.push(Close::Nothing);
            return;
        };
        let rule = address.strip_prefix("standard:").and_then(rules::find);
        let class = if rule.is_some() { "govuk-link app-standard" } else { "govuk-link" };
        let _ = write!(self.done.html, "<a class=\"{class}\" href=\"{}\">", escaped(&href));
        self.links.push(match rule {
            Some(rule) => {
                if !self.done.rules.iter().any(|known| known.id == rule.id) {
                    self.done.rules.push(rule);
                }
                Close::Standard(rule)
            }
            None => Close::Anchor,
        });
    }

    fn close_link(&mut self) {
        match self.links.pop() {
            Some(Close::Anchor) => self.put("</a>"),
            Some(Close::Standard(rule)) => {
                let level = level::by_default(rule);
                let _ = write!(self.done.html, " <span class=\"app-level {}\">{}</span></a>", level.class, level.word);
            }
            Some(Close::Nothing) | None => {}
        }
    }

    /// A name for a table or an example that no other on the page has.
    fn called(&mut self, kind: &str) -> String {
        let first = format!("{kind}: {}", self.label);
        let mut name = first.clone();
        let mut number = 2;
        while !self.labels.insert(name.clone()) {
            name = format!("{first}, {number}");
            number += 1;
        }
        name
    }

    fn unique(&mut self, id: String) -> String {
        let first = if id.is_empty() { "section".to_owned() } else { id };
        let mut id = first.clone();
        let mut number = 2;
        while !self.ids.insert(id.clone()) {
            id = format!("{first}-{number}");
            number += 1;
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(render(text, "Naming").html.trim(), expected);
    }

    #[test]
    fn html_in_a_text_is_shown_and_not_passed_on() {
        for text in ["<script>alert(1)</script>", "a <img src=x onerror=alert(1)> b", "<div>\n\n<b>x</b>\n\n</div>"] {
            let html = render(text, "").html;
            assert!(
                !html.contains("<script") && !html.contains("<img") && !html.contains("<div>") && !html.contains("<b>")
            );
            assert!(html.contains("&lt;"), "{html}");
        }
    }

    #[test]
    fn a_link_leads_to_the_playbook_or_by_http_to_the_world_or_is_none() {
        for hostile in
            ["javascript:alert(1)", "data:text/html,x", "//evil.example", "/sign-out", "../../../etc/passwd", "http://"]
        {
            let rendered = render(&format!("[x](<{hostile}>)"), "");
            assert!(!rendered.html.contains("href"), "{hostile}: {}", rendered.html);
            assert_eq!(rendered.lost, [hostile]);
        }
        check(
            "[names](05-naming.md#paths)",
            "<p class=\"govuk-body\"><a class=\"govuk-link\" href=\"/playbook/chapters/naming#paths\">names</a></p>",
        );
        let notes = render("[notes](../editions/2026.1.md) <https://example.org/?a=\"b\">", "").html;
        assert!(notes.contains("href=\"/playbook/editions/2026.1\""), "{notes}");
        assert!(!notes.contains("a=\"b"), "{notes}");
    }

    #[test]
    fn an_id_in_brackets_is_a_link_to_the_standard_with_its_level() {
        let rendered = render("Paths in `kebab-case` [URL-01], not `[URL-01]`, [URL-99] or [this].", "");
        assert!(rendered.html.contains(
            "href=\"/playbook/standards/URL-01\">URL-01 <span class=\"app-level app-level--must\">must</span></a>"
        ));
        assert_eq!(rendered.html.matches("<a ").count(), 1);
        assert_eq!(rendered.lost, ["standard:URL-99"]);
        assert_eq!(rendered.rules.iter().map(|rule| rule.id).collect::<Vec<_>>(), ["URL-01"]);
    }

    #[test]
    fn headings_have_ids_and_no_two_the_same() {
        let rendered = render("## Paths\n\n## Paths\n\n## Main content\n\n### Below", "");
        let ids: Vec<_> = rendered.headings.iter().map(|heading| heading.id.as_str()).collect();
        assert_eq!(ids, ["paths", "paths-2", "main-content-2"]);
        assert!(rendered.html.contains("<h3 class=\"govuk-heading-s\" id=\"below\">"));
    }

    #[test]
    fn tables_and_code_have_names_and_can_be_reached_by_keyboard() {
        let html = render(
            "## Words\n\n| a | |\n|---|---|\n| **x** | y |\n\n```yaml\na: \"<b>\"\n```\n\n```yaml\nb: 1\n```",
            "",
        )
        .html;
        assert!(html.contains("role=\"region\" aria-label=\"Table: Words\" tabindex=\"0\""), "{html}");
        assert!(
            html.contains("aria-label=\"YAML: Words\"") && html.contains("aria-label=\"YAML: Words, 2\""),
            "{html}"
        );
        assert!(html.contains("<th scope=\"row\" class=\"govuk-table__header\" id=\"term-x\"><strong>x</strong></th>"));
        assert!(html.contains("<td class=\"govuk-table__cell\"></td></tr></thead>"), "an empty heading is no heading");
        assert!(html.contains("a: &quot;&lt;b&gt;&quot;"));
    }

    #[test]
    fn the_twin_leads_to_other_twins() {
        let text = "See [names](05-naming.md#paths), [URL-01] and [notes](../editions/2026.1.md); `[URL-01]` stays.";
        let expected = "See [names](../chapters/naming.md#paths), [URL-01](../standards/URL-01.md) and \
                        [notes](../editions/2026.1.md); `[URL-01]` stays.";
        assert_eq!(twin(text, 1), expected);
    }
}
