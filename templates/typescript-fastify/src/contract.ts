// What does the contract promise? Routes and checks are made from openapi.yaml, so they cannot differ from it.

import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { projectFile } from "./project.ts";

// biome-ignore lint/suspicious/noExplicitAny: a contract is a tree of anything.
type Tree = any;

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  schema: Tree;
}

export interface Operation {
  id: string;
  method: string;
  /** As the contract writes it: `/things/{id}`. */
  path: string;
  parameters: Parameter[];
  /** The media type that the body has to have. */
  mediaType: string | undefined;
  body: Tree | undefined;
}

export interface Contract {
  /** The text as it was released. */
  text: string;
  document: Tree;
  version: string;
  /** What stands before every path: `/name/v1`. */
  basePath: string;
  operations: Map<string, Operation>;
}

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch"];

export async function readContract(): Promise<Contract> {
  const text = await readFile(projectFile("openapi.yaml"), "utf8");
  const document = parse(text);
  const operations = new Map<string, Operation>();
  for (const [path, item] of Object.entries<Tree>(document.paths)) {
    for (const method of METHODS.filter((method) => method in item)) {
      const operation = operationOf(document, path, method, item);
      operations.set(operation.id, operation);
    }
  }
  return { text, document, version: document.info.version, basePath: document.servers[0].url, operations };
}

function operationOf(document: Tree, path: string, method: string, item: Tree): Operation {
  const operation = item[method];
  const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])];
  const [mediaType, media] = Object.entries<Tree>(operation.requestBody?.content ?? {})[0] ?? [];
  return {
    id: operation.operationId,
    method: method.toUpperCase(),
    path,
    parameters: parameters.map((parameter) => resolved(document, parameter)),
    mediaType,
    body: media?.schema,
  };
}

/** What a reference within the document leads to. */
export function resolved(document: Tree, node: Tree): Tree {
  if (typeof node?.$ref !== "string") return node;
  const names: string[] = node.$ref.replace("#/", "").split("/");
  return resolved(
    document,
    names.reduce((at, name) => at[name.replaceAll("~1", "/").replaceAll("~0", "~")], document),
  );
}
