// What is the service made of? Every part is put together here, and taken apart in the other order when it stops.

import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from "fastify";
import { Api, nothingHere } from "./api.ts";
import { type Contract, readContract } from "./contract.ts";
import { Database } from "./database.ts";
import { healthRoutes } from "./health.ts";
import { housekeeping } from "./housekeeping.ts";
import { identifyBy } from "./identity.ts";
import { type Journal, journal, noteRequest } from "./journal.ts";
import { type EventHandler, Listener } from "./listener.ts";
import { Metrics } from "./metrics.ts";
import { Outbound } from "./outbound.ts";
import { Problem, problemOf } from "./problem.ts";
import { projectName } from "./project.ts";
import { type Deliver, Publisher } from "./publisher.ts";
import type { Settings } from "./settings.ts";
import { startTracing, traceRequests } from "./tracing.ts";
// hansom: for each resource
import { streetLightsRoutes } from "./street-lights/routes.ts";
// hansom: end

export interface App {
  /** Where it listens: `http://127.0.0.1:8080`. */
  origin: string;
  metricsOrigin: string | undefined;
  contract: Contract;
  database: Database;
  publisher: Publisher;
  /** Takes nothing new, ends what was begun, and closes everything. */
  stop(): Promise<void>;
}

const LARGEST_BODY = 65_536;
const UUID = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/;

