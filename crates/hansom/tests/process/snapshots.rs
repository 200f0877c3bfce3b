//! What is served when the store is empty, broken, newer or older, and when a snapshot ends the process?

use std::process::{Command, Output, Stdio};

use crate::{
    running::{BINARY, Running, Scratch, serve},
    village::{Site, Village, database},
};

fn confirm(site: &Site, more: &[&str]) -> Output {
    Command::new(BINARY).args(["confirm", "--config"]).arg(&site.config).args(more).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Puts another database in place of the one there, as a restore of the wrong one does.
async fn another_store(scratch: &Scratch) {
    for name in ["hansom.db", "hansom.db-wal", "hansom.db-shm"] {
        let _ = std::fs::remove_file(scratch.0.join(name));
    }
    Village::found(scratch, &format!("{}?mode=rwc", database(scratch))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l126_an_empty_store_is_held_until_an_operator_confirms_it() {
    let site = Site::new("").await;
    let mut running = site.start();
    assert_eq!(confirm(&site, &[]).status.code(), Some(1), "nothing is held");
    running.signal("TERM");
    assert_eq!(running.end().code(), Some(0));
    another_store(&site.scratch).await;
    let mut running = site.start();
    running.until(|| site.ready().contains("held: generation"), "it is held");
    assert!(site.ready().contains("it leaves 0 of 1 versions of APIs"), "{}", site.ready());
    assert_eq!(site.metric("hansom_snapshot_held"), 1.0);
    let told = confirm(&site, &["--dry-run"]);
    assert!(told.status.success() && text(&told.stdout).contains("is held: it leaves 0 of 1"), "{told:?}");
    let other = confirm(&site, &["--generation", "4711"]);
    assert!(other.status.code() == Some(1) && text(&other.stderr).contains("not 4711"), "{other:?}");
    assert!(site.answers("trees"), "it serves what it has");
    assert!(confirm(&site, &[]).status.success());
    running.until(|| !site.answers("trees"), "it goes live");
    running.until(|| site.metric("hansom_snapshot_held") == 0.0, "nothing is held any more");
    assert!(!site.ready().contains("held"), "{}", site.ready());
}

#[tokio::test(flavor = "multi_thread")]
async fn m139_after_three_crashes_in_a_minute_the_snapshot_before_serves_until_it_is_confirmed() {
    let site = Site::new("").await;
    let mut running = site.start();
    site.village.publish("bushes", "/bushes", "1.0.0").await;
    running.until(|| site.answers("bushes"), "the second one is live");
    let generation = site.metric("hansom_snapshot_generation");
    running.until(|| site.metric("hansom_snapshot_kept_generation") == generation, "and on disk");
    for _ in 0..2 {
        drop(running);
        running = site.start();
        assert!(site.answers("bushes"));
    }
    drop(running);
    let mut running = site.start();
    running.until(|| site.ready().contains("held: generation"), "the blamed one waits");
    assert!(site.answers("trees") && !site.answers("bushes"), "the one before serves");
    assert!(site.metric("hansom_snapshot_generation") < generation);
    assert!(site.ready().contains("three times within a minute"), "{}", site.ready());
    assert!(confirm(&site, &[]).status.success());
    running.until(|| site.answers("bushes"), "it is confirmed");
    running.signal("TERM");
    assert_eq!(running.end().code(), Some(0));
    let told = running.error();
    assert!(told.contains("ended three times within a minute on this generation; the one before serves"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn m141_a_snapshot_of_a_newer_format_is_refused_in_words_and_the_store_serves() {
    let site = Site::new("").await;
    let mut running = site.start();
    running.signal("TERM");
    assert_eq!(running.end().code(), Some(0));
    let file = site.scratch.0.join("state/snapshot");
    let kept = std::fs::read(&file).unwrap();
    let line = kept.iter().position(|byte| *byte == b'\n').unwrap();
    let newer = [b"hansom-snapshot 4711\n+ of a kind that is not known yet\n", &kept[line..]].concat();
    std::fs::write(&file, newer).unwrap();
    let mut running = site.start();
    running.until(|| site.metric("hansom_snapshot_kept_generation") > 0.0, "it is kept anew");
    running.signal("TERM");
    assert_eq!(running.end().code(), Some(0));
    let told = running.error();
    assert!(told.contains("format 4711") && told.contains("run the Hansom that wrote it"), "{told}");
    assert_eq!(std::fs::read(&file).unwrap()[..line], kept[..line], "in the format that this one reads");
}

#[tokio::test(flavor = "multi_thread")]
async fn m141_a_store_that_a_newer_version_has_taken_on_is_refused_in_words() {
    let site = Site::new("").await;
    let mut running = site.start();
    running.signal("TERM");
    assert_eq!(running.end().code(), Some(0));
    hansom_testkit::from_the_future(&database(&site.scratch)).await;
    // With a snapshot APIs are served on, and that is said; the hub is not.
    let mut running = site.start();
    running.until(
        || crate::running::get(site.ports.hub, "/").is_some_and(|answer| answer.starts_with("HTTP/1.1 503")),
        "the hub is away",
    );
    drop(running.0.kill());
    running.end();
    let told = running.error();
    assert!(told.contains("made by a newer version of Hansom; use that version"), "{told}");
    assert!(told.contains("the gateway serves from its snapshot"), "{told}");
    // Without one there is nothing to serve.
    std::fs::remove_dir_all(site.scratch.0.join("state")).unwrap();
    let output = serve(&site.config, &[]).output().unwrap();
    let told = text(&output.stderr);
    assert!(!output.status.success() && told.contains("made by a newer version of Hansom"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn l130_an_older_and_a_foreign_snapshot_give_way_to_the_store() {
    let (site, other) = (Site::new("").await, Site::new("").await);
    let mut running = site.start();
    running.until(|| site.metric("hansom_snapshot_kept_generation") > 0.0, "it is on disk");
    let file = site.scratch.0.join("state/snapshot");
    let older = std::fs::read(&file).unwrap();
    site.village.publish("bushes", "/bushes", "1.0.0").await;
    running.until(|| site.answers("bushes"), "the second one is live");
    running.signal("TERM");
    assert_eq!(running.end().code(), Some(0));
    other.village.publish("weeds", "/weeds", "1.0.0").await;
    let mut foreign = Running::start(serve(&other.config, &[]).stderr(Stdio::null()), &other.ports);
    foreign.until(|| other.answers("weeds") && other.metric("hansom_snapshot_kept_generation") > 0.0, "it is on disk");
    foreign.signal("TERM");
    assert_eq!(foreign.end().code(), Some(0));
    let foreign = std::fs::read(other.scratch.0.join("state/snapshot")).unwrap();
    for snapshot in [older, foreign] {
        std::fs::write(&file, snapshot).unwrap();
        let mut running = site.start();
        running.until(|| site.answers("bushes") && !site.answers("weeds"), "the store is what counts");
        running.signal("TERM");
        assert_eq!(running.end().code(), Some(0));
    }
}
