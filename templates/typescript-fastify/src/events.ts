// What do others learn of a change? An event, written in the change's own transaction and published after it.

import { randomUUID } from "node:crypto";
import type { Call } from "./api.ts";
import type { Queries } from "./database.ts";

export interface Envelope {
  id: string;
  /** What happened: `street-lights.created`. Who does not know it ignores it. */
  type: string;
  /** The API that says it. */
  source: string;
  /** Of the envelope and of what is in it; a listener takes those that it knows. */
  version: 1;
  time: string;
  requestId: string;
  actor: { kind: string; id: string };
  entity: { type: string; id: string };
  /** Before and after. Nothing before what was created, nothing after what was removed. No personal data. */
  old: unknown;
  new: unknown;
}

export interface Happening {
  entity: string;
  verb: "created" | "updated" | "deleted";
  id: string;
  old: unknown;
  new: unknown;
}

/** Notes an event in the outbox; `publisher.ts` sends it. */
export async function note(transaction: Queries, call: Call, source: string, happening: Happening): Promise<void> {
  const { entity, verb, id } = happening;
  const envelope: Envelope = {
    id: randomUUID(),
    type: `${entity}.${verb}`,
    source,
    version: 1,
    time: new Date().toISOString(),
    requestId: call.requestId,
    actor: { kind: call.caller.kind, id: call.caller.id },
    entity: { type: entity, id },
    old: happening.old,
    new: happening.new,
  };
  await transaction.query("INSERT INTO outbox_events (entity_id, envelope) VALUES ($1, $2)", [
    id,
    JSON.stringify(envelope),
  ]);
}