export async function startApp(settings: Settings, logStream?: { write(line: string): void }): Promise<App> {
  const contract = await readContract();
  const name = await projectName();
  const endTracing = settings.tracesUrl && (await startTracing(settings.tracesUrl, name, contract.version));
  const server = serverOf(settings, contract, journal(settings, name, contract.version, logStream));
  const onDatabaseError = (error: Error) => server.log.warn({ err: error }, "a connection to the database broke");
  const database = new Database({ ...settings, url: settings.databaseUrl }, onDatabaseError);
  const metrics = new Metrics(database);
  const publisher = new Publisher({ database, log: server.log, deliver: delivery(settings, database, server) });
  traceRequests(server);
  everyAnswer(server, settings, contract, metrics);
  const api = new Api(server, contract, identifyBy(settings.trust, name, settings.environment));
  healthRoutes(server, api, database);
  server.get("/openapi.yaml", (_request, reply) => reply.type("application/yaml").send(contract.text));
  // hansom: for each resource
  streetLightsRoutes(api, database);
  // hansom: end
  api.assertComplete();

  await server.listen({ host: settings.host, port: settings.port });
  const { metricsPort } = settings;
  const metricsServer = metricsPort === undefined ? undefined : await metrics.serve(settings.host, metricsPort);
  publisher.start();
  const endHousekeeping = housekeeping(database, server.log);
  if (settings.trust.kind === "local") server.log.warn("everybody is let in as the local developer: IDENTITY is local");
  const stop = async () => {
    await server.close();
    endHousekeeping();
    await publisher.stop();
    metricsServer?.close();
    await database.close();
    if (endTracing) await endTracing();
  };
  let stopped: Promise<void> | undefined;
  return {
    origin: originOf(server.server),
    metricsOrigin: metricsServer && originOf(metricsServer),
    contract,
    database,
    publisher,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

function serverOf(settings: Settings, contract: Contract, logger: Journal): FastifyInstance {
  const server = Fastify({
    logger,
    // Our own line is written instead, by `noteRequest`.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: LARGEST_BODY,
    // A request has to arrive in this time; its handling is bounded by the database's timeouts.
    requestTimeout: 10_000,
    connectionTimeout: 30_000,
    keepAliveTimeout: 65_000,
    routerOptions: { maxParamLength: 100 },
    forceCloseConnections: "idle",
    return503OnClosing: true,
    genReqId: ({ headers }) => {
      // The gateway's id, with hyphens or without, if it has the form of one: it is written into logs.
      const sent = headers["request-id"];
      const parts = typeof sent === "string" ? UUID.exec(sent)?.slice(1) : undefined;
      return parts?.join("-") ?? randomUUID();
    },
    frameworkErrors: (error, request, reply) => {
      const problem = problemOf(error);
      reply.headers(headersOfAll(request.id, contract));
      answerProblem(reply, problem, settings.hubUrl, request.id);
    },
    clientErrorHandler: (error: Error & { code?: string }, socket) => {
      if (socket.writable && error.code !== "ECONNRESET") {
        const problem = problemOf(Object.assign(error, { statusCode: 400 }));
        socket.write(rawAnswer(problem, settings.hubUrl, headersOfAll(randomUUID(), contract)));
      }
      socket.destroy();
    },
  });
  server.removeContentTypeParser("text/plain");
  const parse = server.getDefaultJsonParser("error", "error");
  server.addContentTypeParser("application/merge-patch+json", { parseAs: "string" }, parse);
  return server;
}

function answerProblem(reply: FastifyReply, problem: Problem, hubUrl: string, requestId: string): FastifyReply {
  reply.status(problem.status).headers(problem.headers).type("application/problem+json");
  return reply.send(JSON.stringify(problem.body(hubUrl, requestId)));
}

/** An answer to what was no request, so that there is nobody else to write it. */
function rawAnswer(problem: Problem, hubUrl: string, headers: Record<string, string>): string {
  const body = JSON.stringify(problem.body(hubUrl, headers["request-id"] ?? ""));
  const all = {
    ...headers,
    ...problem.headers,
    "content-type": "application/problem+json",
    "content-length": Buffer.byteLength(body),
    connection: "close",
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${problem.status} \r\n${lines.join("")}\r\n${body}`;
}

/** Also for answers to what could not be routed. */
function headersOfAll(requestId: string, contract: Contract): Record<string, string> {
  return {
    "request-id": requestId,
    "api-version": contract.version,
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "strict-transport-security": "max-age=31536000",
  };
}

/** What all answers have in common, good and bad. */
function everyAnswer(server: FastifyInstance, settings: Settings, contract: Contract, metrics: Metrics): void {
  let stopping = false;
  server.addHook("preClose", async () => {
    stopping = true;
  });
  server.addHook("onSend", async (request, reply) => {
    // Or a connection that is kept open would keep the service from stopping.
    if (stopping) reply.header("connection", "close");
    reply.headers(headersOfAll(request.id, contract));
    if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
  });
  server.addHook("onResponse", async (request, reply) => {
    metrics.answered(request.operation?.id ?? "none", reply.statusCode, reply.elapsedTime / 1000);
    noteRequest(request, reply);
  });
  const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const problem = problemOf(error);
    if (problem.status >= 500) request.log.error({ err: problem.cause, requestId: request.id }, problem.message);
    return answerProblem(reply, problem, settings.hubUrl, request.id);
  };
  server.setErrorHandler(refuse);
  // Before anything is read of the body: what is wrong with that would be told first.
  server.addHook("onRequest", async (request) => {
    if (request.is404) throw nothingAt(contract, request);
  });
}

/** No such path, or no such method on it. */
function nothingAt(contract: Contract, request: FastifyRequest): Problem {
  const path = request.url.split("?")[0] ?? "";
  const methods = [...contract.operations.values()]
    .filter((operation) => {
      const pattern = operation.path.replaceAll(/\{\w+\}/g, "[^/]+");
      return new RegExp(`^${contract.basePath}${pattern}$`).test(path);
    })
    .map(({ method }) => method);
  if (methods.length === 0) return nothingHere();
  if (methods.includes("GET")) methods.push("HEAD");
  const allow = methods.sort().join(", ");
  return new Problem("method-not-allowed", `Use one of ${allow}.`, { headers: { allow } });
}

/** To somebody else by POST, or to the listener of this service. */
function delivery(settings: Settings, database: Database, server: FastifyInstance): Deliver {
  const { eventsUrl } = settings;
  if (!eventsUrl) {
    // An example: what this service does when it hears of an event. Others may tell it events, too.
    const heard: EventHandler = async ({ id, type }) => server.log.info({ event: id, type }, "heard");
    const listener = new Listener({
      database,
      log: server.log,
      handlers: {
        // hansom: for each resource
        "street-lights.created": heard,
        // hansom: end
      },
    });
    return async (envelope) => {
      await listener.receive(envelope);
    };
  }
  const outbound = new Outbound();
  return async (envelope) => {
    const headers = { "idempotency-key": envelope.id };
    const { status } = await outbound.send(eventsUrl, {
      method: "POST",
      body: envelope,
      headers,
      requestId: envelope.requestId,
    });
    if (status < 200 || status > 299) throw new Error(`the receiver answered ${status}`);
  };
}

function originOf(server: Server): string {
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server does not listen");
  const host = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}
