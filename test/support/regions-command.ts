// `npm run regions`, `npm run sessions` or `npm run cost` in a process of its own, as people run it: on an edge that runs, or on one that answers as a test says.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { type Answers, type Asked, startFakeEdge } from './fake-edge.ts';

const CLI = fileURLToPath(new URL('../../cli/', import.meta.url));

const PROGRAMS = {
  regions: 'main.ts',
  sessions: 'sessions/main.ts',
  cost: 'cost/main.ts',
  secrets: 'secrets/main.ts',
} as const;

export interface RegionsResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RegionsOptions {
  /** Default: `regions`. */
  readonly program?: keyof typeof PROGRAMS;
  /** The edge that it is told of; undefined: none. */
  readonly edge?: { readonly url: string; readonly adminToken: string };
  readonly cwd?: string;
  /** Where it looks for stacks that run here. */
  readonly temporaryFolder?: string;
  /** More of the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ctrl-C, as soon as this resolves. */
  readonly interruptAt?: Promise<void> | undefined;
}

export function runRegions(
  args: readonly string[],
  { program = 'regions', edge, cwd, temporaryFolder, env: more = {}, interruptAt }: RegionsOptions = {},
): Promise<RegionsResult> {
  const of = edge === undefined ? {} : { MERIDIAN_URL: edge.url, MERIDIAN_TOKEN: edge.adminToken };
  const at = temporaryFolder === undefined ? {} : { TMPDIR: temporaryFolder };
  const env = { ...process.env, ...of, ...at, ...more, NO_COLOR: '1' };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [CLI + PROGRAMS[program], ...args],
      { env, cwd },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
    // Nobody is there to answer.
    child.stdin?.end();
    void interruptAt?.then(() => child.kill('SIGINT'));
  });
}

const TOKEN = 'secret-of-the-fake-edge';

/** On an edge that answers like this; what it was asked comes with the result. Never is the token shown. */
export async function runRegionsOn(
  answers: Answers,
  args: readonly string[],
  options: Omit<RegionsOptions, 'edge'> = {},
): Promise<RegionsResult & { readonly asked: readonly Asked[] }> {
  await using edge = await startFakeEdge(answers);
  const result = await runRegions(args, { ...options, edge: { url: edge.url, adminToken: TOKEN } });
  expect(result.out + result.err).not.toContain(TOKEN);
  return { ...result, asked: edge.asked };
}
