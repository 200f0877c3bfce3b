//! Is what the guides say true of the running platform?

#[path = "town/mod.rs"]
#[expect(dead_code, reason = "the platform's tests use more of the town")]
mod town;

use std::{
    collections::BTreeSet,
    io::Write,
    process::{Command, Stdio},
};

use serde_json::json;
use town::{Answer, Demo, Scratch};

/// The commands of a guide, as they stand.
fn commands(guide: &str) -> String {
    guide.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next()).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_commands_of_getting_started_work_word_for_word() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let mut dev = demo.sign_in("dev.patel@hackney.example").await;
    let guide = dev.get("/guides/getting-started.md").await.text;
    let script = commands(&guide);
    let call = script.lines().last().unwrap().rsplit(' ').next().unwrap().to_owned();
    let api = call.strip_prefix(&format!("{}/", demo.url("sandbox"))).unwrap().split('/').next().unwrap().to_owned();
    let operation = guide.rsplit("](/apis/").next().unwrap().split(')').next().unwrap();
    let operation = operation.rsplit('/').next().unwrap();

    let mine = json!({ "name": "First steps", "owner": "income-services@hackney.example" });
    let application = dev.api("POST", "/applications", &mine).await.json()["id"].as_str().unwrap().to_owned();
    let asked = json!({ "application": application, "api": api, "major": "v1", "environment": "sandbox",
        "operations": [operation], "purpose": "To take the first steps.", "legalBasis": "Contract" });
    let grant = dev.api("POST", "/grants", &asked).await;
    assert_eq!(grant.status, 201, "{}", grant.text);
    if grant.json()["state"] == "requested" {
        let mut owner = demo.sign_in("grace.obi@hackney.example").await;
        let decision = json!({ "decision": "approve", "reason": "For the sandbox." });
        let path = format!("/grants/{}/decision", grant.json()["id"].as_str().unwrap());
        let decided = owner.api("POST", &path, &decision).await;
        assert_eq!(decided.status, 200, "{}", decided.text);
    }
    let path = format!("/applications/{application}/credentials");
    let secret =
        dev.api("POST", &path, &json!({ "kind": "secret" })).await.json()["secret"].as_str().unwrap().to_owned();

    let mut answered = String::new();
    town::until("the commands work", async || {
        let mut shell = Command::new("bash")
            .args(["-e", "-c", &script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        shell.stdin.take().unwrap().write_all(format!("{application}\n{secret}\n").as_bytes()).unwrap();
        let output = shell.wait_with_output().unwrap();
        answered = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        // The gateway learns of the grant within a second.
        output.status.success() || !answered.contains("403")
    })
    .await;
    assert!(answered.contains("bulky-waste") && !answered.contains("curl:"), "{answered}");
}

/// The names of the cookies that an answer sets.
fn set(answer: &Answer) -> Vec<String> {
    let cookies = answer.headers.get_all("set-cookie").iter();
    cookies.map(|cookie| cookie.to_str().unwrap().split('=').next().unwrap().to_owned()).collect()
}

/// What a hub sets in the browser of somebody who has a link sent.
async fn set_by_mail_links() -> Vec<String> {
    let scratch = Scratch::new();
    let demo = Demo::start_with(&scratch.0, &["--mail-links"]).await;
    let hub = demo.url("hub");
    let mail = [("email", "someone@example.com"), ("return_to", "/")];
    let request = demo.http.post(format!("{hub}/sign-in/mail")).header("origin", &hub).form(&mail);
    let answer = Answer::of(request.send().await.unwrap()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    set(&answer)
}

#[tokio::test]
async fn every_cookie_that_is_set_is_in_the_list_and_every_one_in_the_list_is_set() {
    let mut seen = BTreeSet::from_iter(set_by_mail_links().await);
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let hub = demo.url("hub");
    let mut browser = demo.sign_in("ben.carter@hackney.example").await;
    // By now it was at the sign-in and came back from it.
    seen.extend(browser.cookie().split("; ").filter_map(|it| it.split('=').next()).map(str::to_owned));
    for page in
        ["/", "/guides", "/status", "/meetups", "/applications", "/account", "/problems", "/playbook", "/nothing"]
    {
        for answer in [browser.get(page).await, demo.get(&format!("{hub}{page}"), None).await] {
            seen.extend(set(&answer));
        }
    }
    let guide = demo.get(&format!("{hub}/guides/cookies.md"), None).await.text;
    let told: BTreeSet<String> =
        guide.split("| `").skip(1).filter_map(|rest| rest.split('`').next()).map(str::to_owned).collect();
    assert_eq!(seen, told, "{guide}");
}
