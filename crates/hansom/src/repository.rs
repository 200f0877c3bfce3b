//! What is asked of git, and done with it?

use std::{
    io::ErrorKind,
    path::Path,
    process::{Command, Output},
};

use crate::failure::Failure;

/// Whom the first commit is by where git does not know anybody.
const NOBODY: [&str; 4] = ["-c", "user.name=hansom new", "-c", "user.email=hansom@localhost"];

/// Makes a repository of a folder, with all its files in the first commit; says what was done. Within another repository, or
/// without git, none is made.
pub(crate) fn begin(folder: &Path, around: &Path, message: &str) -> Result<&'static str, Failure> {
    match git(around, &["rev-parse", "--is-inside-work-tree"]) {
        Err(_) => return Ok("git is not installed: no repository was made; `hansom update` needs one"),
        Ok(output) if output.status.success() => {
            return Ok("The folder lies in a git repository already: no other was made in it; commit it there");
        }
        Ok(_) => {}
    }
    done(folder, &["init", "--quiet", "--initial-branch", "main"])?;
    done(folder, &["add", "--all"])?;
    let known = git(folder, &["config", "user.email"]).is_ok_and(|output| output.status.success());
    let mut commit = if known { vec![] } else { NOBODY.to_vec() };
    commit.extend(["commit", "--quiet", "--no-gpg-sign", "--no-verify", "--message", message]);
    done(folder, &commit)?;
    Ok("Made a git repository with one commit")
}

/// Refuses a folder in which something is not committed, so that whatever is done to it can be undone.
pub(crate) fn must_be_clean(folder: &Path) -> Result<(), Failure> {
    let output = git(folder, &["status", "--porcelain", "--", "."])
        .map_err(|_| Failure::refused("git is not installed; it is needed, so that the update can be undone"))?;
    if !output.status.success() {
        return Err(Failure::refused(format!(
            "{} is in no git repository; make one and commit everything, so that the update can be undone",
            folder.display()
        )));
    }
    let listed = String::from_utf8_lossy(&output.stdout);
    if listed.trim().is_empty() {
        return Ok(());
    }
    let lines: Vec<&str> = listed.lines().take(10).collect();
    Err(Failure::refused(format!("commit or stash these first; nothing was changed\n{}", lines.join("\n"))))
}

fn done(folder: &Path, arguments: &[&str]) -> Result<(), Failure> {
    let asked = arguments.join(" ");
    let output = git(folder, arguments).map_err(|error| Failure::broke(format!("git {asked}: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Failure::broke(format!("git {asked} failed: {why}")))
}

/// Runs git in a folder, whatever repository the caller's environment points at.
fn git(folder: &Path, arguments: &[&str]) -> Result<Output, std::io::Error> {
    let mut command = Command::new("git");
    command.arg("-C").arg(if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(name);
    }
    let output = command.args(arguments).output();
    output.map_err(|error| match error.kind() {
        ErrorKind::NotFound => std::io::Error::new(ErrorKind::NotFound, "git is not installed"),
        _ => error,
    })
}
