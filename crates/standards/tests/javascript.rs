//! Do the JavaScript functions of rulesets say what they have to say, and can they do no harm?

#![cfg(feature = "javascript")]

use hansom_standards::{
    Limits, Sources,
    ruleset::{Allowance, Ruleset, RulesetVerdict, run},
};

const CONTRACT: &str = r##"
openapi: 3.0.3
info: { title: rents, version: "1" }
security: []
paths:
  /accounts:
    get:
      responses: { "200": { $ref: "#/components/responses/Fine" } }
    post:
      security: [{}]
      responses: { "201": { description: made } }
  /accounts/{id}:
    delete:
      security: [{ token: [] }]
      responses: { "204": { description: gone } }
components:
  responses:
    Fine: { description: fine, headers: { X-One: { schema: { $ref: "#/components/schemas/Node" } } } }
  schemas:
    Node: { type: object, properties: { next: { $ref: "#/components/schemas/Node" }, big: { type: integer } } }
"##;

fn verdict_of(ruleset: &str, files: &[(&str, &str)], steps: u64) -> RulesetVerdict {
    let mut open = |name: &str| {
        let file = files.iter().find(|(file, _)| *file == name);
        file.map(|(_, text)| (*text).to_owned()).ok_or_else(|| format!("there is no {name}"))
    };
    let ruleset = Ruleset::read(ruleset, "rules.yaml", &mut open).expect("the ruleset is well-formed");
    let sources = Sources::of_text("contract.yaml", CONTRACT, &Limits::default()).expect("the contract is well-formed");
    run(&sources, &ruleset, &Allowance { steps, javascript: true, ..Allowance::default() })
}

/// A ruleset with one rule, `custom`, that asks a function `check` in `functions/check.js`.
fn ruleset(given: &str, options: &str) -> String {
    format!(
        "functions: [check]\nrules:\n  custom:\n    given: \"{given}\"\n    message: \"{{{{error}}}}\"\n    \
         then: {{ function: check{options} }}\n"
    )
}

fn said(given: &str, options: &str, program: &str) -> Vec<(String, String)> {
    let verdict = verdict_of(&ruleset(given, options), &[("functions/check.js", program)], 200_000_000);
    assert_eq!((verdict.skipped, verdict.cut, verdict.notes), (vec![], vec![], vec![]), "{program}");
    verdict.findings.into_iter().map(|finding| (finding.pointer, finding.what)).collect()
}

#[track_caller]
fn check(given: &str, options: &str, program: &str, expected: &[(&str, &str)]) {
    let expected: Vec<_> = expected.iter().map(|(at, what)| ((*at).to_owned(), (*what).to_owned())).collect();
    assert_eq!(said(given, options, program), expected, "{program}");
}

/// What is told about the only rule when its function cannot go on, or cannot for some value.
fn failure(program: &str) -> String {
    let verdict = verdict_of(&ruleset("$.paths[*]", ""), &[("functions/check.js", program)], 100_000_000);
    let notices: Vec<_> = verdict.cut.iter().chain(&verdict.notes).chain(&verdict.skipped).collect();
    match notices.as_slice() {
        [notice] => {
            assert_eq!(&*notice.rule, "custom");
            assert_eq!(verdict.findings, [], "{program}");
            notice.why.clone()
        }
        other => panic!("one notice was expected, not {other:?}"),
    }
}

#[track_caller]
fn fails(program: &str, expected: &str) {
    let why = failure(program);
    assert!(why.contains(expected), "{program}: {why}");
}

#[test]
fn functions_are_commonjs_or_es_modules() {
    let expected = [("/info/title", "rents is small")];
    let body = "(value => [{ message: `${value} is small` }])";
    check("$.info.title", "", &format!("module.exports = {body};"), &expected);
    check("$.info.title", "", &format!("'use strict';\nexports.default = {body};"), &expected);
    check("$.info.title", "", &format!("export default {body};"), &expected);
    check("$.info.title", "", &format!("const it = {body};\nexport {{ it as default }};"), &expected);
}

