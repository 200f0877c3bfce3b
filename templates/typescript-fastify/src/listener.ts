// What is done when an event comes in? Known types are handled once each, others are ignored, failures are tried again and kept.

import type { FastifyBaseLogger } from "fastify";
import type { Database, Queries } from "./database.ts";
import type { Envelope } from "./events.ts";
import { backOff, rest } from "./publisher.ts";

/** What it changes in the database it changes with the transaction, so that it is done once. */
export type EventHandler = (event: Envelope, transaction: Queries) => Promise<void>;

export interface ListenerOptions {
  database: Database;
  log: FastifyBaseLogger;
  handlers: Record<string, EventHandler>;
  mostAttempts?: number;
  firstRetryMs?: number;
}

export class Listener {
  readonly #options: Required<ListenerOptions>;

  constructor(options: ListenerOptions) {
    this.#options = { mostAttempts: 4, firstRetryMs: 200, ...options };
  }

  /** Returns when the event is handled, ignored or kept as a dead letter: in each case nobody need send it again. */
  async receive(event: Envelope): Promise<"handled" | "ignored" | "dead"> {
    const { handlers, mostAttempts, firstRetryMs, log } = this.#options;
    const handler = Object.hasOwn(handlers, event.type) ? handlers[event.type] : undefined;
    if (!handler || event.version !== 1) return "ignored";
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#handle(event, handler);
        return "handled";
      } catch (error) {
        log.warn({ err: error, event: event.id, type: event.type, attempt }, "an event could not be handled");
        if (attempt >= mostAttempts) {
          await this.#bury(event, attempt, error);
          return "dead";
        }
        await rest(backOff(attempt, firstRetryMs));
      }
    }
  }

  async #handle(event: Envelope, handler: EventHandler): Promise<void> {
    await this.#options.database.transaction(async (transaction) => {
      const fresh = await transaction.query(
        "INSERT INTO received_events (event_id, type) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING event_id",
        [event.id, event.type],
      );
      if (fresh.length > 0) await handler(event, transaction);
    });
  }

  async #bury(event: Envelope, attempts: number, error: unknown): Promise<void> {
    const failure = error instanceof Error ? error.message.slice(0, 500) : "unknown";
    await this.#options.database.query(
      `INSERT INTO dead_letters (event_id, direction, envelope, attempts, failure) VALUES ($1, 'received', $2, $3, $4)
       ON CONFLICT (event_id, direction) DO NOTHING`,
      [event.id, JSON.stringify(event), attempts, failure],
    );
  }
}
