// Does a collector learn where the time of a request went, and nothing of whom it was about?

import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { World } from "./world.ts";

interface SpanSent {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
}

test("a request and what it asked of the database are spans of the caller's trace", async (t) => {
  const sent: string[] = [];
  const collector = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    sent.push(text);
    response.setHeader("content-type", "application/json").end("{}");
  });
  await new Promise<void>((ready) => collector.listen(0, "127.0.0.1", ready));
  t.after(() => collector.close());
  const tracesUrl = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/v1/traces`;
  const world = await World.start(t, { tracesUrl });
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
  await world.call("/street-lights?postcode=E8%204QZ", { headers });
  await world.app.stop();
  const spans: SpanSent[] = sent.flatMap((text) => {
    const { resourceSpans } = JSON.parse(text) as { resourceSpans: { scopeSpans: { spans: SpanSent[] }[] }[] };
    return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
  });
  const ours = spans.filter((span) => span.traceId === traceId);
  const request = ours.find(({ name }) => name.startsWith("GET "));
  const query = ours.find(({ name }) => name === "query");
  assert.equal(request?.parentSpanId, "b7ad6b7169203331");
  assert.equal(query?.parentSpanId, request?.spanId);
  assert.equal(sent.join("").includes("4QZ"), false, "values are no part of a trace");
});
