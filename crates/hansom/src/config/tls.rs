//! Which files is a listener's TLS made of?

use std::{
    fmt, io,
    io::Read,
    path::{Path, PathBuf},
};

use hansom_gateway::{PemFile, TlsMaterial};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

const LARGEST_FILE: u64 = 1024 * 1024;

/// `tls = { certificate = "…", key = "…" }`, or several of them as `[[environments.production.tls]]`.
#[derive(Clone, Debug)]
pub(crate) struct TlsFiles(Vec<Files>);

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Files {
    /// The host's certificate and those that vouch for it, in PEM.
    certificate: PathBuf,
    /// Its private key, in PEM.
    key: PathBuf,
    /// Who vouches for clients, in PEM; for the whole listener.
    client_ca: Option<PathBuf>,
    /// Which of their certificates are revoked, in PEM: a list of each authority in their chains.
    client_crl: Option<PathBuf>,
    /// Whether a client without a certificate is let in.
    clients: Option<Clients>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Clients {
    Optional,
    Required,
}

impl<'de> Deserialize<'de> for TlsFiles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrSeveral)
    }
}

struct OneOrSeveral;

impl<'de> Visitor<'de> for OneOrSeveral {
    type Value = TlsFiles;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{ certificate = \"…\", key = \"…\" }, or a list of them")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TlsFiles, A::Error> {
        let files = Files::deserialize(MapAccessDeserializer::new(map))?;
        checked(vec![files]).map_err(serde::de::Error::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<TlsFiles, A::Error> {
        let mut several = vec![];
        while let Some(files) = list.next_element()? {
            several.push(files);
        }
        checked(several).map_err(serde::de::Error::custom)
    }
}

fn checked(files: Vec<Files>) -> Result<TlsFiles, &'static str> {
    if files.is_empty() {
        return Err("the list is empty; name a certificate and its key");
    }
    if files.iter().filter(|files| files.client_ca.is_some()).count() > 1 {
        return Err("client_ca counts for the whole listener; name it once");
    }
    if files.iter().any(|files| files.clients.is_some() && files.client_ca.is_none()) {
        return Err("clients says whether clients must show a certificate; name client_ca beside it");
    }
    if files.iter().any(|files| files.client_crl.is_some() && files.client_ca.is_none()) {
        return Err("client_crl says whose certificates are revoked; name client_ca beside it");
    }
    Ok(TlsFiles(files))
}

impl TlsFiles {
    /// Takes relative paths from the configuration's folder.
    pub(super) fn take_from(&mut self, folder: &Path) {
        for files in &mut self.0 {
            let own = [&mut files.certificate, &mut files.key].into_iter();
            for path in own.chain(&mut files.client_ca).chain(&mut files.client_crl) {
                *path = folder.join(&*path);
            }
        }
    }

    /// Reads all files. What stands in them is not looked at here.
    pub(crate) fn read(&self) -> Result<TlsMaterial, String> {
        let pairs = self.0.iter().map(|files| Ok((read(&files.certificate)?, read(&files.key)?)));
        let pairs: Vec<_> = pairs.collect::<Result<_, String>>()?;
        let clients = self.0.iter().find_map(|files| Some((files.client_ca.as_ref()?, files.clients)));
        Ok(TlsMaterial {
            pairs,
            client_authorities: clients.map(|(file, _)| read(file)).transpose()?,
            client_revocations: self.0.iter().find_map(|files| files.client_crl.as_deref()).map(read).transpose()?,
            clients_required: clients.is_some_and(|(_, clients)| clients != Some(Clients::Optional)),
        })
    }
}

fn read(file: &Path) -> Result<PemFile, String> {
    let name = file.display().to_string();
    let fault = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => format!("there is no file {name}"),
        io::ErrorKind::PermissionDenied => format!("{name} cannot be read: this user may not"),
        _ => format!("{name} cannot be read: {error}"),
    };
    let mut content = vec![];
    let open = std::fs::File::open(file).map_err(fault)?;
    open.take(LARGEST_FILE.saturating_add(1)).read_to_end(&mut content).map_err(fault)?;
    if content.len() as u64 > LARGEST_FILE {
        return Err(format!("{name} is larger than {LARGEST_FILE} bytes; is it the right file?"));
    }
    Ok(PemFile { name, content })
}