#[test]
fn functions_get_value_options_and_context() {
    let program = "module.exports = (value, options, context) => [{
        message: [typeof value, options.least, context.path.map(step => typeof step).join(), context.rule.name,
            context.document.source, context.documentInventory.resolved.info.title,
            '$ref' in context.documentInventory.unresolved.paths['/accounts'].get.responses['200'],
            '$ref' in context.documentInventory.resolved.paths['/accounts'].get.responses['200']].join(' '),
    }];";
    check(
        "$.paths..security[*]",
        ", functionOptions: { least: 3 }",
        program,
        &[
            (
                "/paths/~1accounts/post/security/0",
                "object 3 string,string,string,string,number custom contract.yaml rents true false",
            ),
            (
                "/paths/~1accounts~1{id}/delete/security/0",
                "object 3 string,string,string,string,number custom contract.yaml rents true false",
            ),
        ],
    );
    let program = "module.exports = (value, options) => [{ message: `${value} ${options}` }];";
    check("$.info.title~", "", program, &[("/info/title", "title null")]);
    check("$.info", ", field: nothing", program, &[("/info", "undefined null")]);
}

#[test]
fn functions_see_references_followed_and_circles_as_they_are_written() {
    let program = "module.exports = value => [{ message: JSON.stringify(value.headers['X-One'].schema) }];";
    let expected =
        r##"{"type":"object","properties":{"next":{"$ref":"#/components/schemas/Node"},"big":{"type":"integer"}}}"##;
    check("$.paths['/accounts'].get.responses['200']", "", program, &[("/components/responses/Fine", expected)]);
}

#[test]
fn findings_are_told_where_the_function_says() {
    let program = "module.exports = (value, options, context) => Object.keys(value).map(key => ({
        message: key, path: [...context.path, key, 'responses'],
    }));";
    check(
        "$.paths['/accounts']",
        "",
        program,
        &[("/paths/~1accounts/get/responses", "get"), ("/paths/~1accounts/post/responses", "post")],
    );
    check("$", "", "module.exports = () => [{ message: 'far', path: ['paths', '/none', 1] }];", &[("/paths", "far")]);
    check("$", "", "module.exports = () => undefined;", &[]);
    check("$", "", "module.exports = () => [];", &[]);
}

#[test]
fn a_function_that_looks_at_the_security_of_every_operation_works() {
    let program = r#"
import { createRulesetFunction } from "@stoplight/spectral-core";
const unsafe = ["post", "put", "patch", "delete"];
function* operations(paths) {
  for (const [path, item] of Object.entries(paths || {})) {
    for (const [method, operation] of Object.entries(item)) yield { path, method, operation };
  }
}
export default createRulesetFunction(
  { input: { type: "object" }, options: { type: "object", properties: { methods: { type: "array" } } } },
  function checkSecurity(document, { methods = unsafe }) {
    const results = [];
    for (const { path, method, operation } of operations(document.paths)) {
      if (!methods.includes(method)) continue;
      const where = ["paths", path, method];
      const { security } = operation;
      if (!security || security.length === 0) {
        results.push({ message: `${method} has no security`, path: where });
      } else if (security.some(scheme => Object.keys(scheme).length === 0)) {
        results.push({ message: `${method} lets strangers in`, path: [...where, "security"] });
      }
    }
    return results;
  },
);
"#;
    check(
        "$",
        ", functionOptions: { methods: [get, post, delete] }",
        program,
        &[
            ("/paths/~1accounts/get", "get has no security"),
            ("/paths/~1accounts/post/security", "post lets strangers in"),
        ],
    );
}

#[test]
fn what_is_declared_of_input_and_options_is_held() {
    let program = "const { createRulesetFunction } = require('@stoplight/spectral-core');
        module.exports = createRulesetFunction({ input: { type: 'string', minLength: 2 }, options: null },
            value => [{ message: value }]);";
    check("$.info.*", "", program, &[("/info/title", "rents")]);
    let verdict = verdict_of(
        &ruleset("$.info.title", ", functionOptions: { a: 1 }"),
        &[("functions/check.js", program)],
        100_000_000,
    );
    let why = "its function `check` throws: the options of the function are not those that it takes";
    assert_eq!(verdict.notes.iter().map(|note| note.why.as_str()).collect::<Vec<_>>(), [why]);
}

