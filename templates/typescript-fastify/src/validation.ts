// Does a request fit the contract? Every fault is told at once, each with its place.

import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { Contract, Operation, Parameter } from "./contract.ts";
import { resolved } from "./contract.ts";
import { invalid, type RequestFault } from "./problem.ts";

export interface Sent {
  params: Record<string, string>;
  query: Record<string, unknown>;
  headers: Record<string, unknown>;
  body: unknown;
}

export type Check = (sent: Sent) => { params: Record<string, string>; query: Record<string, unknown> };

/** A compiler of checks that knows the components of the contract. */
export function checksByContract(contract: Contract): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true, strict: false, useDefaults: false, ownProperties: true });
  addFormats.default(ajv);
  // The patterns and bounds of the contract say what these hold; the names are for readers.
  ajv.addFormat("int32", { type: "number", validate: (value) => value >= -(2 ** 31) && value < 2 ** 31 });
  return ajv.addSchema(contract.document, "contract");
}

export function checkOf(ajv: Ajv2020, operation: Operation): Check {
  const document = ajv.getSchema("contract")?.schema;
  const inPlace = (place: Parameter["in"]) =>
    operation.parameters
      .filter((parameter) => parameter.in === place)
      .map((parameter) => ({ ...parameter, schema: resolved(document, parameter.schema) as Parameter["schema"] }));
  const [path, query, header] = [inPlace("path"), inPlace("query"), inPlace("header")];
  const checks = {
    path: parametersCheck(ajv, path),
    query: parametersCheck(ajv, query),
    header: parametersCheck(ajv, header),
  };
  const body = operation.body && ajv.compile(absolute(operation.body));
  return (sent) => {
    const read = readQuery(query, sent.query);
    const headers = pick(sent.headers, header);
    const faults = [
      ...faultsOf(checks.path, sent.params, parameterFault),
      ...faultsOf(checks.query, read, parameterFault),
      ...faultsOf(checks.header, headers, parameterFault),
      ...(body ? faultsOf(body, sent.body, bodyFault) : []),
    ];
    if (faults.length > 0) throw invalid(faults);
    return { params: sent.params, query: read };
  };
}

function parametersCheck(ajv: Ajv2020, parameters: Parameter[]): ValidateFunction {
  // A header that has to be there has an answer of its own, 428, which its reader gives.
  const required = parameters.filter((parameter) => parameter.required && parameter.in !== "header");
  return ajv.compile({
    type: "object",
    additionalProperties: false,
    required: required.map((parameter) => parameter.name),
    properties: Object.fromEntries(parameters.map((parameter) => [parameter.name, absolute(parameter.schema)])),
  });
}

/** References of a part lead to the whole document. */
function absolute<T>(schema: T): T {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    key === "$ref" && typeof value === "string" && value.startsWith("#") ? `contract${value}` : value,
  );
}

/** Numbers and lists of a query, as the contract says that they are written. What is written otherwise is left for the check. */
function readQuery(parameters: Parameter[], sent: Record<string, unknown>): Record<string, unknown> {
  const read: Record<string, unknown> = { ...sent };
  for (const { name, schema } of parameters) {
    const value = read[name];
    if (value === undefined && schema.default !== undefined) read[name] = schema.default;
    if (typeof value !== "string") continue;
    if (schema.type === "integer" && /^-?[0-9]{1,15}$/.test(value)) read[name] = Number(value);
    if (schema.type === "array") read[name] = value.split(",");
  }
  return read;
}

function pick(headers: Record<string, unknown>, parameters: Parameter[]): Record<string, unknown> {
  const sent = parameters.map(({ name }) => [name, headers[name.toLowerCase()]]);
  return Object.fromEntries(sent.filter(([, value]) => value !== undefined));
}

function faultsOf(
  check: ValidateFunction,
  value: unknown,
  fault: (error: ErrorObject) => RequestFault,
): RequestFault[] {
  if (check(value === undefined ? null : value)) return [];
  const told = (check.errors ?? []).filter((error) => !["oneOf", "anyOf", "if"].includes(error.keyword)).map(fault);
  const once = new Map(told.map((one) => [`${one.pointer ?? one.parameter} ${one.detail}`, one]));
  return [...once.values()];
}

function bodyFault(error: ErrorObject): RequestFault {
  const { missingProperty, additionalProperty } = error.params as Record<string, string>;
  const name = missingProperty ?? additionalProperty;
  const below = name === undefined ? "" : `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  return { pointer: `${error.instancePath}${below}`.slice(0, 400), detail: advice(error) };
}

function parameterFault(error: ErrorObject): RequestFault {
  const { missingProperty, additionalProperty } = error.params as Record<string, string>;
  const name = missingProperty ?? additionalProperty ?? error.instancePath.split("/")[1] ?? "";
  return { parameter: name.slice(0, 100), detail: advice(error) };
}

/** What to do, without what was sent: that may be personal data. */
function advice({ keyword, params, schemaPath }: ErrorObject): string {
  switch (keyword) {
    case "required":
      return "Is missing.";
    case "additionalProperties":
      return "Is not known. Leave it out.";
    case "enum":
      return `Must be one of ${(params.allowedValues as string[]).join(", ")}.`;
    case "pattern":
      return PATTERNS.find(([part]) => schemaPath.includes(part))?.[1] ?? "Has the wrong form.";
    case "format":
      return `Must be a ${params.format as string}.`;
    case "type":
      return `Must be ${[params.type].flat().join(" or ")}.`;
    case "minimum":
      return `Must be at least ${params.limit as number}.`;
    case "maximum":
      return `Must be at most ${params.limit as number}.`;
    case "minLength":
      return `Must hold at least ${params.limit as number} characters.`;
    case "maxLength":
      return `Must hold at most ${params.limit as number} characters.`;
    case "minItems":
    case "minProperties":
      return `Must hold at least ${params.limit as number}.`;
    case "maxItems":
    case "maxProperties":
      return `Must hold at most ${params.limit as number}.`;
    case "uniqueItems":
      return "Must not name anything twice.";
    default:
      return "Does not fit the contract.";
  }
}

const PATTERNS: [string, string][] = [
  ["PostalCode", "Must be a postcode in capital letters with one space, such as E8 4QZ."],
  ["PropertyNumber", "Must be one to twelve digits without a zero in front."],
  ["PhoneNumber", "Must be a telephone number in the international form, such as +447700900142."],
  ["ReferenceNumber", "Must be two to four capital letters, a hyphen and three to eight digits."],
  ["DisplayName", "Must hold something to read, and no control characters."],
];
