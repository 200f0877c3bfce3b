//! What do the rules of a ruleset find in a contract?
//!
//! All rules walk the contract together. A rule that takes too long is cut and named, and the others go on: what one rule
//! costs is counted in steps, so the same ruleset is cut at the same place on every machine.

mod diagnosis;

use std::{
    cell::RefCell,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
    time::Duration,
};

use hashbrown::{HashMap, HashSet};

use super::{
    Allowance, Notice, Ruleset, RulesetVerdict,
    collation::{compare, compare_with_numbers},
    custom::{Custom, CustomFunctions, Programs, Stop},
    definition::{Asks, Then},
    ecmascript::Subject,
    effective::{Effective, EffectiveRule},
    expression::Expressions,
    format::Formats,
    function::{About, At, Call, Remark},
    locating::{Located, Locator, Step},
    message::{Values, fill, fragment},
    reference::References,
    schema::Soundness,
    view::{Fuel, View, step_of, subject_of},
};
use crate::{
    document::Span,
    finding::{Finding, Level},
    query::{Budget, Match, Query, Reading, Tree, select_all},
    sources::Sources,
};

/// How many findings are kept.
const MOST_FINDINGS: usize = 1_000_000;
/// How many matches there are between two looks at the clock.
const BETWEEN_LOOKS: u32 = 64;

/// Runs a ruleset over a contract.
pub(super) fn run(sources: &Sources, ruleset: &Ruleset, allowance: &Allowance<'_>) -> RulesetVerdict {
    let name = sources.document().name();
    let effective = Effective::of(&ruleset.definition, &ruleset.relative(name));
    let in_file = !name.is_empty();
    let written = Tree::new(sources, Reading::Written);
    let followed = Tree::new(sources, if in_file { Reading::Resolved } else { Reading::EveryWay });
    let references = References::of(sources);
    let detected = Formats::of(sources.root(), View::followed(&followed)).among(effective.formats);
    let formats = Some(detected).filter(|formats| !formats.is_empty());
    let locator = Locator::of(sources, View::followed(&followed), &references, in_file);
    let expressions = Expressions::default();
    let soundness = Soundness::default();
    let about = About {
        root: sources.root(),
        formats,
        references: &references,
        expressions: &expressions,
        soundness: &soundness,
    };
    let fuel = Fuel::default();
    let run = Run {
        ruleset,
        rules: relevant(&effective, formats),
        about: &about,
        locator,
        fuel: &fuel,
        allowance,
        file: ruleset.relative(name),
        engines: RefCell::default(),
        engine: &|programs| engine(programs, sources, &followed, &references),
        state: RefCell::default(),
    };
    run.skip();
    run.walk(&written, false);
    run.walk(&followed, true);
    let mut verdict = run.verdict();
    diagnosis::add(sources, &references, &effective, detected, &mut verdict);
    verdict.findings.sort_by(in_order);
    verdict
}

/// The rules that are on and speak about a document of some formats.
fn relevant(effective: &Effective, formats: Option<Formats>) -> Vec<EffectiveRule> {
    let speaks = |rule: &&EffectiveRule| {
        rule.enabled && rule.formats.is_none_or(|own| formats.is_some_and(|formats| formats.meets(own)))
    };
    effective.rules.iter().filter(speaks).cloned().collect()
}

/// One run over one contract.
struct Run<'a, 'd> {
    ruleset: &'a Ruleset,
    rules: Vec<EffectiveRule>,
    about: &'a About<'a, 'd>,
    locator: Locator<'d>,
    fuel: &'d Fuel,
    allowance: &'a Allowance<'a>,
    /// The contract's name relative to where the ruleset lies.
    file: String,
    /// What runs the functions of each set of programs.
    engines: RefCell<Vec<(Arc<Programs>, Engine<'a>)>>,
    engine: &'a dyn Fn(&Arc<Programs>) -> Engine<'a>,
    state: RefCell<State>,
}

/// What runs the functions of some programs, or why nothing does.
type Engine<'a> = Result<Box<dyn CustomFunctions + 'a>, String>;

/// What runs the functions of some programs.
#[cfg(feature = "javascript")]
fn engine<'a>(
    programs: &Arc<Programs>,
    sources: &'a Sources,
    followed: &'a Tree<'a>,
    references: &References<'a>,
) -> Engine<'a> {
    super::javascript::Engine::new(programs, sources, followed, references)
        .map(|engine| Box::new(engine) as Box<dyn CustomFunctions>)
}

