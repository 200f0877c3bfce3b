//! Do the hub and the operations listener speak TLS where the configuration says so?

use std::{
    io::Write,
    net::TcpStream,
    process::{Command, Stdio},
};

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, IsCa, Issuer, KeyIdMethod, KeyPair,
    date_time_ymd,
};

use crate::running::{BINARY, PATIENCE, Ports, Running, Scratch, configuration, get, serve};

/// An authority, and in the folder a certificate of it for this machine, and one for a client.
fn certificates(scratch: &Scratch, name: &str) -> String {
    authority(scratch, name).1
}

/// The same, with the authority itself.
pub(crate) fn authority(scratch: &Scratch, name: &str) -> (Issuer<'static, KeyPair>, String) {
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
    (authority, pem)
}

/// A list of revoked certificates on which nobody is, that is good until a year.
pub(crate) fn list(authority: &Issuer<'static, KeyPair>, until: i32) -> String {
    let list = CertificateRevocationListParams {
        this_update: date_time_ymd(2020, 1, 1),
        next_update: date_time_ymd(until, 1, 1),
        crl_number: 1.into(),
        issuing_distribution_point: None,
        revoked_certs: vec![],
        key_identifier_method: KeyIdMethod::Sha256,
    };
    list.signed_by(authority).and_then(|list| list.pem()).unwrap()
}

#[test]
fn d55_a_list_of_revoked_certificates_that_has_ended_is_told_of_until_the_next_one_is_there() {
    let (scratch, ports) = (Scratch::new(), Ports::free());
    let (authority, _) = authority(&scratch, "localhost");
    let lists = scratch.write("revoked.pem", &list(&authority, 2021));
    let tls = "tls = { certificate = \"host.pem\", key = \"host.key\", client_ca = \"authority.pem\", client_crl = \"revoked.pem\" }";
    let config = configuration(&scratch, &ports, tls, "");
    let checked = Command::new(BINARY).args(["check", "--config"]).arg(&config).output().unwrap();
    let error = String::from_utf8(checked.stderr).unwrap();
    assert!(!checked.status.success() && error.contains("ended on 2021-01-01; fetch the next one"), "{error}");
    let mut running = Running::start(serve(&config, &[]).stderr(Stdio::piped()), &ports);
    let (ready, metrics) = (|| get(ports.operations, "/ready").unwrap(), || get(ports.operations, "/metrics").unwrap());
    running.until(|| ready().contains("has ended; nobody comes in whose certificate is of it"), "it is told of");
    let metric = |until: u64| {
        let file = lists.display();
        let start =
            format!("hansom_tls_revocation_list_expires_seconds{{environment=\"production\",file=\"{file}\",issuer=");
        metrics().lines().any(|line| line.starts_with(&start) && line.ends_with(&format!(" {until}")))
    };
    assert!(metric(1_609_459_200), "{}", metrics());
    scratch.write("revoked.pem", &list(&authority, 2999));
    running.signal("HUP");
    running.until(|| metric(32_472_144_000) && !ready().contains("has ended"), "the next one is in use");
    running.signal("TERM");
    assert_eq!(running.end().code(), Some(0));
    let told = running.error();
    assert_eq!(told.matches("the list of revoked certificates has ended").count(), 1, "once a day: {told}");
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
