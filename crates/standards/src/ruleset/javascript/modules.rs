//! What may a function of a ruleset import?
//!
//! The ruleset's own files, as CommonJS or as ES modules, and stand-ins for `@stoplight/spectral-core`,
//! `@stoplight/spectral-functions` and `@stoplight/types`. Everything else is refused by its name.

use std::{cell::Cell, collections::HashSet, rc::Rc, sync::Arc};

use rquickjs::{
    Ctx, Error, Exception, Function, Module, Object, Result, Value,
    context::EvalOptions,
    loader::{ImportAttributes, Loader, Resolver},
    module::Declared,
    prelude::Opt,
};

use super::{core_function, named, spend};
use crate::{pattern::Pattern, ruleset::custom::Programs};

/// Prepares the language: what runs long is counted, what makes programs of texts goes, and `require` comes.
const PREPARATION: &str = include_str!("prepare.js");
/// Prepares what takes addresses apart.
const ADDRESSES: &str = include_str!("url.js");
/// The name under which modules find what is prepared.
const PREPARED: &str = "__hansom";
/// The packages that have stand-ins.
const PACKAGES: [&str; 3] = ["@stoplight/spectral-core", "@stoplight/spectral-functions", "@stoplight/types"];
/// Words that cannot name a variable.
const RESERVED: [&str; 20] = [
    "arguments",
    "await",
    "case",
    "class",
    "const",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "for",
    "function",
    "if",
    "in",
    "let",
    "new",
    "return",
    "var",
];
/// Large whole numbers, on which the engine works without asking whether to go on.
const BIG_NUMBER: &str = r"(?<![\w$.])(?:0[xXoObB][\da-fA-F_]+|\d[\d_]*)n(?![\w$])";

/// Which file or package does a name mean?
pub(super) struct Names(pub(super) Arc<Programs>);

impl Resolver for Names {
    fn resolve<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        base: &str,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<String> {
        if PACKAGES.contains(&name) {
            return Ok(name.to_owned());
        }
        self.0.resolve(base, name).filter(|_| name.starts_with('.')).ok_or_else(|| refused(ctx, name))
    }
}

/// What does a file or a package say?
pub(super) struct Texts(pub(super) Arc<Programs>);

impl Loader for Texts {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        if let Some(text) = self.0.text(name).filter(|text| is_module(name, text)) {
            return Module::declare(ctx.clone(), name, checked(ctx, name, text)?);
        }
        // Anything else is a value, whose members become exports.
        let import: Function<'js> = ctx.globals().get::<_, Object<'js>>(PREPARED)?.get("load")?;
        let value: Value<'js> = import.call((name,))?;
        let mut names: Vec<String> = Vec::new();
        for key in value.as_object().into_iter().flat_map(|object| object.keys::<String>()) {
            names.push(key?);
        }
        let usable = |name: &&String| {
            let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$'));
            plain && !name.starts_with(|c: char| c.is_ascii_digit()) && !RESERVED.contains(&name.as_str())
        };
        let exports: Vec<&str> = names.iter().filter(usable).map(String::as_str).collect();
        let quoted = serde_json::Value::from(name).to_string();
        let text = format!(
            "const all = globalThis.{PREPARED}.load({quoted}); export default all; export const {{ {} }} = all;",
            exports.join(", ")
        );
        let text =
            if exports.is_empty() { format!("export default globalThis.{PREPARED}.load({quoted});") } else { text };
        Module::declare(ctx.clone(), name, text)
    }
}