/// Nothing runs the functions of any programs.
#[cfg(not(feature = "javascript"))]
fn engine<'a>(_: &Arc<Programs>, _: &'a Sources, _: &'a Tree<'a>, _: &References<'a>) -> Engine<'a> {
    Err("this build cannot run JavaScript".to_owned())
}

/// What a run has come to so far.
#[derive(Default)]
struct State {
    findings: Vec<Finding>,
    /// What was found already: the rule, and a digest of place and message.
    seen: HashSet<(usize, u64)>,
    /// The steps that each rule has taken.
    spent: HashMap<usize, u64>,
    cut: HashMap<usize, String>,
    skipped: Vec<Notice>,
    notes: Vec<Notice>,
    looks: u32,
    out_of_time: bool,
}

/// The rules that one expression is given to.
type Given<'q> = (&'q Query, Vec<usize>);

impl<'d> Run<'_, 'd> {
    /// Says which rules ask for what is not run.
    fn skip(&self) {
        let mut state = self.state.borrow_mut();
        for rule in &self.rules {
            let why = rule.then.iter().find_map(|then| match &then.asks {
                Asks::Custom(custom) => Some(format!("its function `{}` {}", custom.name, self.why_not(custom)?)),
                Asks::Foreign(set) => Some(format!("it is a rule of `{set}`, which are known by name alone")),
                Asks::Function(_) => None,
            });
            if let Some(why) = why {
                state.skipped.push(Notice { rule: Arc::clone(&rule.name), why });
            }
        }
    }

    /// Why a function of the ruleset's own is not run, if it is not.
    fn why_not(&self, custom: &Custom) -> Option<String> {
        if !cfg!(feature = "javascript") || !self.allowance.javascript {
            return Some("is JavaScript, which is off; allow it with --allow-javascript".to_owned());
        }
        let missing = custom.programs.why_missing(&custom.file);
        missing.map(|why| format!("is in {}, which was not read: {why}", custom.file))
    }

    /// Walks over the contract once for all rules that look at it in one way.
    fn walk(&self, tree: &'d Tree<'d>, resolved: bool) {
        let queries = self.queries(resolved);
        let given: Vec<Given<'_>> = queries.iter().map(|(query, rules)| (&**query, rules.clone())).collect();
        if given.is_empty() {
            return;
        }
        // The walk that they share costs little more than one by itself, so what is more than twice that is too much.
        let together = self.allowance.steps.saturating_mul(given.len().min(2) as u64);
        if !self.select(&given, tree, together) {
            // Somebody among them never ends. Each by itself shows who.
            for one in &given {
                let in_time = one.1.iter().all(|rule| self.is_in_time(*rule));
                if in_time && !self.select(std::slice::from_ref(one), tree, self.allowance.steps) {
                    for rule in &one.1 {
                        let why = format!("`{}` looks at too much of this contract", one.0.text());
                        self.state.borrow_mut().cut.entry(*rule).or_insert(why);
                    }
                }
            }
        }
    }

    /// The expressions of the rules that look at the contract in one way, each once.
    fn queries(&self, resolved: bool) -> Vec<(Arc<Query>, Vec<usize>)> {
        let mut queries: Vec<(Arc<Query>, Vec<usize>)> = Vec::new();
        let mut at: HashMap<String, usize> = HashMap::new();
        for (number, rule) in self.rules.iter().enumerate().filter(|(_, rule)| rule.resolved == resolved) {
            let expressions = rule.given.iter().filter_map(|given| rule.aliases.expand(given, self.about.formats).ok());
            for expression in expressions.flatten() {
                if let Some(known) = at.get(&expression).and_then(|at| queries.get_mut(*at)) {
                    known.1.push(number);
                } else if let Some(query) = self.ruleset.query(&expression) {
                    at.insert(expression, queries.len());
                    queries.push((query, vec![number]));
                }
            }
        }
        queries
    }

    /// Finds what expressions mean and asks the rules about it. False if there was too much to look at.
    fn select(&self, given: &[Given<'_>], tree: &'d Tree<'d>, steps: u64) -> bool {
        let queries: Vec<&Query> = given.iter().map(|(query, _)| *query).collect();
        let mut budget = Budget::of(steps);
        let outcome = select_all(&queries, tree, &mut budget, &mut |query, found| {
            for rule in given.get(query).into_iter().flat_map(|(_, rules)| rules) {
                self.ask(*rule, found, tree);
            }
        });
        for note in &outcome.notes {
            for rule in given.get(note.query).into_iter().flat_map(|(_, rules)| rules) {
                if let Some(rule) = self.rules.get(*rule) {
                    let why = format!("a filter {} at {} and counts as no match there", note.what, note.node.place());
                    let notice = Notice { rule: Arc::clone(&rule.name), why };
                    let mut state = self.state.borrow_mut();
                    if !state.notes.contains(&notice) {
                        state.notes.push(notice);
                    }
                }
            }
        }
        outcome.complete
    }

    fn ask(&self, number: usize, found: &Match<'_, 'd>, tree: &'d Tree<'d>) {
        let Some(rule) = self.rules.get(number) else {
            return;
        };
        if !self.may_go_on(number) {
            return;
        }
        let left = self.allowance.steps.saturating_sub(self.state.borrow().spent.get(&number).copied().unwrap_or(0));
        self.fuel.fill(left);
        let view = View::of(tree, self.fuel);
        for then in rule.then.iter() {
            self.then(number, rule, then, found, view);
        }
        let mut state = self.state.borrow_mut();
        state.spent.insert(number, self.allowance.steps - self.fuel.left());
        if self.fuel.ran_out() {
            let why = "it takes too many steps on this contract".to_owned();
            state.cut.entry(number).or_insert(why);
        }
        if self.about.expressions.were_cut() {
            let why = "a pattern takes too long for a text of this contract".to_owned();
            state.cut.entry(number).or_insert(why);
        }
    }

    /// Whether a rule may look at one more match.
    fn may_go_on(&self, number: usize) -> bool {
        let looks = {
            let mut state = self.state.borrow_mut();
            state.looks = (state.looks + 1) % BETWEEN_LOOKS;
            state.looks
        };
        if looks == 0 || self.state.borrow().out_of_time {
            self.is_in_time(number);
        }
        let state = self.state.borrow();
        let stopped = state.cut.contains_key(&number) && (state.out_of_time || self.fuel.ran_out());
        !stopped && state.findings.len() < MOST_FINDINGS
    }

    /// Looks at the clock. A rule that comes too late is named.
    fn is_in_time(&self, number: usize) -> bool {
        let used = self.allowance.clock.map(|clock| clock().saturating_sub(self.allowance.started));
        let mut state = self.state.borrow_mut();
        state.out_of_time |= used.is_some_and(|used| used > self.allowance.time);
        if state.out_of_time {
            let why = "the time for this contract is over".to_owned();
            state.cut.entry(number).or_insert(why);
        }
        !state.out_of_time
    }

    fn then(&self, number: usize, rule: &EffectiveRule, then: &Then, found: &Match<'_, 'd>, view: View<'d>) {
        for (steps, subject) in then.field.parts(subject_of(found), view) {
            let path = || found.path().map(step_of).chain(steps.iter().cloned()).collect::<Vec<Step<'d>>>();
            let call = Call { subject, path: &path, view, about: self.about };
            let remarks = match &then.asks {
                Asks::Function(function) => function.run(&call),
                Asks::Custom(custom) => self.custom(number, rule, custom, &call),
                Asks::Foreign(_) => Vec::new(),
            };
            for remark in remarks {
                self.find(number, rule, remark, &path);
            }
        }
    }

    /// What a function of the ruleset's own says. What goes wrong is told once for each rule.
    fn custom(&self, number: usize, rule: &EffectiveRule, custom: &Custom, call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
        if self.why_not(custom).is_some() || self.state.borrow().cut.contains_key(&number) {
            return Vec::new();
        }
        let mut engines = self.engines.borrow_mut();
        let at =
            engines.iter().position(|(programs, _)| Arc::ptr_eq(programs, &custom.programs)).unwrap_or_else(|| {
                engines.push((Arc::clone(&custom.programs), (self.engine)(&custom.programs)));
                engines.len() - 1
            });
        let allowed = self.fuel.left();
        let mut left = allowed;
        let answer = match engines.get_mut(at) {
            Some((_, Ok(engine))) => engine.call(custom, call, &rule.name, &mut left),
            Some((_, Err(why))) => Err(Stop::Ended(why.clone())),
            None => return Vec::new(),
        };
        self.fuel.spend(allowed - left);
        let mut state = self.state.borrow_mut();
        match answer {
            Ok(remarks) => return remarks,
            Err(Stop::Ended(why)) => drop(state.cut.entry(number).or_insert(why)),
            Err(Stop::Failed(why)) => {
                if !state.notes.iter().any(|note| note.rule == rule.name) {
                    state.notes.push(Notice { rule: Arc::clone(&rule.name), why });
                }
            }
        }
        Vec::new()
    }

    /// Makes a finding of what a function said.
    fn find(&self, number: usize, rule: &EffectiveRule, remark: Remark<'d>, path: &dyn Fn() -> Vec<Step<'d>>) {
        let path = match remark.at {
            At::Here => path(),
            At::Below(steps) => path().into_iter().chain(steps).collect(),
            At::Path(steps) => steps,
        };
        let located = self.locator.locate(&path, rule.resolved);
        let severity = if rule.elsewhere.is_empty() {
            rule.severity
        } else {
            rule.severity_at(&self.file, &fragment(located.path.iter().map(|step| &**step)))
        };
        let Some(level) = severity else {
            return;
        };
        let what = message(rule, &remark.message, &located);
        let mut digest = DefaultHasher::new();
        (located.document.number(), &located.path, &what).hash(&mut digest);
        if located.path.is_empty() {
            span_key(located.span).hash(&mut digest);
        }
        let mut state = self.state.borrow_mut();
        if state.seen.insert((number, digest.finish())) {
            state.findings.push(finding(rule, level, &located, what));
        }
    }

    fn verdict(self) -> RulesetVerdict {
        let state = self.state.into_inner();
        let mut cut: Vec<(usize, String)> = state.cut.into_iter().collect();
        cut.sort();
        let named = |(number, why): (usize, String)| {
            self.rules.get(number).map(|rule| Notice { rule: Arc::clone(&rule.name), why })
        };
        RulesetVerdict {
            findings: state.findings,
            skipped: state.skipped,
            cut: cut.into_iter().filter_map(named).collect(),
            notes: state.notes,
        }
    }
}

