// Names of headers and of the cookie, and what each is for.

/** Says in an answer which region took the client. */
export const REGION_HEADER = 'x-nats-region';

/** Says in an answer why, in short. */
export const DECISION_HEADER = 'x-nats-decision';

/** Asks for regions, best first, where the rules allow them. */
export const PREFER_REGION_HEADER = 'x-nats-prefer-region';

/** Asks for one region or none. */
export const FORCE_REGION_HEADER = 'x-nats-force-region';

/** Says where the client was before. */
export const LAST_REGION_HEADER = 'x-nats-last-region';

/** Says the same for browsers; set by every connection. */
export const REGION_COOKIE = 'meridian-region';

/**
 * Says where a client is, from the Worker to a region's object: set on every upgrade, so a client cannot say it
 * itself. Not part of what clients see, so the documentation does not list it.
 */
export const PLACE_HEADER = 'x-meridian-place';

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
    what: 'why, in short',
    example: 'v=0;entry=colo:SYD;rank=oc,apac,wnam;ms=8,135,160',
  },
  {
    name: RETRY_AFTER_HEADER,
    in: 'answer',
    what: 'seconds to wait before the next try; with `no_region` and `rate_limited`',
    example: '2',
  },
  {
    name: PREFER_REGION_HEADER,
    in: 'request',
    what: 'these first, in this order, where the rules allow them; as `?region=` does',
    example: 'weur,oc',
  },
  {
    name: FORCE_REGION_HEADER,
    in: 'request',
    what: 'this region or none: `503` instead of another',
    example: 'weur',
  },
  {
    name: LAST_REGION_HEADER,
    in: 'request',
    what: 'where the client was before: it goes back there unless another region is better by the margin; browsers send the cookie `meridian-region` instead, which every connection sets',
    example: 'weur',
  },
];
