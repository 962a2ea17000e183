// An endpoint as data, and what the descriptions of several have in common.

import type { ErrorCode } from './errors.ts';
import type { SchemaName } from './schemas.ts';

/**
 * `reader`: the read token is enough. `admin`: the admin token or a login with Cloudflare Access. `maker`: whoever
 * `sessions.madeBy` lets make sessions.
 */
export type CallerKind = 'anyone' | 'reader' | 'maker' | 'admin';

export interface QueryParameter {
  readonly name: string;
  readonly type: 'string' | 'number' | 'integer' | 'boolean';
  readonly what: string;
}

/** The answer of an endpoint on success. */
export type EndpointAnswer =
  | {
      readonly kind: 'json';
      readonly schema: SchemaName;
      readonly statuses: readonly number[];
      /** Whether it is available as text too. */
      readonly orText?: true;
    }
  | { readonly kind: 'document' }
  /** A stream's archive (archive.ts). */
  | { readonly kind: 'archive' }
  /** JSON lines. */
  | { readonly kind: 'lines' }
  /** Metrics, in one of two formats (metrics.ts). */
  | { readonly kind: 'metrics' }
  /** Messages as they come (live.ts), over a WebSocket or as server-sent events. */
  | { readonly kind: 'live' }
  | { readonly kind: 'upgrade' };

export interface Endpoint {
  /** Unique; our client and generated ones use it as the method's name. */
  readonly id: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** With placeholders as OpenAPI writes them. */
  readonly path: string;
  /** The path that this one is an alias of. */
  readonly sameAs?: string;
  readonly caller: CallerKind;
  readonly summary: string;
  readonly query: readonly QueryParameter[];
  readonly body?: SchemaName;
  /** The body is a stream's archive (archive.ts). */
  readonly takesArchive?: true;
  readonly answer: EndpointAnswer;
  /** It decides for a client: it reads preferences from the headers, and answers with the headers of the decision. */
  readonly decides?: true;
  /** The errors it can answer with, besides `internal` and those for callers without permission. */
  readonly errors: readonly ErrorCode[];
}

/** Which region is preferred. */
export const PREFERRED: QueryParameter = {
  name: 'region',
  type: 'string',
  what: 'best first, separated by commas',
};

/** The part of a list. */
export const PAGE: readonly QueryParameter[] = [
  { name: 'before', type: 'integer', what: 'only what is older' },
  { name: 'limit', type: 'integer', what: '50, or up to 200' },
];

/** The errors of a body in JSON, besides `bad_request`. */
export const BODY_ERRORS: readonly ErrorCode[] = ['bad_json', 'too_large'];

/** An answer in JSON; its status is 200 unless others are given. */
export const json = (schema: SchemaName, ...statuses: readonly number[]): EndpointAnswer => ({
  kind: 'json',
  schema,
  statuses: statuses.length === 0 ? [200] : statuses,
});

/** A GET that anyone may make. */
export const open = (id: string, path: string, summary: string, answer: EndpointAnswer): Endpoint => ({
  id,
  method: 'GET',
  path,
  caller: 'anyone',
  summary,
  query: [],
  answer,
  errors: [],
});
