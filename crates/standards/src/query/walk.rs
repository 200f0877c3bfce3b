//! Which places do any number of queries mean, found in one walk?
//!
//! Each place is entered with the set of steps that are waiting for it. Sets are numbered, and what a set does with a
//! name is worked out once and kept, so the walk costs one look-up for each place, however many queries scan at any
//! depth; only filters are worked out again and again. The walk keeps its own stack: a chain of `$ref`s may be longer
//! than a thread's.

use std::{collections::VecDeque, rc::Rc};

use hashbrown::{HashMap, HashSet};

use super::{
    Budget, Match, Note, Outcome, Property, Query, Reading, Tree,
    evaluate::{Scene, is_of},
    expression::{Dialect, Expression},
    found::Crumb,
    guard::Guard,
    step::Step,
    tree::{Spot, spot},
    value::{Halt, Value},
};
use crate::document::{Children, Kind, Node};

/// Finds every place that each of several queries means, and says for which of them it is. A place is found again for
/// every way that leads to it.
pub fn select_all<'d>(
    queries: &[&Query],
    tree: &Tree<'d>,
    budget: &mut Budget,
    found: &mut dyn FnMut(usize, &Match<'_, 'd>),
) -> Outcome<'d> {
    select_from(queries, tree, tree.root(), budget, found)
}

/// The same, as if a node were the root of the tree.
pub(crate) fn select_from<'d>(
    queries: &[&Query],
    tree: &Tree<'d>,
    root: Node<'d>,
    budget: &mut Budget,
    found: &mut dyn FnMut(usize, &Match<'_, 'd>),
) -> Outcome<'d> {
    let plan = Plan::of(queries);
    let mut walk = Walk {
        plan: &plan,
        tree,
        budget,
        found,
        outcome: Outcome { complete: true, notes: Vec::new() },
        sets: Sets::default(),
        seen: HashSet::new(),
        later: VecDeque::new(),
        asked: Vec::new(),
    };
    let root = Crumb { property: None, written: root, node: root, referred: false };
    walk.later.push_back((vec![root], plan.starts.clone()));
    while let Some((trail, states)) = walk.later.pop_front() {
        if walk.from(trail, &states).is_none() {
            walk.outcome.complete = false;
            break;
        }
    }
    walk.outcome
}

/// A step of one of the queries, or its end: its number among all.
type State = u32;
/// The number of a set of states.
type SetNumber = usize;
/// The number of a name that some query has; 0 for all others.
type Symbol = usize;

/// What can be worked out from the queries alone.
struct Plan<'q> {
    /// The query of each state, and its step; none at the query's end.
    states: Vec<(usize, Option<&'q Step>)>,
    starts: Vec<State>,
    /// What it means to stand at a place in each state.
    closures: Vec<Closure>,
    symbols: HashMap<&'q str, Symbol>,
    /// The symbols that are positions in a list.
    positions: HashMap<usize, Symbol>,
    /// How much of the way to a place each query must tell apart.
    memories: Vec<Memory>,
}

/// What it means to stand at a place in a state, once every step that needs no other place is taken.
#[derive(Clone, Debug, Default)]
struct Closure {
    /// States that wait for the values inside.
    waiting: Vec<State>,
    /// States that act here.
    acting: Vec<(State, Where)>,
}

/// At what sort of place a state acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Where {
    Anywhere,
    /// In a list or map, and in `null`, which JavaScript calls an object.
    InObjects,
    /// In a list or map.
    InHolders,
}

impl Where {
    fn of(dialect: Dialect) -> Where {
        match dialect {
            Dialect::Primary => Where::InHolders,
            Dialect::Fallback => Where::InObjects,
        }
    }

    fn is(self, kind: Kind) -> bool {
        match self {
            Where::Anywhere => true,
            Where::InObjects => matches!(kind, Kind::List | Kind::Map | Kind::Null),
            Where::InHolders => matches!(kind, Kind::List | Kind::Map),
        }
    }
}

/// When a place that several ways lead to has been looked into enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Memory {
    /// Once.
    Place,
    /// Once for each place from which a way leads there: the query looks at what is around.
    Way,
    /// Never: the query looks at the whole way.
    Nothing,
}

