//! What does a JavaScript function of a ruleset say about a value, without being able to do anything else?
//!
//! The functions run in QuickJS, a small engine in C, with nothing around them: no files, no network, no timers, no
//! modules but the ruleset's own files and stand-ins for three packages of Spectral. Memory and stack are limited. Time
//! is counted in steps: the engine asks every so often whether to go on, and the methods that run long in one go are
//! wrapped so that they count too. A function that throws, never ends or eats memory is a notice that names its rule.

mod core_function;
mod modules;

use std::{
    cell::Cell,
    collections::{HashMap, HashSet},
    rc::Rc,
    sync::Arc,
};

use rquickjs::{
    Array, CaughtError, Context, Ctx, FromJs, Function as JsFunction, IntoJs, Object, Persistent, Runtime, Value,
    context::intrinsic, object::Property,
};

use super::{
    custom::{Custom, CustomFunctions, Programs, Stop},
    ecmascript::Subject,
    function::{At, Call, Remark},
    locating::{Step, path_of},
    reference::References,
};
use crate::{fault::quoted, query::Tree, sources::Sources};

/// Memory beside that of the contract, in bytes.
const MEMORY: usize = 64 * 1024 * 1024;
/// How much more memory a contract takes as values than as JSON.
const MEMORY_BY_BYTE: usize = 16;
/// Memory with the largest contract, in bytes.
const MOST_MEMORY: usize = 768 * 1024 * 1024;
/// The engine's stack, in bytes.
const STACK: usize = 256 * 1024;
/// Steps between two questions of the engine whether to go on.
const BETWEEN_QUESTIONS: u64 = 10_000;
/// Steps that one call may take.
const STEPS_OF_CALL: u64 = 50_000_000;
/// How much a function may say about one value.
const MOST_REMARKS: usize = 10_000;
/// How long a message may be, in characters.
const LONGEST_MESSAGE: usize = 4_000;

/// What is there of the language: no proxies, typed arrays, weak references and nothing of a browser.
type Language = (
    intrinsic::Date,
    intrinsic::Eval,
    intrinsic::RegExpCompiler,
    intrinsic::RegExp,
    intrinsic::Json,
    intrinsic::MapSet,
    intrinsic::Promise,
);

/// Runs functions of one ruleset over one contract.
pub(crate) struct Engine<'d> {
    // Values go before the context that they belong to.
    functions: HashMap<Arc<str>, Result<Persistent<JsFunction<'static>>, String>>,
    roots: HashMap<bool, Persistent<Value<'static>>>,
    inventory: Option<Persistent<Object<'static>>>,
    context: Context,
    runtime: Runtime,
    /// How much memory it may take, in bytes.
    memory: usize,
    left: Rc<Cell<u64>>,
    programs: Arc<Programs>,
    sources: &'d Sources,
    followed: &'d Tree<'d>,
}

impl<'d> Engine<'d> {
    /// An engine for the functions of some files.
    pub(crate) fn new(
        programs: &Arc<Programs>,
        sources: &'d Sources,
        followed: &'d Tree<'d>,
        references: &References<'d>,
    ) -> Result<Self, String> {
        let failed = |error: rquickjs::Error| format!("JavaScript cannot be run: {error}");
        let runtime = Runtime::new().map_err(failed)?;
        runtime.set_memory_limit(MEMORY);
        runtime.set_max_stack_size(STACK);
        let left = Rc::new(Cell::new(STEPS_OF_CALL));
        let asked = Rc::clone(&left);
        runtime.set_interrupt_handler(Some(Box::new(move || !spend(&asked, BETWEEN_QUESTIONS))));
        let context = Context::custom::<Language>(&runtime).map_err(failed)?;
        runtime.set_loader(modules::Names(Arc::clone(programs)), modules::Texts(Arc::clone(programs)));
        context.with(|ctx| {
            // The one function that asks what the references name is rare, and they may be many.
            let asks = programs.mention("unreferencedReusableObject");
            let named = if asks { references.named() } else { HashSet::new() };
            let begun = modules::prepare(&ctx, &left, programs, named);
            caught(&ctx, &left, begun).map_err(|stop| format!("JavaScript cannot be run: {}", stop.why()))
        })?;
        let programs = Arc::clone(programs);
        let (functions, roots) = (HashMap::new(), HashMap::new());
        Ok(Self {
            functions,
            roots,
            inventory: None,
            context,
            runtime,
            memory: MEMORY,
            left,
            programs,
            sources,
            followed,
        })
    }

