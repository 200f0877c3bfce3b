//! Which processes is the platform made of, and how are they?

use hansom_domain::{Actor, Timestamp};
use hansom_store::{GroupSourceRow, NodeRow, NoticeCountsRow};
use serde::{Deserialize, Serialize};

use crate::{Control, Error};

/// A change arrives sooner than this.
const LAG_SECONDS: i64 = 5;
/// Who was not heard of for so long is missing.
const MISSING_SECONDS: i64 = 30;
/// Who was not heard of for so long is spoken of no more.
const LAPSED_SECONDS: i64 = 3600;
/// Whose groups are asked for again: who signed in within this time.
const SIGNED_IN_SECONDS: i64 = 30 * 86_400;

/// What a process says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NodeReport {
    /// What could not be taken into its snapshot.
    pub set_aside: Vec<SetAsideReport>,
    /// The generation that waits to be confirmed, and why.
    pub held: Option<(u64, String)>,
    /// The generation on its disk.
    pub kept_generation: u64,
    /// Since when it has served an older generation than the store had; none where it has the newest.
    pub behind_since: Option<Timestamp>,
    /// How many servers behind APIs take requests.
    pub upstreams_in: u64,
    /// How many do not.
    pub upstreams_out: u64,
    /// Some of those that do not.
    pub out: Vec<OutReport>,
    /// The certificates of its listeners.
    pub certificates: Vec<CertificateReport>,
    /// What an operator should know.
    pub notes: Vec<String>,
    /// Counts of usage that wait to be written.
    pub usage_waiting: u64,
    /// Calls and refusals that could not be written down since it began.
    pub usage_lost: u64,
    /// How long the database took to answer, in microseconds; none where it did not.
    pub database_micros: Option<u64>,
    /// What a check of its configuration file says.
    pub check: Option<CheckReport>,
}

/// One thing that could not be taken into a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SetAsideReport {
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
}

/// A server that takes no requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OutReport {
    /// Of which version, and where.
    pub version: String,
    /// The server's address.
    pub address: String,
}

/// A certificate of a listener.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateReport {
    /// The environment, or in brackets the section of another listener.
    pub place: String,
    /// The file that it was read from.
    pub file: String,
    /// Until when it holds.
    pub until: Timestamp,
}

/// What a check of a configuration file said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReport {
    /// When.
    pub at: Timestamp,
    /// Whether a process could start from it.
    pub is_good: bool,
    /// In words.
    pub said: String,
}

/// A process that reports.
#[derive(Clone, Copy, Debug)]
pub struct ReportedNode<'n> {
    /// Its id, another one after each start.
    pub id: &'n str,
    /// The machine's name.
    pub name: &'n str,
    /// Which part of the platform it plays.
    pub role: &'n str,
    /// Of which Hansom it is.
    pub version: &'n str,
    /// When it began.
    pub started_at: Timestamp,
    /// The generation that its gateway serves.
    pub generation: Option<u64>,
}

/// A process, and how it stands beside the others.
#[derive(Clone, Debug)]
pub struct NodeStanding {
    /// What is known of it.
    pub row: NodeRow,
    /// What it says of itself.
    pub report: NodeReport,
    /// Whether it was not heard of lately.
    pub is_missing: bool,
    /// Whether it has served an older generation than the newest for longer than a change takes to arrive.
    pub is_lagging: bool,
}

/// How the platform is.
#[derive(Clone, Debug)]
pub struct PlatformStanding {
    /// The newest generation.
    pub generation: u64,
    /// Its processes.
    pub nodes: Vec<NodeStanding>,
    /// Mails.
    pub notices: NoticeCountsRow,
    /// How the groups of people are known.
    pub groups: GroupSourceRow,
}

impl Control {
    /// Notes what a process says of itself.
    pub async fn report_node(&self, node: ReportedNode<'_>, report: &NodeReport) -> Result<(), Error> {
        let report = serde_json::to_value(report).map_err(|error| Error::Internal(format!("a report: {error}")))?;
        let row = NodeRow {
            id: node.id.to_owned(),
            name: node.name.to_owned(),
            role: node.role.to_owned(),
            version: node.version.to_owned(),
            started_at: node.started_at,
            seen_at: self.clock.now(),
            generation: node.generation.map(|generation| i64::try_from(generation).unwrap_or(i64::MAX)),
            report,
        };
        Ok(self.writes.put_node(&row).await?)
    }

    /// Forgets a process that ends.
    pub async fn forget_node(&self, id: &str) -> Result<(), Error> {
        Ok(self.writes.delete_node(id).await?)
    }

    /// How the platform is, for administrators.
    pub async fn platform_standing(&self, actor: &Actor) -> Result<PlatformStanding, Error> {
        if !actor.is_administrator() {
            return Err(Error::NotAllowed(format!(
                "only members of {} see how the platform is",
                self.settings.administrators
            )));
        }
        let now = self.clock.now();
        let nodes = self.reads.nodes(now.plus_seconds(-LAPSED_SECONDS)).await?;
        Ok(PlatformStanding {
            // Read after what the nodes said, it is never behind them.
            generation: self.reads.generation().await?,
            nodes: nodes.into_iter().map(|row| standing(row, now)).collect(),
            notices: self.notice_counts().await?,
            groups: self.reads.group_source(now.plus_seconds(-SIGNED_IN_SECONDS), now).await?,
        })
    }
}

fn standing(row: NodeRow, now: Timestamp) -> NodeStanding {
    // What a newer Hansom says, and this one does not understand, is left out.
    let report: NodeReport = serde_json::from_value(row.report.clone()).unwrap_or_default();
    NodeStanding {
        is_missing: row.seen_at.plus_seconds(MISSING_SECONDS) < now,
        is_lagging: report.behind_since.is_some_and(|since| since.plus_seconds(LAG_SECONDS) <= row.seen_at),
        report,
        row,
    }
}
