// How do events leave? In the order of their entity, at least once, again after a pause if they are not taken, until they are dead.

import type { FastifyBaseLogger } from "fastify";
import type { Database } from "./database.ts";
import type { Envelope } from "./events.ts";

/** Takes an event, or throws. */
export type Deliver = (envelope: Envelope) => Promise<void>;

export interface PublisherOptions {
  database: Database;
  deliver: Deliver;
  log: FastifyBaseLogger;
  /** How long it rests when there is nothing to do. */
  pauseMs?: number;
  mostAttempts?: number;
  firstRetryMs?: number;
}

interface Due {
  position: string;
  envelope: Envelope;
  attempts: number;
}

/** For how long an event belongs to the publisher that took it; if that one dies, another takes it then. */
const LEASE = "60 seconds";
const AT_ONCE = 20;
const LONGEST_RETRY_MS = 3_600_000;

export class Publisher {
  readonly #options: Required<PublisherOptions>;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(options: PublisherOptions) {
    this.#options = { pauseMs: 1000, mostAttempts: 10, firstRetryMs: 1000, ...options };
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** Delivers what is due, and says how much that was. */
  async publish(): Promise<number> {
    const due = await this.#take();
    for (const event of due) await this.#deliver(event);
    return due.length;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      let published = 0;
      try {
        published = await this.publish();
      } catch (error) {
        this.#options.log.error({ err: error }, "events could not be published");
      }
      if (published < AT_ONCE) await rest(this.#options.pauseMs, this.#stopping.signal);
    }
  }

  /** The oldest event of each entity, unless a pause is on; a later one must not overtake it. */
  async #take(): Promise<Due[]> {
    const due = await this.#options.database.query<Due>(
      `UPDATE outbox_events SET next_attempt_at = now() + interval '${LEASE}', attempts = attempts + 1
       WHERE position IN (
         SELECT position FROM outbox_events AS event
         WHERE published_at IS NULL AND next_attempt_at <= now() AND NOT EXISTS (
           SELECT FROM outbox_events AS earlier
           WHERE earlier.entity_id = event.entity_id AND earlier.position < event.position AND earlier.published_at IS NULL
         )
         ORDER BY position LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED
       )
       RETURNING position, envelope, attempts`,
    );
    return due.sort((a, b) => Number(a.position) - Number(b.position));
  }

  async #deliver({ position, envelope, attempts }: Due): Promise<void> {
    const { database, deliver, log, mostAttempts, firstRetryMs } = this.#options;
    try {
      await deliver(envelope);
      await database.query("UPDATE outbox_events SET published_at = now(), failure = NULL WHERE position = $1", [
        position,
      ]);
    } catch (error) {
      const failure = error instanceof Error ? error.message.slice(0, 500) : "unknown";
      if (attempts >= mostAttempts) {
        await this.#bury(position, envelope, attempts, failure);
        log.error({ event: envelope.id, type: envelope.type, attempts }, "an event is dead: it was never taken");
        return;
      }
      const wait = backOff(attempts, firstRetryMs);
      await database.query(
        "UPDATE outbox_events SET next_attempt_at = now() + make_interval(secs => $2), failure = $3 WHERE position = $1",
        [position, wait / 1000, failure],
      );
      log.warn({ event: envelope.id, type: envelope.type, attempts, waitMs: wait }, "an event was not taken");
    }
  }

  async #bury(position: string, envelope: Envelope, attempts: number, failure: string): Promise<void> {
    await this.#options.database.transaction(async (transaction) => {
      await transaction.query(
        `INSERT INTO dead_letters (event_id, direction, envelope, attempts, failure) VALUES ($1, 'sent', $2, $3, $4)
         ON CONFLICT (event_id, direction) DO NOTHING`,
        [envelope.id, JSON.stringify(envelope), attempts, failure],
      );
      await transaction.query("DELETE FROM outbox_events WHERE position = $1", [position]);
    });
  }
}

/** Twice as long after each try, with some chance in it so that not everybody comes back at once. */
export function backOff(attempts: number, firstMs: number): number {
  const most = Math.min(firstMs * 2 ** Math.min(attempts - 1, 30), LONGEST_RETRY_MS);
  return Math.round(most / 2 + (Math.random() * most) / 2);
}

export async function rest(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  await new Promise<void>((done) => {
    const timer = setTimeout(done, ms);
    const end = () => {
      clearTimeout(timer);
      done();
    };
    signal?.addEventListener("abort", end, { once: true });
  });
}
