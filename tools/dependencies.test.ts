// What npm installs is what is written down: every version is exact, every entry of the lock file has the hash of its
// package, and docs/dependencies.md has a line for each dependency and for nothing else.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

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
