// Secrets of a Worker, changed by `wrangler secret bulk`, in one step, so that there is never half of a user and a password. It is
// asked first which secrets the Worker has: where there is no such Worker, as in another account, wrangler makes an empty one, and
// puts the secrets there.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import * as v from 'valibot';
import type { SecretChanges } from '../../local/stack-secrets.ts';
import { CommandError, EXIT } from '../exit.ts';
import { ROOT } from '../regions-file.ts';

const PROJECT = fileURLToPath(ROOT);
const WRANGLER = join(PROJECT, 'node_modules/wrangler/bin/wrangler.js');

/** wrangler's words for the API's codes 10214 and 10215. */
const NOT_DEPLOYED = /latest version of your Worker isn't currently deployed|\b1021[45]\b/;

/** wrangler's, and those of the API's code 10007. */
const NO_WORKER = /^.*Worker "[^"]*".* not found|\b1000(?:7|90)\b/m;

const ListSchema = v.pipe(v.string(), v.parseJson(), v.array(v.object({ name: v.string() })));

/** The Worker of wrangler.toml. */
export interface WranglerWorker {
  readonly worker: string;
  /** An environment of the file. */
  readonly environment: string | undefined;
}

/** Whether it is certain that nothing was changed. */
export function isUntouched(error: unknown): boolean {
  return error instanceof CommandError && error.details.untouched === true;
}

/**
 * @param present secrets that the edge has now, one of which the Worker must have: otherwise it is another one of that name
 * @throws CommandError if they were not changed, or if that is not known (`isUntouched`)
 */
export async function changeByWrangler(
  of: WranglerWorker,
  changes: SecretChanges,
  present: readonly string[],
): Promise<void> {
  const names = await secretNames(of);
  if (!present.some((name) => names.includes(name))) {
    const [first = ''] = present;
    throw refused(
      'other_account',
      `Nothing was changed: ${of.worker}, in the account that wrangler is signed in to, has no secret ${first}, and the edge has. Is it another account (\`npx wrangler whoami\`), or ${first} a variable in place of a secret?`,
      true,
    );
  }
  const { code, out, output } = await runWrangler(['secret', 'bulk'], of, inOneLine(changes));
  // It ends with 0 also where it did not understand what it was given.
  if (code === 0 && Object.keys(changes).every((name) => out.includes(`key: ${name}`))) return;
  if (NOT_DEPLOYED.test(output))
    throw refused(
      'not_deployed',
      'Nothing was changed: the newest version of the Worker is not the one that runs, as after a rollback or a canary that was taken back, and Cloudflare changes no secret then. Deploy the version that is to run (`npm run deploy`; of what runs now, from its commit), then again.',
      true,
    );
  throw refused(
    'wrangler_failed',
    `wrangler did not change the secrets (exit code ${code}): ${reasonIn(output)} \`secrets status\` says what is set.`,
    false,
  );
}

async function secretNames(of: WranglerWorker): Promise<readonly string[]> {
  const { code, out, output } = await runWrangler(['secret', 'list', '--format', 'json'], of);
  const list = v.safeParse(ListSchema, out);
  if (code === 0 && list.success) return list.output.map(({ name }) => name);
  if (NO_WORKER.test(output))
    throw refused(
      'other_account',
      `Nothing was changed: there is no Worker ${of.worker} in the account that wrangler is signed in to. Is it another account (\`npx wrangler whoami\`)?`,
      true,
    );
  throw refused(
    'wrangler_failed',
    `Nothing was changed: wrangler does not say which secrets ${of.worker} has (exit code ${code}): ${reasonIn(output)} Is it signed in (\`npx wrangler whoami\`)?`,
    true,
  );
}

function refused(code: string, message: string, untouched: boolean): CommandError {
  return new CommandError(EXIT.refused, message, { details: { code, untouched } });
}

/** wrangler reads lines, and takes two more characters for the end of one than JSON does. */
function inOneLine(changes: SecretChanges): string {
  return JSON.stringify(changes).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

interface Ended {
  readonly code: number;
  readonly out: string;
  /** With what it wrote to stderr. */
  readonly output: string;
}

/** Values go through a pipe: no argument and no file has them. */
function runWrangler(args: readonly string[], { environment }: WranglerWorker, input = ''): Promise<Ended> {
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  const which = environment === undefined ? [] : ['--env', environment];
  // CLOUDFLARE_ENV is an environment too, of a Worker that nobody asked for.
  const env = {
    ...process.env,
    CLOUDFLARE_ENV: environment,
    NO_COLOR: '1',
    FORCE_COLOR: '0',
    WRANGLER_LOG: 'log',
  };
  const child = spawn(process.execPath, [WRANGLER, ...args, ...which], { cwd: PROJECT, env });
  let [out, output] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.once('error', reject);
  child.once('close', (code) =>
    resolve({ code: code ?? 128, out, output: stripVTControlCharacters(output) }),
  );
  // It may have ended before it read them; its exit code says so.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return promise;
}

/** The line that says most: Cloudflare's own words, else wrangler's. */
function reasonIn(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const line =
    lines.find((each) => /\[code: \d+\]/.test(each)) ??
    lines.find((each) => each.includes('[ERROR]')) ??
    lines.find((each) => /error|fail/i.test(each));
  return line?.replace(/^.*\[ERROR\]\s*/, '') ?? 'it did not say why.';
}
