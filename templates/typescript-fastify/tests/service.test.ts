// Does the service as a whole behave: its addresses, its health, its logs, its limits, its end?

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { test } from "node:test";
import { RULES, ruleFor } from "../src/access.ts";
import { masked } from "../src/journal.ts";
import { migrate } from "../src/migrations.ts";
import { projectFile } from "../src/project.ts";
import { settingsFrom } from "../src/settings.ts";
import { tidy } from "../src/housekeeping.ts";
import { fits } from "./contract-checks.ts";
import { assertProblem, freshDatabase, World } from "./world.ts";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";

const PATH = "/street-lights";

test("the contract that is served is the one that is released, and every operation of it is there", async (t) => {
  const world = await World.start(t);
  const released = await readFile(projectFile("openapi.yaml"), "utf8");
  const served = await fetch(`${world.app.origin}/openapi.yaml`);
  assert.equal(await served.text(), released);
  const manifest = await readFile(projectFile("api.yaml"), "utf8");
  assert.match(manifest, /^contract: openapi\.yaml$/m);
  assert.deepEqual(Object.keys(RULES).sort(), [...world.app.contract.operations.keys()].sort());
});

test("an operation without a rule is served to nobody", () => {
  assert.throws(() => ruleFor("eraseEverything"), /nobody is said to be let in to eraseEverything/);
  assert.throws(() => ruleFor("toString"));
});

test("it is alive without its database, but not ready", async (t) => {
  const world = await World.start(t, { poolSize: 1 });
  const at = async (path: string) => (await fetch(world.app.origin + path)).status;
  assert.deepEqual([await at("/live"), await at("/ready")], [200, 200]);
  const health = await world.call("/health");
  assert.deepEqual(health.json, { status: "pass" });
  await fits(health, "GET", "/health");
  const { database } = world.app;
  t.mock.method(database, "query", async () => {
    throw Object.assign(new Error("connect ECONNREFUSED 10.1.2.3:5432"), { code: "ECONNREFUSED" });
  });
  assert.deepEqual([await at("/live"), await at("/ready")], [200, 503]);
  for (const refused of [await world.call("/health"), await world.call(PATH)]) {
    assertProblem(refused, 503, "unavailable");
    assert.ok(refused.headers.has("retry-after"));
    assert.equal(refused.text.includes("10.1.2.3"), false, "the inside is not shown");
  }
});

test("a failure that nobody foresaw is 500, with its cause in the log alone", async (t) => {
  const world = await World.start(t);
  t.mock.method(world.app.database, "query", async () => {
    throw new Error("secret_column of leah@residents.example, E8 4QZ");
  });
  const failed = await world.call(PATH);
  assertProblem(failed, 500, "internal");
  assert.equal(failed.text.includes("secret_column"), false);
  const line = world.log.find((line) => line.includes("secret_column")) ?? "";
  assert.equal(JSON.parse(line).requestId, failed.headers.get("request-id"));
  assert.equal(/leah|E8 4QZ/.test(line), false, line);
});

test("every answer has the request id, the version and headers that keep browsers out", async (t) => {
  const world = await World.start(t);
  const sent = "6f1c9b52-0d1e-4c55-9a4e-2b7d0a31c0de";
  const known = await world.call(PATH, { headers: { "request-id": sent } });
  assert.equal(known.headers.get("request-id"), sent);
  const forged = await world.call("/nothing", { headers: { "request-id": 'x","level":"error' } });
  assert.match(forged.headers.get("request-id") ?? "", /^[0-9a-f-]{36}$/);
  for (const { headers } of [known, forged]) {
    assert.equal(headers.get("api-version"), world.app.contract.version);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.match(headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/);
    assert.equal(headers.get("server"), null);
  }
});

test("what is not there is 404, and a wrong method 405 with those that are right", async (t) => {
  const world = await World.start(t);
  for (const path of ["/nothing", `${PATH}/`, `${PATH.toUpperCase()}`, "/"]) {
    assertProblem(await world.call(path), 404, "not-found");
  }
  const wrong = await world.call(PATH, { method: "PUT", body: {} });
  assertProblem(wrong, 405, "method-not-allowed");
  assert.equal(wrong.headers.get("allow"), "GET, HEAD, POST");
  // Before anything is said of a body, or of its media type.
  assertProblem(await world.call(PATH, { method: "QUERY" }), 405, "method-not-allowed");
  assert.equal((await world.call(PATH, { method: "HEAD" })).status, 200);
  assertProblem(await world.call(`${PATH}/%zz`), 400, "invalid-request");
});

