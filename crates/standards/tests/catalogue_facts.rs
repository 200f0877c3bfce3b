//! Do the rules take the manifest's word, the catalogue's and that of a contract's other files?

use hansom_standards::{Facts, Neighbour, Profile, Sources, document::Limits, lint};

/// What a rule says of a contract: the words of its findings, each with file and line.
fn told(rule: &str, sources: &Sources, facts: &Facts) -> Vec<String> {
    let profile = format!("profile: one\nedition: none\nothers: off\nrules: {{ {rule}: on }}\n");
    let verdict = lint(sources, facts.clone(), &Profile::read(&profile).expect("the profile reads"));
    verdict.findings.iter().map(|found| format!("{}:{} {}", found.file, found.span.start.line, found.what)).collect()
}

fn of_text(text: &str) -> Sources {
    Sources::of_text("openapi.yaml", text, &Limits::default()).unwrap_or_else(|fault| panic!("{fault}\n{text}"))
}

fn published() -> Facts {
    let word = |text: &str| Some(text.to_owned());
    let neighbour = |api: &str, title: &str| Neighbour {
        api: api.to_owned(),
        title: title.to_owned(),
        base_path: format!("/{api}"),
    };
    Facts {
        api: word("repairs"),
        audience: word("internal"),
        status: word("live"),
        owner: word("housing-repairs@hackney.example"),
        kind: word("platform"),
        personal_data: Some(true),
        sandbox: Some(true),
        neighbours: vec![neighbour("rents", "Rents"), neighbour("council-tax", "Council tax")],
    }
}

#[test]
fn what_the_manifest_says_need_not_be_said_twice() {
    let contract = of_text(
        "info: { title: Repairs, version: 1.0.0, x-category: housing, x-marking: OFFICIAL }\nservers: [{ url: /repairs/v1, description: any }]\npaths: { /repairs: { post: {} } }\n",
    );
    for rule in ["META-07", "META-08", "META-09", "META-10", "META-11", "META-14"] {
        assert_eq!(told(rule, &contract, &published()), Vec::<String>::new(), "{rule} with a manifest");
        assert!(!told(rule, &contract, &Facts::default()).is_empty(), "{rule} without");
    }
}

#[test]
fn contract_and_manifest_may_not_contradict_each_other() {
    for (rule, info, words) in [
        ("META-08", "x-audience: public", "the contract says `public`, the manifest says `internal`"),
        ("META-09", "x-status: beta", "the contract says `beta`, the manifest says `live`"),
        ("META-11", "x-personal-data: false, x-marking: OFFICIAL", "contradict each other"),
    ] {
        let contract = of_text(&format!("info: {{ {info} }}"));
        let told = told(rule, &contract, &published());
        assert!(told.iter().any(|told| told.contains(words)), "{rule}: {told:?}");
    }
}

#[test]
fn no_two_apis_of_a_catalogue_share_title_or_base_path() {
    let table = [
        ("META-01", "info: { title: 'council TAX ' }", Some("`council-tax` is called")),
        ("META-01", "info: { title: Repairs }", None),
        ("URL-09", "servers: [{ url: https://a.example/rents/v2 }]", Some("overlaps that of the API `rents`")),
        ("URL-09", "servers: [{ url: /v1/rents/accounts }]", Some("overlaps that of the API `rents`")),
        ("URL-09", "servers: [{ url: /rents-archive/v1 }]", None),
        ("URL-09", "servers: [{ url: '{base}/repairs/v1', variables: { base: { default: /rents } } }]", Some("rents")),
    ];
    for (rule, contract, expected) in table {
        let told = told(rule, &of_text(contract), &published());
        match expected {
            Some(words) => assert!(told.iter().any(|told| told.contains(words)), "{contract}: {told:?}"),
            None => assert_eq!(told, Vec::<String>::new(), "{contract}"),
        }
    }
}

#[test]
fn a_persons_mailbox_is_told_from_a_teams() {
    let table = [
        ("Jane Smith", "jane.smith@hackney.example", true),
        ("Jane Smith", "JSmith@hackney.example", true),
        ("Jane Ann Smith", "smithj@hackney.example", true),
        ("Jane Smith", "housing@hackney.example", false),
        ("Repairs team", "repairs.team@hackney.example", false),
        ("Housing Repairs", "housing.repairs@hackney.example", false),
        ("Anybody", "info@hackney.example", true),
        ("Anybody", "contact-us@hackney.example", true),
        ("Housing Repairs", "hackney.repairs@gmail.com", true),
    ];
    for (name, email, wrong) in table {
        let contract = of_text(&format!("info: {{ title: Repairs, contact: {{ name: {name}, email: {email} }} }}"));
        assert_eq!(!told("META-04", &contract, &Facts::default()).is_empty(), wrong, "{name} <{email}>");
    }
}

/// A contract in three files, of which one is missing.
fn in_files() -> Sources {
    let root = "openapi: 3.1.0
paths:
  /repairs:
    $ref: paths.yaml#/paths/~1repairs
components:
  schemas:
    Lost: { $ref: gone.yaml#/Lost }
    Typo: { $ref: 'schemas/repair.yaml#/Repiar' }
";
    let paths = "paths:
  /repairs:
    get:
      operationId: listRepairs
      responses:
        '200':
          description: One.
          content:
            application/json:
              schema: { $ref: schemas/repair.yaml#/Repair }
              example: { number: seven }
  /forgotten: {}
";
    let repair = "Repair:
  type: object
  properties:
    number: { type: integer }
    note: { $ref: '#/Note' }
Note: { type: string, maximun: 5 }
";
    let mut open = |name: &str| match name {
        "paths.yaml" => Ok(paths.to_owned()),
        "schemas/repair.yaml" => Ok(repair.to_owned()),
        _ => Err("there is no such file".to_owned()),
    };
    Sources::read("openapi.yaml", root, &Limits::default(), &mut open).expect("it reads")
}

#[test]
fn rules_see_a_contract_in_all_its_files() {
    let sources = in_files();
    let told = |rule| told(rule, &sources, &Facts::default());
    let expect = |rule, place: &str, words: &str| {
        let all = told(rule);
        let found = all.iter().any(|told| told.starts_with(&format!("{place} ")) && told.contains(words));
        assert!(found, "{rule} at {place} says {words:?}: {all:#?}");
    };
    expect("OAS-02", "schemas/repair.yaml:6", "`maximun` is no keyword");
    expect("OAS-03", "openapi.yaml:7", "gone.yaml");
    expect("OAS-03", "openapi.yaml:8", "leads to nothing");
    expect("OAS-04", "paths.yaml:12", "`/forgotten`");
    expect("OAS-08", "paths.yaml:11", "`/number`");
    assert_eq!(told("OAS-03").len(), 2, "what resolves is not complained about: {:?}", told("OAS-03"));
    assert_eq!(told("OAS-05"), Vec::<String>::new());
}
