#!/usr/bin/env node
// Starts a service with a platform that signs who calls, runs the cases against it, and stops it.

import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSocket } from "node:net";
import { join, resolve } from "node:path";
import { newKey } from "./key.mjs";

const [folder, ...only] = process.argv.slice(2);
if (!folder) {
  console.error("usage: start.mjs FOLDER [CASES...]");
  process.exit(2);
}

const read = (file, pattern) => readFileSync(join(folder, file), "utf8").match(pattern)?.[1] ?? "";
const contract = readFileSync(join(folder, "openapi.yaml"), "utf8");
const basePath = contract.match(/^servers:\n\s+- url: (\S+)/m)?.[1] ?? "";
const resources = [...contract.matchAll(/^ {2}(\/[a-z0-9-]+):$/gm)].map(([, path]) => path).filter((path) => path !== "/health");
const key = newKey();
const port = await freePort();
const keys = await listening((_request, response) => {
  response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [key.public] }));
});

const issuer = "https://suite.example";
const audience = "https://service.suite.example";
const service = spawn("./run", {
  cwd: folder,
  detached: true,
  stdio: ["ignore", "ignore", "inherit"],
  env: {
    ...process.env,
    HOST: "127.0.0.1",
    PORT: String(port),
    METRICS_PORT: "off",
    LOG_LEVEL: "error",
    ENVIRONMENT: "suite",
    IDENTITY: "platform",
    HANSOM_ISSUER: issuer,
    HANSOM_JWKS_URL: `http://127.0.0.1:${keys.address().port}/oauth/jwks`,
    HANSOM_AUDIENCE: audience,
  },
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => finish(130));
service.on("exit", () => finish(1));

const origin = `http://127.0.0.1:${port}`;
await untilReady(`${origin}/ready`, 900);
const cases = only.length > 0 ? only : casesOf(join(import.meta.dirname, "cases"));
spawn(process.execPath, ["--test", ...cases], {
  stdio: "inherit",
  env: {
    ...process.env,
    BASE_URL: origin + basePath,
    SUITE_RESOURCES: resources.join(","),
    SUITE_KEY: JSON.stringify(key.private),
    SUITE_ISSUER: issuer,
    SUITE_AUDIENCE: audience,
    SUITE_ENVIRONMENT: "suite",
    SUITE_API: read("api.yaml", /^api: (\S+)/m),
    SUITE_GROUP: read("api.yaml", /^owner: (\S+)/m),
    SUITE_CONTRACT: resolve(folder, "openapi.yaml"),
  },
}).on("exit", (code) => finish(code ?? 1));

function finish(code) {
  service.removeAllListeners("exit");
  service.on("exit", () => process.exit(code));
  if (service.exitCode !== null || service.signalCode !== null) process.exit(code);
  try {
    process.kill(-service.pid, "SIGTERM");
  } catch {
    process.exit(code);
  }
  setTimeout(() => process.exit(code), 15_000).unref();
}

function casesOf(directory) {
  const files = readdirSync(directory).filter((name) => name.endsWith(".test.mjs"));
  return files.map((name) => join(directory, name));
}

async function untilReady(url, tries) {
  for (let turn = 0; turn < tries; turn += 1) {
    const status = await fetch(url).then(({ status }) => status, () => 0);
    if (status === 200) return;
    await new Promise((done) => setTimeout(done, 1000));
  }
  console.error(`${url} was not ready`);
  finish(1);
}

async function freePort() {
  const socket = createSocket();
  await new Promise((ready) => socket.listen(0, "127.0.0.1", ready));
  const { port } = socket.address();
  await new Promise((closed) => socket.close(closed));
  return port;
}

async function listening(answer) {
  const server = createServer(answer);
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return server;
}