    /// Makes the contract a value, as it was written or with its references followed.
    fn root(&mut self, followed: bool) -> Result<Persistent<Value<'static>>, Stop> {
        if let Some(root) = self.roots.get(&followed) {
            return Ok(root.clone());
        }
        let texts: Vec<String> = match followed {
            true => self.sources.documents().iter().map(|document| document.root().to_json().to_string()).collect(),
            false => vec![self.sources.root().to_json().to_string()],
        };
        let bytes: usize = texts.iter().map(String::len).sum();
        self.memory = self.memory.saturating_add(bytes.saturating_mul(MEMORY_BY_BYTE)).min(MOST_MEMORY);
        self.runtime.set_memory_limit(self.memory);
        self.left.set(u64::MAX);
        let made = self.context.with(|ctx| {
            let made = self.value_of(&ctx, &texts, followed).map(|value| Persistent::save(&ctx, value));
            caught(&ctx, &self.left, made)
        });
        let root = made.map_err(|stop| Stop::Ended(format!("the contract is too large: {}", stop.why())))?;
        self.roots.insert(followed, root.clone());
        Ok(root)
    }

    fn value_of<'js>(&self, ctx: &Ctx<'js>, texts: &[String], followed: bool) -> rquickjs::Result<Value<'js>> {
        let values = texts.iter().map(|text| ctx.json_parse(text.as_str())).collect::<rquickjs::Result<Vec<_>>>()?;
        let whole =
            |document: usize| values.get(document).cloned().unwrap_or_else(|| Value::new_undefined(ctx.clone()));
        if !followed {
            return Ok(whole(0));
        }
        // Every target is looked up before the first reference is replaced.
        let mut replaced = Vec::new();
        for ((document, holder), target) in self.followed.links() {
            let Some(document) = self.sources.documents().get(document as usize) else { continue };
            let holder = document.node(holder);
            let value = at(ctx, whole(target.document().number() as usize), &path_of(target))?;
            let path = path_of(holder);
            let Some((last, around)) = path.split_last() else { continue };
            let around = at(ctx, whole(holder.document().number() as usize), around)?;
            if let Some(around) = around.into_object() {
                replaced.push((around, last.to_string(), value));
            }
        }
        for (around, key, value) in replaced {
            around.set(key, value)?;
        }
        Ok(match self.followed.root() {
            root if root.id() == self.sources.root().id() && root.document().number() == 0 => whole(0),
            root => at(ctx, whole(root.document().number() as usize), &path_of(root))?,
        })
    }

    /// The function of a file, loaded once.
    fn function(&mut self, custom: &Custom) -> Result<Persistent<JsFunction<'static>>, Stop> {
        if let Some(known) = self.functions.get(&custom.file) {
            return known.clone().map_err(Stop::Ended);
        }
        self.left.set(STEPS_OF_CALL);
        let loaded = self.context.with(|ctx| {
            let loaded = modules::function(&ctx, &self.programs, &custom.file);
            caught(&ctx, &self.left, loaded.map(|function| Persistent::save(&ctx, function)))
        });
        let loaded = loaded.map_err(|stop| format!("its function `{}` cannot be loaded: {}", custom.name, stop.why()));
        self.functions.insert(Arc::clone(&custom.file), loaded.clone());
        loaded.map_err(Stop::Ended)
    }

    /// What functions are told about the contract as a whole.
    fn inventory(&mut self) -> Result<Persistent<Object<'static>>, Stop> {
        if let Some(known) = &self.inventory {
            return Ok(known.clone());
        }
        let (written, followed) = (self.root(false)?, self.root(true)?);
        let made = self.context.with(|ctx| {
            let made = || {
                let written = written.restore(&ctx)?;
                let document = Object::new(ctx.clone())?;
                document.set("source", self.sources.document().name())?;
                document.set("data", written.clone())?;
                let inventory = Object::new(ctx.clone())?;
                inventory.set("document", document)?;
                inventory.set("source", self.sources.document().name())?;
                inventory.set("unresolved", written)?;
                inventory.set("resolved", followed.restore(&ctx)?)?;
                Ok(Persistent::save(&ctx, inventory))
            };
            caught(&ctx, &self.left, made())
        })?;
        self.inventory = Some(made.clone());
        Ok(made)
    }
}

