// What do the tests call? The service itself over HTTP, with a database of its own and a platform that signs.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, type TestContext } from "node:test";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import pg from "pg";
import { type App, startApp } from "../src/app.ts";
import { migrate } from "../src/migrations.ts";
import { projectName } from "../src/project.ts";
import type { Settings } from "../src/settings.ts";

const ISSUER = "https://api.hackney.example";
const AUDIENCE = "https://service.internal.hackney.example";
export const STAFF = "street-services@hackney.example";

// biome-ignore lint/suspicious/noExplicitAny: an answer is a tree of anything.
type Json = any;

export interface Answered {
  status: number;
  headers: Headers;
  text: string;
  json: Json;
}

export interface Sent {
  method?: string;
  headers?: Record<string, string>;
  /** Sent as JSON, unless it is text. */
  body?: unknown;
  /** An assertion; nothing for a member of the owner's group, null for nobody. */
  identity?: string | null;
}

const keys = await generateKeyPair("ES256");
const otherKeys = await generateKeyPair("ES256");
const jwk = { ...(await exportJWK(keys.publicKey)), kid: "one", alg: "ES256", use: "sig" };
const template = databaseName();

/** The platform's word on who calls. What is said in `claims` and `header` differs from what is usual. */
export async function assertion(claims: Json = {}, header: Json = {}, signer = keys.privateKey): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const usual = {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: randomUUID(),
    kind: "person",
    groups: [STAFF],
    api: await projectName(),
    environment: "test",
    iat: now,
    exp: now + 60,
  };
  const said = { ...usual, ...claims };
  return await new SignJWT(said)
    .setProtectedHeader({ alg: "ES256", kid: "one", typ: "hansom-identity+jwt", ...header })
    .sign(signer);
}

export async function signedBySomebodyElse(): Promise<string> {
  return await assertion({}, {}, otherKeys.privateKey);
}

export class World {
  readonly app: App;
  readonly log: string[];
  readonly databaseUrl: string;
  readonly #identity: string;

  constructor(app: App, log: string[], databaseUrl: string, identity: string) {
    this.app = app;
    this.log = log;
    this.databaseUrl = databaseUrl;
    this.#identity = identity;
  }

  /** A service of this test alone; it goes when the test ends. */
  static async start(test: TestContext, settings: Partial<Settings> = {}): Promise<World> {
    const databaseUrl = await freshDatabase(test);
    const platform = await platformWithKeys(test);
    const log: string[] = [];
    const app = await startApp(
      {
        environment: "test",
        host: "127.0.0.1",
        port: 0,
        metricsPort: 0,
        logLevel: "info",
        databaseUrl,
        poolSize: 5,
        statementTimeoutMs: 5000,
        trust: { kind: "platform", issuer: ISSUER, audience: AUDIENCE, jwksUrl: new URL("/oauth/jwks", platform) },
        hubUrl: "https://hub.hackney.example",
        eventsUrl: undefined,
        tracesUrl: undefined,
        stopTimeoutMs: 1000,
        ...settings,
      },
      { write: (line) => log.push(line) },
    );
    test.after(() => app.stop());
    return new World(app, log, databaseUrl, await assertion());
  }

  /** Calls an address below the base path, or one that begins with it. */
  async call(path: string, { method = "GET", headers = {}, body, identity }: Sent = {}): Promise<Answered> {
    const { origin, contract } = this.app;
    const url = path.startsWith(contract.basePath) ? origin + path : origin + contract.basePath + path;
    const said = identity === undefined ? this.#identity : identity;
    const response = await fetch(url, {
      method,
      redirect: "error",
      headers: {
        ...(said !== null && { "hansom-identity": said }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = text !== "" && response.headers.get("content-type")?.includes("json");
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
  }

  async post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answered> {
    return await this.call(path, { method: "POST", body, headers });
  }

  async patch(path: string, body: unknown, etag?: string | null): Promise<Answered> {
    const headers = { "content-type": "application/merge-patch+json", ...(etag && { "if-match": etag }) };
    return await this.call(path, { method: "PATCH", body, headers });
  }

  async delete(path: string, etag?: string | null): Promise<Answered> {
    return await this.call(path, { method: "DELETE", headers: etag ? { "if-match": etag } : {} });
  }

  async rows(sql: string, values: unknown[] = []): Promise<Json[]> {
    return await this.app.database.query(sql, values);
  }
}

/** Holds an answer against what every problem has to be. */
export function assertProblem(answered: Answered, status: number, code: string): void {
  assert.equal(answered.status, status, answered.text);
  assert.match(answered.headers.get("content-type") ?? "", /^application\/problem\+json/);
  assert.equal(answered.json.status, status);
  assert.equal(answered.json.code, code);
  assert.equal(answered.json.type, `https://hub.hackney.example/problems/${code}`);
  assert.equal(answered.json.instance, `urn:uuid:${answered.headers.get("request-id")}`);
}

/** Where the faults of a refused request are. */
export function placesOf(answered: Answered): string[] {
  const errors: { pointer?: string; parameter?: string }[] = answered.json.errors;
  return errors.map(({ pointer, parameter }) => pointer ?? parameter ?? "").sort();
}

export async function freshDatabase(test: TestContext): Promise<string> {
  await prepared;
  const name = databaseName();
  await administer(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  test.after(() => administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  return urlOf(name);
}

const prepared = prepareTemplate();

async function prepareTemplate(): Promise<void> {
  await administer(`CREATE DATABASE ${template}`);
  await migrate(urlOf(template));
}

after(() => administer(`DROP DATABASE IF EXISTS ${template} WITH (FORCE)`));

async function administer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl() });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

function serverUrl(): string {
  const url = process.env.TEST_POSTGRES;
  if (!url) throw new Error("TEST_POSTGRES is missing: run ./test, which starts a PostgreSQL");
  return url;
}

function urlOf(database: string): string {
  const url = new URL(serverUrl());
  url.pathname = database;
  return url.href;
}

function databaseName(): string {
  return `test_${randomUUID().replaceAll("-", "")}`;
}

async function platformWithKeys(test: TestContext): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  test.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
