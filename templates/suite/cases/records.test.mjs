// Are records created, read, changed and removed as the contract says?

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertProblem, BASE_PATH, call, created, fresh, patch, post, remove, RESOURCES, unused } from "../caller.mjs";

const CONTACT = { name: "Leah Rosenberg", phone: "+447700900142" };

for (const path of RESOURCES) {
  test(`${path}: 201 says where the record is, and it is there`, async () => {
    const body = fresh({ status: "open", postcode: "E8 4QZ", uprn: "10008230114", contact: CONTACT });
    const made = await post(path, body);
    assert.equal(made.status, 201, made.text);
    const { id, createdAt, updatedAt, ...said } = made.json;
    assert.deepEqual(said, body);
    assert.equal(made.headers.get("location"), `${BASE_PATH}${path}/${id}`);
    assert.match(made.headers.get("etag"), /^"[0-9]{1,10}"$/);
    for (const time of [createdAt, updatedAt]) assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    const read = await call(made.headers.get("location"));
    assert.equal(read.status, 200);
    assert.deepEqual(read.json, made.json);
    assert.equal(read.headers.get("etag"), made.headers.get("etag"));
    assert.match(read.headers.get("cache-control"), /no-store|private/);
  });

  test(`${path}: what is not said is left out, but for the state`, async () => {
    const { json } = await created(path);
    assert.deepEqual(Object.keys(json).sort(), ["createdAt", "id", "name", "reference", "status", "updatedAt"]);
    assert.equal(json.status, "open");
  });

  test(`${path}: every fault of a body is told at once, by pointer`, async () => {
    const body = { name: "", status: "x", postcode: "e8", uprn: "0", contact: { name: "X", phone: "1" }, more: 1 };
    const places = ["/contact/phone", "/more", "/name", "/postcode", "/reference", "/status", "/uprn"];
    assertProblem(await post(path, body), 400, "invalid-request", places);
  });

  test(`${path}: an error does not repeat what was sent`, async () => {
    const refused = await post(path, fresh({ contact: { name: "Leah Rosenberg", phone: "07700-900187" } }));
    assertProblem(refused, 400, "invalid-request", ["/contact/phone"]);
    assert.equal(/Leah|900187/.test(refused.text), false);
  });

  test(`${path}: values of the United Kingdom are checked`, async () => {
    const bad = {
      postcode: ["E84QZ", "e8 4qz", "E8  4QZ", "E8 4CZ", "", " E8 4QZ", null, 8],
      uprn: ["0", "012", "1234567890123", "12a", "", 10008230114, "１２"],
      name: ["", "   ", "a\u0000b", "a\nb", "x".repeat(201), 7],
      reference: ["", "sui-1001", "SUI-1", "SUI1001", "SUI-1001 ", "SUI-123456789"],
      contact: [{}, { name: "X" }, { name: "X", phone: "07700 900142" }, { name: "X", phone: "+4477009001420" }, "X"],
    };
    for (const [property, values] of Object.entries(bad)) {
      for (const value of values) {
        const refused = await post(path, fresh({ [property]: value }));
        assertProblem(refused, 400, "invalid-request");
        const all = refused.json.errors.every(({ pointer }) => pointer.startsWith(`/${property}`));
        assert.ok(all, `${property} ${JSON.stringify(value)}: ${refused.text}`);
      }
    }
    for (const postcode of ["M1 1AE", "B33 8TH", "CR2 6XH", "EC1A 1BB", "W1A 0AX", "GIR 0AA"]) {
      await created(path, { postcode });
    }
  });

  test(`${path}: text is text, whatever it means elsewhere`, async () => {
    const name = `Robert'); DROP TABLE x; -- <b>"\\ %s \${x} 😀 ${"é".repeat(100)}`;
    const { address } = await created(path, { name });
    assert.equal((await call(address)).json.name, name);
  });

  test(`${path}: a reference that is taken is 409`, async () => {
    const { json } = await created(path);
    assertProblem(await post(path, fresh({ reference: json.reference })), 409, "reference-taken", ["/reference"]);
  });

  test(`${path}: a merge patch sets, removes and leaves`, async () => {
    const { json, address, etag } = await created(path, { postcode: "E8 4QZ", uprn: "10008230114", contact: CONTACT });
    const changes = { status: "inProgress", uprn: null, contact: { phone: "+442083563000" } };
    const changed = await patch(address, changes, etag);
    assert.equal(changed.status, 200, changed.text);
    const { uprn: _gone, ...rest } = json;
    const contact = { name: "Leah Rosenberg", phone: "+442083563000" };
    assert.deepEqual(changed.json, { ...rest, status: "inProgress", contact, updatedAt: changed.json.updatedAt });
    assert.notEqual(changed.headers.get("etag"), etag);
    assert.deepEqual((await call(address)).json, changed.json);
    const without = await patch(address, { contact: null }, changed.headers.get("etag"));
    assert.equal("contact" in without.json, false);
  });

  test(`${path}: a patch that breaks the record is 400, and nothing is changed`, async () => {
    const { json, address, etag } = await created(path);
    assertProblem(await patch(address, { contact: { phone: "+442083563000" } }, etag), 400, "invalid-request", [
      "/contact/name",
    ]);
    for (const bad of [{}, { name: null }, { reference: "SUI-1002" }, { id: unused() }, [], "null", '"text"', { uprn: 1 }]) {
      assertProblem(await patch(address, bad, etag), 400, "invalid-request");
    }
    assert.deepEqual((await call(address)).json, json);
  });

  test(`${path}: without If-Match nothing is changed (428), with an old one neither (412)`, async () => {
    const { address, etag } = await created(path);
    assertProblem(await patch(address, { name: "B" }), 428, "precondition-required");
    assertProblem(await remove(address), 428, "precondition-required");
    const changed = await patch(address, { name: "B" }, etag);
    for (const stale of [etag, '"999"', `W/${changed.headers.get("etag")}`, "nonsense"]) {
      assertProblem(await patch(address, { name: "C" }, stale), 412, "precondition-failed");
      assertProblem(await remove(address, stale), 412, "precondition-failed");
    }
    assert.equal((await patch(address, { name: "D" }, `"77", ${changed.headers.get("etag")}`)).status, 200);
    assert.equal((await patch(address, { name: "E" }, "*")).status, 200);
  });

  test(`${path}: of many changes of one state one is made`, async () => {
    const { address, etag } = await created(path);
    const tries = Array.from({ length: 8 }, (_, number) => patch(address, { name: `Name ${number}` }, etag));
    const statuses = (await Promise.all(tries)).map(({ status }) => status).sort();
    assert.deepEqual(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
  });

  test(`${path}: what is closed is not changed (409), but can be removed`, async () => {
    const { address, etag } = await created(path, { status: "closed" });
    assertProblem(await patch(address, { status: "open" }, etag), 409, "already-closed");
    assert.equal((await remove(address, etag)).status, 204);
  });

  test(`${path}: what is removed is gone`, async () => {
    const { address, etag } = await created(path);
    const removed = await remove(address, etag);
    assert.equal(removed.status, 204);
    assert.equal(removed.text, "");
    assertProblem(await call(address), 404, "not-found");
    assertProblem(await remove(address, etag), 404, "not-found");
    assertProblem(await patch(address, { name: "B" }, etag), 404, "not-found");
  });

  test(`${path}: an identifier that nobody has is 404, and what is none is 400`, async () => {
    assertProblem(await call(`${path}/${unused()}`), 404, "not-found");
    for (const bad of ["1", "'", `${unused()}x`, "%00"]) {
      assertProblem(await call(`${path}/${bad}`), 400, "invalid-request", ["id"]);
    }
  });
}
