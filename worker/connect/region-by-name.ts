// A name as a pin: `weur.nats.example.com` prefers the region weur. Many clients drop path and query of an address.

/**
 * The id that a host's name begins with, below one of the domains; undefined if it is below none. It need not be a region's.
 * @param hostname as `URL` has it: in lowercase, without a port
 */
export function regionByName(hostname: string, domains: readonly string[]): string | undefined {
  for (const domain of domains) {
    const end = hostname.length - domain.length - 1;
    if (end <= 0 || hostname[end] !== '.' || !hostname.endsWith(domain)) continue;
    const label = hostname.slice(0, end);
    if (!label.includes('.')) return label;
  }
  return undefined;
}
