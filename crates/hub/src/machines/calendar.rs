//! When are the meetups, for calendars (RFC 5545)?
//!
//! Written here and not by a library: those that there are ask the clock and chance themselves, and a feed has to be the same as
//! long as nothing changed.

use axum::{extract::State, http::HeaderMap, response::Response};
use hansom_domain::Timestamp;
use hansom_store::MeetupRow;

use super::{View, kept::Document};
use crate::{Hub, answer::Refusal, api::Viewer, sentence::line, urls};

const CALENDAR: &str = "text/calendar; charset=utf-8";
/// The longest line, in bytes and without its end (section 3.1).
const LONGEST: usize = 75;

/// `GET /meetups.ics`: calendars show no cookies and no tokens, so what is in it is what strangers may see.
pub(super) async fn show(State(hub): State<Hub>, asked: HeaderMap) -> Result<Response, Refusal> {
    let meetups = hub.control.meetups_for(None, Timestamp::from_millis(0)).await?;
    let view = View::new(hub, Viewer(None)).await?;
    view.answer(&asked, urls::MEETUPS_CALENDAR, move |view| Document::new(CALENDAR, made(view, &meetups))).await
}

fn made(view: &View, meetups: &[MeetupRow]) -> String {
    let mut out = String::new();
    let mut put = |name: &str, value: &str| out.push_str(&folded(&format!("{name}:{value}")));
    let host = url::Url::parse(&view.hub.hub).ok();
    let host = host.as_ref().and_then(url::Url::host_str).unwrap_or("hansom");
    put("BEGIN", "VCALENDAR");
    put("VERSION", "2.0");
    put("PRODID", "-//Hansom//Meetups//EN");
    put("CALSCALE", "GREGORIAN");
    put("METHOD", "PUBLISH");
    put("X-WR-CALNAME", &text(&format!("Meetups – {}", view.hub.look.name)));
    put("REFRESH-INTERVAL;VALUE=DURATION", "PT1H");
    for meetup in meetups {
        let page = view.address(&urls::meetup(&meetup.id));
        put("BEGIN", "VEVENT");
        put("UID", &format!("{}@{host}", meetup.id));
        put("DTSTAMP", &instant(meetup.changed_at));
        put("LAST-MODIFIED", &instant(meetup.changed_at));
        put("SEQUENCE", &meetup.revision.to_string());
        put("DTSTART", &instant(meetup.begins_at));
        put("DTEND", &instant(meetup.ends_at));
        put("SUMMARY", &text(&meetup.title));
        put("LOCATION", &text(&meetup.place));
        let mut about = meetup.about.clone();
        if !meetup.link.is_empty() {
            about = format!("{}\n\n{about}", meetup.link);
        }
        put("DESCRIPTION", &text(about.trim()));
        put("URL", &page);
        put("STATUS", if meetup.cancelled_at.is_some() { "CANCELLED" } else { "CONFIRMED" });
        put("END", "VEVENT");
    }
    put("END", "VCALENDAR");
    out
}

/// `20261203T140000Z`
fn instant(moment: Timestamp) -> String {
    chrono::DateTime::from_timestamp_millis(moment.millis())
        .map_or_else(String::new, |moment| moment.format("%Y%m%dT%H%M%SZ").to_string())
}

/// A value of the type TEXT (section 3.3.11): nothing in it ends the line or the value.
fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 8);
    for (number, part) in value.lines().enumerate() {
        if number > 0 {
            out.push_str("\\n");
        }
        for letter in line(part).chars() {
            if matches!(letter, '\\' | ';' | ',') {
                out.push('\\');
            }
            out.push(letter);
        }
    }
    out
}

/// A content line in pieces of 75 bytes at most, no letter cut in two (section 3.1).
fn folded(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + line.len() / 20 + 4);
    let mut length = 0;
    for letter in line.chars() {
        if length + letter.len_utf8() > LONGEST {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(letter);
        length += letter.len_utf8();
    }
    out.push_str("\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_between_letters_and_come_back_whole() {
        let long = format!("SUMMARY:{}", "bütter 🚕 ".repeat(40));
        let folded = folded(&long);
        assert!(folded.ends_with("\r\n"));
        for piece in folded.trim_end_matches("\r\n").split("\r\n") {
            assert!(piece.len() <= LONGEST, "{piece}");
        }
        assert_eq!(folded.replace("\r\n ", "").trim_end_matches("\r\n"), long);
    }

    #[test]
    fn a_text_cannot_end_its_line_or_begin_another_property() {
        assert_eq!(text("a,b;c\\d\r\nEND:VEVENT\u{7}\rX"), "a\\,b\\;c\\\\d\\nEND:VEVENT X");
        assert_eq!(text(""), "");
    }
}
