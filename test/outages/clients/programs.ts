// The client programs, made ready once: the Go one is built, the Python one gets its packages, in folders of the
// project's cache whose names change with what they are made of.

import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDirectory } from '../../../local/binaries/cache.ts';
import { runCommand } from '../../../local/binaries/run-command.ts';
import { executablesOnPath } from '../../../local/binaries/search-path.ts';

export const CLIENT_KINDS = ['nats.js', 'go', 'python'] as const;

export type ClientKind = (typeof CLIENT_KINDS)[number];

/** How to start a program; its specification follows as one more argument. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

type Log = (line: string) => void;

/** A cold build of nats.go, or a download of wheels, on a busy machine. */
const MAKE_TIMEOUT_MS = 10 * 60_000;

const HASH_DIGITS = 12;

const NODE_PROGRAM = pathOf('nats-js/main.ts');
const GO_FOLDER = pathOf('go');
const PYTHON_PROGRAM = pathOf('python/client.py');
const PYTHON_PACKAGES = pathOf('python/requirements.txt');

/** @throws Error that says what is missing */
export function readyProgram(kind: ClientKind, log: Log): Promise<Program> {
  switch (kind) {
    case 'nats.js':
      return Promise.resolve({ file: process.execPath, args: [NODE_PROGRAM], env: {} });
    case 'go':
      return readyGo(log);
    case 'python':
      return readyPython(log);
  }
}

async function readyGo(log: Log): Promise<Program> {
  const go = await programNamed('go', 'go');
  const names = (await readdir(GO_FOLDER)).toSorted();
  const sources = await Promise.all(names.map((name) => readFile(join(GO_FOLDER, name))));
  const folder = await madeOnce('outages-go', sources, async (into) => {
    log('building the Go client, once');
    await run(go, ['build', '-o', join(into, 'client'), '.'], GO_FOLDER);
  });
  return { file: join(folder, 'client'), args: [], env: {} };
}

async function readyPython(log: Log): Promise<Program> {
  const python = await programNamed('python3', 'python');
  const version = await run(python, ['--version'], dirname(PYTHON_PROGRAM));
  const folder = await madeOnce(
    'outages-python',
    [version, await readFile(PYTHON_PACKAGES)],
    async (into) => {
      log('installing nats-py for the Python client, once');
      const pip = ['-m', 'pip', 'install', '--quiet', '--target', into, '--requirement', PYTHON_PACKAGES];
      await run(python, pip, into);
    },
  );
  return { file: python, args: [PYTHON_PROGRAM], env: { PYTHONPATH: folder } };
}

/** A folder in the cache that `make` has filled, now or in an earlier run; two runs at once both succeed. */
async function madeOnce(
  name: string,
  from: readonly (string | Buffer)[],
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256');
  for (const part of from) hash.update(part);
  const cache = cacheDirectory({ env: process.env, target: process });
  const folder = join(cache, `${name}-${hash.digest('hex').slice(0, HASH_DIGITS)}`);
  if (await isThere(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const making = await mkdtemp(`${folder}.tmp-`);
  try {
    await make(making);
    await rename(making, folder).catch(async (error: unknown) => {
      if (!(await isThere(folder))) throw error;
    });
    return folder;
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function programNamed(name: string, kind: ClientKind): Promise<string> {
  const [path] = await executablesOnPath(name, process.env);
  if (path === undefined)
    throw new Error(`no ${name} on PATH: install it, or leave ${kind} out of --clients`);
  return path;
}

async function run(file: string, args: readonly string[], cwd: string): Promise<string> {
  const outcome = await runCommand(file, args, { env: process.env, cwd, timeoutMs: MAKE_TIMEOUT_MS });
  if ('problem' in outcome) throw new Error(`${file} ${args.join(' ')} ${outcome.problem}`);
  return outcome.stdout;
}

function pathOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
