// How is the database reached? With a bounded pool, bounded statements and values apart from the SQL.

import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import pg from "pg";

export interface DatabaseOptions {
  url: string;
  poolSize: number;
  statementTimeoutMs: number;
}

export type Row = Record<string, unknown>;

/** Whatever takes SQL: the pool, or a transaction. */
export interface Queries {
  query<T extends object = Row>(sql: string, values?: unknown[]): Promise<T[]>;
}

export class Database implements Queries {
  readonly #pool: pg.Pool;

  constructor({ url, poolSize, statementTimeoutMs }: DatabaseOptions, onError: (error: Error) => void) {
    this.#pool = new pg.Pool({
      connectionString: url,
      max: poolSize,
      // Waiting for a connection ends, too, or a slow database would queue requests without end.
      connectionTimeoutMillis: 3000,
      idleTimeoutMillis: 30_000,
      statement_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs + 1000,
      lock_timeout: Math.min(statementTimeoutMs, 2000),
      idle_in_transaction_session_timeout: 30_000,
    });
    this.#pool.on("error", onError);
  }

  query<T extends object = Row>(sql: string, values: unknown[] = []): Promise<T[]> {
    return spanned(sql, async () => (await this.#pool.query<T>(sql, values)).rows);
  }

  /** Everything or nothing of what is done with the transaction. */
  async transaction<T>(work: (transaction: Queries) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    try {
      await client.query("BEGIN");
      const result = await work({
        query: (sql, values = []) => spanned(sql, async () => (await client.query(sql, values)).rows),
      });
      await client.query("COMMIT");
      return result;
    } catch (error) {
      // A connection that cannot roll back is not used again.
      await client.query("ROLLBACK").catch((failure: Error) => {
        broken = failure;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** Connections now, and requests that wait for one. */
  get usage(): { connections: number; idle: number; waiting: number } {
    return {
      connections: this.#pool.totalCount,
      idle: this.#pool.idleCount,
      waiting: this.#pool.waitingCount,
    };
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

/** A span for a statement; values are not in it, as they may be personal data. */
async function spanned<T>(sql: string, work: () => Promise<T>): Promise<T> {
  const attributes = { "db.system.name": "postgresql", "db.query.text": sql };
  return trace.getTracer("database").startActiveSpan("query", { kind: SpanKind.CLIENT, attributes }, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw named(error);
    } finally {
      span.end();
    }
  });
}

/** The pool says that it has none to give by its message alone. */
function named(error: unknown): unknown {
  const text = error instanceof Error ? error.message : "";
  const away = /timeout exceeded when trying to connect|Connection terminated|Query read timeout/.test(text);
  return away ? Object.assign(new Error(text, { cause: error }), { code: "POOL_EXHAUSTED" }) : error;
}
