// Who calls, and may they? Only the platform's signed word counts; the network from which a request comes does not.

import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from "jose";
import type { AccessRule } from "./access.ts";
import { Problem, unavailable } from "./problem.ts";
import type { Trust } from "./settings.ts";

export interface Caller {
  kind: "application" | "person";
  id: string;
  groups: string[];
}

export type Identify = (headers: Record<string, string | string[] | undefined>) => Promise<Caller>;

const LARGEST_ASSERTION = 8192;
const LARGEST_KEY_SET = 65_536;
/** What the platform can sign with. */
const ALGORITHMS = ["ES256", "RS256", "EdDSA", "Ed25519"];
const TYPE = "hansom-identity+jwt";

export function identifyBy(trust: Trust, api: string, environment: string): Identify {
  if (trust.kind === "local") {
    return async () => ({ kind: "person", id: "local-developer", groups: ["*"] });
  }
  // Kept for ten minutes; asked again for a key that is not known, but not more often than twice a minute.
  const keys = createRemoteJWKSet(trust.jwksUrl, {
    cacheMaxAge: 600_000,
    cooldownDuration: 30_000,
    timeoutDuration: 3000,
    [customFetch]: fetchBounded,
  });
  const { issuer, audience } = trust;
  const expected = {
    issuer,
    audience,
    typ: TYPE,
    algorithms: ALGORITHMS,
    clockTolerance: 5,
    requiredClaims: ["exp", "sub"],
  };
  return async (headers) => {
    const assertion = headers["hansom-identity"];
    if (typeof assertion !== "string" || assertion.length > LARGEST_ASSERTION) throw unauthenticated();
    try {
      const { payload } = await jwtVerify(assertion, keys, expected);
      if (payload.api !== api || payload.environment !== environment) throw unauthenticated();
      return callerOf(payload);
    } catch (error) {
      throw isOurFault(error) ? unavailable(error) : unauthenticated();
    }
  };
}

/** Refuses who is not let in by the rule of an operation. */
export function permit(caller: Caller, rule: AccessRule): void {
  const inGroup = caller.groups.some((group) => group === "*" || rule.groups.includes(group));
  // The platform has checked that an application has a grant for the operation.
  const may = caller.kind === "application" ? rule.applications === "granted" : inGroup;
  if (!may) throw new Problem("not-allowed", "You are in no group that may do this. Ask the owner of this API.");
}

function callerOf({ sub, kind, groups }: JWTPayload): Caller {
  const named = groups ?? [];
  const fits = (kind === "application" || kind === "person") && Array.isArray(named) && named.every(isGroup);
  if (!fits || !sub) throw unauthenticated();
  return { kind, id: sub, groups: kind === "person" ? named : [] };
}

function isGroup(text: unknown): boolean {
  return typeof text === "string" && text.includes("@");
}

function unauthenticated(): Problem {
  const headers = { "www-authenticate": "Bearer" };
  return new Problem("unauthenticated", "Call through the platform with an access token.", { headers });
}

/** Keys that cannot be had say nothing about the caller. */
function isOurFault(error: unknown): boolean {
  if (error instanceof Problem) return false;
  return (
    !(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout || error.code === "ERR_JOSE_GENERIC"
  );
}

async function fetchBounded(url: string, options: RequestInit): Promise<Response> {
  const response = await fetch(url, options);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > LARGEST_KEY_SET) throw new Error("the platform's keys are larger than 64 KiB");
    chunks.push(chunk);
  }
  const { status, headers } = response;
  return new Response(Buffer.concat(chunks), { status, headers });
}