impl<'q> Plan<'q> {
    fn of(queries: &[&'q Query]) -> Self {
        let mut plan = Plan {
            states: Vec::new(),
            starts: Vec::new(),
            closures: Vec::new(),
            symbols: HashMap::new(),
            positions: HashMap::new(),
            memories: queries.iter().map(|query| Memory::of(&query.steps)).collect(),
        };
        for (number, query) in queries.iter().enumerate() {
            plan.starts.push(state(plan.states.len()));
            plan.states.extend(query.steps.iter().map(|step| (number, Some(step))));
            plan.states.push((number, None));
            query.steps.iter().for_each(|step| plan.name(step));
        }
        let closures = (0..plan.states.len()).map(|at| plan.closure(state(at))).collect();
        plan.closures = closures;
        plan
    }

    fn name(&mut self, step: &'q Step) {
        match step {
            Step::Names(names) => {
                for name in names {
                    let next = self.symbols.len() + 1;
                    let symbol = *self.symbols.entry(name).or_insert(next);
                    if let Some(position) = name.parse::<usize>().ok().filter(|n| n.to_string() == **name) {
                        self.positions.insert(position, symbol);
                    }
                }
            }
            Step::Either(steps) => steps.iter().for_each(|step| self.name(step)),
            _ => {}
        }
    }

    fn closure(&self, from: State) -> Closure {
        let mut closure = Closure::default();
        let (mut at, mut place) = (from, Where::Anywhere);
        loop {
            match self.step(at) {
                Some(Step::Descend(dialect)) => {
                    closure.waiting.push(at);
                    place = place.max(Where::of(*dialect));
                    at += 1;
                }
                Some(step) if step.chooses() => {
                    closure.waiting.push(at);
                    return closure;
                }
                _ => {
                    closure.acting.push((at, place));
                    return closure;
                }
            }
        }
    }

    fn step(&self, state: State) -> Option<&'q Step> {
        self.states.get(state as usize).and_then(|(_, step)| *step)
    }

    fn query(&self, state: State) -> usize {
        self.states.get(state as usize).map_or(0, |(query, _)| *query)
    }

    fn symbol(&self, property: Property<'_>) -> Symbol {
        match property {
            Property::Key(key) => self.symbols.get(key).copied().unwrap_or(0),
            Property::Index(index) => self.positions.get(&index).copied().unwrap_or(0),
        }
    }

    fn memory(&self, state: State) -> Memory {
        self.memories.get(self.query(state)).copied().unwrap_or(Memory::Place)
    }
}

impl Memory {
    fn of(steps: &[Step]) -> Memory {
        let ups = steps.iter().filter(|step| matches!(step, Step::Up)).count();
        let mentions = |is: &dyn Fn(&Expression) -> bool| steps.iter().any(|step| step.mentions(is));
        if ups > 2 || mentions(&|part| matches!(part, Expression::Path(_))) {
            Memory::Nothing
        } else if ups == 2 || mentions(&|part| matches!(part, Expression::Parent | Expression::ParentProperty)) {
            Memory::Way
        } else {
            Memory::Place
        }
    }
}

/// Sets of states that wait for the values inside a place.
#[derive(Default)]
struct Sets<'q> {
    sets: Vec<Set<'q>>,
    numbers: HashMap<Rc<[State]>, SetNumber>,
}

struct Set<'q> {
    states: Rc<[State]>,
    /// What the set does with each name, as far as it has come up; the first is for names that no query has, the
    /// second half for positions in a list.
    moves: Vec<Option<Rc<Move<'q>>>>,
}

/// What a set of states does with a name.
struct Move<'q> {
    /// The states that act at the place.
    acting: Vec<(State, Where)>,
    /// The set that waits for what is inside the place.
    inside: SetNumber,
    /// States that look at the value, too.
    asking: Asking<'q>,
}

/// States that look at a value before they take it.
#[derive(Default)]
struct Asking<'q> {
    /// Those that must be asked about every value.
    open: Vec<State>,
    /// Those that are false for every value but maps with some member, under its name. `null` may make them throw.
    guarded: Vec<(&'q str, Vec<(Guard<'q>, State)>)>,
}

impl<'q> Asking<'q> {
    fn add(&mut self, state: State, step: &'q Step) {
        let guard = match step {
            Step::Filter(filter) => Guard::of(filter),
            _ => None,
        };
        match guard {
            None => self.open.push(state),
            Some(guard) => match self.guarded.iter_mut().find(|(name, _)| *name == guard.name) {
                Some((_, states)) => states.push((guard, state)),
                None => self.guarded.push((guard.name, vec![(guard, state)])),
            },
        }
    }

    fn is_empty(&self) -> bool {
        self.open.is_empty() && self.guarded.is_empty()
    }

