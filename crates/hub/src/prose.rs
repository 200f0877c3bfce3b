//! How does the Markdown of a contract become a part of a page?
//!
//! CommonMark with tables, written by people whom nobody checks. HTML in it is dropped, links lead by http, https or mailto, or to
//! somewhere relative to the page, pictures are their descriptions: a page never loads anything from elsewhere. Headings go below
//! those of the page and have no ids, so that a text cannot take the place of a part of the page.

use std::fmt::Write;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::playbook::markdown::escaped;

/// Longer texts are cut: nobody reads them on a page.
const LONGEST: usize = 100_000;
/// What is deeper is shown without the lists and quotes around it.
const DEEPEST: usize = 12;

/// A text as its author wrote it and as a page shows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prose {
    /// As it was written.
    pub(crate) source: String,
    /// Safe to put into a page as it is.
    pub(crate) html: String,
}

/// Where in a page a text stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stands {
    /// Below the heading of the page: headings begin at the second level.
    UnderTitle,
    /// In a part of the page, or in a cell of a table: headings are lines in bold.
    #[default]
    InPart,
}

impl Prose {
    pub(crate) fn of(text: Option<&str>, stands: Stands) -> Self {
        let source = text.unwrap_or_default().trim();
        if source.is_empty() {
            return Self::default();
        }
        Self { html: html(source, stands), source: source.to_owned() }
    }
}

fn html(source: &str, stands: Stands) -> String {
    let cut = source.len() > LONGEST;
    let mut end = source.len().min(LONGEST);
    while !source.is_char_boundary(end) {
        end -= 1;
    }
    let text = source.get(..end).unwrap_or_default();
    let mut writer = Writer { stands, ..Writer::default() };
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        writer.write(event);
    }
    if cut {
        writer.out.push_str("<p class=\"govuk-body\">There is more than fits here: the contract has it all.</p>\n");
    }
    writer.out
}

