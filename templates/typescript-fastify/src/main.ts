// How is the service started and stopped? `node dist/src/main.js`, and `migrate` or `seed` behind it to prepare the database.

import { readdir, readFile } from "node:fs/promises";
import pg from "pg";
import { startApp } from "./app.ts";
import { migrate } from "./migrations.ts";
import { projectFile } from "./project.ts";
import { settingsFrom } from "./settings.ts";

const [command = "serve"] = process.argv.slice(2);

switch (command) {
  case "serve":
    await serve();
    break;
  case "migrate":
    say((await migrate(databaseUrl())).map((name) => `${name} ran`).join("\n") || "nothing to do");
    break;
  case "seed":
    await seed(databaseUrl());
    break;
  default:
    process.stderr.write(`${command} is none of serve, migrate, seed\n`);
    process.exitCode = 2;
}

async function serve(): Promise<void> {
  const settings = settingsFrom(process.env);
  const app = await startApp(settings);
  say(`${app.origin}${app.contract.basePath}`);
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    // What does not end in time is ended.
    setTimeout(() => process.exit(1), settings.stopTimeoutMs).unref();
    await app.stop();
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, stop);
}

async function seed(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    for (const name of (await readdir(projectFile("seed"))).sort()) {
      await client.query(await readFile(projectFile("seed", name), "utf8"));
      say(`${name} ran`);
    }
  } finally {
    await client.end();
  }
}

function databaseUrl(): string {
  const url = process.env.DATABASE_URL;
  if (!url) throw new Error("DATABASE_URL is missing");
  return url;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