/// Prepares a context. `named` is what the references of the contract name.
pub(super) fn prepare<'js>(
    ctx: &Ctx<'js>,
    left: &Rc<Cell<u64>>,
    programs: &Arc<Programs>,
    named: HashSet<String>,
) -> Result<()> {
    let counted = Rc::clone(left);
    let count = Function::new(ctx.clone(), move |ctx: Ctx<'_>, steps: f64| {
        // Whatever is no number of steps counts as one.
        let steps = if steps >= 1.0 { steps as u64 } else { 1 };
        if spend(&counted, steps) { Ok(()) } else { Err(Exception::throw_range(&ctx, "too many steps")) }
    })?;
    let core = Function::new(
        ctx.clone(),
        move |ctx: Ctx<'_>, name: String, value: Opt<Option<String>>, options: Opt<Option<String>>| {
            core_function::call(&name, value.0.flatten().as_deref(), options.0.flatten().as_deref(), &named)
                .map_err(|why| Exception::throw_message(&ctx, &why))
        },
    )?;
    let files = Arc::clone(programs);
    let resolve = Function::new(ctx.clone(), move |ctx: Ctx<'_>, from: String, name: String| {
        if PACKAGES.contains(&name.as_str()) {
            return Ok(name);
        }
        files.resolve(&from, &name).filter(|_| name.starts_with('.')).ok_or_else(|| refused(&ctx, &name))
    })?;
    let files = Arc::clone(programs);
    let compile = Function::new(ctx.clone(), move |ctx: Ctx<'js>, file: String| compiled(&ctx, &files, &file))?;
    let prepare: Function<'_> = ctx.eval(PREPARATION)?;
    let prepared: Object<'_> = prepare.call((count, core, resolve, compile))?;
    let addresses: Function<'_> = ctx.eval(ADDRESSES)?;
    addresses.call::<_, ()>((prepared.get::<_, Function<'_>>("count")?,))?;
    ctx.globals().prop(PREPARED, rquickjs::object::Property::from(prepared))
}

/// The function that a file exports.
pub(super) fn function<'js>(ctx: &Ctx<'js>, programs: &Programs, file: &str) -> Result<Function<'js>> {
    let Some(text) = programs.text(file) else {
        return Err(Exception::throw_message(ctx, &format!("the file {} was not read", named(file))));
    };
    let exported: Value<'js> = if is_module(file, text) {
        let (module, promise) = Module::declare(ctx.clone(), file, checked(ctx, file, text)?)?.eval()?;
        promise.finish::<()>()?;
        module.get("default")?
    } else {
        let load: Function<'js> = ctx.globals().get::<_, Object<'js>>(PREPARED)?.get("load")?;
        let exports: Value<'js> = load.call((file,))?;
        match exports.as_object().map(|object| object.get::<_, Value<'js>>("default")).transpose()? {
            Some(default) if default.is_function() => default,
            _ => exports,
        }
    };
    exported
        .into_function()
        .ok_or_else(|| Exception::throw_message(ctx, &format!("{} exports no function", named(file))))
}

/// A CommonJS file as a function of `module`, `exports` and `require`; a file of JSON as its value.
fn compiled<'js>(ctx: &Ctx<'js>, programs: &Programs, file: &str) -> Result<Value<'js>> {
    let Some(text) = programs.text(file) else {
        return Err(refused(ctx, file));
    };
    if file.ends_with(".json") {
        return ctx.json_parse(text);
    }
    if is_module(file, text) {
        let why = format!("{} is an ES module, which cannot be required; import it", named(file));
        return Err(Exception::throw_message(ctx, &why));
    }
    let text = checked(ctx, file, text)?;
    let whole = format!("(function (module, exports, require) {{{text}\n}})");
    let mut options = EvalOptions::default();
    options.strict = false;
    options.filename = Some(file.to_owned());
    ctx.eval_with_options(whole, options)
}

/// Whether a program is an ES module: it imports or exports at the beginning of a line.
fn is_module(file: &str, text: &str) -> bool {
    let begins = |line: &str| {
        let line = line.trim_start();
        let after = |word| line.strip_prefix(word).filter(|rest| rest.starts_with([' ', '{', '*', '"', '\'']));
        after("import").is_some() || after("export").is_some()
    };
    file.ends_with(".mjs") || (!file.ends_with(".cjs") && !file.ends_with(".json") && text.lines().any(begins))
}

/// The text of a program, unless it has what cannot be bounded.
fn checked<'t>(ctx: &Ctx<'_>, file: &str, text: &'t str) -> Result<&'t str> {
    let big = Pattern::with_flags(BIG_NUMBER, "").ok();
    let has = text.lines().any(|line| big.as_ref().is_some_and(|big| big.is_match(line) == Ok(true)));
    if has {
        let why = format!("{} has a number like `10n`, which is not run here", named(file));
        return Err(Exception::throw_message(ctx, &why));
    }
    Ok(text)
}

fn refused(ctx: &Ctx<'_>, name: &str) -> Error {
    let why =
        format!("it imports {}, and only files of the ruleset and {} are there", named(name), PACKAGES.join(", "));
    Exception::throw_message(ctx, &why)
}
