// Does an answer look as the contract promises? Its status, its headers and its body.

import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { readContract, resolved } from "../src/contract.ts";
import type { Answered } from "./world.ts";

interface Response {
  headers?: object;
  content?: Record<string, { schema: { $ref: string } }>;
}

const { document } = await readContract();
const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
addFormats.default(ajv);
ajv.addFormat("int32", true);
ajv.addSchema(document, "contract");

/** Holds an answer against what the contract says of the operation. */
export async function fits(answered: Answered, method: string, path: string): Promise<void> {
  const operation = document.paths[path][method.toLowerCase()];
  const said = operation.responses[answered.status];
  assert.ok(said, `${method} ${path} does not say that it answers ${answered.status}`);
  const response: Response = resolved(document, said);
  for (const name of Object.keys(response.headers ?? {})) {
    assert.ok(answered.headers.has(name), `${method} ${path} ${answered.status} has no ${name}`);
  }
  const [type, media] = Object.entries(response.content ?? {})[0] ?? [];
  if (!type || !media) return;
  assert.ok(answered.headers.get("content-type")?.startsWith(type), `${method} ${path} is no ${type}`);
  const check = ajv.compile({ $ref: `contract${media.schema.$ref}` });
  assert.ok(check(answered.json), `${method} ${path}: ${ajv.errorsText(check.errors)}\n${answered.text}`);
  const schema = resolved(document, media.schema);
  const unknown = Object.keys(answered.json as object).filter((name) => !(name in schema.properties));
  assert.deepEqual(unknown, [], `${method} ${path} answers what the contract does not name`);
}
