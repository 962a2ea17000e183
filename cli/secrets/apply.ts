// Changes secrets where the edge runs: a local stack by the file that it watches, a deployment by `wrangler secret bulk`, in one
// step, so that there is never half of a user and a password. Then waits until the edge has them.

import { spawn } from 'node:child_process';
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

const PROJECT = fileURLToPath(ROOT);
const WRANGLER = join(PROJECT, 'node_modules/wrangler/bin/wrangler.js');

/** A Worker with new secrets is everywhere within seconds. */
const SERVED_WITHIN_MS = 120_000;
const ASK_EVERY_MS = 1_000;

/** wrangler's words for the API's codes 10214 and 10215. */
const NOT_DEPLOYED = /latest version of your Worker isn't currently deployed|\b1021[45]\b/;

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Where secrets are changed. */
export type Target =
  | { readonly kind: 'stack'; readonly stack: RunningStack; readonly file: string }
  | { readonly kind: 'wrangler'; readonly worker: string; readonly args: readonly string[] };

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
  return { kind: 'wrangler', worker: name, args: env === undefined ? [] : ['--env', env] };
}

export function targetText(target: Target): string {
  return target.kind === 'stack'
    ? `the local stack at ${target.stack.url}`
    : `the Worker ${target.worker}, by wrangler${target.args.length === 0 ? '' : ` ${target.args.join(' ')}`}`;
}

/** @throws CommandError if they were not changed */
export async function applySecrets(target: Target, changes: SecretChanges): Promise<void> {
  if (target.kind === 'stack') return askForSecrets(target.file, changes);
  const { code, output } = await runWrangler(target.args, JSON.stringify(changes));
  if (code === 0) return;
  if (NOT_DEPLOYED.test(output)) {
    throw new CommandError(
      EXIT.refused,
      `Nothing was changed: the newest version of the Worker is not the one that runs, as after a rollback or a canary that was taken back, and Cloudflare changes no secret then. Deploy the version that is to run (\`npm run deploy\`; of what runs now, from its commit), then again.`,
      { details: { code: 'not_deployed' } },
    );
  }
  throw new CommandError(
    EXIT.refused,
    `wrangler did not change the secrets (exit code ${code}): ${lastLine(output)} Is it signed in (\`npx wrangler whoami\`)? \`secrets status\` says what is set.`,
    { details: { code: 'wrangler_failed' } },
  );
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

/** The values go through a pipe: no argument and no file has them. */
function runWrangler(args: readonly string[], input: string): Promise<{ code: number; output: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ code: number; output: string }>();
  const child = spawn(process.execPath, [WRANGLER, 'secret', 'bulk', ...args], { cwd: PROJECT });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  child.once('error', reject);
  child.once('close', (code) => resolve({ code: code ?? 128, output }));
  // It may have ended before it read them; its exit code says so.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return promise;
}

function lastLine(output: string): string {
  return (
    output
      .trim()
      .split('\n')
      .findLast((line) => /error|fail|must|not/i.test(line))
      ?.trim() ?? ''
  );
}
