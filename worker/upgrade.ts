// An upgrade to WebSocket, as it is read on its way to a region.

/**
 * Its fields, each read once: each look at a field of a `Request` leaves JavaScript, which on the way of a client costs more
 * than what is done with most of them.
 */
export interface Upgrade extends Pick<Request, 'url' | 'headers' | 'signal'> {
  readonly cf?: Request['cf'] | undefined;
}

export function readUpgrade({ url, headers, cf, signal }: Request): Upgrade {
  return { url, headers, cf, signal };
}
