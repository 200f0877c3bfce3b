//! Does the number say what the formula promises, and the badge what the number says?

use hansom_standards::{
    Finding, Level, Outcome, Place, Profile, Sources, Span, Verdict,
    badge::{badge, without_verdict},
    document::Limits,
    lint,
    lint::Coverage,
    scorecard::{Chapter, Grade, Scorecard, Summary, Tally},
};

/// What came of a rule: id, level, outcome, applied, findings.
type Row = (&'static str, Level, Outcome, usize, usize);

fn verdict(rows: &[Row]) -> Verdict {
    let finding = |rule: &str, level, nth: usize| Finding {
        rule: rule.into(),
        level,
        file: "openapi.yaml".into(),
        span: Span::empty(Place::START),
        pointer: format!("/{nth}"),
        what: "wrong".to_owned(),
        why: "".into(),
        mend: "".into(),
        page: None,
        fix: None,
    };
    Verdict {
        profile: "uk-council".to_owned(),
        edition: "2026.1".to_owned(),
        findings: rows
            .iter()
            .flat_map(|(rule, level, _, _, findings)| (0..*findings).map(move |nth| finding(rule, *level, nth)))
            .collect(),
        coverage: rows
            .iter()
            .map(|(rule, level, outcome, applied, findings)| Coverage {
                rule: (*rule).into(),
                level: *level,
                outcome: *outcome,
                applied: *applied,
                findings: *findings,
                cut: false,
            })
            .collect(),
    }
}

fn card(rows: &[Row]) -> Scorecard {
    Scorecard::of(&verdict(rows), |_| false)
}

use Level::{Error, Hint, Information, Warning};
use Outcome::{Failed, NotApplicable, NotObserved, Passed};

#[test]
fn the_score_is_what_is_kept_of_the_weights() {
    let table: [(&str, &[Row], Option<u32>); 11] = [
        ("nothing counts", &[], None),
        ("nothing applies", &[("URL-01", Error, NotApplicable, 0, 0), ("SEC-02", Error, NotObserved, 0, 0)], None),
        ("all is kept", &[("URL-01", Error, Passed, 3, 0), ("DATA-03", Warning, Passed, 9, 0)], Some(1000)),
        ("an error everywhere", &[("URL-01", Error, Failed, 4, 4)], Some(0)),
        // 10 of weight, half lost, and of the other half 1 of 10: 4.5 of 10.
        ("an error at 1 of 10", &[("URL-01", Error, Failed, 10, 1)], Some(450)),
        // 4.5 + 3 of 13
        ("a warning is kept", &[("URL-01", Error, Failed, 10, 1), ("DATA-03", Warning, Passed, 1, 0)], Some(576)),
        // 10 + 1.35 of 13
        ("an error is kept", &[("URL-01", Error, Passed, 10, 0), ("DATA-03", Warning, Failed, 10, 1)], Some(873)),
        // 10 + 3 + 0 of 14
        (
            "a note weighs little",
            &[
                ("URL-01", Error, Passed, 1, 0),
                ("DATA-03", Warning, Passed, 1, 0),
                ("NAME-05", Information, Failed, 2, 2),
            ],
            Some(928),
        ),
        ("a hint weighs nothing", &[("URL-01", Error, Passed, 1, 0), ("x", Hint, Failed, 1, 1)], Some(1000)),
        (
            "what does not count changes nothing",
            &[("URL-01", Error, Failed, 2, 1), ("SEC-01", Error, NotApplicable, 0, 0)],
            Some(250),
        ),
        // Several complaints about one thing are one thing that is wrong.
        ("more findings than things", &[("URL-01", Error, Failed, 1, 3)], Some(0)),
    ];
    for (name, rows, expected) in table {
        assert_eq!(card(rows).score, expected, "{name}");
    }
}

#[test]
fn only_a_contract_without_findings_has_the_full_score() {
    let mut rows: Vec<Row> = vec![("URL-01", Error, Passed, 1, 0); 10_000];
    assert_eq!(card(&rows).score, Some(1000));
    rows.push(("NAME-05", Information, Failed, 1_000_000, 1));
    assert_eq!(card(&rows).score, Some(999));
}

#[test]
fn mending_one_place_never_lowers_the_score() {
    let score = |wrong: usize| {
        let outcome = if wrong == 0 { Passed } else { Failed };
        card(&[("URL-01", Error, outcome, 40, wrong), ("DATA-03", Warning, Passed, 1, 0)]).score
    };
    assert!((0..40).all(|wrong| score(wrong) > score(wrong + 1)));
}

#[test]
fn a_rule_that_was_cut_short_is_not_taken_for_kept() {
    let mut cut = verdict(&[("URL-01", Error, Passed, 5, 0), ("SEC-01", Error, Failed, 2, 1)]);
    cut.coverage[0].cut = true;
    let card = Scorecard::of(&cut, |_| false);
    assert_eq!(card.score, Some(250));
    assert_eq!(card.tally, Tally { failed: 1, not_observed: 1, ..Tally::default() });
    assert_eq!(card.seen, 500);
}

#[test]
fn waived_findings_count_apart() {
    let rows: [Row; 3] =
        [("URL-01", Error, Failed, 10, 2), ("SEC-01", Error, Failed, 1, 1), ("DATA-03", Warning, Passed, 2, 0)];
    let whole = verdict(&rows);
    // Nothing is waived: 10/2 × 8/10 = 4, 0 and 3 of 23.
    assert_eq!(Scorecard::of(&whole, |_| false).score, Some(304));
    // One of two: 10/2 × 8/9 and 0 and 3 of 23.
    let one = Scorecard::of(&whole, |finding| &*finding.rule == "URL-01" && finding.pointer == "/0");
    assert_eq!((one.score, one.waived, one.standing.errors), (Some(323), 1, 2));
    // Both of URL-01: the other eight places are right. SEC-01 is waived wherever it applies, so it does not count.
    let all = Scorecard::of(&whole, |finding| finding.level == Error);
    assert_eq!((all.score, all.waived, all.standing.errors), (Some(1000), 3, 0));
    assert_eq!(all.tally, Tally { passed: 2, waived: 1, ..Tally::default() });
    assert_eq!(all.grade, Some(Grade::A));
    // A waiver alone makes no score.
    let only = Scorecard::of(&verdict(&rows[1..2]), |_| true);
    assert_eq!((only.score, only.grade), (None, None));
}

#[test]
fn findings_of_rulesets_stand_and_are_in_no_score() {
    let mut verdict = verdict(&[("URL-01", Error, Passed, 1, 0), ("paths-no-trailing-slash", Error, Failed, 1, 1)]);
    verdict.coverage.pop();
    let card = Scorecard::of(&verdict, |_| false);
    assert_eq!((card.score, card.grade, card.standing.errors), (Some(1000), Some(Grade::C), 1));
}

#[test]
fn findings_may_be_told_apart_before() {
    let whole = verdict(&[("URL-01", Error, Failed, 10, 2), ("DATA-03", Warning, Passed, 2, 0)]);
    let is_waived = |finding: &Finding| finding.pointer == "/0";
    let (waived, standing): (Vec<&Finding>, Vec<&Finding>) = whole.findings.iter().partition(|one| is_waived(one));
    let bare = Verdict { findings: Vec::new(), ..whole.clone() };
    assert_eq!(Scorecard::told_apart(&bare, &standing, &waived), Scorecard::of(&whole, is_waived));
}

#[test]
fn how_sure_it_is_tells_what_was_looked_at() {
    let card = card(&[
        ("URL-01", Error, Passed, 1, 0),
        // Its other half is for traffic to prove.
        ("METH-01", Error, Passed, 1, 0),
        ("METH-06", Warning, Failed, 1, 1),
        ("SEC-02", Error, NotObserved, 0, 0),
        ("DATA-09", Warning, NotApplicable, 0, 0),
    ]);
    // 10 + 5 + 3 + 0 of 33
    assert_eq!(card.seen, 545);
    let expected = Tally { passed: 2, half_seen: 1, failed: 1, not_applicable: 1, not_observed: 1, waived: 0 };
    assert_eq!(card.tally, expected);
}

#[test]
fn chapters_have_scores_of_their_own() {
    let card = card(&[
        ("URL-01", Error, Passed, 1, 0),
        ("URL-02", Error, Failed, 2, 2),
        ("SEC-02", Error, NotObserved, 0, 0),
        ("URL-03", Warning, NotApplicable, 0, 0),
    ]);
    let chapter = |chapter: &str, score, tally| Chapter { chapter: chapter.to_owned(), score, tally };
    assert_eq!(
        card.chapters,
        [
            chapter("URL", Some(500), Tally { passed: 1, failed: 1, not_applicable: 1, ..Tally::default() }),
            chapter("SEC", None, Tally { not_observed: 1, ..Tally::default() }),
        ]
    );
}

#[test]
fn the_dearest_rule_comes_first() {
    let card = card(&[
        ("DATA-03", Warning, Failed, 1, 1),
        ("URL-01", Error, Failed, 10, 1),
        ("SEC-01", Error, Failed, 1, 1),
        ("METH-01", Error, Passed, 1, 0),
    ]);
    let losses: Vec<_> = card.losses.iter().map(|loss| (&*loss.rule, loss.wrong, loss.of, loss.lost)).collect();
    // 10, 5.5 and 3 of 33
    assert_eq!(losses, [("SEC-01", 1, 1, 304), ("URL-01", 1, 10, 167), ("DATA-03", 1, 1, 91)]);
    let whole: u32 = losses.iter().map(|(_, _, _, lost)| lost).sum();
    assert!(card.score.expect("a score") + whole >= 1000, "mending everything is worth everything");
}

#[test]
fn no_grade_is_better_than_c_while_a_must_is_broken() {
    for (score, alone, with_errors) in [
        (1000, Grade::A, Grade::C),
        (900, Grade::A, Grade::C),
        (899, Grade::B, Grade::C),
        (750, Grade::B, Grade::C),
        (749, Grade::C, Grade::C),
        (600, Grade::C, Grade::C),
        (599, Grade::D, Grade::D),
        (400, Grade::D, Grade::D),
        (399, Grade::E, Grade::E),
        (0, Grade::E, Grade::E),
    ] {
        assert_eq!((Grade::of(score, false), Grade::of(score, true)), (alone, with_errors), "{score}");
    }
}

#[test]
fn an_organisation_is_the_mean_of_its_contracts() {
    let good = card(&[("URL-01", Error, Passed, 1, 0)]);
    let poor = card(&[("URL-01", Error, Failed, 10, 1), ("DATA-03", Warning, Failed, 2, 1)]);
    let silent = card(&[("SEC-02", Error, NotObserved, 0, 0)]);
    let summary = Summary::of([&good, &poor, &silent]);
    assert_eq!(poor.score, Some(403));
    assert_eq!(summary.score, Some(701));
    assert_eq!((summary.contracts, summary.with_errors, summary.grades), (3, 1, [1, 0, 0, 1, 0]));
    assert_eq!((summary.seen, summary.standing.errors, summary.standing.warnings), (666, 1, 1));
    assert_eq!(Summary::of([]), Summary::default());
}

#[test]
fn a_scorecard_is_the_same_after_a_trip_through_json() {
    let card = card(&[("URL-01", Error, Failed, 10, 1), ("SEC-02", Error, NotObserved, 0, 0)]);
    let text = serde_json::to_string(&card).expect("it is written");
    assert_eq!(serde_json::from_str::<Scorecard>(&text).expect("it is read"), card);
}

#[test]
fn an_empty_contract_has_no_good_score_for_saying_nothing() {
    let sources = Sources::of_text("openapi.yaml", "openapi: 3.1.0\ninfo: {}\npaths: {}\n", &Limits::default());
    let profile = Profile::bundled("uk-council").expect("it reads");
    let verdict = lint(&sources.expect("it reads"), hansom_standards::Facts::default(), &profile);
    let card = Scorecard::of(&verdict, |_| false);
    assert!(card.score.is_none_or(|score| score < 400), "{card:?}");
    let tally = card.tally;
    let rules = tally.passed + tally.failed + tally.waived + tally.not_applicable + tally.not_observed;
    assert_eq!(rules, profile.rules.len(), "every rule is told of once");
}

#[test]
fn a_badge_says_in_words_what_it_shows() {
    let svg = badge("repairs", &card(&[("URL-01", Error, Failed, 10, 1), ("DATA-03", Warning, Passed, 1, 0)]));
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""), "{svg}");
    for part in [
        "role=\"img\"",
        "aria-label=\"repairs: D 576/1000\"",
        "<title>repairs: D 576/1000</title>",
        "<desc>Grade D, 576 of 1000, by the profile uk-council in edition 2026.1. Rules kept: 1; broken: 1; not observed: 0.</desc>",
        ">repairs</text>",
        ">D 576/1000</text>",
    ] {
        assert!(svg.contains(part), "{part} in {svg}");
    }
    assert!(badge("repairs", &card(&[])).contains("not judged"));
    assert!(without_verdict("repairs").contains("no verdict"));
}