#[test]
fn the_functions_of_spectral_can_be_called() {
    let program = "import { pattern, schema, truthy, casing } from '@stoplight/spectral-functions';
        import { DiagnosticSeverity } from '@stoplight/types';
        export default (value, options, context) => [
            ...(pattern(value.title, { match: '^[A-Z]' }, context) || []),
            ...(schema(value, { schema: { type: 'object', properties: { version: { type: 'number' } } } }, context) || []),
            ...(truthy(value.title, null, context) || []),
            ...(casing(value.title, { type: 'pascal' }, context) || []),
            { message: String(DiagnosticSeverity.Warning) },
        ];";
    let said = said("$.info", "", program);
    assert_eq!(said.len(), 4, "{said:?}");
    assert!(said.iter().any(|(at, what)| at == "/info/version" && what.contains("number")), "{said:?}");
}

#[test]
fn addresses_can_be_taken_apart() {
    let program = |address: &str| {
        format!(
            "module.exports = () => {{ try {{ const u = new URL({address}); return [{{ message: [u.href, u.origin, \
             u.host, u.hostname, u.port, u.pathname, u.search, u.hash].join(' ') + [...u.searchParams].join(';') + '|' }}]; \
             }} catch (error) {{ return [{{ message: error.name + ' ' + error.message }}]; }} }};"
        )
    };
    let cases = [
        (
            "'HTTPS://Rents.Example:443/a/../v1/./x y?q=1&q=%C3%BC#end'",
            "https://rents.example/v1/x%20y?q=1&q=%C3%BC#end https://rents.example rents.example rents.example  \
             /v1/x%20y ?q=1&q=%C3%BC #endq,1;q,ü|",
        ),
        (
            "'../v2/{id}', 'http://h:8080/a/b/c'",
            "http://h:8080/a/v2/%7Bid%7D http://h:8080 h:8080 h 8080 /a/v2/%7Bid%7D  |",
        ),
        ("'urn:isbn:1'", "urn:isbn:1 null    isbn:1  |"),
        ("'/v1/rents'", "TypeError Invalid URL"),
        ("'http://h:99999'", "TypeError Invalid URL"),
        ("'https://'", "TypeError Invalid URL"),
    ];
    for (address, expected) in cases {
        check("$.info", "", &program(address), &[("/info", expected)]);
    }
    fails("module.exports = () => [{ message: new URL('x'.repeat(9e6), 'https://h').href }];", "");
}

#[test]
fn what_no_reference_names_is_found_by_a_program_that_asks_for_it() {
    let program = "const { unreferencedReusableObject } = require('@stoplight/spectral-functions');\n\
                   module.exports = (value, _, context) => {\n\
                   const found = unreferencedReusableObject(value, { reusableObjectsLocation: '#/components/schemas' }, context);\n\
                   return found.map(one => ({ message: String(found.length), path: one.path })); };";
    check("$.components.schemas", "", program, &[]);
    let info = program.replace("#/components/schemas", "#/info");
    check("$.info", "", &info, &[("/info/title", "2"), ("/info/version", "2")]);
}

#[test]
fn functions_import_files_of_their_ruleset() {
    let files = [
        (
            "functions/check.js",
            "import words, { small } from './words.js';\nimport old from '../lib/old';\n\
            export default value => [{ message: [words(value), small, old.text].join(' ') }];",
        ),
        ("functions/words.js", "export const small = 'x';\nexport default word => word.toUpperCase();"),
        ("lib/old.js", "const data = require('./data.json');\nmodule.exports = { text: data.text };"),
        ("lib/data.json", "{ \"text\": \"from data\" }"),
    ];
    let verdict = verdict_of(&ruleset("$.info.title", ""), &files, 100_000_000);
    assert_eq!(verdict.cut, []);
    assert_eq!(verdict.findings.iter().map(|f| f.what.as_str()).collect::<Vec<_>>(), ["RENTS x from data"]);
}

