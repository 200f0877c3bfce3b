// What do callers feel, and how full are we? For Prometheus, on a port of its own that the gateway does not reach.

import { createServer, type Server } from "node:http";
import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Database } from "./database.ts";

export class Metrics {
  readonly #registry = new Registry();
  readonly #answered: Histogram<"operation" | "status">;

  constructor(database: Database) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#answered = new Histogram({
      name: "http_server_request_duration_seconds",
      help: "How long requests took, by operation and status.",
      labelNames: ["operation", "status"],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    new Gauge({
      name: "database_connections",
      help: "Connections of the pool, and requests that wait for one.",
      labelNames: ["state"],
      registers,
      collect() {
        const { connections, idle, waiting } = database.usage;
        this.set({ state: "busy" }, connections - idle);
        this.set({ state: "idle" }, idle);
        this.set({ state: "waiting" }, waiting);
      },
    });
    new Gauge({
      name: "events",
      help: "Events that wait to be published, and dead ones.",
      labelNames: ["state"],
      registers,
      async collect() {
        const [row] = await database
          .query<{ waiting: number; dead: number }>(
            `SELECT (SELECT count(*)::int FROM outbox_events WHERE published_at IS NULL) AS waiting,
                    (SELECT count(*)::int FROM dead_letters) AS dead`,
          )
          .catch(() => []);
        this.set({ state: "waiting" }, row?.waiting ?? Number.NaN);
        this.set({ state: "dead" }, row?.dead ?? Number.NaN);
      },
    });
  }

  answered(operation: string, status: number, seconds: number): void {
    this.#answered.observe({ operation, status: String(status) }, seconds);
  }

  /** Answers `GET /metrics`. */
  async serve(host: string, port: number): Promise<Server> {
    const server = createServer({ requestTimeout: 5000 }, async (request, response) => {
      if (request.method !== "GET" || request.url !== "/metrics") {
        response.writeHead(404).end();
        return;
      }
      const text = await this.#registry.metrics();
      response.writeHead(200, { "content-type": this.#registry.contentType }).end(text);
    });
    await new Promise<void>((ready, failed) => server.once("error", failed).listen(port, host, ready));
    return server;
  }
}