impl CustomFunctions for Engine<'_> {
    fn call<'c>(
        &mut self,
        custom: &Custom,
        call: &Call<'_, 'c>,
        rule: &str,
        steps: &mut u64,
    ) -> Result<Vec<Remark<'c>>, Stop> {
        let root = self.root(call.view.follows())?;
        let inventory = self.inventory()?;
        let function = self.function(custom)?;
        let allowed = (*steps).min(STEPS_OF_CALL);
        self.left.set(allowed);
        let path = (call.path)();
        let answer = self.context.with(|ctx| {
            let asked = || {
                let function = function.restore(&ctx)?;
                let root = root.restore(&ctx)?;
                let (target, path) = target(&ctx, root, call.subject, &path)?;
                let options = ctx.json_parse(&*custom.options)?;
                let context = context(&ctx, inventory.restore(&ctx)?, path, rule)?;
                let answer: Value<'_> = function.call((target, options, context))?;
                remarks(&answer)
            };
            caught(&ctx, &self.left, asked())
        });
        *steps = steps.saturating_sub(allowed - self.left.get().min(allowed));
        let answer = answer.map_err(|stop| match stop {
            Stop::Failed(why) => Stop::Failed(format!("its function `{}` throws: {why}", custom.name)),
            Stop::Ended(why) => Stop::Ended(format!("its function `{}` {why}", custom.name)),
        })?;
        answer.map_err(|why| Stop::Failed(format!("its function `{}` {why}", custom.name)))
    }
}

impl Stop {
    fn why(&self) -> &str {
        match self {
            Stop::Failed(why) | Stop::Ended(why) => why,
        }
    }
}

/// Takes steps away. False if there were not enough.
fn spend(left: &Cell<u64>, steps: u64) -> bool {
    let enough = left.get() > steps;
    left.set(left.get().saturating_sub(steps));
    enough
}

/// What went wrong, if something did, as a person can read it.
fn caught<'js, T>(ctx: &Ctx<'js>, left: &Cell<u64>, answer: rquickjs::Result<T>) -> Result<T, Stop> {
    let error = match answer {
        Ok(answer) => return Ok(answer),
        Err(error) => CaughtError::from_error(ctx, error),
    };
    if left.get() == 0 {
        return Err(Stop::Ended("takes too many steps".to_owned()));
    }
    let what = match &error {
        CaughtError::Exception(exception) => exception.message().unwrap_or_default(),
        // Nothing of the program runs any more, not even to say what it threw.
        CaughtError::Value(value) => value.as_string().and_then(|text| text.to_string().ok()).unwrap_or_default(),
        CaughtError::Error(error) => error.to_string(),
    };
    if what.is_empty() || what == "out of memory" {
        let ended = matches!(&error, CaughtError::Value(value) if value.is_null()) || what == "out of memory";
        return Err(if ended {
            Stop::Ended("takes too much memory".to_owned())
        } else {
            Stop::Failed("something without a message".to_owned())
        });
    }
    let shown: String = what.chars().take(LONGEST_MESSAGE).map(|c| if c.is_control() { ' ' } else { c }).collect();
    Err(Stop::Failed(shown))
}

/// What stands at a path of a value.
fn at<'js>(ctx: &Ctx<'js>, value: Value<'js>, path: &[Step<'_>]) -> rquickjs::Result<Value<'js>> {
    let mut value = value;
    for step in path {
        value = match value.into_object() {
            Some(object) => object.get(&**step)?,
            None => return Ok(Value::new_undefined(ctx.clone())),
        };
    }
    Ok(value)
}

