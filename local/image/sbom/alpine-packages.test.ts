// Alpine's list of installed packages, as apk writes it.

import { expect, test } from 'vitest';
import { readAlpinePackages } from './alpine-packages.ts';

const LIST = `C:Q1abc=
P:busybox
V:1.37.0-r19
A:x86_64
L:GPL-2.0-only
F:bin
R:busybox

C:Q1def=
P:musl
V:1.2.5-r10
A:x86_64
L:MIT
`;

test('each package has its version, license and architecture', () => {
  expect(readAlpinePackages(LIST)).toEqual([
    { name: 'busybox', version: '1.37.0-r19', license: 'GPL-2.0-only', architecture: 'x86_64' },
    { name: 'musl', version: '1.2.5-r10', license: 'MIT', architecture: 'x86_64' },
  ]);
});

test('an empty list has none', () => {
  expect(readAlpinePackages('\n')).toEqual([]);
});
