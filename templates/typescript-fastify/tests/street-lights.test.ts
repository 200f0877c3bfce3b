// Does every operation on them keep the contract?

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { fits } from "./contract-checks.ts";
import { assertProblem, placesOf, World } from "./world.ts";

const PATH = "/street-lights";
const FULL = {
  reference: "LBH-100417",
  name: "A first one",
  status: "open",
  postcode: "E8 4QZ",
  uprn: "10008230114",
  contact: { name: "Leah Rosenberg", phone: "+447700900142" },
};
const NOBODY = randomUUID();

async function filled(world: World, count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    const status = number % 2 === 0 ? "open" : "closed";
    const body = { reference: `LBH-${1000 + number}`, name: `Name ${number % 3}`, status };
    assert.equal((await world.post(PATH, body)).status, 201);
  }
}

async function walked(world: World, start: string, link: "next" | "prev"): Promise<string[][]> {
  const pages: string[][] = [];
  let address: string | undefined = start;
  while (address !== undefined && pages.length < 20) {
    const { status, json } = await world.call(address);
    assert.equal(status, 200);
    pages.push(json.items.map((item: { reference: string }) => item.reference));
    address = json.links[link];
  }
  return pages;
}

test("what was created can be read where Location says", async (t) => {
  const world = await World.start(t);
  const created = await world.post(PATH, FULL);
  assert.equal(created.status, 201);
  await fits(created, "POST", PATH);
  const { id, createdAt, updatedAt, ...body } = created.json;
  assert.deepEqual(body, FULL);
  assert.equal(createdAt, updatedAt);
  const location = created.headers.get("location") ?? "";
  assert.equal(location, `${world.app.contract.basePath}${PATH}/${id}`);
  const read = await world.call(location);
  await fits(read, "GET", `${PATH}/{id}`);
  assert.deepEqual(read.json, created.json);
  assert.equal(read.headers.get("etag"), created.headers.get("etag"));
  assert.equal(read.headers.get("cache-control"), "no-store");
});

test("what need not be said has its default or is not there", async (t) => {
  const world = await World.start(t);
  const { json } = await world.post(PATH, { reference: "LBH-1001", name: "A short one" });
  assert.equal(json.status, "open");
  assert.deepEqual(Object.keys(json).sort(), ["createdAt", "id", "name", "reference", "status", "updatedAt"]);
});

test("every fault of a body is told with its place", async (t) => {
  const world = await World.start(t);
  const body = {
    name: "",
    status: "broken",
    postcode: "e8 4qz",
    uprn: "0123",
    contact: { name: "X", phone: "12" },
    x: 1,
  };
  const answered = await world.post(PATH, body);
  assertProblem(answered, 400, "invalid-request");
  await fits(answered, "POST", PATH);
  const places = ["/contact/phone", "/name", "/postcode", "/reference", "/status", "/uprn", "/x"];
  assert.deepEqual([...new Set(placesOf(answered))], places);
  assert.equal(answered.text.includes("e8 4qz"), false, "what was sent may be personal data");
});

test("only real postcodes, property numbers, telephone numbers and names are taken", async (t) => {
  const world = await World.start(t);
  const bad = [
    ["postcode", ["E84QZ", "e8 4qz", "E8  4QZ", "QQQ 1AA", "E8 4CZ", "", " E8 4QZ", null, 8]],
    ["uprn", ["0", "012", "1234567890123", "12a", "", 10008230114, "１２"]],
    ["name", ["", "   ", "a\u0000b", "a\nb", "x".repeat(201), 7]],
    ["reference", ["", "lbh-1001", "LBH-1", "LBH1001", "LBH-1001 ", "LBH-123456789"]],
    ["contact", [{}, { name: "X" }, { name: "X", phone: "07700 900142" }, { name: "X", phone: "+4477009001420" }, "X"]],
  ] as const;
  for (const [property, values] of bad) {
    for (const value of values) {
      const answered = await world.post(PATH, { ...FULL, [property]: value });
      assertProblem(answered, 400, "invalid-request");
      const places = placesOf(answered);
      assert.ok(
        places.every((place) => place.startsWith(`/${property}`)),
        `${property} ${JSON.stringify(value)}: ${places}`,
      );
    }
  }
  for (const postcode of ["M1 1AE", "B33 8TH", "CR2 6XH", "EC1A 1BB", "W1A 0AX", "GIR 0AA"]) {
    const reference = `LBH-${1000 + Math.floor(Math.random() * 9_000_000)}`;
    assert.equal((await world.post(PATH, { ...FULL, reference, postcode })).status, 201, postcode);
  }
});

test("a text that means something to SQL is text", async (t) => {
  const world = await World.start(t);
  const name = "Robert'); DROP TABLE street_lights; -- 😀 \\ %";
  const { json } = await world.post(PATH, { ...FULL, name });
  assert.equal(json.name, name);
  assert.equal((await world.call(`${PATH}/${json.id}`)).json.name, name);
});

