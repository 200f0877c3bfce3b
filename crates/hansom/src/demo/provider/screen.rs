//! What does a person see while they choose who they are?

use crate::demo::{mailbox::Letter, people::DemoPerson};

/// The style sheet of both pages: system typefaces, high contrast, a focus that cannot be missed.
pub const STYLE: &str = "\
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; font: 1.1875rem/1.4 arial, sans-serif; color: #0b0c0c; background: #fff; }
header { padding: 0.75rem 1rem; color: #fff; background: #0b0c0c; border-bottom: 0.5rem solid #00703c; font-weight: 700; }
main { max-width: 42rem; margin: 0 auto; padding: 2rem 1rem 3rem; }
h2 { margin: 2rem 0 0; padding-top: 1rem; border-top: 1px solid #b1b4b6; font-size: 1.5rem; }
p { overflow-wrap: anywhere; }
h1 { margin: 0 0 1rem; font-size: 2rem; line-height: 1.15; }
ul { margin: 1.5rem 0 0; padding: 0; list-style: none; }
li { padding: 1rem 0; border-top: 1px solid #b1b4b6; }
li p { margin: 0.5rem 0 0; color: #505a5f; font-size: 1rem; overflow-wrap: anywhere; }
button { width: 100%; min-height: 2.75rem; padding: 0.5rem 0.75rem; border: 2px solid transparent; color: #fff;
  background: #00703c; box-shadow: 0 2px 0 #002d18; font: inherit; text-align: left; cursor: pointer; }
button:hover { background: #005a30; }
button:focus-visible { outline: 3px solid transparent; border-color: #ffdd00; color: #0b0c0c; background: #ffdd00;
  box-shadow: 0 2px 0 #0b0c0c; }
";

/// The screen with one button for each person; `hidden` goes back to the provider with the choice.
pub fn choose(people: &[DemoPerson], hidden: &[(&str, &str)]) -> String {
    let fields: String = hidden
        .iter()
        .map(|(name, value)| {
            format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">\n", escaped(name), escaped(value))
        })
        .collect();
    let choices: String = people.iter().enumerate().map(|(place, person)| choice(place, person)).collect();
    page(
        "Choose who you are",
        &format!(
            "<p>This sign-in belongs to the demo. The people are made up, so there are no passwords.</p>\n\
             <form method=\"post\" action=\"authorize\">\n{fields}<ul>\n{choices}</ul>\n</form>\n"
        ),
    )
}

/// The screen for a request that cannot be sent back to where it came from.
pub fn refused(why: &str) -> String {
    page(
        "You cannot sign in from here",
        &format!("<p>{}</p>\n<p>Go back to the application that you came from and start again.</p>\n", escaped(why)),
    )
}

/// Every mail that was sent to somebody.
pub fn mailbox(letters: &[Letter]) -> String {
    let letters: String = letters.iter().map(letter).collect();
    let inside = if letters.is_empty() { "<p>Nobody has got a mail yet.</p>\n".into() } else { letters };
    page(
        "Mailbox of the town",
        &format!(
            "<p>Here are the mails that the demo would send. Nothing leaves this machine. Load the page again for new ones.</p>\n{inside}"
        ),
    )
}

fn letter(letter: &Letter) -> String {
    let lines: String = letter
        .body
        .lines()
        .map(|line| {
            let shown = escaped(line);
            let is_address = line.starts_with("http://") || line.starts_with("https://");
            if is_address { format!("<a href=\"{shown}\">{shown}</a><br>\n") } else { format!("{shown}<br>\n") }
        })
        .collect();
    format!("<h2>{}</h2>\n<p>To {}</p>\n<p>{lines}</p>\n", escaped(&letter.subject), escaped(&letter.to))
}

fn choice(place: usize, person: &DemoPerson) -> String {
    format!(
        "<li><button type=\"submit\" name=\"person\" value=\"{}\" aria-describedby=\"groups-{place}\">{} ({})</button>\n\
         <p id=\"groups-{place}\">Groups: {}</p></li>\n",
        escaped(person.subject),
        escaped(person.name),
        escaped(person.email),
        escaped(&person.groups.join(", "))
    )
}

fn page(title: &str, inside: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <link rel=\"stylesheet\" href=\"style.css\">\n</head>\n<body>\n<header>Demo sign-in</header>\n\
         <main>\n<h1>{title}</h1>\n{inside}</main>\n</body>\n</html>\n"
    )
}

fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, letter| {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
        out
    })
}
