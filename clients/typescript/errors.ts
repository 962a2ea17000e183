// What may be wrong when a client comes to an edge, each with what its caller needs to tell it from the others.

/** The endpoint does not answer, or is no Meridian. */
export class EndpointError extends Error {
  override readonly name = 'EndpointError';
  readonly endpoint: string;

  constructor(endpoint: string, what: string, options?: ErrorOptions) {
    super(`${endpoint} ${what}`, options);
    this.endpoint = endpoint;
  }
}

/** Credentials, or a sign-in, were not taken. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
  readonly endpoint: string;
  /** The edge's own, such as `not_granted`; undefined where a NATS server refused. */
  readonly code: string | undefined;

  constructor(endpoint: string, what: string, options: ErrorOptions & { readonly code?: string } = {}) {
    super(`${endpoint} ${what}`, options);
    this.endpoint = endpoint;
    this.code = options.code;
  }
}

/** The edge answers, and no region takes the client. */
export class NoRegionError extends Error {
  override readonly name = 'NoRegionError';
  readonly endpoint: string;
  /** The edge's own account of it, region by region; undefined if it gave none. */
  readonly decision: string | undefined;

  constructor(endpoint: string, decision: string | undefined, cause: unknown) {
    super(
      decision === undefined
        ? `${endpoint} answers, but the connection to a region failed: ${textOf(cause)}`
        : `no region of ${endpoint} takes this client now: ${decision}`,
      { cause },
    );
    this.endpoint = endpoint;
    this.decision = decision;
  }
}

export function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
