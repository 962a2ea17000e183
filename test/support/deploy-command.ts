// `npm run deploy`, `npm run plan` or `npm run setup` in a process of its own. Of this machine's environment it sees only what it needs to
// run: a secret that is set here is nobody's.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const COMMANDS = {
  deploy: 'deploy/main.ts',
  plan: 'deploy/plan/main.ts',
  setup: 'deploy/setup/main.ts',
} as const;
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'NODE_COMPILE_CACHE', 'MERIDIAN_CACHE', 'XDG_CACHE_HOME'];

export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What of this environment a command gets. */
export function bareEnvironment(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** @param project the checkout, or a copy of it */
export function runDeploy(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  command: keyof typeof COMMANDS = 'deploy',
  project = PROJECT,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [COMMANDS[command], ...args],
      { cwd: project, env: { ...bareEnvironment(), NO_COLOR: '1', ...env }, maxBuffer: 16 * 1024 * 1024 },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
    child.stdin?.end();
  });
}
