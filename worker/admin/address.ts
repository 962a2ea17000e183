// Where a request comes from, and which addresses count as one caller.

/** Set by Cloudflare, which discards what the client sends under this name. */
const ADDRESS_HEADER = 'cf-connecting-ip';

/** Hexadecimal groups of a /64, the smallest network that a provider gives to one customer. */
const NETWORK_GROUPS = 4;
const ALL_GROUPS = 8;

/** The client's address, or `unknown`. */
export function addressOf(request: Request): string {
  return request.headers.get(ADDRESS_HEADER) ?? 'unknown';
}

/** An IPv4 address itself; of an IPv6 address its /64, within which one machine has any address that it likes. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.toLowerCase().split('::', 2);
  const first = groupsOf(head);
  const last = groupsOf(tail ?? '');
  const zeros = Array<string>(Math.max(0, ALL_GROUPS - first.length - last.length)).fill('0');
  const network = [...first, ...zeros, ...last].slice(0, NETWORK_GROUPS);
  return `${network.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}

function groupsOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(':');
}
