//! How much memory is used, of how much?
//!
//! In a container or a service with a limit, that is what the kernel counts against the limit, without files that it keeps in
//! memory only as long as nobody else needs it. Without a limit it is this process beside the machine's memory.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use hansom_gateway::pressure::{Level, Pressure};

const PAUSE: Duration = Duration::from_secs(1);
const ROOT: &str = "/sys/fs/cgroup";

/// Where to read what is used, and how much there is.
pub(crate) struct Memory {
    source: Source,
    limit: u64,
}

enum Source {
    /// A group of processes (cgroup v2).
    Group(PathBuf),
    /// A group of processes (cgroup v1).
    OldGroup(PathBuf),
    /// This process.
    Process,
}

impl Memory {
    /// Finds out how much memory there is; `configured` counts if it is less. `None` where the system tells nothing.
    pub(crate) fn find(configured: Option<u64>) -> Option<Self> {
        let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let found = tightest(&groups).or_else(|| {
            let text = fs::read_to_string("/proc/meminfo").ok()?;
            Some((Source::Process, kilobytes(&text, "MemTotal:")?))
        });
        match (found, configured) {
            (Some((_, limit)), Some(configured)) if configured < limit => {
                Some(Self { source: Source::Process, limit: configured })
            }
            (Some((source, limit)), _) => Some(Self { source, limit }),
            (None, Some(limit)) => Some(Self { source: Source::Process, limit }),
            (None, None) => None,
        }
    }

    /// Bytes in use now.
    fn used(&self) -> Option<u64> {
        match &self.source {
            Source::Group(folder) => {
                let (all, of) = (number(&folder.join("memory.current"))?, folder.join("memory.stat"));
                let stat = fs::read_to_string(of).ok()?;
                Some(all.saturating_sub(value(&stat, "inactive_file")?).saturating_sub(value(&stat, "active_file")?))
            }
            Source::OldGroup(folder) => {
                let (all, of) = (number(&folder.join("memory.usage_in_bytes"))?, folder.join("memory.stat"));
                let stat = fs::read_to_string(of).ok()?;
                let files = value(&stat, "total_inactive_file")?.saturating_add(value(&stat, "total_active_file")?);
                Some(all.saturating_sub(files))
            }
            Source::Process => {
                let status = fs::read_to_string("/proc/self/status").ok()?;
                kilobytes(&status, "RssAnon:").or_else(|| kilobytes(&status, "VmRSS:"))
            }
        }
    }
}

/// Tells the gateway once a second how things are.
pub(crate) async fn watch(memory: Memory, pressure: Pressure) {
    let mut before = Level::Calm;
    loop {
        if let Some(used) = memory.used() {
            let level = pressure.observe(used, memory.limit);
            if level != before {
                tracing::warn!(used, limit = memory.limit, ?level, "memory runs short, or does not any more");
            }
            before = level;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// The group with the smallest limit, of this process's own and all above it.
fn tightest(groups: &str) -> Option<(Source, u64)> {
    let mut found: Option<(Source, u64)> = None;
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, path) = (parts.next()?, parts.next()?.trim_start_matches('/'));
        let (root, is_old) = match controllers {
            "" => (PathBuf::from(ROOT), false),
            named if named.split(',').any(|name| name == "memory") => (Path::new(ROOT).join("memory"), true),
            _ => continue,
        };
        let own = root.join(path);
        // Within a container the path may be one of the world outside, and only the root is to be seen.
        let folders = own.ancestors().take_while(|folder| folder.starts_with(&root)).chain([root.as_path()]);
        for folder in folders {
            let limit = number(&folder.join(if is_old { "memory.limit_in_bytes" } else { "memory.max" }));
            // Without a limit, version 1 tells the largest number of pages.
            let Some(limit) = limit.filter(|limit| *limit < 1 << 60) else { continue };
            if found.as_ref().is_none_or(|(_, least)| limit < *least) {
                let folder = folder.to_owned();
                found = Some((if is_old { Source::OldGroup(folder) } else { Source::Group(folder) }, limit));
            }
        }
    }
    found
}

fn number(file: &Path) -> Option<u64> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

/// The number behind a word at the beginning of a line.
fn value(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name).filter(|rest| rest.starts_with([' ', '\t'])))?;
    line.split_whitespace().next()?.parse().ok()
}

fn kilobytes(text: &str, name: &str) -> Option<u64> {
    value(text, name).map(|kilobytes| kilobytes.saturating_mul(1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d60_the_kernels_tables_are_read_by_whole_words() {
        let status = "VmRSS:\t  100 kB\nRssAnon:\t   64 kB\nRssFile:\t 36 kB\n";
        assert_eq!(kilobytes(status, "RssAnon:"), Some(65_536));
        let stat = "anon 4096\nfile 8192\ninactive_file_x 1\ninactive_file 7\nactive_file 9\n";
        assert_eq!((value(stat, "inactive_file"), value(stat, "active_file")), (Some(7), Some(9)));
        assert_eq!(value(stat, "nothing"), None);
    }

    #[test]
    fn d60_a_smaller_limit_in_the_configuration_counts() {
        let memory = Memory::find(Some(64 * 1024 * 1024)).expect("there is memory");
        assert!(memory.limit <= 64 * 1024 * 1024);
        assert!(memory.used().is_some_and(|used| used > 0));
    }
}
