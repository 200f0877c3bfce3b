// Does the service let in whom it should, and answer everything in its form?

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { assertProblem, call, fresh, identity, needsIdentity, ORIGIN, post, RESOURCES, unused } from "../caller.mjs";
import { newKey } from "../key.mjs";

const OPERATIONS = RESOURCES.flatMap((path) => [
  ["GET", path],
  ["POST", path],
  ["GET", `${path}/${unused()}`],
  ["PATCH", `${path}/${unused()}`],
  ["DELETE", `${path}/${unused()}`],
]).concat([["GET", "/health"]]);
const [PATH] = RESOURCES;

test("nobody is let in without a word on who calls", needsIdentity, async () => {
  for (const [method, path] of OPERATIONS) {
    const refused = await call(path, { method, as: null });
    assertProblem(refused, 401, "unauthenticated");
    assert.ok(refused.headers.has("www-authenticate"));
  }
});

test("a word that is forged, for others, over or of another kind is worth nothing", needsIdentity, async () => {
  const now = Math.floor(Date.now() / 1000);
  const good = identity();
  const [head, claims] = good.split(".");
  const none = Buffer.from('{"alg":"none","typ":"hansom-identity+jwt"}').toString("base64url");
  const bad = {
    "of another key": identity({}, {}, newKey().private),
    "without a signature": `${head}.${claims}.`,
    "by the algorithm none": `${none}.${claims}.`,
    "of another issuer": identity({ iss: "https://evil.example" }),
    "for another upstream": identity({ aud: "https://other.example" }),
    "for another API": identity({ api: "another" }),
    "of another environment": identity({ environment: "another" }),
    "that is over": identity({ iat: now - 120, exp: now - 60 }),
    "without an end": identity({ exp: undefined }),
    "without a subject": identity({ sub: undefined }),
    "of a kind that is not known": identity({ kind: "robot" }),
    "that is an access token": identity({}, { typ: "at+jwt" }),
    "of a key that is not known": identity({}, { kid: "another" }),
    "that is too long": identity({ more: "x".repeat(9000) }),
    "that is none": "nonsense",
  };
  for (const [what, as] of Object.entries(bad)) {
    const refused = await call(PATH, { as });
    assert.equal(refused.status, 401, `a word ${what} was let in`);
    assertProblem(refused, 401, "unauthenticated");
  }
  assert.equal((await call(PATH, { as: good })).status, 200);
});

test("a person in no group that may is refused, an application with a grant is let in", needsIdentity, async () => {
  for (const groups of [["others@elsewhere.example"], [], ["*"]]) {
    for (const [method, path] of OPERATIONS) {
      const { status } = await call(path, { method, as: identity({ groups }) });
      assert.ok([401, 403].includes(status), `${method} ${path}: ${status}`);
    }
  }
  assertProblem(await call(PATH, { as: identity({ groups: ["others@elsewhere.example"] }) }), 403, "not-allowed");
  const application = identity({ kind: "application", groups: undefined });
  assert.equal((await call(PATH, { as: application })).status, 200);
});

test("health says that it works, and needs nothing outside the base path", async () => {
  const health = await call("/health");
  assert.equal(health.status, 200);
  assert.deepEqual(health.json, { status: "pass" });
  assert.equal(health.headers.get("cache-control"), "no-store");
  for (const path of ["/live", "/ready"]) assert.equal((await fetch(ORIGIN + path)).status, 200, path);
});

test("the contract that is served is the one that is released", async (t) => {
  const file = process.env.SUITE_CONTRACT;
  if (!file) return t.skip("SUITE_CONTRACT is missing");
  const served = await fetch(`${ORIGIN}/openapi.yaml`);
  assert.equal(await served.text(), await readFile(file, "utf8"));
});

test("every answer has a request id, the version, and headers that keep browsers out", async () => {
  const sent = "6f1c9b52-0d1e-4c55-9a4e-2b7d0a31c0de";
  const answers = [
    await call(PATH, { headers: { "request-id": sent } }),
    await call(PATH, { headers: { "request-id": sent.replaceAll("-", "") } }),
    await call("/nothing", { headers: { "request-id": 'x","level":"error' } }),
    await post(PATH, {}),
    await post(PATH, fresh()),
  ];
  // The gateway writes it without hyphens.
  for (const { headers } of answers.slice(0, 2)) assert.equal(headers.get("request-id"), sent);
  for (const { headers } of answers) {
    assert.match(headers.get("request-id"), /^[0-9a-f-]{36}$/);
    assert.match(headers.get("api-version"), /^\d+\.\d+\.\d+$/);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.match(headers.get("content-security-policy"), /frame-ancestors 'none'/);
    assert.ok(headers.has("cache-control"));
    for (const name of ["server", "x-powered-by"]) assert.equal(headers.get(name), null);
  }
});

test("what is not there is 404, and a wrong method 405 with those that are right", async () => {
  for (const path of ["/nothing", `${PATH}/`, PATH.toUpperCase()]) assertProblem(await call(path), 404, "not-found");
  const wrong = await call(PATH, { method: "PUT", body: {} });
  assertProblem(wrong, 405, "method-not-allowed");
  assert.deepEqual(wrong.headers.get("allow").split(/, */).sort(), ["GET", "HEAD", "POST"]);
  // Before anything is said of a body.
  const torn = await call(PATH, { method: "PUT", body: "{", headers: { "content-type": "text/plain" } });
  assertProblem(torn, 405, "method-not-allowed");
  const head = await call(PATH, { method: "HEAD" });
  assert.deepEqual([head.status, head.text], [200, ""]);
});

test("only the media types of the contract are read and written", async () => {
  for (const type of ["text/plain", "application/xml", "application/merge-patch+json"]) {
    assertProblem(await post(PATH, "{}", { "content-type": type }), 415, "unsupported-media-type");
  }
  assertProblem(await call(PATH, { method: "POST" }), 415, "unsupported-media-type");
  assert.equal((await post(PATH, fresh(), { "content-type": "application/json; charset=utf-8" })).status, 201);
  for (const accept of ["application/xml", "application/json;q=0"]) {
    assertProblem(await call(PATH, { headers: { accept } }), 406, "not-acceptable");
  }
  for (const accept of ["*/*", "application/xml, application/json;q=0.5", "application/*"]) {
    assert.equal((await call(PATH, { headers: { accept } })).status, 200, accept);
  }
});

test("a body that is no JSON is 400, and one that is too large 413", async () => {
  for (const bad of ["", "{", "{'a':1}", "[".repeat(60_000), "\u0000", "null", "[]"]) {
    assertProblem(await post(PATH, bad), 400, "invalid-request");
  }
  assertProblem(await post(PATH, { name: "x".repeat(70_000) }), 413, "body-too-large");
});
