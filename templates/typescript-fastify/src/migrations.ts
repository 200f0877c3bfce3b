// Is the database as this version needs it? Files in `migrations` are run once each, in the order of their names.

import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import pg from "pg";
import { projectFile } from "./project.ts";

/** Any number that no other program of the database uses: who holds it migrates, the others wait. */
const LOCK = 7_403_118_265_514_093;

export async function migrate(databaseUrl: string, folder = projectFile("migrations")): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [LOCK]);
    await client.query(
      "CREATE TABLE IF NOT EXISTS applied_migrations (name text PRIMARY KEY, digest text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
    );
    const { rows } = await client.query<{ name: string; digest: string }>(
      "SELECT name, digest FROM applied_migrations",
    );
    const applied = new Map(rows.map(({ name, digest }) => [name, digest]));
    const fresh: string[] = [];
    for (const name of (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort()) {
      const sql = await readFile(`${folder}/${name}`, "utf8");
      const digest = createHash("sha256").update(sql).digest("hex");
      const known = applied.get(name);
      if (known === digest) continue;
      if (known) throw new Error(`the migration ${name} was changed after it ran; write a new one instead`);
      await apply(client, name, sql, digest);
      fresh.push(name);
    }
    return fresh;
  } finally {
    await client.end();
  }
}

async function apply(client: pg.Client, name: string, sql: string, digest: string): Promise<void> {
  try {
    await client.query("BEGIN");
    await client.query(sql);
    await client.query("INSERT INTO applied_migrations (name, digest) VALUES ($1, $2)", [name, digest]);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw new Error(`the migration ${name} failed`, { cause: error });
  }
}