test("only the media types of the contract are read and written", async (t) => {
  const world = await World.start(t);
  for (const type of [
    "text/plain",
    "application/xml",
    "application/merge-patch+json",
    "application/x-www-form-urlencoded",
  ]) {
    const refused = await world.post(PATH, "{}", { "content-type": type });
    assertProblem(refused, 415, "unsupported-media-type");
  }
  assertProblem(await world.call(PATH, { method: "POST" }), 415, "unsupported-media-type");
  const accepting = async (accept: string) => await world.call(PATH, { headers: { accept } });
  assertProblem(await accepting("application/xml"), 406, "not-acceptable");
  assertProblem(await accepting("application/json;q=0"), 406, "not-acceptable");
  for (const accept of ["*/*", "application/xml, application/json;q=0.5", "application/*"]) {
    assert.equal((await accepting(accept)).status, 200);
  }
});

test("a body that is no JSON, or is too large, is refused", async (t) => {
  const world = await World.start(t);
  for (const bad of ["", "{", "{'a':1}", '{"__proto__":{"x":1}}', "[".repeat(60_000), "\u0000"]) {
    assertProblem(await world.post(PATH, bad), 400, "invalid-request");
  }
  assertProblem(await world.post(PATH, { name: "x".repeat(70_000) }), 413, "body-too-large");
});

test("what is no HTTP gets a problem and no more", async (t) => {
  const world = await World.start(t);
  const { hostname, port } = new URL(world.app.origin);
  const sent = async (text: string) => {
    return await new Promise<string>((done, failed) => {
      let answer = "";
      const socket = connect(Number(port), hostname, () => socket.write(text));
      socket.on("data", (chunk) => {
        answer += chunk;
      });
      socket.on("error", failed).on("close", () => done(answer));
    });
  };
  const answer = await sent("GET / HTTP/9\r\n\r\n");
  assert.match(answer, /^HTTP\/1\.1 400 [\s\S]*application\/problem\+json/);
  const unknown = await sent("BREW / HTTP/1.1\r\nhost: x\r\n\r\n");
  assert.match(unknown, /^HTTP\/1\.1 405 [\s\S]*allow: DELETE, GET/);
});

test("the log is one line of JSON for a request, and names nobody", async (t) => {
  const world = await World.start(t);
  const contact = { name: "Leah Rosenberg", phone: "+447700900142" };
  const body = { reference: "LBH-1001", name: "Of Leah Rosenberg", postcode: "E8 4QZ", contact };
  const { json, headers } = await world.post(PATH, body);
  await world.call(`${PATH}?postcode=E8%204QZ`);
  await world.call(`${PATH}/${json.id}`);
  await world.call("/health");
  const lines = world.log.map((line) => JSON.parse(line));
  const made = lines.find(({ operation, requestId }) => operation && requestId === headers.get("request-id"));
  assert.equal(made.status, 201);
  assert.match(made.time, /^\d{4}-.*Z$/);
  for (const name of ["level", "service", "version", "environment", "durationMs", "message", "person"]) {
    assert.ok(name in made, `${name} is missing`);
  }
  assert.ok(lines.some(({ resource }) => resource === json.id));
  assert.equal(/Rosenberg|7700|E8/.test(world.log.join("")), false);
  assert.equal(lines.filter(({ operation }) => operation === "getHealth").length, 0);
});

test("text of others is masked before it is logged", () => {
  const said =
    "Key (phone)=(+44 7700 900142) of leah@residents.example, QQ123456C no, AB 12 34 56 C yes, e8 4qz, 07700900142";
  const text = masked(said);
  for (const personal of ["7700", "leah", "12 34 56", "4qz"]) assert.equal(text.includes(personal), false, text);
});

test("metrics are counted by operation, on a port of their own", async (t) => {
  const world = await World.start(t);
  await world.call(PATH);
  await world.call(PATH, { identity: null });
  const text = await (await fetch(`${world.app.metricsOrigin}/metrics`)).text();
  assert.match(text, /http_server_request_duration_seconds_count\{operation="\w+",status="200"\} 1/);
  assert.match(text, /http_server_request_duration_seconds_count\{operation="\w+",status="401"\} 1/);
  assert.match(text, /events\{state="waiting"\} 0/);
  assert.match(text, /database_connections\{state="waiting"\} 0/);
  assertProblem(await world.call("/metrics"), 404, "not-found");
});

