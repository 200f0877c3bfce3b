// How are other APIs called? With a token of our own, the request id, a timeout, and a budget of retries so that trouble is not fed.

import { backOff, rest } from "./publisher.ts";

export interface OutboundOptions {
  /** A token for the other API; ours, never that of who called us. */
  token?: () => Promise<string>;
  timeoutMs?: number;
  mostAttempts?: number;
  /** Retries for each hundred requests, over all callers of this client. */
  retriesPerHundred?: number;
  firstRetryMs?: number;
  largestAnswer?: number;
}

export interface OutboundRequest {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  requestId: string;
}

export interface OutboundAnswer {
  status: number;
  headers: Headers;
  text: string;
}

const SAFE_TO_REPEAT = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"];

export class Outbound {
  readonly #options: Required<Omit<OutboundOptions, "token">> & Pick<OutboundOptions, "token">;
  #budget = 10;

  constructor(options: OutboundOptions = {}) {
    const usual = {
      timeoutMs: 3000,
      mostAttempts: 3,
      retriesPerHundred: 20,
      firstRetryMs: 100,
      largestAnswer: 1_048_576,
    };
    this.#options = { ...usual, ...options };
  }

  /** An answer, whatever its status; throws if there is none in time. */
  async send(url: URL | string, request: OutboundRequest): Promise<OutboundAnswer> {
    const { mostAttempts, retriesPerHundred, firstRetryMs } = this.#options;
    this.#budget = Math.min(this.#budget + retriesPerHundred / 100, 10);
    for (let attempt = 1; ; attempt += 1) {
      const last = attempt >= mostAttempts || !mayRepeat(request);
      try {
        const answer = await this.#once(url, request);
        if (last || ![429, 502, 503, 504].includes(answer.status) || !this.#spend()) return answer;
        await rest(Math.max(secondsOf(answer) * 1000, backOff(attempt, firstRetryMs)));
      } catch (error) {
        if (last || !this.#spend()) throw error;
        await rest(backOff(attempt, firstRetryMs));
      }
    }
  }

  async #once(
    url: URL | string,
    { method = "GET", body, headers, requestId }: OutboundRequest,
  ): Promise<OutboundAnswer> {
    const { token, timeoutMs, largestAnswer } = this.#options;
    const response = await fetch(url, {
      method,
      // A redirect could lead the token to somebody else.
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        accept: "application/json",
        "request-id": requestId,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(token && { authorization: `Bearer ${await token()}` }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, text: await textOf(response, largestAnswer) };
  }

  #spend(): boolean {
    if (this.#budget < 1) return false;
    this.#budget -= 1;
    return true;
  }
}

/** A POST is repeated only if the other side can tell that it is the same. */
function mayRepeat({ method = "GET", headers = {} }: OutboundRequest): boolean {
  return SAFE_TO_REPEAT.includes(method) || "idempotency-key" in headers;
}

function secondsOf({ headers }: OutboundAnswer): number {
  const seconds = Number(headers.get("retry-after"));
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), 5) : 0;
}

async function textOf(response: Response, largest: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > largest) throw new Error(`the answer is larger than ${largest} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
