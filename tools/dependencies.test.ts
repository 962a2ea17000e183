// What npm installs is what is written down: every version is exact, every entry of the lock file has the hash of its
// package, and docs/dependencies.md has a line for each dependency and for nothing else. CI writes bills of materials, and
// runs actions that are pinned.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface LockEntry extends Partial<Manifest> {
  readonly version?: string;
  readonly integrity?: string;
  readonly link?: boolean;
}

interface Lock {
  readonly lockfileVersion: number;
  readonly packages: Readonly<Record<string, LockEntry>>;
}

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

const manifest = JSON.parse(read('package.json')) as Manifest;
const lock = JSON.parse(read('package-lock.json')) as Lock;
const entries = Object.entries(lock.packages).filter(([path]) => path !== '');
const wanted = { ...manifest.dependencies, ...manifest.devDependencies };

test("every entry of the lock file has the hash of its package, other platforms' too", () => {
  expect(entries.length).toBeGreaterThan(Object.keys(wanted).length);
  const without = entries.filter(([, { integrity = '' }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity));
  expect(without.map(([path, { version }]) => `${path}@${version}`)).toEqual([]);
});

test('no entry is a folder or an address instead of a package', () => {
  expect(entries.filter(([, { link }]) => link)).toEqual([]);
  expect(entries.filter(([, { version = '' }]) => !/^\d+\.\d+\.\d+/.test(version))).toEqual([]);
});

test('every version is exact, and the lock file has the same', () => {
  expect(Object.entries(wanted).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual(
    [],
  );
  const { dependencies, devDependencies } = lock.packages[''] ?? {};
  expect({ ...dependencies, ...devDependencies }).toEqual(wanted);
  const locked = Object.keys(wanted).map((name) => [name, lock.packages[`node_modules/${name}`]?.version]);
  expect(Object.fromEntries(locked)).toEqual(wanted);
});

/** The names in the first column, and whether they ship. */
const listed = read('docs/dependencies.md')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .flatMap((line) => {
    const [, names = '', ships = ''] = line.split('|');
    return [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => ({
      name,
      ships: ships.trim() === 'yes',
    }));
  });

test('docs/dependencies.md has a line for each dependency, and for nothing else', () => {
  expect(listed.map(({ name }) => name).toSorted()).toEqual(Object.keys(wanted).toSorted());
});

test('what ships is a dependency, and all else is one of development', () => {
  const shipped = listed.filter(({ ships }) => ships).map(({ name }) => name);
  expect(shipped.toSorted()).toEqual(Object.keys(manifest.dependencies).toSorted());
});

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

const workflow = parse(read('.github/workflows/ci.yml')) as Workflow;
const actionsOf = (steps: readonly Step[]) => steps.flatMap(({ uses }) => uses ?? []);

test('every action of CI is pinned to a commit', () => {
  const actions = Object.values(workflow.jobs).flatMap(({ steps }) => actionsOf(steps));
  expect(actions.length).toBeGreaterThan(4);
  expect(actions.filter((action) => !/@[0-9a-f]{40}$/.test(action))).toEqual([]);
});

interface Bom {
  readonly bomFormat: string;
  readonly components: readonly { readonly hashes?: readonly { readonly content: string }[] }[];
}

test('CI writes bills of materials of the packages and of the image, and keeps them', {
  timeout: 60_000,
}, async () => {
  const steps = workflow.jobs.materials?.steps ?? [];
  const commands = steps.flatMap(({ run }) => run ?? []);
  expect(commands).toContain('npm run image -- sbom --out image.cdx.json');
  expect(actionsOf(steps).some((action) => action.startsWith('actions/upload-artifact@'))).toBe(true);
  const line = commands.find((command) => command.startsWith('npm sbom')) ?? '';
  expect(line).toMatch(/ > npm\.cdx\.json$/);
  const [file = '', ...args] = line.replace(/ > .*$/, '').split(' ');
  const { stdout } = await promisify(execFile)(file, args, {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    maxBuffer: 64 * 1024 * 1024,
  });
  const bom = JSON.parse(stdout) as Bom;
  expect(bom.bomFormat).toBe('CycloneDX');
  // Each with the hash that npm checks what it installs by.
  const versions = new Set(
    entries.map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`),
  );
  expect(bom.components).toHaveLength(versions.size);
  expect(bom.components.filter(({ hashes = [] }) => hashes.length === 0)).toEqual([]);
});
