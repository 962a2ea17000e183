// Names of headers and of the cookie, and what each is for.

/** In an answer: which region took the client. */
export const REGION_HEADER = 'x-nats-region';

/** In an answer: a short form of the decision. */
export const DECISION_HEADER = 'x-nats-decision';

/** In a request: preferred regions, best first, as far as the rules allow them. */
export const PREFER_REGION_HEADER = 'x-nats-prefer-region';

/** In a request: the only region that the client accepts. */
export const FORCE_REGION_HEADER = 'x-nats-force-region';

/** In a request: the client's last region. */
export const LAST_REGION_HEADER = 'x-nats-last-region';

/** The same for browsers; every connection sets it. */
export const REGION_COOKIE = 'meridian-region';

/** In a request: the id of the session whose server the client wants. */
export const SESSION_HEADER = 'x-nats-session';

/** The same in a query, where no header can be set. */
export const SESSION_PARAMETER = 'session';

/** The same for browsers. A page sets it; the Worker never does, since it would take along all connections of the browser. */
export const SESSION_COOKIE = 'meridian-session';

/**
 * Tells a region's object where a client is. The Worker sets it on every upgrade, so a client cannot set it itself.
 * Clients never see it, so the documentation does not list it.
 */
export const PLACE_HEADER = 'x-meridian-place';

/**
 * Tells the edge that a connection comes from another edge, or from itself, of which it is an external region: it is not
 * passed on to an external region once more.
 */
export const EXTERNAL_HEADER = 'x-meridian-external';

export const RETRY_AFTER_HEADER = 'retry-after';
export const WWW_AUTHENTICATE_HEADER = 'www-authenticate';

interface DocumentedHeader {
  readonly name: string;
  readonly in: 'request' | 'answer';
  readonly what: string;
  readonly example: string;
}

/** For the documentation and the OpenAPI document. */
export const HEADERS: readonly DocumentedHeader[] = [
  {
    name: REGION_HEADER,
    in: 'answer',
    what: 'the region that took the client, or would take it',
    example: 'oc',
  },
  {
    name: DECISION_HEADER,
    in: 'answer',
    what: 'the decision in short: why this region',
    example: 'v=0;entry=colo:SYD;rank=oc,apac,wnam;ms=8,135,160',
  },
  {
    name: RETRY_AFTER_HEADER,
    in: 'answer',
    what: 'seconds to wait before the next try; with every refusal that may pass',
    example: '2',
  },
  {
    name: PREFER_REGION_HEADER,
    in: 'request',
    what: 'preferred regions, best first, as far as the rules allow them; like `?region=`',
    example: 'weur,oc',
  },
  {
    name: FORCE_REGION_HEADER,
    in: 'request',
    what: 'this region only: `503` if it cannot serve the client',
    example: 'weur',
  },
  {
    name: LAST_REGION_HEADER,
    in: 'request',
    what: "the client's last region: it returns there unless another region is better by the switching margin; `weur.2` for the second server of one with members, to get it again. Browsers send the cookie `meridian-region` instead, which every connection sets",
    example: 'weur',
  },
  {
    name: SESSION_HEADER,
    in: 'request',
    what: 'the id of a session: its server, in place of a region; like `?session=`, the cookie `meridian-session`, or the id as the first label of the host name',
    example: 'pr-123-4jx5wq7k2m3a6bcdy2fz7ghtqe',
  },
];