#[test]
fn functions_declared_with_a_path_are_asked_for_by_their_last_name() {
    let ruleset = ruleset("$.info.title", "").replace("[check]", "[./deep/check]");
    let program = "module.exports = () => [{ message: String(process.env.MODE === 'loud') }];";
    let verdict = verdict_of(&ruleset, &[("functions/deep/check.js", program)], 100_000_000);
    assert_eq!(verdict.findings.iter().map(|f| f.what.as_str()).collect::<Vec<_>>(), ["false"]);
}

#[test]
fn other_imports_are_refused_by_name() {
    for name in ["fs", "lodash", "node:child_process", "https://example.com/x.js", "./none.js", "../../etc/passwd"] {
        let said = format!("it imports `{name}`, and only files of the ruleset");
        fails(&format!("const it = require('{name}');\nmodule.exports = () => [];"), &said);
        fails(&format!("import it from '{name}';\nexport default () => [];"), &said);
        fails(&format!("export default () => import('{name}');"), "async");
    }
}

#[test]
fn there_is_nothing_around_a_function() {
    for name in [
        "process.exit()",
        "process.env.HOME.length",
        "fetch",
        "setTimeout",
        "std",
        "os",
        "globalThis.constructor.constructor('return 1')()",
        "eval('1')",
        "Function('return 1')()",
        "new Function('return 1')()",
        "(() => 1).constructor('return 1')()",
        "(async () => 1).constructor('return 1')()",
        "(function* () {}).constructor('')()",
        "BigInt(1)",
        "new Proxy({}, {})",
        "new Uint8Array(8)",
        "new SharedArrayBuffer(8)",
        "new WeakRef({})",
        "performance.now()",
    ] {
        let why = failure(&format!("module.exports = () => {{ {name}; return []; }};"));
        assert!(why.starts_with("its function `check` throws: "), "{name}: {why}");
    }
    fails("module.exports = () => [{ message: String(10n ** 10n) }];", "has a number like `10n`");
}

#[test]
fn dates_can_be_read_but_there_is_no_clock() {
    let program = "module.exports = () => [{ message: [new Date('2026-02-03').toISOString(), Date.UTC(1970, 0),
        new Date(0) instanceof Date].join(' ') }];";
    check("$", "", program, &[("", "2026-02-03T00:00:00.000Z 0 true")]);
    for now in ["Date.now()", "new Date()", "Date()", "new (new Date(0)).constructor()"] {
        fails(&format!("module.exports = () => [{{ message: String({now}) }}];"), "there is no clock here");
    }
}

#[test]
fn a_function_that_throws_is_noted_once_and_asked_again() {
    let program =
        "module.exports = value => { if (value.get) throw new Error('no\\nget'); return [{ message: 'seen' }]; };";
    let verdict = verdict_of(&ruleset("$.paths[*]", ""), &[("functions/check.js", program)], 100_000_000);
    assert_eq!(
        verdict.notes.iter().map(|n| n.why.as_str()).collect::<Vec<_>>(),
        ["its function `check` throws: no get"]
    );
    assert_eq!(verdict.findings.iter().map(|f| f.pointer.as_str()).collect::<Vec<_>>(), ["/paths/~1accounts~1{id}"]);
    fails("module.exports = () => { throw undefined; };", "throws");
    fails("module.exports = () => { throw { get message() { for (;;); } }; };", "throws");
    fails("module.exports = () => { throw null; };", "its function `check`");
    fails("module.exports = value => value.a.b;", "cannot read property 'b' of undefined");
}

#[test]
fn an_answer_of_another_form_is_refused() {
    fails("module.exports = async () => [];", "answers later");
    fails("module.exports = () => ({ then() {} });", "answers later");
    fails("module.exports = () => ({ get then() { for (;;); } });", "answers later");
    fails("module.exports = () => 'wrong';", "does not answer with a list");
    fails("module.exports = () => [1];", "has no message");
    fails("module.exports = () => [{}];", "has no message");
    fails("module.exports = () => Array(20000).fill({ message: 'x' });", "says more than 10000 things");
    fails("module.exports = {};", "exports no function");
    fails("this is no program", "cannot be loaded");
}

