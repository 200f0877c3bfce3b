//! Where does a language model begin to read?

use std::fmt::Write;

use axum::{extract::State, http::HeaderMap, response::Response};

use super::{View, kept::Document};
use crate::{Hub, answer::Refusal, api::Viewer, guides::GUIDES, twin::inline, urls};

const TEXT: &str = "text/plain; charset=utf-8";
/// APIs in the list; the catalogue has them all.
const MOST: usize = 500;

/// `GET /llms.txt`: what strangers may see, whoever asks.
pub(super) async fn show(State(hub): State<Hub>, asked: HeaderMap) -> Result<Response, Refusal> {
    let view = View::new(hub, Viewer(None)).await?;
    view.answer(&asked, urls::LLMS, |view| Document::new(TEXT, made(view))).await
}

fn made(view: &View) -> String {
    let look = &view.hub.look;
    let whose = if look.organisation.is_empty() { "this organisation".to_owned() } else { inline(&look.organisation) };
    let mut out = format!(
        "# {}\n\n> The APIs of {whose}: what there is, how each is called, how access is got, and the rules that \
         they are built by.\n\nEvery page is Markdown at its address with .md behind it, or for those who send Accept: text/markdown. \
         An operation's page has its parameters, bodies, answers and commands that work. Calls need an access token unless the page \
         says that anyone may call.\n\n## APIs\n\n",
        inline(&look.name),
    );
    let link = |out: &mut String, text: &str, path: &str, note: &str| {
        let note = if note.is_empty() { String::new() } else { format!(": {}", inline(note)) };
        let _ = writeln!(out, "- [{}]({}){note}", inline(text), view.address(path));
    };
    link(&mut out, "All APIs", urls::CATALOGUE_TWIN, "the catalogue; q= searches it");
    for (entry, listed) in view.versions().take(MOST) {
        let name = format!("{} {}", entry.api.title, listed.version.major);
        let page = urls::version(&listed.version.slug, listed.version.major);
        link(&mut out, &name, &urls::twin(&page), &entry.api.summary);
    }
    out.push_str("\n## The platform\n\n");
    link(&mut out, "Problems and how to mend them", &urls::twin(urls::PROBLEMS), "what each refused call means");
    for guide in GUIDES {
        link(&mut out, guide.title(), &urls::twin(&urls::hub_guide(guide.slug)), guide.summary());
    }
    link(&mut out, "Status", &urls::twin(urls::STATUS), "how every API does, by measurement, and incidents");
    link(&mut out, "Meetups", &urls::twin(urls::MEETUPS), "");
    link(&mut out, "Playbook", &urls::twin(urls::PLAYBOOK), "how APIs are designed, published and run here");
    link(&mut out, "Standards", &urls::twin(urls::STANDARDS), "every rule that contracts are held to");
    out.push_str("\n## Optional\n\n");
    link(&mut out, "Contract of the control API", urls::CONTROL_API, "OpenAPI; what the pages do, for programs");
    link(&mut out, "API catalogue by RFC 9727", urls::API_CATALOG, "");
    link(&mut out, "Catalogue in DCAT", urls::DCAT_JSON, "");
    link(&mut out, "Releases", urls::RELEASES, "Atom feed");
    link(&mut out, "Incidents", urls::STATUS_FEED, "Atom feed");
    link(&mut out, "Meetups for calendars", urls::MEETUPS_CALENDAR, "iCalendar");
    out
}
