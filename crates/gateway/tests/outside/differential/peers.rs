//! How are nginx, HAProxy and Envoy started as plain reverse proxies?

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

    /// Envoy with these filters before the router and one cluster besides the API's, unless it is not installed.
    pub fn envoy_with(api: SocketAddr, filters: &str, asked: SocketAddr) -> Option<Self> {
        // `./test` puts it there, from the package registry of Python.
        let installed = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/envoy/envoy");
        let cluster = |name: &str, to: SocketAddr| {
            format!(
                "  - name: {name}\n    connect_timeout: 2s\n    load_assignment:\n      cluster_name: {name}\n      \
                 endpoints: [{{ lb_endpoints: [{{ endpoint: {{ address: {{ socket_address: {{ address: {}, \
                 port_value: {} }} }} }} }}] }}]\n",
                to.ip(),
                to.port()
            )
        };
        Self::start("envoy", &[installed, "/usr/local/bin/envoy", "/usr/bin/envoy"], |listen, _| {
            let (ip, port) = (listen.ip(), listen.port());
            let config = format!(
                "static_resources:\n  listeners:\n  - address: {{ socket_address: {{ address: {ip}, port_value: {port} }} }}\n    \
                 filter_chains:\n    - filters:\n      - name: envoy.filters.network.http_connection_manager\n        \
                 typed_config:\n          \"@type\": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager\n          \
                 stat_prefix: front\n          use_remote_address: true\n          normalize_path: false\n          merge_slashes: false\n          \
                 path_with_escaped_slashes_action: KEEP_UNCHANGED\n          route_config:\n            virtual_hosts:\n            - name: all\n              \
                 domains: [\"*\"]\n              routes:\n              - match: {{ prefix: /rents/v1 }}\n                \
                 request_headers_to_remove: [authorization, dpop]\n                route: {{ cluster: api }}\n          \
                 http_filters:\n          {filters}          - name: envoy.filters.http.router\n            typed_config:\n              \
                 \"@type\": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router\n  clusters:\n{}{}",
                cluster("api", api),
                cluster("hansom", asked),
            );
            let arguments = ["--disable-hot-restart", "--concurrency", "1", "-l", "critical", "-c"];
            (config, arguments.map(str::to_owned).to_vec())
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
        // Envoy tells by the ending how to read it.
        let file = folder.join("config.yaml");
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
