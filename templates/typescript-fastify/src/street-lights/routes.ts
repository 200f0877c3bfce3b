// What is done for each operation? From the request to the answer; `rules.ts` says what may be, `storage.ts` where it lies.

import type { Answer, Api, Call } from "../api.ts";
import type { Database, Queries } from "../database.ts";
import { note } from "../events.ts";
import { once } from "../idempotency.ts";
import { pageOf, planOf } from "../pages.ts";
import { assertSeen, etagOf, seenBy } from "../preconditions.ts";
import { Problem } from "../problem.ts";
import { type Body, changed, createdFrom, ENTITY, inEvent, inList, type Kept, shown, sortValue } from "./rules.ts";
import * as storage from "./storage.ts";

export function streetLightsRoutes(api: Api, database: Database): void {
  const source = api.contract.basePath;
  const path = `${source}/street-lights`;
  const wholeBody = api.bodyCheck("createStreetLight");

  api.operation("listStreetLights", async (call) => {
    const plan = planOf(call);
    const found = await storage.list(database, plan, call.query);
    const page = pageOf({ path, query: call.query }, plan, found, (kept) => sortValue(kept, plan.sort.key));
    const items = page.items.map((kept) => inList(kept, call.query.fields));
    return { status: 200, body: { ...page, items } };
  });

  api.operation("createStreetLight", async (call) => {
    return await once(database, call, async (transaction) => {
      const kept = await storage.insert(transaction, createdFrom(call.body as Body));
      await tell(transaction, call, "created", undefined, kept);
      return answer(201, kept, { location: `${path}/${kept.id}` });
    });
  });

  api.operation("getStreetLight", async (call) => {
    return answer(200, found(await storage.get(database, idOf(call))));
  });

  api.operation("updateStreetLight", async (call) => {
    const seen = seenBy(call.headers);
    return database.transaction(async (transaction) => {
      const before = found(await storage.lock(transaction, idOf(call)));
      assertSeen(seen, before);
      const body = changed(before, call.body);
      // What is whole before and what fits by itself need not fit together.
      wholeBody({ params: {}, query: {}, headers: {}, body });
      const after = await storage.update(transaction, before.id, body);
      await tell(transaction, call, "updated", before, after);
      return answer(200, after);
    });
  });

  api.operation("deleteStreetLight", async (call) => {
    const seen = seenBy(call.headers);
    return database.transaction(async (transaction) => {
      const before = found(await storage.lock(transaction, idOf(call)));
      assertSeen(seen, before);
      await storage.remove(transaction, before.id);
      await tell(transaction, call, "deleted", before, undefined);
      return { status: 204 };
    });
  });

  type Verb = "created" | "updated" | "deleted";
  async function tell(transaction: Queries, call: Call, verb: Verb, before?: Kept, after?: Kept): Promise<void> {
    const id = (after ?? before)?.id ?? "";
    const [old, fresh] = [before && inEvent(before), after && inEvent(after)];
    await note(transaction, call, source, { entity: ENTITY, verb, id, old: old ?? null, new: fresh ?? null });
  }
}

/** Identifiers are the same in capital letters. */
function idOf(call: Call): string {
  return (call.params.id ?? "").toLowerCase();
}

function found(kept: Kept | undefined): Kept {
  if (!kept) throw new Problem("not-found", "There is none with this identifier.");
  return kept;
}

function answer(status: number, kept: Kept, headers: Record<string, string> = {}): Answer {
  return { status, headers: { ...headers, etag: etagOf(kept) }, body: shown(kept) };
}
