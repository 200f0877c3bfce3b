// Is only the platform's word believed on who calls, and only who may let in?

import assert from "node:assert/strict";
import { test } from "node:test";
import { SignJWT } from "jose";
import { fits } from "./contract-checks.ts";
import { assertion, assertProblem, signedBySomebodyElse, STAFF, World } from "./world.ts";

const PATH = "/street-lights";

test("every operation is closed to who does not say who calls", async (t) => {
  const world = await World.start(t);
  for (const { method, path } of world.app.contract.operations.values()) {
    const refused = await world.call(path.replace("{id}", "nonsense"), { method, identity: null });
    assertProblem(refused, 401, "unauthenticated");
    assert.ok(refused.headers.has("www-authenticate"));
    await fits(refused, method, path);
  }
});

test("an assertion that is forged, for others, too old or of another kind is worth nothing", async (t) => {
  const world = await World.start(t);
  const now = Math.floor(Date.now() / 1000);
  const secret = new TextEncoder().encode("a secret that somebody guesses easily");
  const good = await assertion();
  const [head = "", claims = ""] = good.split(".");
  const none = Buffer.from('{"alg":"none","typ":"hansom-identity+jwt"}').toString("base64url");
  const bad = {
    "of somebody else's key": await signedBySomebodyElse(),
    "without a signature": `${head}.${claims}.`,
    "by the algorithm none": `${none}.${claims}.`,
    "by a shared secret": await new SignJWT({}).setProtectedHeader({ alg: "HS256", kid: "one" }).sign(secret),
    "of another issuer": await assertion({ iss: "https://evil.example" }),
    "for another upstream": await assertion({ aud: "https://other.internal.hackney.example" }),
    "for another API": await assertion({ api: "other" }),
    "of another environment": await assertion({ environment: "sandbox" }),
    "that is over": await assertion({ iat: now - 120, exp: now - 60 }),
    "without an end": await assertion({ exp: undefined }),
    "without a subject": await assertion({ sub: undefined }),
    "of a kind that is not known": await assertion({ kind: "robot" }),
    "with groups that are none": await assertion({ groups: ["*"] }),
    "that is an access token": await assertion({}, { typ: "at+jwt" }),
    "of a key that is not known": await assertion({}, { kid: "two" }),
    "that is too long": await assertion({ more: "x".repeat(9000) }),
    "that is none": "nonsense",
    "that is empty": "",
    "that comes twice": `${good}, ${good}`,
  };
  for (const [what, identity] of Object.entries(bad)) {
    const refused = await world.call(PATH, { identity });
    assert.equal(refused.status, 401, `an assertion ${what} was let in`);
    assertProblem(refused, 401, "unauthenticated");
  }
  assert.equal((await world.call(PATH, { identity: good })).status, 200);
});

test("a person in no group that may is refused, an application with a grant is let in", async (t) => {
  const world = await World.start(t);
  const groups = ["others@elsewhere.example", STAFF.toUpperCase()];
  for (const identity of [await assertion({ groups }), await assertion({ groups: undefined })]) {
    for (const { method, path } of world.app.contract.operations.values()) {
      const refused = await world.call(path.replace("{id}", "nonsense"), { method, identity });
      assertProblem(refused, 403, "not-allowed");
    }
  }
  const application = await assertion({ kind: "application", groups: undefined });
  assert.equal((await world.call(PATH, { identity: application })).status, 200);
});

test("keys that cannot be had are not the caller's fault", async (t) => {
  const jwksUrl = new URL("http://127.0.0.1:1/oauth/jwks");
  const trust = { kind: "platform", issuer: "https://x.example", audience: "x", jwksUrl } as const;
  const world = await World.start(t, { trust });
  assertProblem(await world.call(PATH), 503, "unavailable");
});

test("on a developer's machine everybody is let in, and the log says so", async (t) => {
  const world = await World.start(t, { trust: { kind: "local" } });
  assert.equal((await world.call(PATH, { identity: null })).status, 200);
  assert.ok(world.log.some((line) => line.includes("everybody is let in")));
});
