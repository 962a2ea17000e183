// What messages consist of: the same letter again and again, or what a compressed link is judged by.

import { randomBytes } from 'node:crypto';

/**
 * - `same`: one letter
 * - `json`: records as a service would send, each with values of its own
 * - `random`: what cannot be compressed, as pictures and what is encrypted
 */
export type Content = 'same' | 'json' | 'random';

const STATES = ['placed', 'paid', 'packed', 'sent', 'delivered', 'returned'];
const CITIES = ['Sydney', 'Lisbon', 'Nairobi', 'Osaka', 'Denver', 'Quito', 'Oslo', 'Mumbai'];

/** The payload of a message. @param number of the message: those of two numbers differ, but for `same` */
export function payloadOf(content: Content, bytes: number, number: number): Buffer {
  if (content === 'same') return Buffer.alloc(bytes, 'x');
  if (content === 'random') return randomBytes(bytes);
  const records: string[] = [];
  for (let length = 0; length < bytes; length += records.at(-1)?.length ?? 1)
    records.push(record(number * 1_000 + records.length));
  return Buffer.from(`[${records.join(',')}]`).subarray(0, bytes);
}

/** Some 180 bytes. Numbers come from a hash, so that they look like any, and every run has the same. */
function record(seed: number): string {
  const any = (salt: number, below: number) => (Math.imul(seed ^ salt, 0x9e3779b1) >>> 8) % below;
  return JSON.stringify({
    id: `ord-${any(1, 16_000_000).toString(16)}-${any(2, 16_000_000).toString(16)}`,
    at: new Date(1_790_000_000_000 + any(3, 10_000_000) * 100).toISOString(),
    state: STATES[any(4, STATES.length)],
    city: CITIES[any(5, CITIES.length)],
    customer: any(6, 90_000),
    items: any(7, 12),
    amount: any(8, 100_000) / 100,
    currency: 'EUR',
  });
}
