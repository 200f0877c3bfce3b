// Is a request with an Idempotency-Key carried out once?

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertProblem, call, fresh, identity, needsIdentity, ownUprn, post, remove, RESOURCES, unused } from "../caller.mjs";

for (const path of RESOURCES) {
  test(`${path}: a repeated key gets the first answer again`, async () => {
    const uprn = ownUprn();
    const [body, headers] = [fresh({ uprn }), { "idempotency-key": unused() }];
    const first = await post(path, body, headers);
    assert.equal(first.status, 201);
    const reordered = Object.fromEntries(Object.entries(body).reverse());
    const again = await post(path, reordered, headers);
    assert.equal(again.status, 201);
    assert.deepEqual(again.json, first.json);
    for (const name of ["location", "etag"]) assert.equal(again.headers.get(name), first.headers.get(name));
    assert.equal((await call(`${path}?uprn=${uprn}`)).json.items.length, 1);
  });

  test(`${path}: a key with another request is 422`, async () => {
    const headers = { "idempotency-key": unused() };
    await post(path, fresh(), headers);
    assertProblem(await post(path, fresh(), headers), 422, "idempotency-key-reused");
  });

  test(`${path}: a key that is no UUID is 400`, async () => {
    const refused = await post(path, fresh(), { "idempotency-key": "again" });
    assertProblem(refused, 400, "invalid-request", ["Idempotency-Key"]);
  });

  test(`${path}: a key belongs to its caller`, needsIdentity, async () => {
    const headers = { "idempotency-key": unused() };
    assert.equal((await post(path, fresh(), headers)).status, 201);
    const as = identity({ sub: unused() });
    assert.equal((await call(path, { method: "POST", body: fresh(), headers, as })).status, 201);
  });

  test(`${path}: many tries at once make one record`, async () => {
    const uprn = ownUprn();
    const [body, headers] = [fresh({ uprn }), { "idempotency-key": unused() }];
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(path, body, headers)));
    const made = answers.filter(({ status }) => status === 201);
    assert.ok(made.length >= 1);
    assert.equal(new Set(made.map(({ json }) => json.id)).size, 1);
    for (const other of answers.filter(({ status }) => status !== 201)) assertProblem(other, 409, "request-in-progress");
    assert.equal((await call(`${path}?uprn=${uprn}`)).json.items.length, 1);
  });

  test(`${path}: a refused request does not use up its key`, async () => {
    const [body, headers] = [fresh(), { "idempotency-key": unused() }];
    const first = await post(path, body);
    assertProblem(await post(path, body, headers), 409, "reference-taken");
    await remove(`${path}/${first.json.id}`, "*");
    assert.equal((await post(path, body, headers)).status, 201);
  });
}