    /// Those that may take a value, in order, and how many guards were looked at. A member is looked up once for all.
    fn about<'d>(&self, node: Node<'d>, tree: &Tree<'d>, asked: &mut Vec<State>) -> u64 {
        asked.clear();
        asked.extend(&self.open);
        if !matches!(node.kind(), Kind::Map | Kind::Null) {
            return 0;
        }
        let mut guards = 0;
        for (name, states) in &self.guarded {
            let member = node.get(name);
            guards += states.len() as u64;
            let admitted = states.iter().filter(|(guard, _)| node.kind() == Kind::Null || guard.admits(member, tree));
            asked.extend(admitted.map(|(_, state)| *state));
        }
        asked.sort_unstable();
        guards
    }
}

impl<'q> Sets<'q> {
    fn number(&mut self, mut states: Vec<State>) -> SetNumber {
        states.sort_unstable();
        states.dedup();
        if let Some(number) = self.numbers.get(states.as_slice()) {
            return *number;
        }
        let states: Rc<[State]> = states.into();
        self.sets.push(Set { states: states.clone(), moves: Vec::new() });
        self.numbers.insert(states, self.sets.len() - 1);
        self.sets.len() - 1
    }

    fn states(&self, number: SetNumber) -> Rc<[State]> {
        self.sets.get(number).map_or_else(|| Rc::from([]), |set| set.states.clone())
    }

    fn step(&mut self, number: SetNumber, property: Property<'_>, plan: &Plan<'q>) -> Rc<Move<'q>> {
        let symbol = plan.symbol(property);
        let place = 2 * symbol + usize::from(matches!(property, Property::Index(_)));
        if let Some(Some(known)) = self.sets.get(number).and_then(|set| set.moves.get(place)) {
            return known.clone();
        }
        let mut moved = Closure::default();
        let mut asking = Asking::default();
        for state in self.states(number).iter() {
            let takes = match plan.step(*state) {
                Some(Step::Descend(_)) => {
                    let closure = plan.closures.get(*state as usize).cloned().unwrap_or_default();
                    moved.waiting.extend(closure.waiting);
                    moved.acting.extend(closure.acting);
                    false
                }
                Some(Step::Any) => true,
                Some(Step::Names(names)) => {
                    symbol != 0 && names.iter().any(|name| plan.symbols.get(&**name) == Some(&symbol))
                }
                Some(step) => {
                    asking.add(*state, step);
                    false
                }
                None => false,
            };
            if takes {
                let closure = plan.closures.get(*state as usize + 1).cloned().unwrap_or_default();
                moved.waiting.extend(closure.waiting);
                moved.acting.extend(closure.acting);
            }
        }
        let inside = self.number(moved.waiting);
        let known = Rc::new(Move { acting: moved.acting, inside, asking });
        if let Some(set) = self.sets.get_mut(number) {
            if set.moves.len() <= place {
                set.moves.resize(2 * (plan.symbols.len() + 1), None);
            }
            if let Some(slot) = set.moves.get_mut(place) {
                *slot = Some(known.clone());
            }
        }
        known
    }
}

/// A list or map that is being looked into.
struct Frame<'d> {
    set: SetNumber,
    /// What is still to come.
    children: Children<'d>,
    /// How many items a list has.
    length: usize,
}

struct Walk<'a, 'q, 'd> {
    plan: &'a Plan<'q>,
    tree: &'a Tree<'d>,
    budget: &'a mut Budget,
    found: &'a mut dyn FnMut(usize, &Match<'_, 'd>),
    outcome: Outcome<'d>,
    sets: Sets<'q>,
    /// Which states have looked into which shared places, from where (if that matters to them), and whether through a
    /// reference.
    seen: HashSet<(State, Spot, Spot, bool)>,
    /// Walks that begin elsewhere than where they were found necessary.
    later: VecDeque<(Vec<Crumb<'d>>, Vec<State>)>,
    /// The states that are asked about a value; kept only so that it need not be made for each.
    asked: Vec<State>,
}

/// Marks walks that begin at a place, among what has been seen.
const ELSEWHERE: Spot = (u32::MAX, u32::MAX);

/// None once the budget is spent.
type Went = Option<()>;

