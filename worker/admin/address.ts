// Where a request comes from.

/** Set by Cloudflare, which discards what the client sends under this name. */
const ADDRESS_HEADER = 'cf-connecting-ip';

/** The client's address, or `unknown`. */
export function addressOf(request: Request): string {
  return request.headers.get(ADDRESS_HEADER) ?? 'unknown';
}
