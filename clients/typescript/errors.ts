// What may be wrong when a client comes to an edge, each with what its caller needs to tell it from the others. No text repeats a
// secret: neither what a client signs in with, nor what is in an address beside the host and its path.

/** The endpoint does not answer, is no Meridian, or leads elsewhere. */
export class EndpointError extends Error {
  override readonly name = 'EndpointError';
  readonly endpoint: string;

  constructor(endpoint: string, what: string, options?: ErrorOptions) {
    super(`${shown(endpoint)} ${what}`, options);
    this.endpoint = shown(endpoint);
  }
}

/** Credentials, or a sign-in, were not taken. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
  readonly endpoint: string;
  /** The edge's own, such as `not_granted`; undefined where it was not the edge that refused. */
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
  /** The edge's own account of it, region by region; undefined if it would give one, and the connection there failed. */
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

/** The client was closed: by `close`, or its connection for good. */
export class ClosedError extends Error {
  override readonly name = 'ClosedError';
  readonly endpoint: string;

  constructor(endpoint: string, options?: ErrorOptions) {
    const why = options?.cause === undefined ? '' : `: ${textOf(options.cause)}`;
    super(`the client of ${endpoint} is closed${why}`, options);
    this.endpoint = endpoint;
  }
}

/** What `fetch` says is in its cause. */
export function textOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const text = cause.message || (cause as { readonly code?: string }).code || cause.name;
  return text === 'fetch failed' && cause.cause !== undefined ? textOf(cause.cause) : text;
}

/** An address as it may be shown: without a user, a password and what follows the path. */
export function shown(address: string): string {
  return address.replace(/[?#].*$/s, '').replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, '$1');
}
