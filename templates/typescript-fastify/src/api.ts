// How does a request come to its operation? Checked by the contract, let in by the guard, answered with what the handler says.

import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from "fastify";
import type { Ajv2020 } from "ajv/dist/2020.js";
import { ruleFor } from "./access.ts";
import type { Contract, Operation } from "./contract.ts";
import { type Caller, type Identify, permit } from "./identity.ts";
import { Problem } from "./problem.ts";
import { type Check, checkOf, checksByContract } from "./validation.ts";

export interface Call {
  operation: Operation;
  caller: Caller;
  requestId: string;
  log: FastifyBaseLogger;
  params: Record<string, string>;
  query: Record<string, unknown>;
  /** Names in lower case. */
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

export type Handler = (call: Call) => Promise<Answer>;

declare module "fastify" {
  interface FastifyRequest {
    caller?: Caller;
    operation?: Operation;
  }
}

export class Api {
  readonly contract: Contract;
  readonly #server: FastifyInstance;
  readonly #identify: Identify;
  readonly #checks: Ajv2020;
  readonly #served = new Set<string>();

  constructor(server: FastifyInstance, contract: Contract, identify: Identify) {
    this.#server = server;
    this.contract = contract;
    this.#identify = identify;
    this.#checks = checksByContract(contract);
  }

  /** Serves an operation of the contract. */
  operation(id: string, handler: Handler): void {
    const operation = this.contract.operations.get(id);
    if (!operation) throw new Error(`the contract has no operation ${id}`);
    const rule = ruleFor(id);
    const check = checkOf(this.#checks, operation);
    this.#served.add(id);
    this.#server.route({
      method: operation.method,
      url: this.contract.basePath + operation.path.replaceAll(/\{(\w+)\}/g, ":$1"),
      onRequest: async (request) => {
        request.operation = operation;
        // `/things/` is no address, neither of the list nor of one without a name.
        if (Object.values(request.params as object).includes("")) throw nothingHere();
        request.caller = await this.#identify(request.headers);
        permit(request.caller, rule);
        accepts(request.headers.accept);
        readsMediaType(operation, request);
      },
      handler: async (request, reply) => {
        const answer = await handler(callOf(request, operation, check));
        return reply
          .status(answer.status)
          .headers(answer.headers ?? {})
          .send(answer.body);
      },
    });
  }

  /** A check of a body by a schema of the contract, for what is put together from a record and a change. */
  bodyCheck(operationId: string): Check {
    const operation = this.contract.operations.get(operationId);
    if (!operation) throw new Error(`the contract has no operation ${operationId}`);
    return checkOf(this.#checks, { ...operation, parameters: [] });
  }

  /** What the contract promises is there, or the service does not start. */
  assertComplete(): void {
    const missing = [...this.contract.operations.keys()].filter((id) => !this.#served.has(id));
    if (missing.length > 0) throw new Error(`the contract promises what is not served: ${missing.join(", ")}`);
  }
}

function callOf(request: FastifyRequest, operation: Operation, check: Check): Call {
  const { params, query } = check({
    params: request.params as Record<string, string>,
    query: request.query as Record<string, unknown>,
    headers: request.headers,
    body: request.body,
  });
  const { caller, id: requestId, log, headers, body } = request;
  if (!caller) throw new Error("a handler was reached without a caller");
  return { operation, caller, requestId, log, params, query, headers, body };
}

export function nothingHere(): Problem {
  return new Problem("not-found", "There is nothing at this address.");
}

function accepts(accept: string | undefined): void {
  if (accept === undefined) return;
  const fits = accept.split(",").some((part) => {
    const [range = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    const refused = parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
    return !refused && ["*/*", "application/*", "application/json", ""].includes(range);
  });
  if (!fits) throw new Problem("not-acceptable", "Accept application/json.");
}

function readsMediaType(operation: Operation, request: FastifyRequest): void {
  const { mediaType } = operation;
  const sent = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (mediaType && sent !== mediaType) throw new Problem("unsupported-media-type", `Send ${mediaType}.`);
}
