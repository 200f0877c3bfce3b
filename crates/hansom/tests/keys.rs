//! Keys by the command line, against the database of a platform that runs.

#[expect(dead_code, reason = "the platform's tests use more of the town")]
mod town;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use town::{BINARY, Demo, Scratch, until};

/// A configuration for the database of a demo, which has none of its own.
fn configuration(scratch: &Scratch, keys: &str) -> PathBuf {
    let folder = scratch.0.join("demo");
    let text = format!(
        r#"
[hub]
listen = "127.0.0.1:1"
url = "http://127.0.0.1:1"
[operations]
listen = "127.0.0.1:2"
[environments.production]
listen = "127.0.0.1:3"
url = "http://127.0.0.1:3"
[database]
url = "sqlite://{}/hansom.db"
[keys]
{keys}
[state]
directory = "state"
[identity]
issuer = "http://127.0.0.1:9"
client_id = "hansom"
name = "Nobody"
[platform]
administrators = "api-platform@hackney.example"
"#,
        folder.display()
    );
    scratch.write("hansom.toml", &text)
}

fn keys(config: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(BINARY).arg("keys").args(arguments).arg("--config").arg(config).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

fn kid_of(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

#[tokio::test]
async fn keys_change_under_a_running_gateway_and_a_withdrawn_one_ends_its_tokens() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let config = configuration(&scratch, "master_key_file = \"demo/master.key\"");
    let production = demo.url("production");
    let url = demo.printed_url();
    let old = demo.token(&production).await.access_token();
    assert_eq!(demo.get(&url, Some(&old)).await.status, 200);
    let listed = keys(&config, &["list"]).unwrap();
    assert!(listed.contains(&kid_of(&old)) && listed.contains("signing") && listed.contains("ES256"), "{listed}");

    let said = keys(&config, &["rotate"]).unwrap();
    let announced = said.split(' ').next().unwrap().to_owned();
    assert!(said.contains("is announced"), "{said}");
    let jwks = format!("{}/oauth/jwks", demo.url("hub"));
    let shown = demo.get(&jwks, None).await.text;
    assert!(
        shown.contains(&announced) && shown.contains(&kid_of(&old)),
        "the next key is shown before it signs: {shown}"
    );
    assert_eq!(kid_of(&demo.token(&production).await.access_token()), kid_of(&old), "it does not sign yet");
    assert!(keys(&config, &["retire", &announced]).unwrap_err().contains("--now"), "it has signed nothing yet");

    let said = keys(&config, &["rotate", "--now"]).unwrap();
    assert!(said.contains(&announced), "the announced key signs earlier: {said}");
    let mut new = String::new();
    until("the other key signs", async || {
        new = demo.token(&production).await.access_token();
        kid_of(&new) == announced
    })
    .await;
    assert_eq!(demo.get(&url, Some(&new)).await.status, 200, "the gateway knew the key before it signed");
    assert_eq!(demo.get(&url, Some(&old)).await.status, 200, "a token lives to its end, whoever signs now");

    let said = keys(&config, &["retire", &kid_of(&old), "--now", "--reason", "It was copied."]).unwrap();
    assert!(said.contains("withdrawn"), "{said}");
    until("the withdrawn key is refused", async || demo.get(&url, Some(&old)).await.status == 401).await;
    demo.get(&url, Some(&old)).await.is_problem(401, "token-invalid");
    assert_eq!(demo.get(&url, Some(&new)).await.status, 200, "the other key's tokens live on");
    assert!(!demo.get(&jwks, None).await.text.contains(&kid_of(&old)));
    let listed = keys(&config, &["list"]).unwrap();
    assert!(listed.contains("withdrawn"), "{listed}");
    assert!(keys(&config, &["retire", "nobody's", "--now"]).unwrap_err().contains("no signing key"));
}

#[tokio::test]
async fn a_new_master_key_is_put_in_place_and_may_come_from_a_command() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let token = demo.token(&demo.url("production")).await.access_token();
    demo.kill();
    let config = configuration(&scratch, "master_key_file = \"demo/master.key\"");
    let new = scratch.0.join("new.key");
    let said = keys(&config, &["reseal", "--new-master-key-file", new.to_str().unwrap()]).unwrap();
    assert!(said.contains("sealed with the new master key"), "{said}");
    let refused = keys(&config, &["list"]).unwrap_err();
    assert!(refused.contains("not the one that the database was sealed with"), "{refused}");

    let wrapped = format!("master_key_command = [\"cat\"]\nwrapped_key_file = \"{}\"", new.display());
    let listed = keys(&configuration(&scratch, &wrapped), &["list"]).unwrap();
    assert!(listed.contains(&kid_of(&token)), "the same key is opened with what the command prints: {listed}");
    let failing = format!("master_key_command = [\"false\"]\nwrapped_key_file = \"{}\"", new.display());
    assert!(keys(&configuration(&scratch, &failing), &["list"]).unwrap_err().contains("failed"));
    let two = format!("master_key_file = \"demo/master.key\"\n{wrapped}");
    let refused = keys(&configuration(&scratch, &two), &["list"]).unwrap_err();
    assert!(refused.contains("exactly one"), "{refused}");
    let by_variable = "master_key_variable = \"HANSOM_TEST_NO_SUCH_VARIABLE\"";
    assert!(
        keys(&configuration(&scratch, by_variable), &["list"]).unwrap_err().contains("HANSOM_TEST_NO_SUCH_VARIABLE")
    );
}
