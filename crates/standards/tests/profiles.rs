//! Does a profile say which rules hold, and does it say what is wrong with itself?

use hansom_standards::{Facts, Level, Outcome, Profile, Sources, document::Limits, lint};

fn read(text: &str) -> Profile {
    Profile::read(text).unwrap_or_else(|faults| panic!("it reads: {faults:?}\n{text}"))
}

/// What comes of a rule in a profile that comes with Hansom; none if the rule does not hold there.
fn outcome(profile: &str, rule: &str, contract: &str) -> Option<Outcome> {
    let sources = Sources::of_text("openapi.yaml", contract, &Limits::default()).expect("the contract reads");
    let profile = Profile::bundled(profile).expect("the profile reads");
    let verdict = lint(&sources, Facts::default(), &profile);
    verdict.coverage.iter().find(|coverage| &*coverage.rule == rule).map(|coverage| coverage.outcome)
}

#[test]
fn each_of_the_four_reads_under_its_own_name() {
    let names: Vec<_> = Profile::names().collect();
    assert_eq!(names, ["uk-council", "hackney-compat", "nl-adr", "zalando"]);
    for name in names {
        let profile = Profile::bundled(name).unwrap_or_else(|| panic!("{name} does not read"));
        assert_eq!(&*profile.name, name);
        assert!(profile.rules.len() > 30, "{name} has {} rules", profile.rules.len());
    }
}

#[test]
fn the_default_holds_every_rule_as_its_page_says() {
    let profile = Profile::bundled("uk-council").expect("it reads");
    assert_eq!(profile.rules.len(), hansom_standards::rules::ALL.len());
    for chosen in &profile.rules {
        assert_eq!(chosen.level, chosen.rule.level, "{:?}", chosen.rule);
    }
}

#[test]
fn one_contract_gets_the_verdicts_in_which_the_profiles_differ() {
    use Outcome::{Failed, Passed};
    let camel_query = "paths: { /repairs: { get: { parameters: [{ name: tenancyId, in: query }] } } }";
    let snake_query = "paths: { /repairs: { get: { parameters: [{ name: tenancy_id, in: query }] } } }";
    let camel_property = "components: { schemas: { A: { properties: { dueBy: { type: string } } } } }";
    let snake_property = "components: { schemas: { A: { properties: { due_by: { type: string } } } } }";
    let versioned =
        "info: { version: 1.0.0 }\nservers: [{ url: https://a.example/repairs/v1 }]\npaths: { /repairs: {} }";
    let unversioned =
        "info: { version: 1.0.0 }\nservers: [{ url: https://a.example/repairs }]\npaths: { /repairs: {} }";
    let api_first = "servers: [{ url: https://a.example/api/v1 }]";
    let key = "components: { securitySchemes: { Key: { type: apiKey, in: header, name: Key } } }";
    let internal = "info: { x-audience: internal }";
    let company = "info: { x-audience: company-internal }";
    let no_summary = "info: { description: Everything that the council knows about the repairs of its homes, from the first report on. }";
    let plain_error = "paths: { /a: { get: { responses: { '400': { content: { application/json: { schema: { type: object } } } } } } } }";
    let dutch = "paths: { '/woningen/{id}': {} }";
    let table: [(&str, &str, [Option<Outcome>; 4]); 14] = [
        // Rule, contract; then uk-council, hackney-compat, nl-adr, zalando.
        ("NAME-01", camel_query, [Some(Failed), Some(Failed), Some(Passed), Some(Failed)]),
        ("NAME-01", snake_query, [Some(Passed), Some(Passed), Some(Failed), Some(Passed)]),
        ("NAME-02", camel_property, [Some(Passed), Some(Passed), Some(Passed), Some(Failed)]),
        ("NAME-02", snake_property, [Some(Failed), Some(Failed), Some(Failed), Some(Passed)]),
        ("VER-02", versioned, [Some(Passed), Some(Passed), Some(Passed), Some(Failed)]),
        ("VER-02", unversioned, [Some(Failed), Some(Failed), Some(Failed), Some(Passed)]),
        ("URL-03", api_first, [Some(Failed), Some(Passed), None, Some(Failed)]),
        ("AUTH-02", key, [Some(Failed), Some(Failed), Some(Passed), Some(Failed)]),
        ("META-08", internal, [Some(Passed), Some(Passed), None, Some(Failed)]),
        ("META-08", company, [Some(Failed), Some(Failed), None, Some(Passed)]),
        ("META-02", no_summary, [Some(Failed), Some(Passed), None, Some(Passed)]),
        ("ERR-01", plain_error, [Some(Failed), Some(Passed), Some(Failed), Some(Failed)]),
        ("URL-05", dutch, [Some(Failed), Some(Failed), Some(Passed), Some(Failed)]),
        ("META-12", "info: {}", [Some(Failed), None, None, None]),
    ];
    for (rule, fragment, expected) in table {
        let contract = format!("openapi: 3.1.0\n{fragment}\n");
        for (profile, expected) in Profile::names().zip(expected) {
            assert_eq!(outcome(profile, rule, &contract), expected, "{rule} in {profile}:\n{contract}");
        }
    }
}

