// Do events arrive in their order, again if they were not taken, and are they kept if nobody takes them?

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import Fastify from "fastify";
import type { Envelope } from "../src/events.ts";
import { Listener } from "../src/listener.ts";
import { Outbound } from "../src/outbound.ts";
import { backOff, type Deliver, Publisher } from "../src/publisher.ts";
import { World } from "./world.ts";

const PATH = "/street-lights";
const { log } = Fastify();

function envelope(type = "things.created"): Envelope {
  const time = new Date().toISOString();
  const [entity, actor] = [
    { type: "things", id: randomUUID() },
    { kind: "person", id: "x" },
  ];
  return {
    id: randomUUID(),
    type,
    source: "/x/v1",
    version: 1,
    time,
    requestId: "x",
    actor,
    entity,
    old: null,
    new: {},
  };
}

/** A world whose own publisher sends to a receiver that is never there, and one that the test drives. */
async function publishing(t: TestContext, deliver: Deliver, mostAttempts = 3): Promise<[World, Publisher]> {
  const world = await World.start(t);
  await world.app.publisher.stop();
  return [world, new Publisher({ database: world.app.database, log, deliver, mostAttempts, firstRetryMs: 1 })];
}

async function change(world: World): Promise<void> {
  const { json, headers } = await world.post(PATH, { reference: "LBH-1001", name: "A" });
  await world.patch(`${PATH}/${json.id}`, { name: "B" }, headers.get("etag"));
}

async function untilIdle(publisher: Publisher): Promise<void> {
  for (let idle = 0, turn = 0; idle < 20 && turn < 500; turn += 1) {
    idle = (await publisher.publish()) > 0 ? 0 : idle + 1;
    await new Promise((done) => setTimeout(done, 2));
  }
}

