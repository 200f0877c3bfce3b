// How do the functions of a ruleset take an address apart? A function that is called once, and makes `URL` and
// `URLSearchParams` as the web knows them, for reading. What is looked at is counted, since nothing else asks whether to
// go on while a text is searched.
(function (count) {
  'use strict';
  const { defineProperty, freeze } = Object;
  const PORTS = freeze({ __proto__: null, 'http:': '80', 'https:': '443', 'ws:': '80', 'wss:': '443', 'ftp:': '21', 'file:': '' });
  const LONGEST = 100000;

  const invalid = () => {
    throw new TypeError('Invalid URL');
  };
  const cut = (text, at, length = 1) => [text.slice(0, at), text.slice(at + length)];
  const firstOf = (text, marks) => {
    for (let i = 0; i < text.length; i += 1) if (marks.includes(text[i])) return i;
    return -1;
  };
  // Percent-encodes what may not stand in a part of an address.
  const encoded = (text, marks) => {
    let written = '';
    for (const letter of text) {
      const code = letter.codePointAt(0);
      if (code <= 0x20 || code >= 0x7f || marks.includes(letter)) {
        // A half of a pair stands for nothing.
        written += code >= 0xd800 && code <= 0xdfff ? '%EF%BF%BD' : code < 0x80 ? '%' + (code < 16 ? '0' : '') + code.toString(16).toUpperCase() : encodeURIComponent(letter);
      } else {
        written += letter;
      }
    }
    return written;
  };
  // Takes `.` and `..` out of a path.
  const straight = path => {
    const steps = path.split('/');
    const kept = [];
    for (let i = 0; i < steps.length; i += 1) {
      const step = steps[i].toLowerCase().split('%2e').join('.');
      const last = i === steps.length - 1;
      if (step === '..') {
        if (kept.length > 1) kept.pop();
        if (last) kept.push('');
      } else if (step === '.') {
        if (last) kept.push('');
      } else {
        kept.push(steps[i]);
      }
    }
    const whole = kept.join('/');
    return whole.startsWith('/') ? whole : '/' + whole;
  };
  const schemeOf = text => {
    const at = text.indexOf(':');
    if (at < 1) return undefined;
    for (let i = 0; i < at; i += 1) {
      const letter = text[i].toLowerCase();
      const isLetter = letter >= 'a' && letter <= 'z';
      if (!isLetter && (i === 0 || !'0123456789+-.'.includes(letter))) return undefined;
    }
    return text.slice(0, at + 1).toLowerCase();
  };
  const hostOf = (text, special) => {
    if (!special) return encoded(text, '');
    const host = text.toLowerCase();
    const isAddress = host.startsWith('[') && host.endsWith(']');
    if (!isAddress && firstOf(host, ' #%/:<>?@[\\]^|') >= 0) invalid();
    return host;
  };
  // The authority of an address: `user:secret@host:port`.
  const authority = (parts, text, special) => {
    let host = text;
    const at = text.lastIndexOf('@');
    if (at >= 0) {
      const [who, where] = cut(text, at);
      const colon = who.indexOf(':');
      const [user, secret] = colon < 0 ? [who, ''] : cut(who, colon);
      parts.username = encoded(user, '"#<>?`{}/:;=@[\\]^|');
      parts.password = encoded(secret, '"#<>?`{}/:;=@[\\]^|');
      host = where;
    }
    const colon = host.lastIndexOf(':');
    if (colon > host.lastIndexOf(']')) {
      const [name, port] = cut(host, colon);
      for (let i = 0; i < port.length; i += 1) if (!'0123456789'.includes(port[i])) invalid();
      if (Number(port) > 65535) invalid();
      parts.port = port === '' || String(Number(port)) === PORTS[parts.protocol] ? '' : String(Number(port));
      host = name;
    }
    if (host === '' && special && parts.protocol !== 'file:') invalid();
    parts.hostname = hostOf(host, special);
  };
  const taken = (text, base) => {
    count(50 + text.length * 8);
    if (text.length > LONGEST) invalid();
    let rest = text.trim().split('\t').join('').split('\n').join('').split('\r').join('');
    const parts = { protocol: '', username: '', password: '', hostname: '', port: '', pathname: '', search: '', hash: '' };
    const sharp = rest.indexOf('#');
    if (sharp >= 0) {
      const [before, after] = cut(rest, sharp);
      rest = before;
      parts.hash = after === '' ? '' : '#' + encoded(after, '"<>`');
    }
    const scheme = schemeOf(rest);
    const special = (scheme === undefined ? base && base.protocol : scheme) in PORTS;
    if (scheme === undefined && base === undefined) invalid();
    if (scheme !== undefined) rest = rest.slice(scheme.length);
    parts.protocol = scheme === undefined ? base.protocol : scheme;
    const mark = rest.indexOf('?');
    const asks = mark >= 0;
    if (asks) {
      const [before, after] = cut(rest, mark);
      rest = before;
      parts.search = after === '' ? '' : '?' + encoded(after, special ? '"#<>\'' : '"#<>');
    }
    if (special) rest = rest.split('\\').join('/');
    // `https:page` is a page beside the base, if that has the same scheme.
    const relative = scheme === undefined || (special && !rest.startsWith('/') && base !== undefined && base.protocol === scheme);
    if (rest.startsWith('//') || (special && !relative)) {
      let from = 0;
      while (from < rest.length && rest[from] === '/' && (special || from < 2)) from += 1;
      const inner = parts.protocol === 'file:' ? rest.slice(Math.min(from, 2)) : rest.slice(from);
      const slash = inner.indexOf('/');
      authority(parts, slash < 0 ? inner : inner.slice(0, slash), special);
      const path = slash < 0 ? '' : inner.slice(slash);
      parts.pathname = path === '' ? (special ? '/' : '') : encoded(straight(path), '"#<>?`{}');
      parts.slashes = true;
      return parts;
    }
    if (!relative) {
      // `mailto:somebody` and the like have no host; what follows is kept as it is.
      parts.pathname = rest.startsWith('/') ? encoded(straight(rest), '"#<>?`{}') : rest;
      return parts;
    }
    if (base === undefined || (!base.slashes && rest !== '')) invalid();
    parts.username = base.username;
    parts.password = base.password;
    parts.hostname = base.hostname;
    parts.port = base.port;
    parts.slashes = base.slashes;
    if (rest === '') {
      parts.pathname = base.pathname;
      if (!asks) parts.search = base.search;
    } else {
      const around = base.pathname.slice(0, base.pathname.lastIndexOf('/') + 1);
      parts.pathname = encoded(straight(rest.startsWith('/') ? rest : (around || '/') + rest), '"#<>?`{}');
    }
    return parts;
  };

  const decoded = text => {
    const plain = text.split('+').join(' ');
    try {
      return decodeURIComponent(plain);
    } catch {
      return plain;
    }
  };
  class URLSearchParams {
    #pairs = [];
    constructor(text = '') {
      const whole = String(text);
      count(50 + whole.length * 8);
      for (const pair of (whole.startsWith('?') ? whole.slice(1) : whole).split('&')) {
        if (pair === '') continue;
        const at = pair.indexOf('=');
        this.#pairs.push((at < 0 ? [pair, ''] : cut(pair, at)).map(decoded));
      }
    }
    get(name) {
      const found = this.#pairs.find(([own]) => own === String(name));
      return found === undefined ? null : found[1];
    }
    getAll(name) {
      return this.#pairs.filter(([own]) => own === String(name)).map(([, value]) => value);
    }
    has(name) {
      return this.get(name) !== null;
    }
    get size() {
      return this.#pairs.length;
    }
    keys() {
      return this.#pairs.map(([name]) => name).values();
    }
    values() {
      return this.#pairs.map(([, value]) => value).values();
    }
    entries() {
      return this.#pairs.map(pair => [...pair]).values();
    }
    forEach(visit) {
      for (const [name, value] of this.#pairs) visit(value, name, this);
    }
    [Symbol.iterator]() {
      return this.entries();
    }
  }
  class URL {
    #parts;
    constructor(address, base) {
      this.#parts = taken(String(address), base === undefined ? undefined : taken(String(base), undefined));
    }
    static canParse(address, base) {
      try {
        return new URL(address, base) instanceof URL;
      } catch {
        return false;
      }
    }
    get protocol() { return this.#parts.protocol; }
    get username() { return this.#parts.username; }
    get password() { return this.#parts.password; }
    get hostname() { return this.#parts.hostname; }
    get port() { return this.#parts.port; }
    get pathname() { return this.#parts.pathname; }
    get search() { return this.#parts.search; }
    get hash() { return this.#parts.hash; }
    get host() { return this.hostname + (this.port === '' ? '' : ':' + this.port); }
    get origin() { return this.protocol in PORTS && this.protocol !== 'file:' ? this.protocol + '//' + this.host : 'null'; }
    get searchParams() { return new URLSearchParams(this.search); }
    get href() {
      const { username, password, slashes } = this.#parts;
      const who = username + (password === '' ? '' : ':' + password);
      return this.protocol + (slashes ? '//' + (who === '' ? '' : who + '@') + this.host : '') + this.pathname + this.search + this.hash;
    }
    toString() { return this.href; }
    toJSON() { return this.href; }
  }
  for (const [name, value] of [['URL', URL], ['URLSearchParams', URLSearchParams]]) {
    defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }
});