test("a reference is given once", async (t) => {
  const world = await World.start(t);
  await world.post(PATH, FULL);
  const second = await world.post(PATH, FULL);
  assertProblem(second, 409, "reference-taken");
  assert.deepEqual(placesOf(second), ["/reference"]);
});

test("a repeated key gets the first answer again, and nothing is made twice", async (t) => {
  const world = await World.start(t);
  const key = { "idempotency-key": randomUUID() };
  const first = await world.post(PATH, FULL, key);
  const again = await world.post(PATH, { ...FULL }, key);
  assert.equal(again.status, 201);
  assert.deepEqual(again.json, first.json);
  for (const name of ["location", "etag"]) assert.equal(again.headers.get(name), first.headers.get(name));
  assert.equal((await world.call(PATH)).json.items.length, 1);
  assert.equal((await world.rows("SELECT FROM outbox_events")).length, 1);
});

test("a key belongs to one request, and to one caller", async (t) => {
  const world = await World.start(t);
  const headers = { "idempotency-key": randomUUID() };
  await world.post(PATH, FULL, headers);
  assertProblem(await world.post(PATH, { ...FULL, name: "Another" }, headers), 422, "idempotency-key-reused");
  const { assertion } = await import("./world.ts");
  const body = { ...FULL, reference: "LBH-2002" };
  const other = await world.call(PATH, { method: "POST", body, headers, identity: await assertion() });
  assert.equal(other.status, 201);
  assertProblem(await world.post(PATH, FULL, { "idempotency-key": "no-uuid" }), 400, "invalid-request");
});

test("many tries with one key at once make one record", async (t) => {
  const world = await World.start(t);
  const headers = { "idempotency-key": randomUUID() };
  const answers = await Promise.all(Array.from({ length: 12 }, () => world.post(PATH, FULL, headers)));
  const made = answers.filter(({ status }) => status === 201);
  assert.ok(made.length >= 1);
  assert.equal(new Set(made.map(({ json }) => json.id)).size, 1);
  for (const other of answers.filter(({ status }) => status !== 201)) assertProblem(other, 409, "request-in-progress");
  assert.equal((await world.rows("SELECT FROM street_lights")).length, 1);
});

test("a refused request does not use up its key", async (t) => {
  const world = await World.start(t);
  const { json } = await world.post(PATH, FULL);
  const headers = { "idempotency-key": randomUUID() };
  assert.equal((await world.post(PATH, FULL, headers)).status, 409);
  const etag = (await world.call(`${PATH}/${json.id}`)).headers.get("etag");
  await world.delete(`${PATH}/${json.id}`, etag);
  assert.equal((await world.post(PATH, FULL, headers)).status, 201);
});

test("a merge patch sets what is sent, removes what is null and leaves the rest", async (t) => {
  const world = await World.start(t);
  const { json, headers } = await world.post(PATH, FULL);
  const patch = { status: "inProgress", uprn: null, contact: { phone: "+442083563000" } };
  const patched = await world.patch(`${PATH}/${json.id}`, patch, headers.get("etag"));
  await fits(patched, "PATCH", `${PATH}/{id}`);
  const { uprn: _gone, ...rest } = FULL;
  const { id, createdAt, updatedAt, ...body } = patched.json;
  assert.deepEqual(body, {
    ...rest,
    status: "inProgress",
    contact: { name: "Leah Rosenberg", phone: "+442083563000" },
  });
  assert.equal(id, json.id);
  assert.equal(createdAt, json.createdAt);
  assert.ok(updatedAt >= json.updatedAt);
  assert.notEqual(patched.headers.get("etag"), headers.get("etag"));
  assert.deepEqual((await world.call(`${PATH}/${json.id}`)).json, patched.json);
});

test("a patch that leaves half of something behind is refused, and nothing is changed", async (t) => {
  const world = await World.start(t);
  const { json, headers } = await world.post(PATH, { reference: "LBH-1001", name: "A short one" });
  const etag = headers.get("etag");
  const half = await world.patch(`${PATH}/${json.id}`, { contact: { phone: "+442083563000" } }, etag);
  assertProblem(half, 400, "invalid-request");
  assert.deepEqual(placesOf(half), ["/contact/name"]);
  for (const bad of [{}, { name: null }, { reference: "LBH-1002" }, { id: NOBODY }, [], null, "text", { uprn: 1 }]) {
    assertProblem(await world.patch(`${PATH}/${json.id}`, bad, etag), 400, "invalid-request");
  }
  assert.deepEqual((await world.call(`${PATH}/${json.id}`)).json, json);
});