impl<'q, 'd> Walk<'_, 'q, 'd> {
    /// Walks from the end of a trail on.
    fn from(&mut self, mut trail: Vec<Crumb<'d>>, states: &[State]) -> Went {
        let mut waiting = Vec::new();
        let mut acting = Vec::new();
        for state in states {
            let closure = self.plan.closures.get(*state as usize).cloned().unwrap_or_default();
            waiting.extend(closure.waiting);
            acting.extend(closure.acting);
        }
        self.act(&acting, &trail)?;
        let depth = trail.len();
        let mut frames: Vec<Frame<'d>> = Vec::new();
        let set = self.sets.number(waiting);
        frames.extend(self.enter(set, &trail));
        while let Some(frame) = frames.last_mut() {
            let Some(written) = frame.children.next() else {
                frames.pop();
                if trail.len() > depth {
                    trail.pop();
                }
                continue;
            };
            let (set, length) = (frame.set, frame.length);
            let property = match written.key() {
                Some(key) => Property::Key(key.text),
                None => Property::Index(written.position().unwrap_or_default()),
            };
            if !self.budget.spend(1) {
                return None;
            }
            let node = self.tree.follow(written);
            let (acting, inside) = self.step(set, property, node, &trail, length)?;
            if acting.is_empty() && self.is_empty(inside) {
                continue;
            }
            trail.push(Crumb::next(&trail, property, written, node));
            self.act(&acting, &trail)?;
            match self.enter(inside, &trail) {
                Some(frame) => frames.push(frame),
                None => {
                    trail.pop();
                }
            }
        }
        Some(())
    }

    fn is_empty(&self, set: SetNumber) -> bool {
        self.sets.sets.get(set).is_none_or(|set| set.states.is_empty())
    }

    /// The states that act at a value, and the set that waits for what is inside it.
    fn step(
        &mut self,
        set: SetNumber,
        property: Property<'d>,
        node: Node<'d>,
        around: &[Crumb<'d>],
        length: usize,
    ) -> Option<(Acting<'q>, SetNumber)> {
        let known = self.sets.step(set, property, self.plan);
        if known.asking.is_empty() {
            return Some((Acting::Known(known.clone()), known.inside));
        }
        let scene = Scene { tree: self.tree, around, property: Some(property), node };
        let mut more: Option<Closure> = None;
        let mut asked = std::mem::take(&mut self.asked);
        if !self.budget.spend(known.asking.about(node, self.tree, &mut asked)) {
            return None;
        }
        for state in &asked {
            let Some(step) = self.plan.step(*state) else { continue };
            if self.chosen(step, *state, &scene, length)? {
                let closure = self.plan.closures.get(*state as usize + 1).cloned().unwrap_or_default();
                let more = more.get_or_insert_with(|| Closure {
                    waiting: self.sets.states(known.inside).to_vec(),
                    acting: known.acting.clone(),
                });
                more.acting.extend(closure.acting);
                more.waiting.extend(closure.waiting);
            }
        }
        self.asked = asked;
        Some(match more {
            None => (Acting::Known(known.clone()), known.inside),
            Some(more) => (Acting::More(more.acting), self.sets.number(more.waiting)),
        })
    }

    /// Whether a step chooses a value.
    fn chosen(&mut self, step: &Step, state: State, scene: &Scene<'_, 'd>, length: usize) -> Option<bool> {
        match (step, scene.property) {
            (Step::Any, _) => Some(true),
            (Step::Names(names), Some(property)) => {
                let name = property.to_string();
                Some(names.iter().any(|known| **known == *name))
            }
            (Step::Slice(slice), Some(Property::Index(index))) => Some(slice.contains(index, length)),
            (Step::Either(steps), _) => {
                for step in steps {
                    if self.chosen(step, state, scene, length)? {
                        return Some(true);
                    }
                }
                Some(false)
            }
            (Step::Filter(filter), _) => {
                let holds = scene.holds(filter, self.budget);
                self.unhalted(holds, state, scene.node).map(|holds| holds == Some(true))
            }
            _ => Some(false),
        }
    }

    /// The answer of an expression. One that was thrown is noted, once for each query.
    fn unhalted<T>(&mut self, answer: Result<T, Halt>, state: State, node: Node<'d>) -> Option<Option<T>> {
        match answer {
            Ok(answer) => Some(Some(answer)),
            Err(Halt::Spent) => None,
            Err(Halt::Thrown(what)) => {
                let query = self.plan.query(state);
                if !self.outcome.notes.iter().any(|note| note.query == query) {
                    self.outcome.notes.push(Note { query, what, node });
                }
                Some(None)
            }
        }
    }

    /// Opens a place for a set, unless there is nothing in it or the whole set has looked into it before.
    fn enter(&mut self, mut set: SetNumber, trail: &[Crumb<'d>]) -> Option<Frame<'d>> {
        let place = trail.last()?;
        if self.is_empty(set) || !matches!(place.node.kind(), Kind::List | Kind::Map) {
            return None;
        }
        if self.tree.is_shared(place.node) {
            let states = self.sets.states(set);
            let fresh: Vec<State> = states.iter().copied().filter(|state| self.is_fresh(*state, place)).collect();
            if fresh.is_empty() {
                return None;
            }
            set = self.sets.number(fresh);
        }
        Some(Frame { set, children: place.node.inside(), length: place.node.items().count() })
    }

    /// Whether a state comes to a shared place for the first time: once straight, and once through references, since
    /// what is told of a place depends on that.
    fn is_fresh(&mut self, state: State, place: &Crumb<'d>) -> bool {
        let from = match self.plan.memory(state) {
            Memory::Place => spot(place.node),
            Memory::Way => spot(place.written),
            Memory::Nothing => return true,
        };
        self.seen.insert((state, spot(place.node), from, place.referred))
    }

    /// Whether a walk from a place is not yet waiting to begin. Where ways matter, each is walked.
    fn is_unheard(&mut self, state: State, place: &Crumb<'d>) -> bool {
        let remembers = self.tree.reading() != Reading::EveryWay && self.plan.memory(state) == Memory::Place;
        !remembers || self.seen.insert((state, spot(place.node), ELSEWHERE, false))
    }

    fn act(&mut self, acting: &[(State, Where)], trail: &[Crumb<'d>]) -> Went {
        for (state, place) in acting {
            if trail.last().is_some_and(|crumb| place.is(crumb.node.kind())) {
                self.act_one(*state, trail)?;
            }
        }
        Some(())
    }

    fn act_one(&mut self, mut state: State, mut trail: &[Crumb<'d>]) -> Went {
        loop {
            let place = trail.last()?;
            match self.plan.step(state) {
                None => {
                    self.report(state, false, trail);
                    return Some(());
                }
                Some(Step::Key) => {
                    self.report(state, true, trail);
                    return Some(());
                }
                Some(Step::Sort(sort)) => {
                    if is_of(*sort, &Value::of(place.node)) {
                        self.report(state, false, trail);
                    }
                    return Some(());
                }
                Some(Step::Up) if trail.len() == 1 => return Some(()),
                Some(Step::Up) => trail = trail.get(..trail.len() - 1).unwrap_or_default(),
                Some(Step::Root) => trail = trail.get(..1).unwrap_or_default(),
                Some(Step::Computed(expression)) => {
                    return self.compute(state, expression, trail);
                }
                Some(_) => {
                    if self.is_unheard(state, place) {
                        self.later.push_back((trail.to_vec(), vec![state]));
                    }
                    return Some(());
                }
            }
            state += 1;
        }
    }

    fn compute(&mut self, state: State, expression: &Expression, trail: &[Crumb<'d>]) -> Went {
        let (place, around) = trail.split_last()?;
        let scene = Scene { tree: self.tree, around, property: place.property, node: place.node };
        let name = scene.value(expression, self.budget).and_then(|value| value.written(self.tree));
        let Some(name) = self.unhalted(name, state, place.node)? else {
            return Some(());
        };
        let child = match place.node.kind() {
            Kind::Map => place
                .node
                .entries()
                .find(|(key, _)| key.text == name)
                .map(|(key, child)| (Property::Key(key.text), child)),
            _ => {
                let at = name.parse::<usize>().ok();
                at.and_then(|at| Some((Property::Index(at), place.node.items().nth(at)?)))
            }
        };
        if let Some((property, written)) = child {
            let mut trail = trail.to_vec();
            trail.push(Crumb::next(&trail, property, written, self.tree.follow(written)));
            self.later.push_back((trail, vec![state + 1]));
        }
        Some(())
    }

    fn report(&mut self, state: State, key: bool, trail: &[Crumb<'d>]) {
        if let Some(place) = trail.last() {
            let found = Match { node: place.node, written: place.written, key, trail };
            (self.found)(self.plan.query(state), &found);
        }
    }
}

/// The states that act at a place: those of a move, or these and more.
enum Acting<'q> {
    Known(Rc<Move<'q>>),
    More(Vec<(State, Where)>),
}

impl std::ops::Deref for Acting<'_> {
    type Target = [(State, Where)];

    fn deref(&self) -> &Self::Target {
        match self {
            Acting::Known(known) => &known.acting,
            Acting::More(acting) => acting,
        }
    }
}

/// The number of a state. There are never more: an expression has at most some thousand steps.
fn state(number: usize) -> State {
    State::try_from(number).unwrap_or(State::MAX)
}
