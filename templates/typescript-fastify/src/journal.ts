// What is written down? One line of JSON for each request, and no personal data in it.

import type { FastifyReply, FastifyRequest, FastifyServerOptions } from "fastify";
import type { Settings } from "./settings.ts";

export type Journal = NonNullable<Exclude<FastifyServerOptions["logger"], boolean>>;

/** Names under which personal data or secrets could stand in something that is logged. */
const HIDDEN = ["contact", "phone", "email", "name", "postcode", "uprn", "authorization", "password", "body", "token"];

export function journal(
  settings: Settings,
  service: string,
  version: string,
  stream?: { write(line: string): void },
): Journal {
  return {
    level: settings.logLevel,
    base: { service, version, environment: settings.environment },
    messageKey: "message",
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label === "warn" ? "warning" : label }) },
    redact: { paths: HIDDEN.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "[masked]" },
    serializers: { err: failure },
    ...(stream && { stream }),
  };
}

/** A request as one line. What succeeded at `/health` is not written. */
export function noteRequest(request: FastifyRequest, reply: FastifyReply): void {
  const { operation, caller, params } = request;
  const { statusCode: status, elapsedTime } = reply;
  if (status < 400 && (!operation || operation.id === "getHealth")) return;
  const resource = (params as Record<string, string> | undefined)?.id;
  const line = {
    requestId: request.id,
    operation: operation?.id,
    ...(caller && { [caller.kind]: caller.id }),
    ...(resource && status < 400 && { resource }),
    status,
    durationMs: Math.round(elapsedTime * 10) / 10,
  };
  request.log.info(line, "answered");
}

interface Failure {
  [name: string]: unknown;
  type: string;
  message: string;
  stack: string;
}

/** A failure without what a database says of values: `Key (phone)=(…) already exists`. */
function failure(error: unknown): Failure {
  if (!(error instanceof Error)) return { type: "none", message: "something that is no error was thrown", stack: "" };
  const { name, message, stack = "", cause } = error;
  const { code } = error as { code?: unknown };
  return {
    type: name,
    ...(typeof code === "string" && { code }),
    message: masked(message),
    stack: masked(stack),
    ...(cause !== undefined && { cause: failure(cause) }),
  };
}

const PERSONAL: [RegExp, string][] = [
  [/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, "[email]"],
  [/\+?\b(44|0)[\d ]{9,13}\b/g, "[phone]"],
  [/\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b/gi, "[national insurance number]"],
  [/\b[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}\b/gi, "[postcode]"],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, "[token]"],
];

/** Text of others may hold anything. */
export function masked(text: string): string {
  return PERSONAL.reduce((masked, [pattern, instead]) => masked.replace(pattern, instead), text);
}