/// The value that a function is asked about, and its path, in which positions are numbers.
fn target<'js>(
    ctx: &Ctx<'js>,
    root: Value<'js>,
    subject: Subject<'_>,
    path: &[Step<'_>],
) -> rquickjs::Result<(Value<'js>, Array<'js>)> {
    let steps = Array::new(ctx.clone())?;
    let mut value = root;
    for (number, step) in path.iter().enumerate() {
        match step.parse::<usize>() {
            Ok(position) if value.is_array() => steps.set(number, position)?,
            _ => steps.set(number, &**step)?,
        }
        value = at(ctx, value, std::slice::from_ref(step))?;
    }
    let value = match subject {
        Subject::Undefined => Value::new_undefined(ctx.clone()),
        Subject::Key(key) => key.into_js(ctx)?,
        Subject::Position(position) => (position as f64).into_js(ctx)?,
        Subject::Node(_) => value,
    };
    Ok((value, steps))
}

/// The third argument of a function.
fn context<'js>(ctx: &Ctx<'js>, inventory: Object<'js>, path: Array<'js>, rule: &str) -> rquickjs::Result<Object<'js>> {
    // Defined and not set, since a program may have taught all objects what to do with what is set.
    let named = Object::new(ctx.clone())?;
    named.prop("name", Property::from(rule).writable().enumerable().configurable())?;
    let context = Object::new(ctx.clone())?;
    let document: Value<'js> = inventory.get("document")?;
    for (key, value) in [
        ("path", path.into_value()),
        ("document", document),
        ("documentInventory", inventory.into_value()),
        ("rule", named.into_value()),
    ] {
        context.prop(key, Property::from(value).writable().enumerable().configurable())?;
    }
    Ok(context)
}

/// What a function answered: nothing, or a list of maps with a message and perhaps a path. The inner error says what
/// it is instead.
fn remarks<'d>(answer: &Value<'_>) -> rquickjs::Result<Result<Vec<Remark<'d>>, String>> {
    if answer.is_undefined() || answer.is_null() {
        return Ok(Ok(Vec::new()));
    }
    if answer.is_promise() || answer.as_object().is_some_and(|object| object.contains_key("then").unwrap_or(false)) {
        return Ok(Err("answers later (it is async), and is not waited for".to_owned()));
    }
    let Some(list) = answer.as_array() else {
        return Ok(Err("does not answer with a list".to_owned()));
    };
    if list.len() > MOST_REMARKS {
        return Ok(Err(format!("says more than {MOST_REMARKS} things about one value")));
    }
    let mut remarks = Vec::new();
    for item in list.iter::<Value<'_>>() {
        let item = item?;
        let message = match item.as_object() {
            Some(object) => object.get::<_, Value<'_>>("message")?,
            None => return Ok(Err("answers with something that has no message".to_owned())),
        };
        let Some(message) = message.as_string() else {
            return Ok(Err("answers with something that has no message".to_owned()));
        };
        let message = message.to_string()?.chars().take(LONGEST_MESSAGE).collect();
        let path = item.as_object().map(|object| object.get::<_, Value<'_>>("path")).transpose()?;
        let at = match path.as_ref().and_then(Value::as_array) {
            Some(path) => At::Path(steps(path)?),
            None => At::Here,
        };
        remarks.push(Remark { message, at });
    }
    Ok(Ok(remarks))
}

fn steps<'d>(path: &Array<'_>) -> rquickjs::Result<Vec<Step<'d>>> {
    const DEEPEST: usize = 1_000;
    let mut steps = Vec::new();
    for step in path.iter::<Value<'_>>().take(DEEPEST) {
        let step = step?;
        steps.push(Step::Owned(match step.as_string() {
            Some(text) => text.to_string()?,
            None => f64::from_js(path.ctx(), step).map(|number| number.to_string()).unwrap_or_default(),
        }));
    }
    Ok(steps)
}

/// Quotes the name of something that is imported.
fn named(name: &str) -> String {
    quoted(name)
}
