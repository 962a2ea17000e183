// Dials one of a region's servers, and those that its refusal names: a region's own object always knows which members serve.

import { membersIn } from '../region/members-header.ts';
import { isTaken } from './region-answer.ts';
import { MOST_SERVERS } from './server-order.ts';

/** The server that was dialled, and what it answered. */
export interface Dialled {
  readonly number: number;
  readonly answer: Response;
}

/**
 * The answer of the first that takes the client; otherwise that of the one that was dialled first.
 *
 * @param tried numbers of those that were dialled before, which are not dialled again
 */
export async function dialServers(
  number: number,
  tried: readonly number[],
  dial: (number: number) => Promise<Response>,
): Promise<Dialled> {
  const answer = await dial(number);
  const named = membersIn(answer).filter((each) => !tried.includes(each));
  for (const each of named.slice(0, MOST_SERVERS)) {
    // One that is just lost is as one that refuses.
    const other = await dial(each).catch(() => undefined);
    if (other === undefined) continue;
    if (isTaken(other)) {
      await answer.body?.cancel();
      return { number: each, answer: other };
    }
    await other.body?.cancel();
  }
  return { number, answer };
}
