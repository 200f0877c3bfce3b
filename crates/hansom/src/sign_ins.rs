//! Where does the command line keep that a person signed in?
//!
//! In one file of that person alone. What is kept is a refresh token for each hub and resource. It is good once, so the file is
//! locked while one is used: two commands at once would show the same one twice, which ends the sign-in.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io::Write,
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::PathBuf,
};

use hansom_domain::COMMAND_LINE_CLIENT;
use serde::{Deserialize, Serialize};

use crate::{
    failure::{Doing, Failure},
    hub_asking::{HubAnswer, HubAsking},
};

const FILE: &str = "sign-ins.json";
const LOCK: &str = "sign-ins.lock";
const MOST_BYTES: u64 = 1024 * 1024;

/// One sign-in.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    hub: String,
    resource: String,
    refresh_token: String,
}

/// The file, locked for this process.
pub(crate) struct SignIns {
    folder: PathBuf,
    all: Vec<SignIn>,
    _lock: File,
}

impl SignIns {
    /// Opens the file of the person whose process this is, and waits for others that have it.
    pub(crate) fn open() -> Result<Self, Failure> {
        let folder = folder()?;
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .doing(format!("{} cannot be made", folder.display()))?;
        let lock = folder.join(LOCK);
        let doing = format!("{} cannot be locked", lock.display());
        let lock = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&lock);
        let lock = lock.and_then(|file| file.lock().map(|()| file)).doing(doing)?;
        let file = folder.join(FILE);
        let all = match std::fs::symlink_metadata(&file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => vec![],
            Err(error) => return Err(error).doing(format!("{} cannot be read", file.display())),
            Ok(data) => {
                if !data.is_file() || data.mode() & 0o077 != 0 {
                    return Err(Failure::refused(format!(
                        "{} can be read by others; whoever read it can act for you. Sign out at the hub, on the page of your \
                         account, remove the file and sign in again",
                        file.display()
                    )));
                }
                if data.len() > MOST_BYTES {
                    return Err(Failure::refused(format!("{} is too large; remove it", file.display())));
                }
                let unreadable = format!("{} cannot be read; remove it and sign in again", file.display());
                let text = std::fs::read_to_string(&file).doing(unreadable.as_str())?;
                serde_json::from_str(&text).doing(unreadable)?
            }
        };
        Ok(Self { folder, all, _lock: lock })
    }

    /// Keeps the refresh token of an answer, in place of what was kept before.
    pub(crate) fn keep(&mut self, hub: &HubAsking, resource: &str, answer: &HubAnswer) -> Result<(), Failure> {
        let refresh_token = answer.text("refresh_token").to_owned();
        self.all.retain(|known| !known.is_for(hub.address(), resource));
        if !refresh_token.is_empty() {
            self.all.push(SignIn { hub: hub.address().to_owned(), resource: resource.to_owned(), refresh_token });
        }
        self.write()
    }

    /// A fresh access token.
    pub(crate) async fn access_token(&mut self, hub: &HubAsking, resource: &str) -> Result<String, Failure> {
        let known = self.all.iter().find(|known| known.is_for(hub.address(), resource)).cloned();
        let known = known.ok_or_else(|| {
            let more = if resource == hub.address() { String::new() } else { format!(" --resource {resource}") };
            Failure::refused(format!("you are not signed in; run: hansom login --hub {}{more}", hub.address()))
        })?;
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", COMMAND_LINE_CLIENT),
            ("refresh_token", known.refresh_token.as_str()),
        ];
        let answer = hub.post_form("/oauth/token", &form).await?;
        if answer.is_success() && !answer.text("access_token").is_empty() {
            self.keep(hub, resource, &answer)?;
            return Ok(answer.text("access_token").to_owned());
        }
        if answer.text("error") == "invalid_grant" {
            self.all.retain(|known| !known.is_for(hub.address(), resource));
            self.write()?;
            return Err(Failure::refused(format!(
                "your sign-in at {} has ended; run hansom login again",
                hub.address()
            )));
        }
        Err(answer.failure(&format!("{} gave no token", hub.address())))
    }

    /// Takes the sign-ins at a hub out of the file. Their refresh tokens, to be given back.
    pub(crate) fn take(&mut self, hub: &HubAsking) -> Result<Vec<String>, Failure> {
        let (taken, kept) = self.all.drain(..).partition::<Vec<_>, _>(|known| known.hub == hub.address());
        self.all = kept;
        self.write()?;
        Ok(taken.into_iter().map(|known| known.refresh_token).collect())
    }

    /// Writes a file that is there whole or not at all, and the person's alone from its first byte on.
    fn write(&self) -> Result<(), Failure> {
        let (file, beside) = (self.folder.join(FILE), self.folder.join(format!("{FILE}.new")));
        let doing = format!("{} cannot be written", file.display());
        let text = serde_json::to_vec(&self.all).doing(doing.as_str())?;
        let _ = std::fs::remove_file(&beside);
        let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside).and_then(|mut new| {
            new.write_all(&text)?;
            new.sync_all()
        });
        written.and_then(|()| std::fs::rename(&beside, &file)).doing(doing)
    }
}

impl SignIn {
    fn is_for(&self, hub: &str, resource: &str) -> bool {
        self.hub == hub && self.resource == resource
    }
}

/// The folder for configuration that the person's system names.
fn folder() -> Result<PathBuf, Failure> {
    let named = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = named("XDG_CONFIG_HOME").or_else(|| named("HOME").map(|home| home.join(".config")));
    base.map(|base| base.join("hansom"))
        .ok_or_else(|| Failure::wrong_use("neither XDG_CONFIG_HOME nor HOME says where your configuration is kept"))
}
