// How do they lie in the database? All SQL of this resource; values are apart from it, names are from here.

import type { Queries } from "../database.ts";
import { keyset, moment, type PagePlan } from "../pages.ts";
import { Problem } from "../problem.ts";
import type { Created, Kept } from "./rules.ts";

interface Stored {
  id: string;
  reference: string;
  name: string;
  status: Kept["status"];
  postcode: string | null;
  uprn: string | null;
  contact_name: string | null;
  contact_phone: string | null;
  version: number;
  created_at: Date;
  updated_at: Date;
}

const TABLE = "street_lights";
const COLUMNS =
  "id, reference, name, status, postcode, uprn, contact_name, contact_phone, version, created_at, updated_at";
/** What can be sorted by: each has an index. */
const SORTED: Record<string, [column: string, type: string]> = {
  createdAt: ["created_at", "timestamptz"],
  name: ["name", "text"],
  reference: ["reference", "text"],
};

export async function list(database: Queries, plan: PagePlan, query: Record<string, unknown>): Promise<Kept[]> {
  const [column, type] = SORTED[plan.sort.key] ?? ["created_at", "timestamptz"];
  const values: unknown[] = [];
  const { where, order } = keyset(plan, column, type, values);
  const filters = [where];
  const filter = (sql: string, value: unknown) => {
    if (value !== undefined) filters.push(sql.replace("?", `$${values.push(value)}`));
  };
  filter("status = ANY (?::text[])", query.status);
  filter("postcode = ?", query.postcode);
  filter("uprn = ?", query.uprn);
  filter("created_at >= ?", moment(query, "created_at_from"));
  filter("created_at < ?", moment(query, "created_at_to"));
  const sql = `SELECT ${COLUMNS} FROM ${TABLE} WHERE ${filters.join(" AND ")} ${order}`;
  return (await database.query<Stored>(sql, values)).map(keptOf);
}

export async function get(database: Queries, id: string): Promise<Kept | undefined> {
  const [row] = await database.query<Stored>(`SELECT ${COLUMNS} FROM ${TABLE} WHERE id = $1`, [id]);
  return row && keptOf(row);
}

/** As `get`, and nobody else can change it until the transaction ends. */
export async function lock(transaction: Queries, id: string): Promise<Kept | undefined> {
  const sql = `SELECT ${COLUMNS} FROM ${TABLE} WHERE id = $1 FOR UPDATE`;
  const [row] = await transaction.query<Stored>(sql, [id]);
  return row && keptOf(row);
}

export async function insert(transaction: Queries, created: Created): Promise<Kept> {
  const sql = `INSERT INTO ${TABLE} (reference, name, status, postcode, uprn, contact_name, contact_phone)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (reference) DO NOTHING RETURNING ${COLUMNS}`;
  const [row] = await transaction.query<Stored>(sql, valuesOf(created));
  if (row) return keptOf(row);
  const detail = "Another record has this reference. Choose another, or change that record.";
  throw new Problem("reference-taken", detail, { errors: [{ pointer: "/reference", detail: "Is taken." }] });
}

export async function update(transaction: Queries, id: string, body: Created): Promise<Kept> {
  const sql = `UPDATE ${TABLE}
    SET reference = $1, name = $2, status = $3, postcode = $4, uprn = $5, contact_name = $6, contact_phone = $7,
      version = version + 1, updated_at = now()
    WHERE id = $8 RETURNING ${COLUMNS}`;
  const [row] = await transaction.query<Stored>(sql, [...valuesOf(body), id]);
  if (!row) throw new Error("a locked row is gone");
  return keptOf(row);
}

export async function remove(transaction: Queries, id: string): Promise<void> {
  await transaction.query(`DELETE FROM ${TABLE} WHERE id = $1`, [id]);
}

function valuesOf({ reference, name, status, postcode, uprn, contact }: Created): unknown[] {
  return [reference, name, status, postcode ?? null, uprn ?? null, contact?.name ?? null, contact?.phone ?? null];
}

function keptOf(row: Stored): Kept {
  const { contact_name: name, contact_phone: phone } = row;
  return {
    id: row.id,
    reference: row.reference,
    name: row.name,
    status: row.status,
    ...(row.postcode !== null && { postcode: row.postcode }),
    ...(row.uprn !== null && { uprn: row.uprn }),
    ...(name !== null && phone !== null && { contact: { name, phone } }),
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