test("a change needs the state that it is based on", async (t) => {
  const world = await World.start(t);
  const { json, headers } = await world.post(PATH, FULL);
  const [address, etag] = [`${PATH}/${json.id}`, headers.get("etag")];
  for (const refused of [await world.patch(address, { name: "B" }), await world.delete(address)]) {
    assertProblem(refused, 428, "precondition-required");
  }
  const first = await world.patch(address, { name: "B" }, etag);
  assert.equal(first.status, 200);
  for (const stale of [etag, '"999"', `W/${first.headers.get("etag")}`, "1", "nonsense"]) {
    assertProblem(await world.patch(address, { name: "C" }, stale), 412, "precondition-failed");
    assertProblem(await world.delete(address, stale), 412, "precondition-failed");
  }
  const several = await world.patch(address, { name: "D" }, `"77", ${first.headers.get("etag")}`);
  assert.equal(several.status, 200);
  assert.equal((await world.patch(address, { name: "E" }, "*")).status, 200);
});

test("of many changes of one state, one is made", async (t) => {
  const world = await World.start(t);
  const { json, headers } = await world.post(PATH, FULL);
  const tries = Array.from({ length: 8 }, (_, number) => {
    return world.patch(`${PATH}/${json.id}`, { name: `Name ${number}` }, headers.get("etag"));
  });
  const statuses = (await Promise.all(tries)).map(({ status }) => status).sort();
  assert.deepEqual(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
});

test("what is closed is not changed any more, but can be removed", async (t) => {
  const world = await World.start(t);
  const { json, headers } = await world.post(PATH, { ...FULL, status: "closed" });
  const etag = headers.get("etag");
  assertProblem(await world.patch(`${PATH}/${json.id}`, { status: "open" }, etag), 409, "already-closed");
  assert.equal((await world.delete(`${PATH}/${json.id}`, etag)).status, 204);
});

test("what is removed is gone", async (t) => {
  const world = await World.start(t);
  const { json, headers } = await world.post(PATH, FULL);
  const [address, etag] = [`${PATH}/${json.id}`, headers.get("etag")];
  const removed = await world.delete(address, etag);
  assert.equal(removed.status, 204);
  assert.equal(removed.text, "");
  const patched = await world.patch(address, { name: "B" }, etag);
  for (const gone of [await world.call(address), patched, await world.delete(address, etag)]) {
    assertProblem(gone, 404, "not-found");
  }
});

test("an identifier that nobody has is 404, and what is none is 400", async (t) => {
  const world = await World.start(t);
  const missing = await world.call(`${PATH}/${NOBODY}`);
  assertProblem(missing, 404, "not-found");
  await fits(missing, "GET", `${PATH}/{id}`);
  for (const bad of ["1", "%00", "..%2f", `${NOBODY}x`, "'"]) {
    assertProblem(await world.call(`${PATH}/${bad}`), 400, "invalid-request");
  }
});

test("pages hold every record once, there and back, in each order", async (t) => {
  const world = await World.start(t);
  await filled(world, 11);
  for (const sort of ["createdAt", "-createdAt", "name", "-name", "reference", "-reference"]) {
    const pages = await walked(world, `${PATH}?limit=3&sort=${sort}`, "next");
    assert.deepEqual(
      pages.map((page) => page.length),
      [3, 3, 3, 2],
      sort,
    );
    assert.equal(new Set(pages.flat()).size, 11, sort);
    const whole = (await world.call(`${PATH}?limit=100&sort=${sort}`)).json;
    assert.deepEqual(
      whole.items.map((item: { reference: string }) => item.reference),
      pages.flat(),
    );
    assert.equal(whole.links.next, undefined);
    assert.equal(whole.links.prev, undefined);
    let last = (await world.call(`${PATH}?limit=3&sort=${sort}`)).json;
    while (last.links.next) last = (await world.call(last.links.next)).json;
    assert.deepEqual((await walked(world, last.links.self, "prev")).reverse(), pages, sort);
  }
});

test("a page fits the contract, and says where the next one is in two ways", async (t) => {
  const world = await World.start(t);
  await filled(world, 3);
  const page = await world.call(`${PATH}?limit=2`);
  await fits(page, "GET", PATH);
  const { nextCursor, links } = page.json;
  assert.equal(new URL(links.next, world.app.origin).searchParams.get("cursor"), nextCursor);
  assert.deepEqual((await world.call(links.self)).json, page.json);
});

test("who is added or removed while somebody reads moves nothing", async (t) => {
  const world = await World.start(t);
  await filled(world, 4);
  const first = (await world.call(`${PATH}?limit=2&sort=reference`)).json;
  await world.post(PATH, { reference: "LBH-0001", name: "Early" });
  const { id } = first.items[1];
  await world.delete(`${PATH}/${id}`, "*");
  const second = (await world.call(first.links.next)).json;
  assert.deepEqual(
    second.items.map((item: { reference: string }) => item.reference),
    ["LBH-1003", "LBH-1004"],
  );
});

test("filters hold together, and no match is an empty list", async (t) => {
  const world = await World.start(t);
  await filled(world, 4);
  const { json } = await world.post(PATH, { ...FULL, reference: "LBH-9001", status: "inProgress" });
  const references = async (query: string) => {
    const answered = await world.call(`${PATH}?sort=reference&${query}`);
    assert.equal(answered.status, 200, answered.text);
    return answered.json.items.map((item: { reference: string }) => item.reference);
  };
  assert.deepEqual(await references("status=open"), ["LBH-1002", "LBH-1004"]);
  assert.deepEqual(await references("status=open,inProgress"), ["LBH-1002", "LBH-1004", "LBH-9001"]);
  assert.deepEqual(await references("postcode=E8%204QZ"), ["LBH-9001"]);
  assert.deepEqual(await references("uprn=10008230114&status=inProgress"), ["LBH-9001"]);
  assert.deepEqual(await references("uprn=10008230114&status=open"), []);
  const time = encodeURIComponent(json.createdAt);
  assert.equal((await references(`created_at_from=${time}`)).at(-1), "LBH-9001");
  assert.equal((await references(`created_at_to=${time}`)).includes("LBH-9001"), false);
  assert.deepEqual(await references("created_at_from=2999-01-01T00:00:00%2B01:00"), []);
});

test("a list shows the chosen fields, and never whom to ask", async (t) => {
  const world = await World.start(t);
  await world.post(PATH, FULL);
  const [all] = (await world.call(PATH)).json.items;
  assert.equal("contact" in all, false);
  const [some] = (await world.call(`${PATH}?fields=name,status`)).json.items;
  assert.deepEqual(Object.keys(some).sort(), ["id", "name", "status"]);
});

test("a parameter that is not known or out of bounds is refused by its name", async (t) => {
  const world = await World.start(t);
  await filled(world, 3);
  const { nextCursor } = (await world.call(`${PATH}?limit=1`)).json;
  const forged = Buffer.from(JSON.stringify(["next", "x", "1; DROP", "sort=createdAt"])).toString("base64url");
  const bad = [
    ["limit", ["0", "101", "-1", "1.5", "ten", "", "1e1", "0x1", "99999999999999999999"]],
    ["sort", ["status", "name,reference", "", "--name"]],
    ["fields", ["", "contact", "name,name", "name,"]],
    ["status", ["", "broken", "open,open", "open,"]],
    ["postcode", ["e8 4qz", ""]],
    ["uprn", ["0", "x"]],
    [
      "created_at_from",
      ["yesterday", "2026-02-30T00:00:00Z", "2026-01-01", "0000-01-01T00:00:00Z", "2026-06-30T23:59:60Z"],
    ],
    ["cursor", ["nonsense", "%00", forged, `${nextCursor}&sort=name`, `${nextCursor}&status=open`, "a".repeat(1201)]],
    ["uprm", ["10008230114"]],
    ["__proto__", ["x"]],
  ] as const;
  for (const [name, values] of bad) {
    for (const value of values) {
      const answered = await world.call(`${PATH}?${name}=${value}`);
      assertProblem(answered, 400, "invalid-request");
      assert.deepEqual([...new Set(placesOf(answered))], [name], `${name}=${value}`);
    }
  }
  const several = await world.call(`${PATH}?limit=0&sort=x&uprm=1`);
  assert.deepEqual(placesOf(several), ["limit", "sort", "uprm"]);
  assert.equal((await world.call(`${PATH}?limit=1&limit=2`)).status, 400);
});

test("each change tells of itself, with who made it and without personal data", async (t) => {
  const world = await World.start(t);
  const { json, headers } = await world.post(PATH, FULL);
  const patched = await world.patch(`${PATH}/${json.id}`, { status: "inProgress" }, headers.get("etag"));
  await world.delete(`${PATH}/${json.id}`, patched.headers.get("etag"));
  const events = (await world.rows("SELECT envelope FROM outbox_events ORDER BY position")).map((row) => row.envelope);
  const types = events.map(({ type }) => type);
  assert.equal(types[0], "street-lights.created");
  assert.equal(types[1], "street-lights.updated");
  assert.equal(types[2], "street-lights.deleted");
  assert.equal(types.length, 3);
  const [made, changed, gone] = events;
  assert.equal(made.requestId, headers.get("request-id"));
  assert.deepEqual([made.source, made.version], [world.app.contract.basePath, 1]);
  assert.deepEqual([made.entity.id, made.actor.kind], [json.id, "person"]);
  assert.deepEqual([made.old, changed.old.status, changed.new.status, gone.new], [null, "open", "inProgress", null]);
  assert.equal(JSON.stringify(events).includes("Rosenberg"), false);
});
