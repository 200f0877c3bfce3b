// What does a "no" look like? One shape for every error: RFC 9457.

/** One fault of a request, and its place. */
export interface RequestFault {
  /** In the body, as a JSON pointer. */
  pointer?: string;
  /** In a parameter or header. */
  parameter?: string;
  detail: string;
}

interface Kind {
  status: number;
  title: string;
}

/** The last segment of `type`, which leads to a page of the developer hub. */
const KINDS = {
  "invalid-request": { status: 400, title: "The request does not fit the contract" },
  unauthenticated: { status: 401, title: "It is not known who calls" },
  "not-allowed": { status: 403, title: "This is not allowed" },
  "not-found": { status: 404, title: "It is not there" },
  "method-not-allowed": { status: 405, title: "The operation does not take this method" },
  "not-acceptable": { status: 406, title: "The answer cannot be written in that form" },
  "request-timeout": { status: 408, title: "The request came too slowly" },
  "reference-taken": { status: 409, title: "The reference is taken" },
  "already-closed": { status: 409, title: "It is closed" },
  "request-in-progress": { status: 409, title: "The first try is still running" },
  "precondition-failed": { status: 412, title: "It has changed since you read it" },
  "body-too-large": { status: 413, title: "The body is too large" },
  "uri-too-long": { status: 414, title: "The address is too long" },
  "unsupported-media-type": { status: 415, title: "The media type is not read here" },
  "idempotency-key-reused": { status: 422, title: "The key belongs to another request" },
  "precondition-required": { status: 428, title: "Say which state you have seen" },
  "fields-too-large": { status: 431, title: "The header fields are too large" },
  internal: { status: 500, title: "The service failed" },
  unavailable: { status: 503, title: "The service cannot answer at present" },
} as const satisfies Record<string, Kind>;

export type ProblemCode = keyof typeof KINDS;

export class Problem extends Error {
  readonly code: ProblemCode;
  readonly errors: RequestFault[];
  readonly headers: Record<string, string>;

  constructor(
    code: ProblemCode,
    detail: string,
    more: { errors?: RequestFault[]; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, { cause: more.cause });
    this.code = code;
    this.errors = more.errors ?? [];
    this.headers = more.headers ?? {};
  }

  get status(): number {
    return KINDS[this.code].status;
  }

  body(hubUrl: string, requestId: string): Record<string, unknown> {
    return {
      type: `${hubUrl}/problems/${this.code}`,
      title: KINDS[this.code].title,
      status: this.status,
      detail: this.message,
      instance: `urn:uuid:${requestId}`,
      code: this.code,
      ...(this.errors.length > 0 && { errors: this.errors.slice(0, 100) }),
    };
  }
}

export function invalid(errors: RequestFault[]): Problem {
  const detail =
    errors.length === 1
      ? "The request has a fault. Correct it and send it again."
      : `The request has ${errors.length} faults. Correct them and send it again.`;
  return new Problem("invalid-request", detail, { errors });
}

export function unavailable(cause: unknown): Problem {
  return new Problem("unavailable", "Try again in a moment.", { headers: { "retry-after": "5" }, cause });
}

/** A method that HTTP does not know comes without an address, so this is what is used at all. */
const KNOWN = "DELETE, GET, HEAD, PATCH, POST";

/** What went wrong below us, in our words. What nobody foresaw is our fault, and its cause is for the log alone. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { code = "", statusCode = 500 } = error as { code?: string; statusCode?: number };
  switch (code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new Problem("body-too-large", "Send at most 65536 bytes.");
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new Problem("unsupported-media-type", "Send the media type that the contract names.");
    case "FST_ERR_CTP_REQUEST_TIMEOUT":
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new Problem("request-timeout", "Send the request without long pauses.");
    case "HPE_INVALID_METHOD":
      return new Problem("method-not-allowed", "Use a method that the contract names.", { headers: { allow: KNOWN } });
    case "HPE_HEADER_OVERFLOW":
      return new Problem("fields-too-large", "Send fewer or shorter header fields.");
  }
  if (statusCode >= 400 && statusCode < 500) {
    return invalid([{ pointer: "", detail: "Cannot be read. Send JSON in UTF-8, and a well-formed address." }]);
  }
  if (isAway(code)) return unavailable(error);
  return new Problem(
    "internal",
    "Try again in a while. If that does not help, tell the owner and quote the instance.",
    {
      cause: error,
    },
  );
}

/** Whether the database, or the way to it, is at fault: it is away, full, stopping, or took too long. */
function isAway(code: string): boolean {
  const ofNetwork = ["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EPIPE", "ENOTFOUND", "EAI_AGAIN"];
  const ofDatabase = ["08", "53", "57"].some((kind) => code.length === 5 && code.startsWith(kind));
  return ofNetwork.includes(code) || ofDatabase || ["55P03", "40001", "40P01", "POOL_EXHAUSTED"].includes(code);
}
