//! Do the templates say the same where they mean the same, and is what they make in the form that its own tools want?

use std::{
    collections::BTreeMap,
    io::Write,
    process::{Command, Stdio},
};

use hansom_scaffold::{Answers, Asked, RenderError, Template};

/// Files that every service's template has, word for word.
const SHARED: [&str; 13] = [
    ".github/pull_request_template.md",
    ".gitlab/merge_request_templates/Default.md",
    "CODEOWNERS",
    "LICENSE",
    "deploy/aws/alarms.tf",
    "deploy/aws/variables.tf",
    "deploy/chart/Chart.yaml",
    "deploy/chart/templates/service.yaml",
    "docs/decisions/0000-template.md",
    "migrations/0001_first.sql",
    "openapi.yaml",
    "scripts/postgres",
    "scripts/platform",
];

fn services() -> Vec<Template> {
    Template::all().into_iter().filter(|template| template.files().contains_key("Dockerfile")).collect()
}

fn answers(name: &str, resources: &[&str]) -> Answers {
    let asked = Asked {
        name: name.into(),
        owner: "parking@hackney.example".into(),
        resources: resources.iter().map(ToString::to_string).collect(),
        id: "5d1f0a4c-9b7e-48d2-a3c6-e1f08b92d475".into(),
        ..Asked::default()
    };
    Answers::check(asked).unwrap()
}

#[test]
fn what_does_not_depend_on_the_language_is_the_same_in_every_template() {
    let services = services();
    assert!(services.len() > 1);
    for file in SHARED {
        let texts: BTreeMap<Option<&String>, &str> =
            services.iter().map(|template| (template.files().get(file), template.name())).collect();
        assert!(texts.len() == 1 && !texts.contains_key(&None), "{file} differs: {:?}", texts.values());
    }
}

#[test]
fn rust_is_formatted_whatever_the_names() {
    let template = Template::named("rust-axum").unwrap();
    let settings = &template.files()["rustfmt.toml"].replace('\n', ",");
    let settings = settings.trim_end_matches(',').replace([' ', '"'], "");
    for (name, resources) in [
        ("parking", &["pens", "boxes"][..]),
        ("neighbourhood-anti-social-behaviours-x", &["neighbourhood-anti-social-behaviours-y"]),
        ("borough-lighting", &["zones", "street-lights", "areas"]),
    ] {
        for (file, text) in template.render(&answers(name, resources)).unwrap() {
            if file.ends_with(".rs") {
                assert!(formatted(&text, &settings) == text, "{file} of {name} is not formatted");
            }
        }
    }
}

fn formatted(text: &str, settings: &str) -> String {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config", settings])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    rustfmt.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = rustfmt.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_service_is_not_called_as_a_package_that_it_uses() {
    let template = Template::named("rust-axum").unwrap();
    let refused = template.render(&answers("regex", &["rooms"])).err();
    assert_eq!(refused, Some(RenderError::TakenName("regex".into())));
}