test("who stops lets those end that have begun", async (t) => {
  const world = await World.start(t);
  const { database } = world.app;
  let running: () => void = () => {};
  const started = new Promise<void>((begun) => {
    running = begun;
  });
  const query = database.query.bind(database);
  t.mock.method(database, "query", async (sql: string, values: unknown[]) => {
    running();
    await query("SELECT pg_sleep(0.3)");
    return await query(sql, values);
  });
  const slow = world.call(PATH);
  await started;
  await world.app.stop();
  assert.equal((await slow).status, 200);
  await assert.rejects(fetch(`${world.app.origin}/live`));
});

test("a statement that takes too long is ended, and the caller told to come again", async (t) => {
  const world = await World.start(t, { statementTimeoutMs: 100 });
  const { database } = world.app;
  const query = database.query.bind(database);
  t.mock.method(database, "query", () => query("SELECT pg_sleep(30)"));
  assertProblem(await world.call(PATH), 503, "unavailable");
});

test("who waits too long for a connection is told to come again", async (t) => {
  const world = await World.start(t, { poolSize: 1 });
  let free: () => void = () => {};
  const held = world.app.database.transaction(async () => {
    await new Promise<void>((done) => {
      free = done;
    });
  });
  assertProblem(await world.call(PATH), 503, "unavailable");
  free();
  await held;
  assert.equal((await world.call(PATH)).status, 200);
});

test("migrations run once, and one that was changed afterwards stops everything", async (t) => {
  const url = await freshDatabase(t);
  assert.deepEqual(await migrate(url), []);
  const folder = await mkdtemp(`${tmpdir()}/migrations-`);
  const file = `${folder}/9000_more.sql`;
  await writeFile(file, "CREATE TABLE more (id integer)");
  const both = await Promise.all([migrate(url, folder), migrate(url, folder)]);
  assert.deepEqual(both.flat(), ["9000_more.sql"]);
  await writeFile(file, "CREATE TABLE other (id integer)");
  await assert.rejects(migrate(url, folder), /9000_more.sql was changed after it ran/);
  await writeFile(`${folder}/9001_bad.sql`, "CREATE TABLE half (id integer); SELECT nonsense");
  await writeFile(file, "CREATE TABLE more (id integer)");
  await assert.rejects(migrate(url, folder), /9001_bad.sql failed/);
});

test("answers to keys and old events are thrown away in time", async (t) => {
  const world = await World.start(t);
  const headers = { "idempotency-key": "6f1c9b52-0d1e-4c55-9a4e-2b7d0a31c0de" };
  await world.post(PATH, { reference: "LBH-1001", name: "A" }, headers);
  await world.rows("UPDATE idempotency_answers SET created_at = now() - interval '25 hours'");
  await world.post(PATH, { reference: "LBH-1002", name: "B" }, headers);
  await world.rows("UPDATE idempotency_answers SET created_at = now() - interval '25 hours'");
  await tidy(world.app.database);
  assert.equal((await world.rows("SELECT FROM idempotency_answers")).length, 0);
});

test("everything that is wrong with the environment is told at once", () => {
  const bad = {
    ENVIRONMENT: "production",
    IDENTITY: "local",
    PORT: "http",
    LOG_LEVEL: "loud",
    EVENTS_URL: "file:///x",
  };
  const told = /IDENTITY is local(.|\n)*DATABASE_URL|DATABASE_URL(.|\n)*IDENTITY is local/;
  assert.throws(() => settingsFrom(bad), told);
  for (const name of ["PORT", "LOG_LEVEL", "EVENTS_URL"]) {
    assert.throws(() => settingsFrom(bad), new RegExp(name));
  }
  const good = { ENVIRONMENT: "local", IDENTITY: "local", DATABASE_URL: "postgres://localhost/x" };
  assert.deepEqual(settingsFrom(good).trust, { kind: "local" });
  const closed = { ENVIRONMENT: "production", DATABASE_URL: "postgres://localhost/x" };
  assert.throws(() => settingsFrom(closed), /HANSOM_JWKS_URL is missing/);
});
