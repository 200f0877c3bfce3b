//! What does the demo keep in its folder?

use std::{
    collections::BTreeMap,
    fs::{File, TryLockError},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
};

use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    failure::{Doing, Failure},
    platform::write_secret,
};

/// The demo's folder, held by one process at a time.
pub(crate) struct Folder {
    path: PathBuf,
    _lock: File,
    ports: BTreeMap<String, u16>,
}

impl Folder {
    /// Makes the folder if need be and takes it for this process.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        std::fs::create_dir_all(path).doing(format!("{} cannot be made", path.display()))?;
        let path = path.canonicalize().doing(format!("{} cannot be used", path.display()))?;
        let lock = File::create(path.join("lock")).doing(format!("{} cannot be written", path.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Failure::broke(format!(
                    "another demo runs in {}; stop it or choose another --dir",
                    path.display()
                )));
            }
            Err(TryLockError::Error(error)) => {
                return Err(Failure::broke(format!("{} cannot be locked: {error}", path.display())));
            }
        }
        let mut folder = Self { path, _lock: lock, ports: BTreeMap::new() };
        folder.ports = folder.read("ports.json").unwrap_or_default();
        Ok(folder)
    }

    /// A file of the folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// A value kept before; `None` if there is none that can be read.
    pub(crate) fn read<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_slice(&std::fs::read(self.file(name)).ok()?).ok()
    }

    /// Keeps a value.
    pub(crate) fn write(&self, name: &str, value: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_vec_pretty(value).doing(format!("{name} cannot be written"))?;
        write_secret(&self.file(name), &text)
    }

    /// The address to listen on: for port 0 the port of the last time, if it is free, so that addresses stay the same.
    pub(crate) fn address(&mut self, role: &str, asked: SocketAddr) -> SocketAddr {
        let remembered = self.ports.get(role).map(|port| SocketAddr::new(asked.ip(), *port));
        match remembered {
            Some(address) if asked.port() == 0 && TcpListener::bind(address).is_ok() => address,
            _ => asked,
        }
    }

    /// Remembers the port that a listener came to have.
    pub(crate) fn remember(&mut self, role: &str, address: SocketAddr) -> Result<(), Failure> {
        self.ports.insert(role.into(), address.port());
        self.write("ports.json", &self.ports)
    }

    /// A listener on this machine for a part of the demo that has no flag: on the port of the last time, else on
    /// `preferred`, else on any that is free.
    pub(crate) fn listener(&mut self, role: &str, preferred: u16) -> Result<tokio::net::TcpListener, Failure> {
        let local = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let remembered = self.ports.get(role).copied();
        let ports = remembered.into_iter().chain([preferred, 0]);
        let listener = ports.map(local).find_map(|address| TcpListener::bind(address).ok());
        let listener =
            listener.ok_or_else(|| Failure::broke(format!("there is no free port for the demo's {role}")))?;
        let address = listener.local_addr().doing("a listener has no address")?;
        self.remember(role, address)?;
        listener.set_nonblocking(true).doing("a listener cannot be used")?;
        tokio::net::TcpListener::from_std(listener).doing("a listener cannot be used")
    }

    /// A P-256 key pair by name: made once, private half in `NAME.key.pem` that its owner alone can read.
    pub(crate) fn key(&self, name: &str) -> Result<Key, Failure> {
        let file = self.file(&format!("{name}.key.pem"));
        let made = format!("the key {} could not be made", file.display());
        if !file.exists() {
            let pkcs8 =
                EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).doing(&made)?;
            write_secret(&file, pem("PRIVATE KEY", pkcs8.as_ref()).as_bytes())?;
        }
        let text = std::fs::read_to_string(&file).doing(format!("{} cannot be read", file.display()))?;
        let body: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
        let pkcs8 = STANDARD.decode(body).doing(format!("{} is no key", file.display()))?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8)
            .doing(format!("{} is no key", file.display()))?;
        let public: PublicKeyX509Der = pair.public_key().as_der().doing(&made)?;
        Ok(Key { file, pkcs8, public_pem: pem("PUBLIC KEY", public.as_ref()) })
    }
}

/// A key pair of the demo.
pub(crate) struct Key {
    /// The file with the private half.
    pub(crate) file: PathBuf,
    /// The private half.
    pub(crate) pkcs8: Vec<u8>,
    /// The public half.
    pub(crate) public_pem: String,
}

fn pem(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let lines: Vec<&str> = body.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
