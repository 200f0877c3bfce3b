// Do tools that know nothing but the contract find nothing?

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { identity, needsIdentity } from "../caller.mjs";

const { HANSOM, SCHEMATHESIS, SUITE_CONTRACT, BASE_URL } = process.env;
const word = needsIdentity.skip ? "" : identity({ exp: Math.floor(Date.now() / 1000) + 3600 });
const CONFIGURATION = join(import.meta.dirname, "..", "schemathesis.toml");
/** For a tool that is not named, or a contract or key that is not. */
const needs = (name) => ({ skip: process.env[name] && SUITE_CONTRACT && word ? false : `${name}, SUITE_CONTRACT or SUITE_KEY is missing` });

/** Runs a tool in a folder that goes with what the tool leaves there. */
async function finds(command, args) {
  const cwd = await mkdtemp(join(tmpdir(), "suite-"));
  try {
    const tool = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, SUITE_WORD: word } });
    let said = "";
    for (const stream of [tool.stdout, tool.stderr]) stream.on("data", (piece) => (said += piece));
    const code = await new Promise((ended, broke) => tool.on("error", broke).on("close", ended));
    assert.equal(code, 0, said.replaceAll(word, "[hidden]"));
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

test("hansom verify finds no promise that is broken", needs("HANSOM"), async () => {
  const url = ["--url", BASE_URL, "--header", "Hansom-Identity: $SUITE_WORD"];
  await finds(HANSOM, ["verify", SUITE_CONTRACT, ...url, "--writes", "--seed", "7"]);
});

test("schemathesis finds nothing", needs("SCHEMATHESIS"), async () => {
  const url = ["--url", BASE_URL, "--header", `Hansom-Identity: ${word}`];
  const bounds = ["--max-examples", "20", "--seed", "7"];
  await finds(SCHEMATHESIS, ["--config-file", CONFIGURATION, "run", SUITE_CONTRACT, ...url, ...bounds]);
});
