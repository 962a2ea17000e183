// A link of two routes: one for the system account, which JetStream's servers agree over, and one for everything else, so
// that a flood of messages holds up none of it.

import type { Splice } from './splice.ts';

/** As one: neither is left when the other has ended, since servers with half of a link lose messages in silence. */
export function bothRoutes(bulk: Splice, system: Splice): Splice {
  const close = () => {
    bulk.close();
    system.close();
  };
  const ended = Promise.race([bulk.ended, system.ended]).then(async () => {
    close();
    await Promise.all([bulk.ended, system.ended]);
  });
  return { ...bulk, ended, close };
}
