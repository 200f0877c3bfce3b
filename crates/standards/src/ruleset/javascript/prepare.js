// What is there for the functions of a ruleset before they run? A function that is called once.
(function (count, core, resolve, compile) {
  'use strict';
  const { apply, construct, ownKeys } = Reflect;
  const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf, freeze, create } = Object;
  const { isArray } = Array;
  const { parse, stringify } = JSON;
  const LONGEST_LIST = 5000000;
  const tooLong = () => {
    count(5000);
    throw new RangeError('the list is too long');
  };

  // Methods of lists run to the end without asking whether to go on. So each counts the length of its list first. What
  // is no list is copied item by item, which does ask.
  const lengthOf = list => getOwnPropertyDescriptor(list, 'length').value;
  const asList = value => {
    if (value === null || value === undefined || isArray(value)) return value;
    const list = [];
    const length = typeof value === 'string' ? value.length : value.length >>> 0;
    if (length > LONGEST_LIST) tooLong();
    for (let i = 0; i < length; i += 1) defineProperty(list, i, { value: value[i], writable: true, enumerable: true, configurable: true });
    return list;
  };
  const replace = (holder, name, make) => {
    const found = getOwnPropertyDescriptor(holder, name);
    if (!found || typeof found.value !== 'function') return;
    defineProperty(holder, name, { ...found, value: make(found.value) });
  };
  const methodOfList = native => function (...given) {
    const list = asList(this);
    if (isArray(list)) {
      const length = lengthOf(list);
      if (length > LONGEST_LIST) tooLong();
      count(50 + length * 4);
    }
    return apply(native, list, given);
  };
  for (const name of ownKeys(Array.prototype)) {
    if (name !== 'constructor') replace(Array.prototype, name, methodOfList);
  }
  replace(Array, 'from', native => function (items, ...more) {
    if (items !== null && items !== undefined && typeof items.length === 'number') {
      if (items.length > LONGEST_LIST) tooLong();
      count(50 + items.length * 2);
    }
    return apply(native, this, [items, ...more]);
  });

  // Methods of texts that look for another text may look once for each pair of characters.
  const methodOfText = native => function (...given) {
    const own = typeof this === 'string' ? this.length : 0;
    const other = typeof given[0] === 'string' ? given[0].length : 0;
    count(50 + own / 4 + (own * other) / 64);
    const answer = apply(native, this, given);
    if (typeof answer === 'string') count(1 + answer.length / 16);
    return answer;
  };
  for (const name of ownKeys(String.prototype)) {
    if (name !== 'constructor' && name !== 'toString' && name !== 'valueOf') replace(String.prototype, name, methodOfText);
  }

  // Functions that look at a whole value count what they found.
  const sizeOf = value => {
    if (typeof value === 'string') return value.length / 4;
    if (value === null || typeof value !== 'object') return 1;
    const size = isArray(value) ? lengthOf(value) : 1;
    return size > 0 ? size : 1;
  };
  const counted = native => function (...given) {
    const answer = apply(native, this, given);
    count(50 + sizeOf(given[0]) + 20 * sizeOf(answer));
    return answer;
  };
  for (const [holder, names] of [
    [Object, ['keys', 'values', 'entries', 'fromEntries', 'getOwnPropertyNames', 'getOwnPropertyDescriptors', 'groupBy']],
    [Reflect, ['ownKeys']],
    [JSON, ['parse', 'stringify']],
  ]) {
    for (const name of names) replace(holder, name, counted);
  }
  const assigned = native => function (...given) {
    for (let i = 0; i < given.length; i += 1) {
      if (given[i] !== null && typeof given[i] === 'object') count(50 + 20 * ownKeys(given[i]).length);
    }
    return apply(native, this, given);
  };
  for (const name of ['assign', 'defineProperties', 'freeze', 'seal', 'isFrozen', 'isSealed']) replace(Object, name, assigned);

  // No program may be made of a text, since it could have what was refused in the files.
  const refuse = function () {
    throw new EvalError('programs cannot be made of texts here');
  };
  for (const kind of [function () {}, async function () {}, function* () {}, async function* () {}]) {
    defineProperty(getPrototypeOf(kind), 'constructor', { value: refuse, writable: false, configurable: false });
  }
  for (const name of ['eval', 'Function', 'BigInt', 'BigInt64Array', 'BigUint64Array', 'SharedArrayBuffer', 'Atomics', 'queueMicrotask']) {
    delete globalThis[name];
  }
  // There is no clock, so that the same contract is answered the same tomorrow.
  const AnyDate = Date;
  const noClock = () => {
    throw new TypeError('there is no clock here');
  };
  const FixedDate = function (...given) {
    return new.target === undefined || given.length === 0 ? noClock() : construct(AnyDate, given, new.target);
  };
  FixedDate.prototype = AnyDate.prototype;
  defineProperty(AnyDate.prototype, 'constructor', { value: FixedDate, writable: true, configurable: true });
  for (const [name, value] of [['name', 'Date'], ['parse', AnyDate.parse], ['UTC', AnyDate.UTC], ['now', noClock]]) {
    defineProperty(FixedDate, name, { value, writable: true, configurable: true });
  }
  defineProperty(globalThis, 'Date', { value: FixedDate, writable: true, configurable: true });
  // Programs that are tuned by their environment find an empty one.
  globalThis.process = freeze({ env: freeze(create(null)) });
  const silent = () => undefined;
  globalThis.console = freeze({ log: silent, info: silent, warn: silent, error: silent, debug: silent, trace: silent });

  // Functions of Spectral.
  const asJson = value => (value === undefined ? undefined : stringify(value));
  const say = (name, value, options, path) => {
    const given = asJson(value);
    const chosen = options === null || options === undefined ? undefined : asJson(options);
    count(1000 + (given === undefined ? 0 : given.length) + (chosen === undefined ? 0 : chosen.length));
    const answer = parse(core(name, given, chosen));
    for (let i = 0; i < answer.length; i += 1) {
      if (answer[i].below !== undefined) answer[i].path = path === undefined ? answer[i].below : [...path, ...answer[i].below];
      delete answer[i].below;
    }
    return answer;
  };
  // Some answer with an empty list where others answer with nothing, and programs ask such lists for their length.
  const answersWithList = (name, value) => {
    const mapped = name === 'or' || name === 'xor' || name === 'unreferencedReusableObject';
    return name === 'schema' || (mapped && value !== null && typeof value === 'object' && !isArray(value));
  };
  const functions = create(null);
  for (const name of ['alphabetical', 'casing', 'defined', 'enumeration', 'falsy', 'length', 'or', 'pattern', 'schema', 'truthy', 'typedEnum', 'undefined', 'unreferencedReusableObject', 'xor']) {
    functions[name] = (value, options, context) => {
      const answer = say(name, value, options, context && context.path);
      return answer.length === 0 && !answersWithList(name, value) ? undefined : answer;
    };
  }
  const isOf = (type, value) => {
    switch (type) {
      case 'null': return value === null;
      case 'array': return isArray(value);
      case 'object': return value !== null && typeof value === 'object' && !isArray(value);
      case 'integer': return typeof value === 'number' && value % 1 === 0;
      default: return typeof value === type;
    }
  };
  const fits = (schema, value) => {
    if (schema === null || schema === undefined || schema === true) return true;
    const keys = ownKeys(schema);
    const types = schema.type === undefined ? [] : isArray(schema.type) ? schema.type : [schema.type];
    let matches = types.length === 0;
    for (let i = 0; i < types.length; i += 1) matches = matches || isOf(types[i], value);
    if (!matches) return false;
    let more = false;
    for (let i = 0; i < keys.length; i += 1) {
      if (keys[i] !== 'type' && keys[i] !== '$schema' && keys[i] !== 'title' && keys[i] !== 'description') more = true;
    }
    return !more || value === undefined || say('schema', value, { schema }).length === 0;
  };
  const createRulesetFunction = (signature, run) => {
    const { input, options: wanted } = signature;
    return (value, options, context) => {
      if (!fits(input, value)) return undefined;
      const given = options === undefined ? null : options;
      if (wanted === null ? given !== null : wanted !== undefined && !fits(wanted, given)) {
        throw new TypeError('the options of the function are not those that it takes');
      }
      return run(value, options, context);
    };
  };
  const packages = create(null);
  packages['@stoplight/spectral-core'] = freeze({ createRulesetFunction });
  packages['@stoplight/spectral-functions'] = freeze(functions);
  packages['@stoplight/types'] = freeze({
    DiagnosticSeverity: freeze({ Error: 0, Warning: 1, Information: 2, Hint: 3, 0: 'Error', 1: 'Warning', 2: 'Information', 3: 'Hint' }),
  });

  // CommonJS.
  const loaded = create(null);
  const load = name => {
    if (name in packages) return packages[name];
    if (name in loaded) return loaded[name].exports;
    const program = compile(name);
    if (typeof program !== 'function') return program;
    const module = { exports: {} };
    loaded[name] = module;
    apply(program, module.exports, [module, module.exports, other => load(resolve(name, other))]);
    return module.exports;
  };
  return freeze({ load, count });
});