async function listening(t: TestContext, answer: (request: IncomingMessage) => number): Promise<URL> {
  const server = createServer((request, response) => response.writeHead(answer(request)).end("{}"));
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  t.after(() => server.close());
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/events`);
}

test("an event that is not taken comes again, and later ones of its entity wait for it", async (t) => {
  const taken: string[] = [];
  let refusals = 2;
  const [world, publisher] = await publishing(t, async ({ type }) => {
    if (refusals > 0) {
      refusals -= 1;
      throw new Error("not now");
    }
    taken.push(type.split(".")[1] ?? "");
  });
  await change(world);
  await untilIdle(publisher);
  assert.deepEqual(taken, ["created", "updated"]);
  assert.equal((await world.rows("SELECT FROM outbox_events WHERE published_at IS NULL")).length, 0);
});

test("an event that nobody takes becomes a dead letter, and lets the others through", async (t) => {
  const taken: string[] = [];
  const [world, publisher] = await publishing(t, async ({ type }) => {
    if (type.endsWith("created")) throw new Error("never");
    taken.push(type);
  });
  await change(world);
  await untilIdle(publisher);
  assert.equal(taken.length, 1);
  const [dead] = await world.rows("SELECT direction, attempts, failure, envelope FROM dead_letters");
  assert.deepEqual([dead.direction, dead.attempts, dead.failure], ["sent", 3, "never"]);
  assert.match(dead.envelope.type, /created$/);
});

test("two publishers do not send one event twice", async (t) => {
  const taken: string[] = [];
  const [world, publisher] = await publishing(t, async ({ id }) => {
    taken.push(id);
  });
  const other = new Publisher({ database: world.app.database, log, deliver: async ({ id }) => void taken.push(id) });
  for (let number = 1000; number < 1010; number += 1) {
    await world.post(PATH, { reference: `LBH-${number}`, name: "A" });
  }
  await Promise.all([untilIdle(publisher), untilIdle(other)]);
  assert.equal(taken.length, 10);
  assert.equal(new Set(taken).size, 10);
});

test("a refused change leaves no event", async (t) => {
  const [world] = await publishing(t, async () => {});
  await world.post(PATH, { reference: "LBH-1001", name: "A" });
  await world.post(PATH, { reference: "LBH-1001", name: "A" });
  assert.equal((await world.rows("SELECT FROM outbox_events")).length, 1);
});

test("the service sends its events where it is told to", async (t) => {
  const keys: unknown[] = [];
  const eventsUrl = await listening(t, ({ headers }) => {
    keys.push(headers["idempotency-key"]);
    return 204;
  });
  const world = await World.start(t, { eventsUrl });
  await change(world);
  await world.app.publisher.stop();
  await untilIdle(world.app.publisher);
  const events = await world.rows("SELECT envelope->>'id' AS id FROM outbox_events ORDER BY position");
  assert.deepEqual(
    keys,
    events.map(({ id }) => id),
  );
});

test("a listener handles what it knows once, and ignores what it does not know", async (t) => {
  const world = await World.start(t);
  const { database } = world.app;
  let handled = 0;
  const handlers = {
    "things.created": async () => {
      handled += 1;
    },
  };
  const listener = new Listener({ database, log, handlers });
  const event = envelope();
  assert.deepEqual([await listener.receive(event), await listener.receive(event)], ["handled", "handled"]);
  assert.equal(handled, 1);
  for (const type of ["things.exploded", "toString", ""]) {
    assert.equal(await listener.receive(envelope(type)), "ignored");
  }
  assert.equal(await listener.receive({ ...envelope(), version: 2 as 1 }), "ignored");
});

test("what a listener fails at is tried again, and kept in the end", async (t) => {
  const world = await World.start(t);
  const { database } = world.app;
  let tries = 0;
  const listener = new Listener({
    database,
    log,
    firstRetryMs: 1,
    handlers: {
      "things.created": async () => {
        tries += 1;
        if (tries < 3) throw new Error("not yet");
      },
      "things.deleted": async () => {
        throw new Error("never");
      },
    },
  });
  assert.equal(await listener.receive(envelope()), "handled");
  assert.equal(tries, 3);
  const dead = envelope("things.deleted");
  assert.equal(await listener.receive(dead), "dead");
  const [letter] = await world.rows("SELECT event_id, direction FROM dead_letters");
  assert.deepEqual(letter, { event_id: dead.id, direction: "received" });
});

test("pauses grow, are never the same and end somewhere", () => {
  assert.ok(backOff(1, 1000) >= 500 && backOff(1, 1000) <= 1000);
  assert.ok(backOff(5, 1000) >= 8000 && backOff(5, 1000) <= 16_000);
  assert.ok(backOff(10_000, 1000) <= 3_600_000);
});

test("a call to others bears a token and the request id, and is repeated only where it is safe", async (t) => {
  const seen: IncomingMessage[] = [];
  const url = await listening(t, (request) => {
    seen.push(request);
    return seen.length < 3 ? 503 : 200;
  });
  const outbound = new Outbound({ token: async () => "secret", firstRetryMs: 1 });
  const answer = await outbound.send(url, { requestId: "r-1" });
  assert.equal(answer.status, 200);
  assert.equal(seen.length, 3);
  assert.equal(seen[0]?.headers.authorization, "Bearer secret");
  assert.equal(seen[0]?.headers["request-id"], "r-1");
  seen.length = 0;
  const post = await outbound.send(url, { method: "POST", body: {}, requestId: "r-2" });
  assert.deepEqual([post.status, seen.length], [503, 1]);
});

test("retries have a budget, so that trouble is not fed", async (t) => {
  let calls = 0;
  const url = await listening(t, () => {
    calls += 1;
    return 503;
  });
  const outbound = new Outbound({ firstRetryMs: 1 });
  for (let number = 0; number < 50; number += 1) await outbound.send(url, { requestId: "r" });
  assert.ok(calls >= 60 && calls <= 70, `${calls} calls for 50 requests`);
});

test("who does not answer in time, or answers without end, is given up", async (t) => {
  const silent = createServer(() => {});
  const endless = createServer((_request, response) => {
    response.write("x".repeat(5000));
    response.end("x".repeat(5000));
  });
  for (const server of [silent, endless]) {
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    const outbound = new Outbound({ timeoutMs: 100, mostAttempts: 1, largestAnswer: 6000 });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await assert.rejects(outbound.send(url, { requestId: "r" }));
  }
});
