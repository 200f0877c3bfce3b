// Was this request carried out before? Then its answer is given again. Key, answer and change are in one transaction.

import { createHash } from "node:crypto";
import type { Answer, Call } from "./api.ts";
import type { Database, Queries } from "./database.ts";
import { Problem } from "./problem.ts";

/** For how long a key is remembered, as the contract says. */
const REMEMBERED = "24 hours";

interface Remembered {
  fingerprint: string;
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** Does the work once for each key. A refused request is not remembered: it changed nothing. */
export async function once(
  database: Database,
  call: Call,
  work: (transaction: Queries) => Promise<Answer>,
): Promise<Answer> {
  const key = call.headers["idempotency-key"];
  if (typeof key !== "string") return database.transaction(work);
  const whose = [`${call.caller.kind}:${call.caller.id}`, call.operation.id, key.toLowerCase()];
  const fingerprint = createHash("sha256")
    .update(JSON.stringify(sorted(call.body)))
    .digest("hex");
  return database.transaction(async (transaction) => {
    await take(transaction, whose);
    const before = await rememberedOf(transaction, whose);
    if (before) return again(before, fingerprint);
    const answer = await work(transaction);
    await transaction.query(
      `INSERT INTO idempotency_answers (caller, operation, key, fingerprint, status, headers, body)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (caller, operation, key) DO UPDATE SET fingerprint = excluded.fingerprint, status = excluded.status,
         headers = excluded.headers, body = excluded.body, created_at = now()`,
      [...whose, fingerprint, answer.status, JSON.stringify(answer.headers ?? {}), JSON.stringify(answer.body)],
    );
    return answer;
  });
}

/** Forgets answers that are too old to be given again. */
export async function forgetAnswers(database: Queries): Promise<void> {
  await database.query(`DELETE FROM idempotency_answers WHERE created_at < now() - interval '${REMEMBERED}'`);
}

/** Two tries at once must not both do the work: the second one is told to wait. */
async function take(transaction: Queries, whose: string[]): Promise<void> {
  const [row] = await transaction.query<{ taken: boolean }>(
    "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS taken",
    [whose.join("\n")],
  );
  if (row?.taken) return;
  const detail = "A request with this Idempotency-Key is being worked on. Try again in a moment.";
  throw new Problem("request-in-progress", detail, { headers: { "retry-after": "1" } });
}

async function rememberedOf(transaction: Queries, whose: string[]): Promise<Remembered | undefined> {
  const [row] = await transaction.query<Remembered>(
    `SELECT fingerprint, status, headers, body FROM idempotency_answers
     WHERE caller = $1 AND operation = $2 AND key = $3 AND created_at >= now() - interval '${REMEMBERED}'`,
    whose,
  );
  return row;
}

function again({ fingerprint, status, headers, body }: Remembered, expected: string): Answer {
  if (fingerprint !== expected) {
    const detail = "This Idempotency-Key came with another request before. Make a new key for each request.";
    throw new Problem("idempotency-key-reused", detail);
  }
  return { status, headers, body };
}

/** The order of names is no difference. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([name, inner]) => [name, sorted(inner)]);
}
