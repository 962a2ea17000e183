// Changes secrets where the edge runs: a local stack by the file that it watches, a deployment by `wrangler secret bulk`, in one
// step, so that there is never half of a user and a password. Then waits until the edge has them.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Secrets } from '../../api/secrets.ts';
import { findStacks, type RunningStack } from '../../local/running-stacks.ts';
import { askForSecrets, type SecretChanges } from '../../local/stack-secrets.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import type { AdminClient } from '../admin-client.ts';
import { CommandError, EXIT } from '../exit.ts';
import { ROOT } from '../regions-file.ts';
import { thisWorker } from './this-worker.ts';
import { changeByWrangler, type WranglerWorker } from './wrangler-secrets.ts';

const PROJECT = fileURLToPath(ROOT);

/** A Worker with new secrets is everywhere within seconds. */
const SERVED_WITHIN_MS = 120_000;
const ASK_EVERY_MS = 1_000;

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Where secrets are changed. */
export type Target =
  | { readonly kind: 'stack'; readonly stack: RunningStack; readonly file: string }
  | ({ readonly kind: 'wrangler' } & WranglerWorker);

/** Options of a command. */
export interface WhichWorker {
  /** An environment of wrangler.toml. */
  readonly env?: string | undefined;
  /** Its name, if the edge's address does not say it. */
  readonly worker?: string | undefined;
}

/** @param asked which Worker is meant. @throws CommandError if nothing can change them, or it is another Worker */
export async function targetOf(
  { connection: { url } }: AdminClient,
  { env, worker }: WhichWorker,
): Promise<Target> {
  const { stacks } = await findStacks();
  const stack = stacks.find((each) => new URL(each.url).origin === url.origin);
  if (stack?.secretsFile !== undefined) return { kind: 'stack', stack, file: stack.secretsFile };
  if (LOOPBACK.has(url.hostname)) {
    throw new CommandError(
      EXIT.refused,
      `${url.origin} is on this machine and no \`npm start\`: secrets of \`wrangler dev\` are in .dev.vars, which it reads when it starts.`,
      { details: { code: 'no_target' } },
    );
  }
  const name = thisWorker(await readFile(join(PROJECT, 'wrangler.toml'), 'utf8'), url, { env, worker });
  return { kind: 'wrangler', worker: name, environment: env };
}

export function targetText(target: Target): string {
  return target.kind === 'stack'
    ? `the local stack at ${target.stack.url}`
    : `the Worker ${target.worker}, by wrangler${target.environment === undefined ? '' : ` --env ${target.environment}`}`;
}

/**
 * @param present secrets that the edge has now, one of which has to be where they are changed
 * @throws CommandError if they were not changed, or if that is not known (`isUntouched`)
 */
export async function applySecrets(
  target: Target,
  changes: SecretChanges,
  present: readonly string[],
): Promise<void> {
  if (target.kind === 'stack') return askForSecrets(target.file, changes);
  return changeByWrangler(target, changes, present);
}

/** @throws CommandError if the edge does not have them in time */
export async function untilServed(client: AdminClient, isSo: (found: Secrets) => boolean): Promise<Secrets> {
  const options = { timeoutMs: SERVED_WITHIN_MS, pollMs: ASK_EVERY_MS };
  return waitFor('the edge to have the secrets', options, async () => {
    // It restarts with them.
    const found = await client.secrets().catch(() => undefined);
    return found !== undefined && isSo(found) && found;
  }).catch((cause: Error) => {
    throw new CommandError(
      EXIT.unknown,
      `The secrets were handed over, but ${client.connection.url.origin} does not have them yet: \`secrets status\` says when it has. Is that the edge of this wrangler.toml?`,
      { details: { code: 'not_served' }, cause },
    );
  });
}
