// Whether the target's servers take payloads of the size that is asked for: a server ends the connection of a client that
// publishes a larger one.

import { LoadtestError } from './loadtest-error.ts';

/**
 * @param given `KEY=VALUE` of the script, of which the last counts
 * @param env of this process, which k6 passes on
 * @param maxPayload of the servers, bytes; undefined where they do not say
 * @throws LoadtestError when SIZE is above it
 */
export function checkPayload(
  given: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  maxPayload: number | undefined,
): void {
  const size = given.findLast((each) => each.startsWith('SIZE='))?.slice('SIZE='.length) ?? env.SIZE;
  if (maxPayload === undefined || !(Number(size) > maxPayload)) return;
  throw new LoadtestError(
    `SIZE is ${size}, and the servers take no payload above ${maxPayload} bytes (max_payload): ask for less`,
  );
}
