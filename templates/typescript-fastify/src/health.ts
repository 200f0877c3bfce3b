// Does it work? `/live` for whoever restarts the process, `/ready` for whoever sends it requests, `/health` for callers.

import type { FastifyInstance } from "fastify";
import type { Api } from "./api.ts";
import type { Database } from "./database.ts";
import { unavailable } from "./problem.ts";

export function healthRoutes(server: FastifyInstance, api: Api, database: Database): void {
  const headers = { "cache-control": "no-store" };
  const works = async () => {
    await database.query("SELECT 1").catch((error) => {
      throw unavailable(error);
    });
    return { status: "pass" };
  };
  // Outside the contract's path, where the gateway passes nothing on. They say nothing, so they need no caller. One slow
  // database must not restart every process, so `/live` does not ask it.
  server.get("/live", async () => ({ status: "pass" }));
  server.get("/ready", works);
  api.operation("getHealth", async () => ({ status: 200, headers, body: await works() }));
}
