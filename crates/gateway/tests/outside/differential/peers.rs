//! How are nginx and HAProxy started as plain reverse proxies?

use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A running peer; killed when dropped.
pub struct Peer {
    pub name: &'static str,
    pub address: SocketAddr,
    child: Child,
    folder: PathBuf,
}

impl Peer {
    /// nginx, unless it is not installed.
    pub fn nginx(upstream: SocketAddr) -> Option<Self> {
        Self::nginx_with(&format!(
            "location / {{ proxy_http_version 1.1; proxy_set_header Connection \"\"; proxy_pass http://{upstream}; }}"
        ))
    }

    /// nginx with these locations, unless it is not installed.
    pub fn nginx_with(locations: &str) -> Option<Self> {
        Self::start("nginx", &["/usr/sbin/nginx", "/usr/bin/nginx"], |listen, folder| {
            let at = folder.display();
            let config = format!(
                "daemon off;\nmaster_process off;\nworker_processes 1;\npid {at}/pid;\nerror_log stderr crit;\n\
                 events {{ worker_connections 512; }}\nhttp {{\n access_log off;\n client_body_temp_path {at}/a;\n \
                 proxy_temp_path {at}/b;\n fastcgi_temp_path {at}/c;\n uwsgi_temp_path {at}/d;\n scgi_temp_path {at}/e;\n \
                 server {{ listen {listen}; {locations} }}\n}}\n"
            );
            (config, vec!["-p".into(), at.to_string(), "-c".into()])
        })
    }

    /// HAProxy, unless it is not installed.
    pub fn haproxy(upstream: SocketAddr) -> Option<Self> {
        Self::start("haproxy", &["/usr/sbin/haproxy", "/usr/bin/haproxy"], |listen, _| {
            let config = format!(
                "global\n maxconn 512\n nbthread 1\ndefaults\n mode http\n timeout connect 2s\n timeout client 3s\n \
                 timeout server 3s\n timeout http-request 3s\nfrontend f\n bind {listen}\n default_backend b\n\
                 backend b\n server s {upstream}\n"
            );
            (config, vec!["-db".into(), "-f".into()])
        })
    }

    fn start(
        name: &'static str,
        places: &[&str],
        configure: impl Fn(SocketAddr, &PathBuf) -> (String, Vec<String>),
    ) -> Option<Self> {
        let program = places.iter().find(|place| std::path::Path::new(place).exists())?;
        let address = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port");
        let folder = std::env::temp_dir().join(format!("hansom-{name}-{}", address.port()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let (config, arguments) = configure(address, &folder);
        let file = folder.join("config");
        std::fs::write(&file, config).expect("a file");
        let child =
            Command::new(program).args(arguments).arg(&file).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let peer = Self { name, address, child: child.expect("it starts"), folder };
        let patience = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < patience, "{name} does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(peer)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
