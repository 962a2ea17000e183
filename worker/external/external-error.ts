// Why an external region does not take a client, in words that anyone may read: they name neither its address nor its secret.

export class ExternalError extends Error {
  override readonly name = 'ExternalError';
  /** It may be this client's `Origin`, address or program that it refuses, which says nothing of the next client. */
  readonly isOfTheClient: boolean;

  constructor(
    message: string,
    { isOfTheClient = false, ...options }: ErrorOptions & { isOfTheClient?: boolean } = {},
  ) {
    super(message, options);
    this.isOfTheClient = isOfTheClient;
  }
}

/** Whether an answer to a client's upgrade may be on account of what the client sent. */
export function mayBeOfTheClient(status: number): boolean {
  return status >= 400 && status < 500;
}

/** What Cloudflare answers in place of a server that it cannot reach (developers.cloudflare.com/support, November 2026). */
const BY_CLOUDFLARE: Readonly<Partial<Record<number, string>>> = {
  521: 'nothing takes connections at its address',
  522: 'its address does not answer',
  523: 'its address cannot be reached',
  525: 'no TLS is spoken at its address: set url to where its NATS servers, or a proxy in front of them, have TLS',
  526: 'its certificate is not valid for its name: renew it, or have one from a public authority',
  530: 'its name is not known to DNS',
};

const SECRET = "look at the region's secret";

const BY_STATUS: Readonly<Partial<Record<number, string>>> = {
  200: 'it answered 200 in place of 101: what is there is a web server, so set url to where its NATS servers take WebSockets',
  400: 'it answered 400: what is there speaks HTTP, and takes this for no WebSocket, or has TLS where url has none',
  401: `it answered 401, since it does not know who asks: ${SECRET}`,
  403: `it answered 403 and does not let the edge in: ${SECRET}, or at allowed_origins of its servers`,
  404: 'it answered 404: no NATS server takes WebSockets at this path',
  426: 'it answered 426: no WebSocket is taken at this path',
  429: 'it answered 429: it takes no more connections for now',
};

const REDIRECTED = (status: number) =>
  `it answered ${status} and redirects, which is not followed: set url to the address that it redirects to`;

/** Why an answer that is no upgrade is none. */
export function whyNoUpgrade(status: number): string {
  if (status >= 300 && status < 400) return REDIRECTED(status);
  return BY_CLOUDFLARE[status] ?? BY_STATUS[status] ?? `it answered ${status} in place of 101`;
}

/**
 * Why a fetch failed. workerd tells a connection that is refused or cut from all else, and nothing more (November 2026):
 * the rest is in its log, and what an operator may try is here.
 */
export function whyNoAnswer(error: unknown, isTls: boolean): string {
  const isCut = error instanceof Error && /network connection lost/i.test(error.message);
  if (isCut || !isTls) return 'nothing takes connections at its address, or they are cut';
  return 'no TLS connection is made: its name is unknown, no TLS is spoken at its port, or its certificate is not valid for its name (`openssl s_client -verify_return_error -connect <host>:<port>` shows which)';
}
