// The clients of examples/ in languages whose tools have to be there, ready to be run: what they need is fetched and built once,
// by their own package managers, and kept in the cache until it changes.

import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { preparedOnce } from './prepared-once.ts';
import { EXAMPLES, isThere, type Run, runExample } from './run-example.ts';

const DENO = fileURLToPath(new URL('../../node_modules/.bin/deno', import.meta.url));

/** Compiling what async-nats needs takes a minute of two cores. */
const BUILD_TIMEOUT_MS = 400_000;

/** The program and what comes before the arguments of the client itself. */
export type Command = Required<Pick<Run, 'file' | 'args'>>;

export interface Language {
  readonly name: string;
  /** What has to be there, for who is told that it is not. */
  readonly needs: string;
  /** Undefined if that is not there. */
  readonly prepare: () => Promise<Command | undefined>;
}

export const LANGUAGES: readonly Language[] = [
  { name: 'Rust', needs: 'cargo 1.89 or later', prepare: rust },
  { name: 'Java', needs: 'java 17 or later and mvn', prepare: java },
  { name: 'Deno', needs: 'the program of the npm package deno, for this kind of machine', prepare: deno },
];

async function rust(): Promise<Command | undefined> {
  if (!(await isThere('cargo', '--version'))) return undefined;
  const source = join(EXAMPLES, 'rust');
  const files = ['Cargo.toml', 'src/main.rs'].map((file) => join(source, file));
  const folder = await preparedOnce('rust', files, async (into) => {
    // In a copy: cargo writes its lock file beside the sources.
    await cp(source, into, { recursive: true });
    const args = ['build', '--quiet', '--target-dir', join(into, 'target')];
    await runExample({ file: 'cargo', args, cwd: into, timeoutMs: BUILD_TIMEOUT_MS });
  });
  return { file: join(folder, 'target/debug/client'), args: [] };
}

async function java(): Promise<Command | undefined> {
  if (!(await isThere('java', '-version')) || !(await isThere('mvn', '-version'))) return undefined;
  const cwd = join(EXAMPLES, 'java');
  const folder = await preparedOnce('java', [join(cwd, 'pom.xml')], async (into) => {
    const args = ['--batch-mode', '--quiet', 'dependency:copy-dependencies', `-DoutputDirectory=${into}`];
    await runExample({ file: 'mvn', args, cwd, timeoutMs: BUILD_TIMEOUT_MS });
  });
  return { file: 'java', args: ['-cp', join(folder, '*'), join(cwd, 'Client.java')] };
}

/** Its packages are those of this project: it asks nobody for any. */
async function deno(): Promise<Command | undefined> {
  if (!(await isThere(DENO, '--version'))) return undefined;
  const flags = ['--no-remote', '--cached-only', '--no-prompt', '--allow-net', '--allow-env'];
  return { file: DENO, args: ['run', ...flags, join(EXAMPLES, 'deno/client.ts')] };
}
