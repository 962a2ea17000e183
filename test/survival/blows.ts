// Strikes a server, and lets it come back.

import { ApiError } from '../../api/api-error.ts';
import type { Stack } from '../../local/stack.ts';
import { KILLED_AFTER_SECONDS } from '../../regions/deploy-turns.ts';
import { instanceNameOf } from '../../regions/names.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { beginOutage } from '../outages/outage.ts';
import type { Struck } from './observed.ts';
import type { Blow } from './plan.ts';

/** A drain lasts as long as its clients take to leave, at most the lame duck's duration and its grace period. */
const DRAINED_WITHIN_MS = 60_000;

/** Three looks at a JetStream server that hangs, and what else Meridian takes to end it, unless it alone holds a stream. */
const HANGS_FOR_MS = 20_000;

/** A blow that was dealt, and what undoes it: afterwards the server runs, or Meridian is free to start it. */
export interface Dealt extends Struck {
  readonly heal: (signal: AbortSignal) => Promise<void>;
}

const NOTHING_TO_HEAL = async () => {};

export async function strike(stack: Stack, region: string, blow: Blow): Promise<Dealt> {
  const at = Date.now();
  switch (blow) {
    case 'killed':
      return { region, blow, at, ...(await signalled(stack, region, 'SIGKILL')) };
    case 'terminated':
      return { region, blow, at, ...(await signalled(stack, region, 'SIGTERM')) };
    case 'hung':
      return { region, blow, at, ...(await hang(stack, region)) };
    case 'drained':
      return { region, blow, at, ...(await drain(stack, region)) };
  }
}

/** There may be no server to strike: Meridian does not let it start yet. One that is terminated leaves in its turn. */
async function signalled(
  stack: Stack,
  region: string,
  signal: NodeJS.Signals,
): Promise<Pick<Dealt, 'refused' | 'heal'>> {
  const app = stack.engine.server(instanceNameOf(region))?.app;
  if (app === undefined || !(await app.kill(signal)))
    return { refused: 'no server runs there', heal: NOTHING_TO_HEAL };
  return {
    heal: async (stop) => {
      const options = { timeoutMs: KILLED_AFTER_SECONDS * 1_000, signal: stop };
      await waitFor(`${region} to end`, options, () => app.status === 'exited');
    },
  };
}

async function hang(stack: Stack, region: string): Promise<Pick<Dealt, 'refused' | 'heal'>> {
  const app = stack.engine.server(instanceNameOf(region))?.app;
  if (app === undefined) return { refused: 'no server runs there', heal: NOTHING_TO_HEAL };
  const outage = await beginOutage({ kind: 'hung', regions: [region], engine: stack.engine, url: stack.url });
  return {
    heal: async (signal) => {
      const options = { timeoutMs: HANGS_FOR_MS, signal };
      await waitFor(`${region} to be ended`, options, () => app.status === 'exited').catch(() => undefined);
      await outage[Symbol.asyncDispose]();
    },
  };
}

async function drain(stack: Stack, region: string): Promise<Pick<Dealt, 'refused' | 'heal'>> {
  try {
    await stack.api.operate(region, 'drain');
  } catch (error) {
    if (error instanceof ApiError) return { refused: error.message, heal: NOTHING_TO_HEAL };
    throw error;
  }
  return {
    heal: async (signal) => {
      // One that is kept running, since it alone holds the streams, is taken back as it is.
      await waitFor(`${region} to be drained`, { timeoutMs: DRAINED_WITHIN_MS, signal }, async () => {
        const state = (await stack.regions()).find(({ id }) => id === region)?.state;
        return state === 'asleep' || state === 'up';
      }).catch(() => signal.throwIfAborted());
      await stack.api.operate(region, 'undrain');
    },
  };
}
