// What `regions doctor` finds, from what it was told: a line each, with the fix where one is needed. Pure.

import type { LiveConfig } from '../api/config.ts';
import type { RegionView } from '../api/regions.ts';
import type { Change } from '../regions/edits/diff.ts';

/**
 * - `ok`: as it should be
 * - `fix`: something does not work, and `fix` says what to do
 * - `note`: not needed for everything, or could not be looked at
 */
export interface Finding {
  readonly state: 'ok' | 'fix' | 'note';
  readonly text: string;
  readonly fix?: string;
}

/** How a program ended; undefined if it is not here. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return { state: 'ok', text: `Node ${version}` };
  return {
    state: 'fix',
    text: `Node ${version} runs no TypeScript`,
    fix: 'use npm, which runs the Node of `npm install`',
  };
}

/** Only who builds the image here needs it. */
export function dockerFinding(ran: Ran | undefined): Finding {
  const purpose = '`npm run deploy` cannot build the image here, everything else works';
  if (ran === undefined)
    return { state: 'note', text: `Docker is not here: ${purpose}`, fix: 'docs/deploying.md, step 5' };
  if (ran.code !== 0) {
    const said = ran.err.trim().split('\n')[0] ?? '';
    return {
      state: 'note',
      text: `Docker does not run (${said}): ${purpose}`,
      fix: 'start it, or docs/deploying.md, step 5',
    };
  }
  return { state: 'ok', text: `Docker ${ran.out.trim()}` };
}

export function loginFinding(ran: Ran | undefined): Finding {
  if (ran === undefined) return { state: 'fix', text: 'wrangler is not here', fix: '`npm install`' };
  if (ran.code === 0) return { state: 'ok', text: 'signed in to Cloudflare' };
  return {
    state: 'note',
    text: 'not signed in to Cloudflare: so the secrets were not looked at',
    fix: '`npx wrangler login`, or CLOUDFLARE_API_TOKEN in CI',
  };
}

/**
 * @param hasAccess whether operators may sign in with Cloudflare Access
 * @param ofExternal the secrets that external regions need
 */
export function secretFindings(
  ran: Ran,
  hasAccess: boolean,
  ofExternal: readonly string[] = [],
): readonly Finding[] {
  const names = namesIn(ran);
  if (names === undefined) {
    return [
      {
        state: 'note',
        text: 'the secrets could not be listed: is it deployed yet?',
        fix: '`npm run deploy`',
      },
    ];
  }
  const has = (...wanted: readonly string[]) => wanted.every((name) => names.includes(name));
  const clients =
    has('NATS_TOKEN') ||
    has('NATS_USER', 'NATS_PASSWORD') ||
    has('NATS_USER_NEXT', 'NATS_PASSWORD_NEXT') ||
    has('NATS_OPERATOR_JWT');
  const operators = has('MERIDIAN_ADMIN_TOKEN') || has('MERIDIAN_ADMIN_TOKEN_NEXT') || hasAccess;
  return [
    clients
      ? { state: 'ok', text: 'clients have credentials' }
      : {
          state: 'fix',
          text: 'there are no credentials for clients, so no server starts',
          fix: '`npx wrangler secret put NATS_TOKEN`',
        },
    operators
      ? { state: 'ok', text: 'operators can sign in' }
      : {
          state: 'fix',
          text: 'operators cannot sign in: the admin API is off',
          fix: '`npx wrangler secret put MERIDIAN_ADMIN_TOKEN`',
        },
    ...ofExternal
      .filter((name) => !has(name))
      .map(
        (name): Finding => ({
          state: 'fix',
          text: `the secret ${name} is missing, so no client is sent to its external region`,
          fix: `\`npx wrangler secret put ${name}\``,
        }),
      ),
  ];
}

function namesIn({ code, out }: Ran): readonly string[] | undefined {
  if (code !== 0) return undefined;
  try {
    return (JSON.parse(out) as readonly { readonly name: string }[]).map(({ name }) => name);
  } catch {
    return undefined;
  }
}

/** @param problems of regions.json; @param isWritten whether the generated files agree with it */
export function fileFinding(problems: number, isWritten: boolean): Finding {
  if (problems > 0) {
    const text = `regions/regions.json has ${problems} ${problems === 1 ? 'problem' : 'problems'}`;
    return { state: 'fix', text, fix: '`npm run regions -- check`' };
  }
  if (isWritten) return { state: 'ok', text: 'regions/regions.json, and what is generated from it' };
  return {
    state: 'fix',
    text: 'wrangler.toml or a class does not agree with regions/regions.json',
    fix: '`npm run regions -- sync`',
  };
}

/** KV shows a version everywhere within this. */
const KV_TIME_MS = 60_000;

/**
 * What KV shows the data center that answers, held against the newest version.
 * @param routedBy the version by which it routes; @param now ms since the epoch
 */
export function kvFinding(
  { version, time }: Pick<LiveConfig, 'version' | 'time'>,
  routedBy: number,
  now: number,
): Finding {
  if (routedBy >= version)
    return { state: 'ok', text: `KV has version ${version}, and clients are routed by it` };
  const text = `clients here are routed by version ${routedBy}, and ${version} is the newest`;
  const isLate = time === null || now - Date.parse(time) > KV_TIME_MS;
  return isLate
    ? {
        state: 'fix',
        text: `${text}: KV does not show it`,
        fix: '`npx wrangler tail` says why it cannot be written; it is tried until it can. Is `CONFIG` among the bindings of `npx wrangler deploy --dry-run`?',
      }
    : { state: 'note', text: `${text}: KV takes up to a minute`, fix: 'look again then' };
}

/** @param changes from the live configuration to the file */
export function liveFindings(
  { version }: Pick<LiveConfig, 'version'>,
  changes: readonly Change[],
  regions: readonly RegionView[],
): readonly Finding[] {
  const missing = regions.filter(({ enabled, keepAwake, state }) => enabled && keepAwake && state !== 'up');
  return [
    changes.length === 0
      ? { state: 'ok', text: `the file is the live configuration, version ${version}` }
      : {
          state: 'note',
          text: `the file and the live configuration, version ${version}, differ in ${changes.length} ${changes.length === 1 ? 'setting' : 'settings'}`,
          fix: '`npm run regions -- diff`, then `apply`, or take the live ones over into the file',
        },
    missing.length === 0
      ? { state: 'ok', text: 'every region that is to stay awake is up' }
      : {
          state: 'fix',
          text: `${missing.map(({ id, state }) => `${id} is ${state}`).join(', ')}`,
          fix: '`npm run regions -- list` says what holds them down',
        },
  ];
}
