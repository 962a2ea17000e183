// The largest message: what carries it, and that it is the same wherever a client is sent.

import type { Problem } from '../problems.ts';
import type { ConfigDraft } from './draft.ts';

/** Largest WebSocket message by Cloudflare's documentation of Workers and Durable Objects (November 2026). */
export const WEBSOCKET_MESSAGE_BYTES = 32 * 1024 * 1024;

/** Warns of messages that no WebSocket carries, and of limits that differ between regions. */
export function checkPayload({ regions }: ConfigDraft): Problem[] {
  const limited = regions.flatMap(({ id, limits }, index) =>
    limits === undefined ? [] : [{ id: id ?? `regions[${index}]`, index, bytes: limits.maxPayloadBytes }],
  );
  const large = limited
    .filter(({ bytes }) => bytes > WEBSOCKET_MESSAGE_BYTES)
    .map(
      ({ index, bytes }): Problem => ({
        code: 'payload-beyond-websocket',
        path: `regions[${index}].limits.maxPayloadBytes`,
        bytes,
        most: WEBSOCKET_MESSAGE_BYTES,
      }),
    );
  const [first, ...rest] = limited.map(({ id, bytes }) => ({ id, bytes }));
  if (first === undefined) return large;
  const least = rest.reduce((a, b) => (b.bytes < a.bytes ? b : a), first);
  const most = rest.reduce((a, b) => (b.bytes > a.bytes ? b : a), first);
  return least.bytes === most.bytes
    ? large
    : [...large, { code: 'payload-differs', path: 'regions', least, most }];
}