/// What a finding says: the rule's message, else its description, else what the function said.
fn message(rule: &EffectiveRule, said: &str, located: &Located<'_>) -> String {
    let values = Values {
        property: &located.property,
        error: said,
        path: &located.path,
        description: rule.description.as_deref(),
        value: Subject::Node(located.node),
    };
    let error = || fill(said, &values);
    let text = match (&rule.message, &rule.description) {
        (Some(message), _) if message.contains("error") => fill(message, &Values { error: &error(), ..values.clone() }),
        (Some(message), _) => fill(message, &values),
        (None, Some(description)) => description.to_string(),
        (None, None) => error(),
    };
    text.trim().to_owned()
}

fn finding(rule: &EffectiveRule, level: Level, located: &Located<'_>, what: String) -> Finding {
    let why = rule.description.clone().filter(|why| **why != *what).unwrap_or_else(|| Arc::from(""));
    Finding {
        rule: Arc::clone(&rule.name),
        level,
        file: located.document.shared_name(),
        span: located.span,
        pointer: pointer(&located.path),
        what,
        why,
        mend: Arc::from(""),
        page: rule.documentation.clone(),
        fix: None,
    }
}

/// A path as a JSON pointer.
fn pointer(path: &[Step<'_>]) -> String {
    let mut pointer = String::with_capacity(path.iter().map(|step| step.len() + 1).sum());
    for step in path {
        pointer.push('/');
        if step.contains(['~', '/']) {
            pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        } else {
            pointer.push_str(step);
        }
    }
    pointer
}

fn span_key(span: Span) -> (u32, u32, u32, u32) {
    (span.start.line, span.start.column, span.end.line, span.end.column)
}

/// The order in which findings are told: by file, place, rule and path.
fn in_order(one: &Finding, other: &Finding) -> std::cmp::Ordering {
    compare(&one.file, &other.file)
        .then_with(|| one.span.start.cmp(&other.span.start))
        .then_with(|| compare_with_numbers(&one.rule, &other.rule))
        .then_with(|| compare(&one.pointer, &other.pointer))
}

/// How much a run may cost if nobody says otherwise.
pub(super) const STEPS: u64 = 200_000_000;
/// How long a run may take if there is a clock and nobody says otherwise.
pub(super) const TIME: Duration = Duration::from_secs(60);
