//! What of the platform needs somebody to look at it?

use std::collections::BTreeSet;

use hansom_control::{NodeStanding, PlatformStanding};
use hansom_domain::Timestamp;

use crate::sentence::counted;

/// So many days before its end a certificate is spoken of.
const CERTIFICATE_DAYS: i64 = 21;
/// A mail that waits longer than this waits too long.
const NOTICE_SECONDS: i64 = 900;
/// A database that takes longer than this is slow, in microseconds.
const SLOW_MICROS: u64 = 250_000;
const DAY_SECONDS: i64 = 86_400;

/// Everything that needs somebody, a sentence each; nothing where all is well.
pub(crate) fn of(standing: &PlatformStanding, now: Timestamp) -> Vec<String> {
    let mut needs: BTreeSet<String> = standing.nodes.iter().flat_map(|node| of_node(node, now)).collect();
    if standing.nodes.is_empty() {
        needs.insert("No node has reported yet.".into());
    }
    let count = |count: i64| usize::try_from(count).unwrap_or_default();
    let notices = &standing.notices;
    if notices.given_up > 0 {
        needs.insert(format!("{} not sent and given up.", counted(count(notices.given_up), "mail was", "mails were")));
    }
    if notices.oldest_at.is_some_and(|oldest| oldest.plus_seconds(NOTICE_SECONDS) < now) {
        needs.insert(format!(
            "{} to be sent for too long.",
            counted(count(notices.waiting), "mail waits", "mails wait")
        ));
    }
    if standing.groups.unknown > 0 {
        let people = counted(count(standing.groups.unknown), "person", "people");
        needs.insert(format!("The groups of {people} are not known any more: the directory has been silent too long."));
    }
    needs.into_iter().collect()
}

fn of_node(node: &NodeStanding, now: Timestamp) -> Vec<String> {
    let (name, report) = (called(node), &node.report);
    let mut needs = vec![];
    if node.is_missing {
        needs.push(format!("{name} was not heard of lately."));
    }
    if node.is_lagging {
        needs.push(format!("{name} serves an older generation than the newest."));
    }
    if let Some((generation, why)) = &report.held {
        needs.push(format!("{name} holds generation {generation} until somebody says hansom confirm there: {why}."));
    }
    needs.extend(report.set_aside.iter().map(|one| format!("{} is set aside: {}.", one.what, one.why)));
    if report.upstreams_out > 0 {
        let servers = counted(usize::try_from(report.upstreams_out).unwrap_or(usize::MAX), "server", "servers");
        needs.push(format!("{name} finds {servers} behind APIs out."));
    }
    for certificate in &report.certificates {
        match days_left(certificate.until, now) {
            left if left < 0 => needs.push(format!("A certificate of {} has expired on {name}.", certificate.place)),
            left if left <= CERTIFICATE_DAYS => {
                needs.push(format!("A certificate of {} on {name} holds for {left} more days.", certificate.place));
            }
            _ => {}
        }
    }
    if report.database_micros.is_some_and(|micros| micros > SLOW_MICROS) {
        needs.push(format!("The database answers {name} slowly."));
    }
    if report.check.as_ref().is_some_and(|check| !check.is_good) {
        needs.push(format!("{name} could not start again from its configuration file as it is now."));
    }
    needs.extend(report.notes.iter().map(|note| format!("{name}: {note}.")));
    needs
}

/// What people call a node.
pub(crate) fn called(node: &NodeStanding) -> String {
    if node.row.name.is_empty() { format!("Node {}", short(&node.row.id)) } else { node.row.name.clone() }
}

/// Enough of an id to tell nodes apart.
fn short(id: &str) -> String {
    id.chars().take(8).collect()
}

/// Whole days from now to a moment; less than nothing where it is past.
pub(crate) fn days_left(until: Timestamp, now: Timestamp) -> i64 {
    (until.seconds() - now.seconds()).div_euclid(DAY_SECONDS)
}
