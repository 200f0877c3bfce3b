// Who calls the service, and how is an answer held against what every answer has to be?

import assert from "node:assert/strict";
import { createPrivateKey, randomInt, randomUUID, sign } from "node:crypto";

const BASE = process.env.BASE_URL?.replace(/\/+$/, "");
if (!BASE) throw new Error("BASE_URL is missing: the address of the service with its base path");
const KEY = process.env.SUITE_KEY && JSON.parse(process.env.SUITE_KEY);

/** The addresses of the resources that share the contract: `/street-lights`. */
export const RESOURCES = (process.env.SUITE_RESOURCES ?? "").split(",").filter(Boolean);
export const BASE_PATH = new URL(BASE).pathname;
export const ORIGIN = new URL(BASE).origin;
/** For cases that cannot be tried where everybody is let in. */
export const needsIdentity = KEY ? {} : { skip: "SUITE_KEY is missing: the service lets everybody in" };

/** The platform's word on who calls; what is given differs from what is usual. */
export function identity(claims = {}, header = {}, key = KEY) {
  const now = Math.floor(Date.now() / 1000);
  const said = {
    iss: process.env.SUITE_ISSUER,
    aud: process.env.SUITE_AUDIENCE,
    sub: "9d2c7b10-5f3e-4a61-8e04-7b1f2c3d4e5f",
    kind: "person",
    groups: [process.env.SUITE_GROUP],
    api: process.env.SUITE_API,
    environment: process.env.SUITE_ENVIRONMENT,
    iat: now,
    exp: now + 60,
    ...claims,
  };
  const head = { alg: "ES256", kid: "suite", typ: "hansom-identity+jwt", ...header };
  const text = [head, said].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  const signer = { key: createPrivateKey({ key, format: "jwk" }), dsaEncoding: "ieee-p1363" };
  return `${text}.${sign("sha256", Buffer.from(text), signer).toString("base64url")}`;
}

/** Calls an address below the base path, or one that begins with it. `as` is an assertion, or null for nobody. */
export async function call(path, { method = "GET", headers = {}, body, as } = {}) {
  const url = path.startsWith(`${BASE_PATH}/`) ? ORIGIN + path : BASE + path;
  const said = as === undefined && KEY ? identity() : as;
  const response = await fetch(url, {
    method,
    redirect: "manual",
    headers: {
      ...(said && { "hansom-identity": said }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    body: body === undefined || typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const type = response.headers.get("content-type") ?? "";
  const json = text !== "" && /^application\/(problem\+)?json/.test(type) ? JSON.parse(text) : undefined;
  return { status: response.status, headers: response.headers, text, json };
}

export const post = (path, body, headers = {}) => call(path, { method: "POST", body, headers });

export function patch(path, body, etag) {
  const headers = { "content-type": "application/merge-patch+json", ...(etag && { "if-match": etag }) };
  return call(path, { method: "PATCH", body, headers });
}

export const remove = (path, etag) => call(path, { method: "DELETE", headers: etag ? { "if-match": etag } : {} });

/** A body that can be sent once: no other record has its reference. */
export function fresh(more = {}) {
  return { reference: `SUI-${randomInt(10_000_000, 100_000_000)}`, name: "Of the suite", ...more };
}

/** A property number that no other case uses, so that a list can be asked for the records of one case. */
export const ownUprn = () => String(randomInt(10_000_000_000, 100_000_000_000));

export async function created(path, more = {}) {
  const answer = await post(path, fresh(more));
  assert.equal(answer.status, 201, answer.text);
  return { ...answer, address: `${path}/${answer.json.id}`, etag: answer.headers.get("etag") };
}

export const unused = randomUUID;

/** A refusal with its status, in the shape of every problem; `places` are those of its faults. */
export function assertProblem(answer, status, code, places) {
  assert.equal(answer.status, status, `${status} was expected: ${answer.status} ${answer.text}`);
  assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/);
  const { json } = answer;
  assert.equal(json.status, status);
  assert.equal(json.code, code);
  assert.ok(json.type.endsWith(`/problems/${code}`), json.type);
  for (const member of ["title", "detail"]) assert.ok(json[member], `${member} is missing`);
  assert.equal(json.instance, `urn:uuid:${answer.headers.get("request-id")}`);
  if (places) assert.deepEqual([...new Set(placesOf(answer))], places, answer.text);
}

export function placesOf({ json }) {
  return (json.errors ?? []).map(({ pointer, parameter }) => pointer ?? parameter).sort();
}
