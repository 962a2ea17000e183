import { expect, test } from 'vitest';
import { FakeMachine } from '../../test/support/fake-machine.ts';
import { ensureK6, K6 } from './k6.ts';

test('k6 2.0.0 will do, and 1.8.1 is passed over', async () => {
  await using machine = await FakeMachine.create();
  await machine.put('bin1/k6', "echo 'k6 v1.8.1 (go1.25.1, linux/amd64)'");
  const path = await machine.put('bin2/k6', "echo 'k6 v2.0.0 (go1.26.8, linux/amd64)'");
  expect(await ensureK6(machine.options)).toEqual({ path, version: '2.0.0', source: 'PATH' });
  expect(machine.lines[0]).toContain('is version 1.8.1, older than 2.0.0');
});

test.each([
  ['linux', 'x64', 'k6-v2.2.0-linux-amd64', 'tar.gz'],
  ['linux', 'arm64', 'k6-v2.2.0-linux-arm64', 'tar.gz'],
  ['darwin', 'arm64', 'k6-v2.2.0-macos-arm64', 'zip'],
])('the archive for %s on %s is %s.%s', (platform, arch, name, kind) => {
  expect(K6.release.archiveFor({ platform, arch })).toEqual({
    file: `${name}.${kind}`,
    executable: `${name}/k6`,
  });
});

test.each([
  ['win32', 'x64'],
  ['linux', 'ia32'],
])('there is no archive for %s on %s', (platform, arch) => {
  expect(K6.release.archiveFor({ platform, arch })).toBeUndefined();
});

test('k6 is found again in the cache, where it goes by another name', async () => {
  await using machine = await FakeMachine.create();
  const path = await machine.put('cache/bin/k6-2.2.0', "echo 'k6-2.2.0 v2.2.0 (go1.26.8, linux/amd64)'");
  expect(await ensureK6(machine.options)).toEqual({ path, version: '2.2.0', source: 'cache' });
});
