// How does a list come page by page? By a cursor that says after which record the next page starts; nothing is counted past.

import { invalid } from "./problem.ts";

/** What the caller asked of a list, and the request's own address. */
export interface PageAsked {
  /** Where the list is: `/name/v1/things`. */
  path: string;
  query: Record<string, unknown>;
}

/** What a page is read with. */
export interface PagePlan {
  limit: number;
  sort: { key: string; descending: boolean };
  /** After or before which record; none on the first page. */
  from: { direction: "next" | "prev"; value: string; id: string } | undefined;
}

export interface Page<T> {
  items: T[];
  nextCursor?: string;
  links: { self: string; next?: string; prev?: string };
}

/** Cursors hold the sort and the filters that they belong to: with others they would skip records. */
interface Cursor {
  direction: "next" | "prev";
  value: string;
  id: string;
  asked: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function planOf({ query }: Pick<PageAsked, "query">): PagePlan {
  const sort = String(query.sort);
  const { cursor, limit } = query;
  return {
    limit: Number(limit),
    sort: { key: sort.replace(/^-/, ""), descending: sort.startsWith("-") },
    // An empty one is that of the first page.
    from: typeof cursor === "string" && cursor !== "" ? cursorOf(cursor, askedIn(query)) : undefined,
  };
}

/**
 * The part of a query that takes one record more than the page holds, and tells by it whether there is another page.
 * `column` is from the code, never from the caller.
 */
export function keyset(
  plan: PagePlan,
  column: string,
  type: string,
  values: unknown[],
): { where: string; order: string } {
  const backwards = plan.from?.direction === "prev";
  const descending = plan.sort.descending !== backwards;
  const order = `ORDER BY ${column} ${descending ? "DESC" : "ASC"}, id ${descending ? "DESC" : "ASC"}`;
  const take = ` LIMIT $${values.push(plan.limit + 1)}`;
  if (!plan.from) return { where: "TRUE", order: order + take };
  const value = `$${values.push(plan.from.value)}::${type}`;
  const where = `(${column}, id) ${descending ? "<" : ">"} (${value}, $${values.push(plan.from.id)}::uuid)`;
  return { where, order: order + take };
}

/** The page of the records that were found, one of which may be too many. */
export function pageOf<T extends { id: string }>(
  { path, query }: PageAsked,
  plan: PagePlan,
  found: T[],
  sortedBy: (record: T) => string,
): Page<T> {
  const backwards = plan.from?.direction === "prev";
  const more = found.length > plan.limit;
  const items = found.slice(0, plan.limit);
  if (backwards) items.reverse();
  const cursorFrom = (direction: Cursor["direction"], record: T | undefined) =>
    record && cursorText({ direction, value: sortedBy(record), id: record.id, asked: askedIn(query) });
  const next = more || backwards ? cursorFrom("next", items.at(-1)) : undefined;
  const prev = (backwards ? more : plan.from) ? cursorFrom("prev", items[0]) : undefined;
  const address = (cursor: unknown) => addressOf(path, { ...query, cursor });
  return {
    items,
    ...(next && { nextCursor: next }),
    links: {
      self: address(query.cursor),
      ...(next && { next: address(next) }),
      ...(prev && { prev: address(prev) }),
    },
  };
}

/** The chosen properties of a record; `id` is always among them. */
export function chosen<T extends object>(record: T, fields: unknown): Partial<T> {
  if (!Array.isArray(fields)) return record;
  const wanted = new Set(["id", ...fields]);
  return Object.fromEntries(Object.entries(record).filter(([name]) => wanted.has(name))) as Partial<T>;
}

/** A time of a query, or a fault: `23:59:60` and the year 0 are times by the form alone. */
export function moment(query: Record<string, unknown>, name: string): Date | undefined {
  const text = query[name];
  if (text === undefined) return undefined;
  const date = new Date(String(text));
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1) {
    throw invalid([{ parameter: name, detail: "Must be a date-time that a calendar has." }]);
  }
  return date;
}

function askedIn(query: Record<string, unknown>): string {
  const { limit: _limit, cursor: _cursor, fields: _fields, ...asked } = query;
  return written(asked);
}

function addressOf(path: string, query: Record<string, unknown>): string {
  return `${path}?${written(query)}`;
}

function written(query: Record<string, unknown>): string {
  const text = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) text.set(name, String(value));
  }
  return text.toString();
}

function cursorText({ direction, value, id, asked }: Cursor): string {
  return Buffer.from(JSON.stringify([direction, value, id, asked])).toString("base64url");
}

/** A cursor comes from outside like everything else, so it is checked like everything else. */
function cursorOf(text: string, asked: string): NonNullable<PagePlan["from"]> {
  const fault = (detail: string) => invalid([{ parameter: "cursor", detail }]);
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    throw fault("Is none of this list. Take it from the page before.");
  }
  const [direction, value, id, askedThen] = Array.isArray(parts) ? parts : [];
  const known = direction === "next" || direction === "prev";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are looked for, as the database takes no NUL.
  const clean = typeof value === "string" && value.length <= 400 && !/[\u0000-\u001f]/.test(value);
  if (!known || !clean || typeof id !== "string" || !UUID.test(id)) {
    throw fault("Is none of this list. Take it from the page before.");
  }
  if (askedThen !== asked) throw fault("Belongs to another sort or other filters. Start again without it.");
  if (asked.includes("sort=createdAt") || asked.includes("sort=-createdAt")) {
    if (Number.isNaN(Date.parse(value))) throw fault("Is none of this list. Take it from the page before.");
  }
  return { direction, value, id };
}