#[test]
fn a_profile_builds_on_another_and_changes_what_it_names() {
    let profile = read(
        "profile: ours\nedition: '1'\nextends: nl-adr\nrules:\n  NAME-01: warning\n  URL-06: { deepest: 2 }\n  VER-03: off\n",
    );
    assert_eq!(&*profile.name, "ours");
    let name = profile.chosen("NAME-01").expect("it holds");
    assert_eq!((name.level, name.settings.text("casing")), (Level::Warning, "camelCase"), "the parameter stays");
    let nesting = profile.chosen("URL-06").expect("what the other leaves out may be added");
    assert_eq!((nesting.level, nesting.settings.number("deepest")), (Level::Warning, 2));
    assert!(profile.chosen("VER-03").is_none());
    assert!(profile.chosen("META-12").is_none(), "what the other leaves out stays out");
    let order: Vec<_> = profile.rules.iter().map(|chosen| chosen.rule.id).collect();
    let catalogue = hansom_standards::rules::ALL.iter().map(|rule| rule.id);
    assert_eq!(order, catalogue.filter(|id| order.contains(id)).collect::<Vec<_>>(), "the order of the catalogue");
}

#[test]
fn an_unlisted_rule_holds_unless_the_others_are_off() {
    let all = hansom_standards::rules::ALL.len();
    assert_eq!(read("profile: a\nedition: '1'\n").rules.len(), all);
    assert_eq!(read("profile: a\nedition: '1'\nothers: on\nrules: { url-01: off }\n").rules.len(), all - 1);
    assert_eq!(read("profile: a\nedition: '1'\nothers: off\nrules: { kebab-case-segments: on }\n").rules.len(), 1);
}

#[test]
fn what_is_wrong_with_a_profile_is_told_with_its_line() {
    let head = "profile: ours\nedition: '1'\n";
    let table = [
        ("rules:\n  URL-99: error\n", 4, "no rule `URL-99`"),
        ("rules:\n  URL-01: loud\n", 4, "no level"),
        ("rules:\n  URL-01: { level: loud }\n", 4, "no level"),
        ("rules:\n  URL-01:\n    colour: red\n", 5, "no parameter `colour`"),
        ("rules:\n  URL-01:\n    casing: 7\n", 5, "no parameter `casing` of this kind"),
        ("rules:\n  URL-02: { deepest: 3 }\n", 4, "no parameter `deepest`"),
        ("extends: nobody\n", 3, "no such profile"),
        ("extends: [uk-council]\n", 3, "no such profile"),
        ("others: perhaps\n", 3, "`others`"),
        ("colour: red\n", 3, "no `colour`"),
        ("rules: [URL-01]\n", 3, "`rules` must be a map"),
        ("rulesets: a.yaml\n", 3, "`rulesets` must be a list"),
        ("title: [a]\n", 3, "`title` must be a text"),
        ("rulesets:\n  - [a]\n", 4, "a ruleset is named by a file"),
    ];
    for (rest, line, words) in table {
        let faults = Profile::read(&format!("{head}{rest}")).expect_err(rest);
        let told = faults.iter().any(|fault| fault.place.line == line && fault.what.contains(words));
        assert!(told, "{rest}: {faults:?}");
    }
    for text in ["", "a", "[]", "edition: '1'", "profile: a", "profile: [", "rules: 7"] {
        assert!(Profile::read(text).is_err(), "{text}");
    }
}

#[test]
fn every_fault_of_a_profile_is_told_at_once() {
    let faults =
        Profile::read("profile: a\nedition: '1'\nrules:\n  URL-98: on\n  URL-99: on\n").expect_err("it is wrong");
    assert_eq!(faults.iter().map(|fault| fault.place.line).collect::<Vec<_>>(), [4, 5]);
}
