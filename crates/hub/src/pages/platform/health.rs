//! How is the platform, and what of it needs somebody?

use askama::Template;
use axum::response::Response;
use hansom_control::{NodeStanding, PlatformStanding};
use hansom_domain::Timestamp;

use crate::{
    answer::{Refusal, page},
    frame::{Frame, Section},
    moment,
    needs::{self, called, days_left},
    sentence::counted,
    session::SignedIn,
};

#[derive(Template)]
#[template(path = "platform/health.html")]
struct Health {
    frame: Frame,
    needs: Vec<String>,
    generation: u64,
    nodes: Vec<Node>,
    set_aside: Vec<(String, String, String)>,
    out: Vec<(String, String, String)>,
    certificates: Vec<Certificate>,
    groups: Vec<(&'static str, String)>,
    mails: String,
    sends_mail: bool,
}

struct Node {
    name: String,
    role: String,
    version: String,
    started: String,
    seen: String,
    is_missing: bool,
    is_lagging: bool,
    generation: String,
    servers: String,
    usage: String,
    database: String,
    check: String,
    notes: Vec<String>,
}

struct Certificate {
    place: String,
    file: String,
    node: String,
    until: String,
    left: String,
}

/// `GET /platform`
pub(crate) async fn show(person: SignedIn) -> Result<Response, Refusal> {
    let control = &person.hub.control;
    let standing = control.platform_standing(person.actor()).await?;
    let now = control.clock().now();
    let named = |node: &NodeStanding| called(node);
    let of_nodes = || standing.nodes.iter();
    page(&Health {
        frame: person.frame("How the platform is", Section::Elsewhere).await?,
        needs: needs::of(&standing, now),
        generation: standing.generation,
        set_aside: of_nodes()
            .flat_map(|node| node.report.set_aside.iter().map(|one| (one.what.clone(), one.why.clone(), named(node))))
            .collect(),
        out: of_nodes()
            .flat_map(|node| node.report.out.iter().map(|one| (one.address.clone(), one.version.clone(), named(node))))
            .collect(),
        certificates: of_nodes().flat_map(|node| certificates(node, now)).collect(),
        groups: groups(&standing, now),
        mails: mails(&standing),
        sends_mail: person.hub.sends_mail,
        nodes: of_nodes().map(|node| line(node, now)).collect(),
    })
}

fn line(node: &NodeStanding, now: Timestamp) -> Node {
    let (row, report) = (&node.row, &node.report);
    let served = row.generation.map_or_else(|| "serves none".to_owned(), |generation| generation.to_string());
    Node {
        name: called(node),
        role: row.role.clone(),
        version: row.version.clone(),
        started: moment::written(row.started_at),
        seen: moment::ago(row.seen_at, now),
        is_missing: node.is_missing,
        is_lagging: node.is_lagging,
        generation: match &report.held {
            Some((held, why)) => format!("{served}; {held} is held: {why}"),
            None => served,
        },
        servers: format!("{} in, {} out", report.upstreams_in, report.upstreams_out),
        usage: format!("{} waiting, {} lost", report.usage_waiting, report.usage_lost),
        database: report.database_micros.map_or_else(|| "did not answer".to_owned(), milliseconds),
        check: report.check.as_ref().map_or_else(
            || "Started without a file".to_owned(),
            |check| format!("{} ({})", check.said, moment::written(check.at)),
        ),
        notes: report.notes.clone(),
    }
}

fn milliseconds(micros: u64) -> String {
    format!("{}.{} ms", micros / 1000, micros % 1000 / 100)
}

fn certificates(node: &NodeStanding, now: Timestamp) -> Vec<Certificate> {
    let of = |certificate: &hansom_control::CertificateReport| Certificate {
        place: certificate.place.clone(),
        file: certificate.file.clone(),
        node: called(node),
        until: moment::day(certificate.until),
        left: match days_left(certificate.until, now) {
            left if left < 0 => "expired".into(),
            left => counted(usize::try_from(left).unwrap_or(usize::MAX), "day", "days"),
        },
    };
    node.report.certificates.iter().map(of).collect()
}

fn groups(standing: &PlatformStanding, now: Timestamp) -> Vec<(&'static str, String)> {
    let groups = &standing.groups;
    vec![
        ("People whose groups the directory tells", groups.people.to_string()),
        (
            "Longest ago that it told of one",
            groups.oldest_told_at.map_or_else(|| "–".into(), |at| moment::ago(at, now)),
        ),
        ("Known until a moment only", groups.uncertain.to_string()),
        ("Not known any more", groups.unknown.to_string()),
    ]
}

fn mails(standing: &PlatformStanding) -> String {
    let notices = &standing.notices;
    let oldest = notices.oldest_at.map_or_else(String::new, |at| format!(", the oldest since {}", moment::written(at)));
    format!("{} waiting{oldest}; {} given up in the last week", notices.waiting, notices.given_up)
}
