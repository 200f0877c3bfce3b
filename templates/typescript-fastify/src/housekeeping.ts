// What is thrown away, and when? Answers and events that nobody can ask for any more, every ten minutes.

import type { FastifyBaseLogger } from "fastify";
import type { Database } from "./database.ts";
import { forgetAnswers } from "./idempotency.ts";

const EVERY_MS = 600_000;

/** Returns how to end it. */
export function housekeeping(database: Database, log: FastifyBaseLogger): () => void {
  const timer = setInterval(() => {
    tidy(database).catch((error) => log.error({ err: error }, "housekeeping failed"));
  }, EVERY_MS);
  return () => clearInterval(timer);
}

export async function tidy(database: Database): Promise<void> {
  await forgetAnswers(database);
  await database.query("DELETE FROM outbox_events WHERE published_at < now() - interval '7 days'");
  await database.query("DELETE FROM received_events WHERE received_at < now() - interval '30 days'");
}
