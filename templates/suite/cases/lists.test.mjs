// Do lists come in pages, filtered, sorted and with the chosen fields?

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertProblem, call, created, ownUprn, remove, RESOURCES } from "../caller.mjs";

async function filled(path, count) {
  const uprn = ownUprn();
  const references = [];
  for (let number = 0; number < count; number += 1) {
    const status = number % 2 === 0 ? "open" : "closed";
    const { json } = await created(path, { uprn, status, name: `Name ${number % 3}`, contact: CONTACT });
    references.push(json.reference);
  }
  return { uprn, references };
}

const CONTACT = { name: "Leah Rosenberg", phone: "+447700900142" };
const referencesOf = ({ json }) => json.items.map(({ reference }) => reference);

async function walked(start, link) {
  const pages = [];
  for (let address = start; address !== undefined && pages.length < 20; ) {
    const page = await call(address);
    assert.equal(page.status, 200, page.text);
    pages.push(referencesOf(page));
    address = page.json.links[link];
  }
  return pages;
}

for (const path of RESOURCES) {
  test(`${path}: pages hold every record once, there and back, in each order`, async () => {
    const { uprn } = await filled(path, 8);
    for (const sort of ["createdAt", "-createdAt", "name", "-name", "reference", "-reference"]) {
      const pages = await walked(`${path}?uprn=${uprn}&limit=3&sort=${sort}`, "next");
      assert.deepEqual(pages.map((page) => page.length), [3, 3, 2], sort);
      const whole = await call(`${path}?uprn=${uprn}&limit=100&sort=${sort}`);
      assert.deepEqual(referencesOf(whole), pages.flat(), sort);
      assert.equal(whole.json.links.next, undefined);
      assert.equal(whole.json.links.prev, undefined);
      assert.equal(whole.json.nextCursor, undefined);
      let last = await call(`${path}?uprn=${uprn}&limit=3&sort=${sort}`);
      for (let turn = 0; turn < 5 && last.json.links.next; turn += 1) last = await call(last.json.links.next);
      assert.deepEqual((await walked(last.json.links.self, "prev")).reverse(), pages, sort);
    }
  });

  test(`${path}: sorted means sorted`, async () => {
    const { uprn, references } = await filled(path, 5);
    const sorted = async (sort) => referencesOf(await call(`${path}?uprn=${uprn}&sort=${sort}`));
    assert.deepEqual(await sorted("reference"), [...references].sort());
    assert.deepEqual(await sorted("-reference"), [...references].sort().reverse());
    const names = (await call(`${path}?uprn=${uprn}&sort=-name`)).json.items.map(({ name }) => name);
    assert.deepEqual(names, [...names].sort().reverse());
  });

  test(`${path}: without limit a page holds 20, with it up to 100`, async () => {
    const { uprn } = await filled(path, 21);
    const page = await call(`${path}?uprn=${uprn}`);
    assert.equal(page.json.items.length, 20);
    const cursor = new URL(page.json.links.next, "http://x").searchParams.get("cursor");
    assert.equal(cursor, page.json.nextCursor);
    assert.equal((await call(`${path}?uprn=${uprn}&limit=100`)).json.items.length, 21);
    assert.equal((await call(page.json.links.self)).text, page.text);
    assert.deepEqual(referencesOf(await call(`${path}?uprn=${uprn}&cursor=`)), referencesOf(page));
  });

  test(`${path}: who is removed while somebody reads moves nothing`, async () => {
    const { uprn, references } = await filled(path, 4);
    const first = await call(`${path}?uprn=${uprn}&limit=2&sort=reference`);
    await remove(`${path}/${first.json.items[1].id}`, "*");
    assert.deepEqual(referencesOf(await call(first.json.links.next)), [...references].sort().slice(2));
  });

  test(`${path}: filters hold together, and no match is an empty list`, async () => {
    const { uprn, references } = await filled(path, 4);
    const { json } = await created(path, { uprn, status: "inProgress", postcode: "E8 4QZ" });
    const found = async (query) => referencesOf(await call(`${path}?uprn=${uprn}&sort=createdAt&${query}`));
    assert.deepEqual(await found("status=open"), [references[0], references[2]]);
    assert.deepEqual(await found("status=open,inProgress"), [references[0], references[2], json.reference]);
    assert.deepEqual(await found("postcode=E8%204QZ"), [json.reference]);
    assert.deepEqual(await found("postcode=E5%200TW"), []);
    const time = encodeURIComponent(json.createdAt);
    assert.ok((await found(`created_at_from=${time}`)).includes(json.reference));
    assert.equal((await found(`created_at_to=${time}`)).includes(json.reference), false);
    assert.deepEqual(await found("created_at_from=2999-01-01T00:00:00%2B01:00"), []);
  });

  test(`${path}: a list leaves personal data out, and shows the chosen fields`, async () => {
    const { uprn } = await filled(path, 1);
    const [item] = (await call(`${path}?uprn=${uprn}`)).json.items;
    assert.equal("contact" in item, false);
    const [chosen] = (await call(`${path}?uprn=${uprn}&fields=name,status`)).json.items;
    assert.deepEqual(Object.keys(chosen).sort(), ["id", "name", "status"]);
  });

  test(`${path}: a parameter that is not known or out of bounds is refused by its name`, async () => {
    const { uprn } = await filled(path, 2);
    const { nextCursor } = (await call(`${path}?limit=1&uprn=${uprn}`)).json;
    const forged = Buffer.from('["next","x","1; DROP"]').toString("base64url");
    const bad = {
      limit: ["0", "101", "-1", "1.5", "ten", "", "1e1", "0x1", "99999999999999999999"],
      sort: ["status", "name,reference", "", "--name"],
      fields: ["", "contact", "name,name", "name,"],
      status: ["", "broken", "open,open", "open,"],
      postcode: ["e8 4qz", ""],
      uprn: ["0", "x"],
      created_at_from: ["yesterday", "2026-02-30T00:00:00Z", "2026-01-01"],
      created_at_to: ["0000-01-01T00:00:00Z"],
      cursor: ["nonsense", "%00", forged, nextCursor, `${nextCursor}&uprn=${uprn}&sort=name`, "a".repeat(1201)],
      uprm: ["10008230114"],
    };
    for (const [name, values] of Object.entries(bad)) {
      for (const value of values) {
        assertProblem(await call(`${path}?${name}=${value}`), 400, "invalid-request", [name]);
      }
    }
    assertProblem(await call(`${path}?limit=0&sort=x&uprm=1`), 400, "invalid-request", ["limit", "sort", "uprm"]);
    assertProblem(await call(`${path}?limit=1&limit=2`), 400, "invalid-request");
  });
}
