//! What stands in a guide where it depends on the hub?

use std::fmt::Write;

use hansom_domain::{EnvironmentName, ProblemCode};

use super::{Guide, accessibility, example};
use crate::{
    Hub,
    answer::Refusal,
    cookies,
    session::Visitor,
    twin::{block, code, inline, table},
    urls,
};

/// A guide as somebody reads it: its first paragraph, and all that comes after, both in Markdown.
pub(crate) async fn filled(guide: Guide, visitor: &Visitor) -> Result<(String, String), Refusal> {
    let (first, rest) = guide.parts();
    Ok((fill(first, visitor).await?, fill(rest, visitor).await?))
}

async fn fill(text: &str, visitor: &Visitor) -> Result<String, Refusal> {
    let mut out = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").ok_or_else(|| lost(after))?;
        out.push_str(before);
        out.push_str(&value(name, visitor).await?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

fn lost(name: &str) -> Refusal {
    Refusal::internal(format!("a guide has {{{{{name}}}}}, which is not known"))
}

async fn value(name: &str, visitor: &Visitor) -> Result<String, Refusal> {
    let hub = &visitor.hub;
    Ok(match name {
        "hub" => hub.hub.clone(),
        "sandbox" => sandbox(hub),
        "control_api" => urls::CONTROL_API.to_owned(),
        "sign_in" => urls::sign_in(urls::NEW_APPLICATION),
        "open_call" => open_call(example::open(visitor).await?),
        "granted_call" => granted_call(example::granted(visitor).await?),
        "environments" => environments(hub),
        "sandbox_access" if hub.control.settings().terms.grants.sandbox_at_once => {
            "For the sandbox, access is granted at once.".to_owned()
        }
        "sandbox_access" => "The owners decide for the sandbox too; some grant it at once.".to_owned(),
        "grant_months" => hub.control.settings().terms.grants.usual_months.to_string(),
        "session_hours" => (hub.control.settings().terms.people.absolute_seconds / 3600).to_string(),
        "problems" => problems(),
        "cookies" => cookies_set(hub),
        "accessibility" => accessibility::findings(),
        "accessibility_tests" => accessibility::tests(),
        _ => of_organisation(name, hub).ok_or_else(|| lost(name))?,
    })
}

/// What an operator's settings say.
fn of_organisation(name: &str, hub: &Hub) -> Option<String> {
    let (look, contact) = (&hub.look, &hub.look.contact);
    let named = !look.organisation.is_empty();
    let organisation = inline(&look.organisation);
    let page = |address: &str, about: &str| match address {
        "" => String::new(),
        address => format!("\n\n[{about}]({address}) apply beside these."),
    };
    Some(match name {
        "organisation" if named => organisation,
        "organisation" => "the organisation that runs it".to_owned(),
        "organisation_runs" if named => format!(" {organisation} runs them."),
        "organisation_runs" => String::new(),
        "controller" => controller(hub),
        "data_protection" => match contact.data_protection.as_str() {
            "" => "Ask those who run this hub: [contact](/guides/contact).".to_owned(),
            address => format!("Write to {}.", mail(address)),
        },
        "terms_page" => page(&contact.terms_page, "The organisation's own terms"),
        "privacy_page" => page(&contact.privacy_page, "The organisation's own privacy notices"),
        "contact" => ways(hub),
        "security" => match contact.security.as_str() {
            "" => "Tell those who run this hub before anybody else: [contact](/guides/contact).".to_owned(),
            address => format!("If you find a weakness, write to {} before you tell anybody else.", mail(address)),
        },
        _ => return None,
    })
}

fn controller(hub: &Hub) -> String {
    match hub.look.organisation.as_str() {
        "" => "The organisation whose address this hub has is responsible for personal data here.".to_owned(),
        name => format!("{} is responsible for personal data here.", inline(name)),
    }
}

/// How those who run the hub are reached; without a word of theirs, by the group that runs it.
fn ways(hub: &Hub) -> String {
    let contact = &hub.look.contact;
    let mut ways = vec![];
    if !contact.email.is_empty() {
        ways.push(format!("- Mail: {}", mail(&contact.email)));
    }
    if !contact.telephone.is_empty() {
        ways.push(format!("- Telephone: {}", inline(&contact.telephone)));
    }
    if !contact.page.is_empty() {
        ways.push(format!("- [More ways to reach us]({})", contact.page));
    }
    if !contact.hours.is_empty() {
        ways.push(format!("- When we answer: {}", inline(&contact.hours)));
    }
    if ways.is_empty() {
        return format!(
            "Write to {}, the group that runs this hub.",
            mail(hub.control.settings().administrators.as_str())
        );
    }
    ways.join("\n")
}

fn mail(address: &str) -> String {
    format!("[{}](mailto:{address})", inline(address))
}

/// The base URL of the sandbox, or of the first environment where none is called so.
fn sandbox(hub: &Hub) -> String {
    let named = hub.environments.iter().find(|(name, _)| *name == EnvironmentName::sandbox());
    named.or(hub.environments.first()).map_or_else(String::new, |(_, base)| base.clone())
}

fn environments(hub: &Hub) -> String {
    let rows = hub.environments.iter().map(|(name, base)| [format!("**{}**", inline(name.as_str())), code(base)]);
    table(["environment", "base URL"], rows)
}

fn problems() -> String {
    let rows = ProblemCode::ALL.iter().map(|code| {
        let link = format!("[{}]({})", code.as_str(), urls::problem(*code));
        [code.status().to_string(), link, inline(code.title())]
    });
    table(["status", "code", "what it means"], rows)
}

fn cookies_set(hub: &Hub) -> String {
    let rows = cookies::all(&hub.control);
    let rows = rows.into_iter().map(|it| [code(it.name), it.purpose.to_owned(), it.lasts]);
    table(["name", "what for", "how long"], rows)
}

fn open_call(found: Option<example::Example>) -> String {
    let Some(found) = found else {
        return "No operation of this hub can be called by anyone. Go on with the next step: it takes one more minute."
            .to_owned();
    };
    let mut out = format!("[{}]({}) needs no token for this:\n\n", inline(&found.name), found.page);
    out.push_str(&block("sh", &format!("curl --silent --show-error --fail {}", found.address)));
    out
}

fn granted_call(found: Option<example::Example>) -> String {
    let header = "--header \"Authorization: Bearer $TOKEN\"";
    let Some(found) = found else {
        return format!(
            "The page of each operation has the whole command. It shows the token like this: {}",
            code(&format!("curl {header} …"))
        );
    };
    let mut out = String::new();
    let _ = write!(
        out,
        "For example [{}]({}), if your application has a grant for it in the sandbox. The page of each operation has its own command.\n\n",
        inline(&found.name),
        found.page
    );
    out.push_str(&block("sh", &format!("curl --silent --show-error --fail {header} {}", found.address)));
    out
}
