// A link of several routes: one or more that the accounts share, and one for the system account, over which JetStream's
// servers agree, so that a flood of messages holds up none of it.

import type { Splice } from './splice.ts';

/** As one: none is left when one has ended, since servers with a part of a link lose messages in silence. */
export function asOne(first: Splice, others: readonly Splice[]): Splice {
  const routes = [first, ...others];
  const close = () => {
    for (const route of routes) route.close();
  };
  const ended = Promise.race(routes.map((route) => route.ended)).then(async () => {
    close();
    await Promise.all(routes.map((route) => route.ended));
  });
  return { ...first, ended, close };
}