#[test]
fn endless_functions_are_stopped() {
    for program in [
        "module.exports = () => { for (;;); };",
        "module.exports = () => { for (;;) { try { for (;;); } catch { } finally { continue; } } };",
        "for (;;);\nmodule.exports = () => [];",
        "module.exports = () => /^(a+)+$/.test('a'.repeat(40) + 'b');",
        "module.exports = () => { const list = []; list.length = 4e9; for (;;) { try { list.indexOf(1); } catch { } } };",
        "module.exports = () => { const list = []; list.length = 4e6; for (;;) list.indexOf(1); };",
        "module.exports = () => { for (;;) { try { [].includes.call({ length: 9e15 }, 1); } catch { } } };",
        "module.exports = () => { const text = 'a'.repeat(1e6); for (;;) text.indexOf('a'.repeat(5e5) + 'b'); };",
        "module.exports = () => { const many = Object.assign({}, 'a'.repeat(1e5).split('')); for (;;) Object.keys(many); };",
        "module.exports = () => [{ get message() { for (;;); } }];",
    ] {
        fails(program, "takes too many steps");
    }
}

#[test]
fn functions_that_eat_memory_are_stopped_and_others_go_on() {
    for program in [
        "module.exports = () => { const all = []; for (;;) all.push('x'.repeat(1000) + all.length); };",
        "module.exports = () => { let text = 'x'; for (;;) text += text; };",
        "module.exports = () => new Array(4e6).fill(0).map(() => new Array(1000).fill(1));",
    ] {
        let why = failure(program);
        let stopped = ["too much memory", "too many steps", "string", "too long"];
        assert!(stopped.iter().any(|word| why.contains(word)), "{program}: {why}");
    }
    let rules = "functions: [hog, fine]\nrules:\n  a-hog: { given: $, then: { function: hog } }\n  \
        b-fine: { given: $.info, message: '{{error}}', then: { function: fine } }\n";
    let files = [
        ("functions/hog.js", "module.exports = () => { const all = []; for (;;) all.push({ a: all.length }); };"),
        ("functions/fine.js", "module.exports = () => [{ message: 'still here' }];"),
    ];
    let verdict = verdict_of(rules, &files, 200_000_000);
    assert_eq!(verdict.cut.iter().map(|cut| &*cut.rule).collect::<Vec<_>>(), ["a-hog"]);
    assert_eq!(verdict.findings.iter().map(|f| f.what.as_str()).collect::<Vec<_>>(), ["still here"]);
}

#[test]
fn deep_recursion_is_an_error_and_no_crash() {
    fails("const deep = n => deep(n + 1) + 1;\nmodule.exports = deep;", "throws");
    fails(
        "module.exports = () => { let a = []; for (let i = 0; i < 1e5; i += 1) a = [a]; JSON.stringify(a); };",
        "throws",
    );
    fails(&format!("module.exports = () => {}1{};", "(".repeat(100_000), ")".repeat(100_000)), "cannot be loaded");
}

#[test]
fn tricks_with_prototypes_change_nothing_for_whoever_asks() {
    let program = "
        Object.prototype.then = 1; delete Object.prototype.then;
        Array.prototype.push = () => { throw new Error('mine'); };
        Array.prototype[Symbol.iterator] = null;
        Object.defineProperty(Object.prototype, 'path', { get() { return ['info']; }, configurable: true });
        JSON.parse = JSON.stringify = () => 'mine';
        globalThis.__hansom = undefined;
        String.prototype.toString = () => 'mine';
        module.exports = value => [{ message: value }];";
    check("$.info.title", "", program, &[("/info", "rents")]);
}

#[test]
fn a_function_that_was_not_read_skips_its_rule() {
    let verdict = verdict_of(&ruleset("$", ""), &[], 1000);
    assert_eq!(verdict.skipped.len(), 1);
    assert_eq!(
        verdict.skipped[0].why,
        "its function `check` is in functions/check.js, which was not read: there is no functions/check.js"
    );
}
