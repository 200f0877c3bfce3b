// Is a change based on what is there now? `ETag` says the state, `If-Match` says it back.

import { Problem } from "./problem.ts";

export function etagOf({ version }: { version: number }): string {
  return `"${version}"`;
}

/** What the caller has seen; without a word on it nothing is changed. */
export function seenBy(headers: Record<string, string | string[] | undefined>): string {
  const seen = headers["if-match"];
  if (typeof seen !== "string" || seen.trim() === "") {
    throw new Problem("precondition-required", "Read the record, and send its ETag as If-Match.");
  }
  return seen;
}

/** Refuses a change that is based on another state. Weak tags never match (RFC 9110, 13.1.1). */
export function assertSeen(seen: string, record: { version: number }): void {
  const matches = seen.trim() === "*" || seen.split(",").some((tag) => tag.trim() === etagOf(record));
  if (!matches) throw new Problem("precondition-failed", "Read it again, and base your change on what you get.");
}
