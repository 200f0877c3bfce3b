// Where did the time of a request go? Spans for OpenTelemetry, if somebody is there to take them.

import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { FastifyInstance } from "fastify";

/** Sends spans to an OTLP collector. Returns how to send the last ones. */
export async function startTracing(tracesUrl: string, service: string, version: string): Promise<() => Promise<void>> {
  // Loaded here, so that who has no collector does not pay for it.
  const { BatchSpanProcessor, NodeTracerProvider } = await import("@opentelemetry/sdk-trace-node");
  const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-http");
  const { resourceFromAttributes } = await import("@opentelemetry/resources");
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ "service.name": service, "service.version": version }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: tracesUrl }))],
  });
  provider.register();
  return () => provider.shutdown();
}

/** A span for each request; what is done for it hangs below. */
export function traceRequests(server: FastifyInstance): void {
  const spans = new WeakMap<object, Span>();
  server.addHook("onRequest", (request, _reply, done) => {
    const parent = propagation.extract(context.active(), request.headers);
    const attributes = { "http.request.method": request.method, "http.route": request.routeOptions.url ?? "none" };
    const name = `${request.method} ${request.routeOptions.url ?? ""}`;
    const span = trace.getTracer("http").startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
    spans.set(request, span);
    context.with(trace.setSpan(parent, span), done);
  });
  server.addHook("onResponse", (request, reply, done) => {
    const span = spans.get(request);
    span?.setAttribute("http.response.status_code", reply.statusCode);
    if (reply.statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
    span?.end();
    done();
  });
}
