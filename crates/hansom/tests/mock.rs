//! Does `hansom mock` answer from a contract, as strict as the sandbox, and say how to call it?
#![expect(clippy::disallowed_methods, reason = "an end-to-end test is the outside: it has files")]

#[expect(dead_code, reason = "the platform's tests use more of the town")]
mod town;

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::Value;
use town::{BINARY, Scratch, new_api};

/// A mock that runs until the test ends.
struct Mock {
    child: Child,
    greeting: Vec<String>,
}

impl Mock {
    fn of(contract: &Path) -> Self {
        let mut command = Command::new(BINARY);
        command.args(["mock", "--listen", "127.0.0.1:0"]).arg(contract);
        let mut child = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let greeting = lines.take(3).map(|line| line.unwrap()).collect();
        Self { child, greeting }
    }

    fn url(&self) -> &str {
        self.greeting[0].rsplit(' ').next().unwrap()
    }

    fn curl(&self) -> &str {
        self.greeting[1].strip_prefix("Try: ").unwrap()
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn get(url: String) -> (u16, Value) {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let answer = reqwest::get(url).await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn contract_in(folder: &Scratch) -> std::path::PathBuf {
    folder.write("openapi.yaml", &new_api("parking", "parking@hackney.example")["openapi.yaml"])
}

#[tokio::test]
async fn a_contract_is_served_from_its_examples_and_its_refusals_are_problems() {
    let folder = Scratch::new();
    let mock = Mock::of(&contract_in(&folder));
    assert!(mock.url().ends_with("/parking/v1"), "{:?}", mock.greeting);
    let (status, list) = get(format!("{}/parking", mock.url())).await;
    assert_eq!(status, 200, "{list}");
    assert!(list["items"].is_array(), "{list}");
    let (status, problem) = get(format!("{}/parking?limit=0", mock.url())).await;
    assert_eq!((status, problem["status"].as_u64()), (400, Some(400)), "{problem}");
    let (status, problem) = get(format!("{}/nothing", mock.url())).await;
    assert_eq!((status, problem["status"].as_u64()), (404, Some(404)), "{problem}");
}

#[test]
fn the_command_that_it_names_works_as_it_is() {
    let folder = Scratch::new();
    let mock = Mock::of(&contract_in(&folder));
    let Ok(ran) = Command::new("sh").args(["-c", mock.curl()]).output() else { panic!("there is no shell") };
    let told = String::from_utf8_lossy(&ran.stdout);
    assert!(told.starts_with("HTTP/1.1 200"), "{}: {told}{}", mock.curl(), String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn a_contract_that_cannot_be_served_is_refused_with_its_place() {
    let folder = Scratch::new();
    let contract = folder.0.join("openapi.yaml");
    fs::write(&contract, "openapi: 3.1.0\ninfo: { title: X, version: 1.0.0 }\npaths: {}\n").unwrap();
    let ran = Command::new(BINARY).arg("mock").arg(&contract).output().unwrap();
    let told = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(1), "{told}");
    assert!(told.contains("openapi.yaml:3:"), "{told}");
}
