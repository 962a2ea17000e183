// An address of its own for each client, where they only pretend to be in different places: a region limits how many
// clients of one address it lets in at a time, and a crowd is not behind one.

import { IS_LOCAL } from './settings.js';

/**
 * The header by which a stack on this machine knows a client's address; of 198.18.0.0/15, which is for measurements.
 *
 * @param {number} number of the client, from 0
 * @returns {Record<string, string>} empty against a deployment, which knows the address
 */
export function fromAddress(number) {
  if (!IS_LOCAL) return {};
  const at = number % 2 ** 17;
  return { 'cf-connecting-ip': `198.${18 + (at >> 16)}.${(at >> 8) & 255}.${at & 255}` };
}