#[test]
fn a_badge_holds_nothing_but_itself() {
    let hostile = "</title><script>alert('&')</script>\"onload=\"x\u{0}\u{1b}\u{ffff}\nhttps://evil.example/";
    let svg = badge(hostile, &card(&[("URL-01", Error, Passed, 1, 0)]));
    for forbidden in
        ["<script", "\"onload", "\u{0}", "\u{1b}", "\u{ffff}", "<style", "<image", "href", "url(", "@import"]
    {
        assert!(!svg.contains(forbidden), "{forbidden:?} in {svg}");
    }
    assert_eq!(svg.matches("<title>").count(), 1);
    let long = badge(&"x".repeat(10_000), &card(&[]));
    assert!(long.len() < 2_000 && long.contains('…'));
    assert!(badge("  \n ", &card(&[])).contains(">API</text>"));
}

#[test]
fn letters_on_a_badge_can_be_read() {
    let channel = |hex: &str| {
        let value = f64::from(u8::from_str_radix(hex, 16).expect("a colour")) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = |colour: &str| {
        0.2126 * channel(&colour[0..2]) + 0.7152 * channel(&colour[2..4]) + 0.0722 * channel(&colour[4..6])
    };
    let scores: [&[Row]; 6] = [
        &[],
        &[("a", Error, Passed, 1, 0)],
        &[("a", Warning, Passed, 1, 0), ("b", Information, Failed, 2, 1)],
        &[("a", Error, Passed, 1, 0), ("b", Error, Failed, 10, 1)],
        &[("a", Error, Failed, 10, 1)],
        &[("a", Error, Failed, 1, 1)],
    ];
    let mut colours = std::collections::BTreeSet::new();
    for rows in scores {
        let svg = badge("repairs", &card(rows));
        for fill in svg.split("<rect").skip(1).filter_map(|rect| rect.split("fill=\"#").nth(1)) {
            colours.insert(fill[..6].to_owned());
        }
    }
    assert_eq!(colours.len(), 7, "the label, five grades and no grade: {colours:?}");
    for colour in colours {
        let contrast = 1.05 / (luminance(&colour) + 0.05);
        assert!(contrast >= 4.5, "white on #{colour} has {contrast:.2} to 1");
    }
}
