//! What may `[mail]` say?

use std::path::{Path, PathBuf};

use lettre::message::Mailbox;
use serde::Deserialize;

/// `[mail]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mail {
    /// The mail server's name.
    pub(crate) server: String,
    /// Its port; 587, or 465 with `encryption = "tls"`.
    port: Option<u16>,
    /// How the connection is kept from others.
    #[serde(default)]
    pub(crate) encryption: Encryption,
    /// A file with certificates of authorities that are trusted besides those of this machine.
    pub(crate) authorities: Option<PathBuf>,
    /// A file with our name at the server.
    pub(crate) user_file: Option<PathBuf>,
    /// A file with our password there.
    pub(crate) password_file: Option<PathBuf>,
    /// Who mails come from: `Hansom <no-reply@hackney.example>`.
    from: String,
}

/// How the connection to the mail server is kept from others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Encryption {
    /// TLS after a word in the clear; a server that will not is not used.
    #[default]
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// None; for a server on this machine alone.
    None,
}

impl Mail {
    /// Paths in it, from the folder of the configuration file.
    pub(crate) fn take_from(&mut self, folder: &Path) {
        for path in [&mut self.authorities, &mut self.user_file, &mut self.password_file].into_iter().flatten() {
            *path = folder.join(&*path);
        }
    }

    pub(crate) fn port(&self) -> u16 {
        let usual = if self.encryption == Encryption::Tls { 465 } else { 587 };
        self.port.unwrap_or(usual)
    }

    /// Who mails come from.
    pub(crate) fn from(&self) -> Result<Mailbox, String> {
        self.from.parse().map_err(|error| format!("from is no address like Hansom <no-reply@hackney.example>: {error}"))
    }

    /// What is wrong with it.
    pub(crate) fn check(&self) -> Result<(), String> {
        let server = &self.server;
        if !(1..=253).contains(&server.len())
            || !server.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:".contains(&b))
        {
            return Err("server is the name of the mail server and nothing more, like smtp.hackney.example".into());
        }
        let is_here = server == "localhost" || server.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        if self.encryption == Encryption::None && !is_here {
            return Err(
                "encryption = \"none\" is for a mail server on this machine; use \"starttls\" or \"tls\"".into()
            );
        }
        if self.user_file.is_some() != self.password_file.is_some() {
            return Err("user_file and password_file come together".into());
        }
        self.from().map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_server_elsewhere_is_never_spoken_to_in_the_clear() {
        let check = |text: &str| toml::from_str::<Mail>(text).unwrap().check();
        let from = "from = \"Hansom <no-reply@hackney.example>\"\n";
        assert_eq!(check(&format!("{from}server = \"smtp.hackney.example\"")), Ok(()));
        assert_eq!(check(&format!("{from}server = \"127.0.0.1\"\nencryption = \"none\"")), Ok(()));
        assert!(check(&format!("{from}server = \"smtp.hackney.example\"\nencryption = \"none\"")).is_err());
        assert!(check(&format!("{from}server = \"smtp\\r\\nRSET\"")).is_err());
        assert!(check(&format!("{from}server = \"smtp.hackney.example\"\nuser_file = \"user\"")).is_err());
        assert!(check("server = \"smtp.hackney.example\"\nfrom = \"a@b.example\\r\\nBcc: c@d.example\"").is_err());
    }
}