/// Where a link may lead.
fn destination(address: &str) -> Option<&str> {
    let address = address.trim();
    // Browsers drop or turn these before they read an address.
    if address.is_empty() || address.chars().any(|it| it.is_control() || it.is_whitespace() || it == '\\') {
        return None;
    }
    let before = address.find(['/', '?', '#']).map_or(address, |end| &address[..end]);
    match before.split_once(':') {
        None if address.starts_with("//") => None,
        None => Some(address),
        Some((scheme, _)) => {
            let is_known = ["http", "https", "mailto"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
            (is_known && url::Url::parse(address).is_ok()).then_some(address)
        }
    }
}

#[derive(Default)]
struct Writer {
    out: String,
    stands: Stands,
    /// What closes each list and quote that is open; nothing for those that are too deep.
    open: Vec<&'static str>,
    /// Whether each link that is open is one.
    links: Vec<bool>,
    in_head: bool,
    /// The code that is collected.
    code: Option<String>,
}

impl Writer {
    fn write(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some(code) => code.push_str(&text),
                None => self.out.push_str(&escaped(&text)),
            },
            Event::Code(text) => {
                let _ = write!(self.out, "<code class=\"app-name\">{}</code>", escaped(&text));
            }
            Event::SoftBreak => self.out.push('\n'),
            Event::HardBreak => self.out.push_str("<br>"),
            Event::Rule => self
                .out
                .push_str("<hr class=\"govuk-section-break govuk-section-break--m govuk-section-break--visible\">\n"),
            // HTML is dropped; the rest is switched off.
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Paragraph => self.out.push_str(match self.stands {
                Stands::UnderTitle => "<p class=\"govuk-body\">",
                Stands::InPart => "<p class=\"govuk-body-s govuk-!-margin-bottom-1\">",
            }),
            Tag::Heading { level, .. } => self.heading(*level, true),
            Tag::BlockQuote(_) => self.nest("<blockquote class=\"govuk-inset-text\">\n", "</blockquote>\n"),
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => self.code = Some(String::new()),
            Tag::List(None) => self.nest("<ul class=\"govuk-list govuk-list--bullet\">\n", "</ul>\n"),
            Tag::List(Some(first)) => {
                let opening = format!("<ol class=\"govuk-list govuk-list--number\" start=\"{first}\">\n");
                self.nest(&opening, "</ol>\n");
            }
            Tag::Item => self.nest("<li>", "</li>\n"),
            Tag::Table(_) => self.out.push_str("<table class=\"govuk-table app-break\">\n"),
            Tag::TableHead => {
                self.in_head = true;
                self.out.push_str("<thead class=\"govuk-table__head\"><tr class=\"govuk-table__row\">");
            }
            Tag::TableRow => self.out.push_str("<tr class=\"govuk-table__row\">"),
            Tag::TableCell => self.out.push_str(match self.in_head {
                true => "<th scope=\"col\" class=\"govuk-table__header\">",
                false => "<td class=\"govuk-table__cell\">",
            }),
            Tag::Emphasis => self.out.push_str("<em>"),
            Tag::Strong => self.out.push_str("<strong>"),
            Tag::Strikethrough => self.out.push_str("<s>"),
            Tag::Link { dest_url, .. } => self.link(dest_url),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.out.push_str("</p>\n"),
            TagEnd::Heading(level) => self.heading(level, false),
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item => {
                let closing = self.open.pop().unwrap_or_default();
                self.out.push_str(closing);
            }
            TagEnd::CodeBlock => {
                let code = self.code.take().unwrap_or_default();
                let _ =
                    writeln!(self.out, "<pre class=\"app-code app-code--wrap\"><code>{}</code></pre>", escaped(&code));
            }
            TagEnd::Table => self.out.push_str("</tbody>\n</table>\n"),
            TagEnd::TableHead => {
                self.in_head = false;
                self.out.push_str("</tr></thead>\n<tbody class=\"govuk-table__body\">\n");
            }
            TagEnd::TableRow => self.out.push_str("</tr>\n"),
            TagEnd::TableCell => self.out.push_str(if self.in_head { "</th>" } else { "</td>" }),
            TagEnd::Emphasis => self.out.push_str("</em>"),
            TagEnd::Strong => self.out.push_str("</strong>"),
            TagEnd::Strikethrough => self.out.push_str("</s>"),
            TagEnd::Link if self.links.pop() == Some(true) => self.out.push_str("</a>"),
            _ => {}
        }
    }

    fn heading(&mut self, level: HeadingLevel, begins: bool) {
        let element = match (self.stands, level) {
            (Stands::InPart, _) => {
                self.out.push_str(match begins {
                    true => "<p class=\"govuk-body-s govuk-!-margin-bottom-1\"><strong>",
                    false => "</strong></p>\n",
                });
                return;
            }
            (Stands::UnderTitle, HeadingLevel::H1) => "h2",
            (Stands::UnderTitle, HeadingLevel::H2) => "h3",
            (Stands::UnderTitle, _) => "h4",
        };
        let _ = match begins {
            true => write!(self.out, "<{element} class=\"govuk-heading-s\">"),
            false => writeln!(self.out, "</{element}>"),
        };
    }

    fn nest(&mut self, opening: &str, closing: &'static str) {
        let fits = self.open.len() < DEEPEST;
        if fits {
            self.out.push_str(opening);
        }
        self.open.push(if fits { closing } else { "" });
    }

    fn link(&mut self, address: &str) {
        let Some(address) = destination(address) else {
            self.links.push(false);
            return;
        };
        self.links.push(true);
        let _ = write!(self.out, "<a class=\"govuk-link\" rel=\"nofollow noreferrer\" href=\"{}\">", escaped(address));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What must not come out of any text.
    #[track_caller]
    fn is_harmless(text: &str) {
        for stands in [Stands::UnderTitle, Stands::InPart] {
            let html = Prose::of(Some(text), stands).html;
            for tag in html.split('<').skip(1) {
                let tag = tag.split('>').next().unwrap_or_default();
                let name = tag.trim_start_matches('/').split(' ').next().unwrap_or_default();
                let known = [
                    "p",
                    "h2",
                    "h3",
                    "h4",
                    "blockquote",
                    "pre",
                    "code",
                    "ul",
                    "ol",
                    "li",
                    "table",
                    "thead",
                    "tbody",
                    "tr",
                    "th",
                    "td",
                    "em",
                    "strong",
                    "s",
                    "a",
                    "br",
                    "hr",
                ];
                assert!(known.contains(&name), "{text:?} gave <{tag}>");
                for attribute in tag.split('"').step_by(2).flat_map(str::split_whitespace).filter(|it| it.contains('='))
                {
                    let name = attribute.trim_end_matches('=');
                    assert!(["class", "href", "rel", "scope", "start"].contains(&name), "{text:?} gave <{tag}>");
                }
                if let Some(address) = tag.split("href=\"").nth(1) {
                    let address = address.split('"').next().unwrap_or_default().to_ascii_lowercase();
                    assert!(!address.contains("script:") && !address.starts_with("data:"), "{text:?} gave <{tag}>");
                }
            }
        }
    }

    #[test]
    fn no_construct_lets_a_script_through() {
        let payloads = [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "\"><svg onload=alert(1)>",
            "' onmouseover='alert(1)",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\tscript:alert(1)",
            "&#106;avascript:alert(1)",
            "javascript&colon;alert(1)",
            "data:text/html;base64,PHNjcmlwdD4=",
            "vbscript:x",
            "//evil.example",
            "\\\\evil.example",
            "https:evil\" onclick=\"alert(1)",
        ];
        let constructs = [
            "{}",
            "# {}",
            "{}\n===",
            "> {}",
            "- {}",
            "1. {}",
            "`{}`",
            "```{}\n{}\n```",
            "    {}",
            "**{}**",
            "*{}*",
            "~~{}~~",
            "[{}]({})",
            "[a](<{}>)",
            "[a](/b \"{}\")",
            "![{}]({})",
            "![a](b '{}')",
            "<{}>",
            "[a][b]\n\n[b]: {} \"{}\"",
            "[{}]",
            "[a]: <{}>\n\n[a]",
            "| {} |\n|---|\n| {} |",
            "a\\\n{}",
            "{}\n\n---\n\n{}",
            "<div>\n{}\n</div>",
            "<!-- {} -->",
            "<?{}?>",
            "<![CDATA[{}]]>",
            "&lt;{}&gt;",
            "[![{}]({})]({})",
            "* - > # {}",
        ];
        for construct in constructs {
            for payload in payloads {
                is_harmless(&construct.replace("{}", payload));
            }
        }
    }

    #[test]
    fn links_lead_by_known_schemes_or_stay_beside_the_page() {
        for good in [
            "https://a.example/b?c=d#e",
            "http://a.example",
            "mailto:a@b.example",
            "/apis/x",
            "guide#part",
            "#part",
            "?q=1:2",
        ] {
            assert_eq!(destination(good), Some(good));
        }
        for bad in
            ["", "javascript:1", "file:///etc/passwd", "//a.example", "/\\a.example", "ht\ntp://a", "https://", "x:y"]
        {
            assert_eq!(destination(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn markdown_is_shown_as_what_it_says() {
        let html = Prose::of(
            Some("# One\n\nA [link](https://a.example) and ![a picture](https://a.example/x.png).\n\n- b"),
            Stands::UnderTitle,
        )
        .html;
        assert!(html.starts_with("<h2 class=\"govuk-heading-s\">One</h2>"), "{html}");
        assert!(html.contains("href=\"https://a.example\">link</a> and a picture."), "{html}");
        assert!(html.contains("<li>b</li>") && !html.contains("x.png"), "{html}");
        assert!(Prose::of(Some("  \n"), Stands::InPart).html.is_empty());
    }

    #[test]
    fn what_is_deep_or_long_is_cut() {
        let deep = Prose::of(Some(&format!("{} x", ">".repeat(20_000))), Stands::InPart).html;
        assert!(deep.matches("<blockquote").count() <= DEEPEST);
        assert_eq!(deep.matches("<blockquote").count(), deep.matches("</blockquote").count());
        let long = Prose::of(Some(&"é ".repeat(LONGEST)), Stands::InPart).html;
        assert!(long.len() < 2 * LONGEST && long.contains("There is more than fits here"));
    }
}
