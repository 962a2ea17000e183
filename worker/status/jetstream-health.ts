// Whether JetStream serves, as `/health` says it: the Keeper is asked with a timeout, and at most once a second.

import type { Health } from '../../api/health.ts';
import { ownRegions } from '../../regions/config.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import type { EdgeContext } from '../edge-context.ts';
import { jetStreamKeeper } from '../jetstream/keeper-stub.ts';
import { publicMessageOf } from '../message-of.ts';
import { OnceASecond } from './once-a-second.ts';

/** The Keeper itself waits 3 s for a server, twice. */
const KEEPER_TIMEOUT_MS = 7_000;

const shared = new OnceASecond<Health['jetstream']>('JetStream', KEEPER_TIMEOUT_MS + 500);

/** Null where no region takes part in it. */
export function jetStreamHealth(edge: EdgeContext): Promise<Health['jetstream']> {
  return shared.get(edge, async () => {
    if (!ownRegions(edge.config).some(({ enabled, jetstream }) => enabled && jetstream)) return null;
    const problem = await problemOf(edge);
    return problem === undefined ? { ok: true } : { ok: false, problem };
  });
}

async function problemOf({ env }: EdgeContext): Promise<string | undefined> {
  const keeper = jetStreamKeeper(env);
  if (keeper === undefined) return 'this deployment has no Keeper: bind JETSTREAM_KEEPER in wrangler.toml';
  try {
    const late = `no answer within ${KEEPER_TIMEOUT_MS} ms`;
    return await withTimeout(keeper.problem(), KEEPER_TIMEOUT_MS, late);
  } catch (error) {
    const why = publicMessageOf(error, 'the call to it failed', 'the Keeper does not answer');
    return `it is unknown whether it serves, since the Keeper does not answer: ${why}`;
  }
}
