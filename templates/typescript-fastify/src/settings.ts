// What does the environment say? Everything is read and checked once, when the service starts.

/** Who is believed about who calls. */
export type Trust =
  | { kind: "platform"; issuer: string; audience: string; jwksUrl: URL }
  /** Everybody is the developer at this machine. Only where ENVIRONMENT is local. */
  | { kind: "local" };

export interface Settings {
  environment: string;
  host: string;
  port: number;
  metricsPort: number | undefined;
  logLevel: string;
  databaseUrl: string;
  poolSize: number;
  statementTimeoutMs: number;
  trust: Trust;
  /** The developer hub, whose pages explain problems. */
  hubUrl: string;
  /** Where events are sent by POST; without it the listener of this service gets them. */
  eventsUrl: URL | undefined;
  /** Where traces are sent in OTLP; without it there are none. */
  tracesUrl: string | undefined;
  /** How long requests may take to end when the service stops. */
  stopTimeoutMs: number;
}

type Environment = Record<string, string | undefined>;

/** The settings, or an error that names every fault. */
export function settingsFrom(environment: Environment): Settings {
  const faults: string[] = [];
  const read = new Reader(environment, faults);
  const name = read.text("ENVIRONMENT");
  const otlp = read.url("OTEL_EXPORTER_OTLP_ENDPOINT");
  const settings: Settings = {
    environment: name,
    host: read.text("HOST", "127.0.0.1"),
    port: read.number("PORT", 8080, 0, 65535),
    metricsPort: environment.METRICS_PORT === "off" ? undefined : read.number("METRICS_PORT", 9464, 0, 65535),
    logLevel: read.oneOf("LOG_LEVEL", ["trace", "debug", "info", "warn", "error", "fatal", "silent"], "info"),
    databaseUrl: read.text("DATABASE_URL"),
    poolSize: read.number("DATABASE_POOL_SIZE", 10, 1, 200),
    statementTimeoutMs: read.number("DATABASE_STATEMENT_TIMEOUT_MS", 5000, 10, 600_000),
    trust: trust(read, name, faults),
    hubUrl: read.text("HANSOM_HUB_URL", "https://hub.hackney.example").replace(/\/+$/, ""),
    eventsUrl: read.url("EVENTS_URL"),
    tracesUrl: otlp && new URL("v1/traces", otlp.href.endsWith("/") ? otlp : `${otlp}/`).href,
    stopTimeoutMs: read.number("STOP_TIMEOUT_MS", 20_000, 0, 600_000),
  };
  if (faults.length > 0) throw new Error(`the environment has faults:\n  ${faults.join("\n  ")}`);
  return settings;
}

function trust(read: Reader, environment: string, faults: string[]): Trust {
  if (read.oneOf("IDENTITY", ["platform", "local"], "platform") === "local") {
    // One forgotten variable must not open a service to everybody.
    if (environment !== "local") faults.push("IDENTITY is local, but ENVIRONMENT is not: only there may it be");
    return { kind: "local" };
  }
  const issuer = read.text("HANSOM_ISSUER");
  const jwksUrl = read.url("HANSOM_JWKS_URL") ?? faults.push("HANSOM_JWKS_URL is missing");
  const audience = read.text("HANSOM_AUDIENCE");
  return { kind: "platform", issuer, audience, jwksUrl: jwksUrl instanceof URL ? jwksUrl : new URL("http://invalid") };
}

class Reader {
  readonly #environment: Environment;
  readonly #faults: string[];

  constructor(environment: Environment, faults: string[]) {
    this.#environment = environment;
    this.#faults = faults;
  }

  text(name: string, otherwise?: string): string {
    const value = this.#environment[name] || otherwise;
    if (value === undefined) this.#faults.push(`${name} is missing`);
    return value ?? "";
  }

  oneOf(name: string, known: string[], otherwise: string): string {
    const value = this.text(name, otherwise);
    if (!known.includes(value)) this.#faults.push(`${name} is none of ${known.join(", ")}`);
    return value;
  }

  number(name: string, otherwise: number, least: number, most: number): number {
    const value = Number(this.text(name, String(otherwise)));
    if (!Number.isInteger(value) || value < least || value > most) {
      this.#faults.push(`${name} is no whole number from ${least} to ${most}`);
    }
    return value;
  }

  url(name: string): URL | undefined {
    const value = this.#environment[name];
    if (!value) return undefined;
    if (!URL.canParse(value) || !/^https?:/.test(value)) {
      this.#faults.push(`${name} is no address that begins with http:// or https://`);
      return undefined;
    }
    return new URL(value);
  }
}
