//! Do the hub and the operations listener speak TLS where the configuration says so?

use std::{io::Write, net::TcpStream, process::Command};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use crate::running::{BINARY, PATIENCE, Ports, Running, Scratch, configuration, serve};

/// An authority, and in the folder a certificate of it for this machine, and one for a client.
fn certificates(scratch: &Scratch, name: &str) -> String {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = params.self_signed(&key).unwrap().pem();
    scratch.write("authority.pem", &pem);
    let authority = Issuer::new(params, key);
    let key = KeyPair::generate().unwrap();
    let signed = CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    scratch.write("host.pem", &signed.pem());
    scratch.write("host.key", &key.serialize_pem());
    pem
}

#[tokio::test(flavor = "multi_thread")]
async fn d55_the_hub_and_operations_speak_tls_and_read_their_certificates_again() {
    let (scratch, ports) = (Scratch::new(), Ports::free());
    let authority = certificates(&scratch, "localhost");
    let config = configuration(&scratch, &ports, "", "");
    let (hub, operations) = (ports.hub, ports.operations);
    let tls = "tls = { certificate = \"host.pem\", key = \"host.key\" }";
    let text = std::fs::read_to_string(&config).unwrap();
    let text = text
        .replace(&format!("url = \"http://127.0.0.1:{hub}\""), &format!("url = \"https://localhost:{hub}\"\n{tls}"));
    let line = format!("listen = \"127.0.0.1:{operations}\"");
    let only_known = tls.replace(" }", ", client_ca = \"authority.pem\" }");
    let text = text.replace(&line, &format!("{line}\n{only_known}"));
    std::fs::write(&config, text).unwrap();
    let checked = Command::new(BINARY).args(["check", "--config"]).arg(&config).output().unwrap();
    assert!(checked.status.success(), "{checked:?}");

    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let client = |authority: &str, identity: bool| {
        let root = reqwest::Certificate::from_pem(authority.as_bytes()).unwrap();
        let read = |name: &str| std::fs::read_to_string(scratch.0.join(name)).unwrap();
        let builder = reqwest::Client::builder().tls_certs_only([root]).timeout(PATIENCE);
        let own = reqwest::Identity::from_pem((read("host.pem") + &read("host.key")).as_bytes()).unwrap();
        if identity { builder.identity(own).build().unwrap() } else { builder.build().unwrap() }
    };
    let (known, stranger) = (client(&authority, true), client(&authority, false));
    let mut running = Running(serve(&config, &[]).spawn().unwrap());
    let ready = format!("https://localhost:{operations}/ready");
    crate::running::eventually(&mut running, "it is ready", async || {
        known.get(&ready).send().await.is_ok_and(|answer| answer.status() == 200)
    })
    .await;
    assert!(stranger.get(&ready).send().await.is_err(), "operations lets nobody in without a certificate");
    let jwks = format!("https://localhost:{hub}/oauth/jwks");
    crate::running::eventually(&mut running, "the hub answers", async || {
        stranger.get(&jwks).send().await.is_ok_and(|answer| answer.status() == 200)
    })
    .await;
    // Who says nothing, and who speaks no TLS, keep nobody out.
    let mut silent: Vec<TcpStream> = (0..20).map(|_| TcpStream::connect(("127.0.0.1", hub)).unwrap()).collect();
    silent[0].write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    assert_eq!(stranger.get(&jwks).send().await.unwrap().status(), 200);
    // Another authority: the certificates are read again.
    let authority = certificates(&scratch, "localhost");
    running.signal("HUP");
    let later = client(&authority, true);
    crate::running::eventually(&mut running, "the new certificate is in use", async || {
        later.get(&jwks).send().await.is_ok_and(|answer| answer.status() == 200)
            && later.get(&ready).send().await.is_ok_and(|answer| answer.status() == 200)
    })
    .await;
    running.signal("TERM");
    assert_eq!(tokio::task::block_in_place(|| running.end()).code(), Some(0));
}
