import { expect, test } from 'vitest';
import { FakeMachine } from '../../test/support/fake-machine.ts';
import { ensureTofu, TOFU } from './tofu.ts';

test.each([
  ["echo 'OpenTofu v1.10.9'", 'is version 1.10.9, older than 1.11.0'],
  ["echo 'OpenTofu v1.12.16-dev'", 'is not tofu'],
  ["echo 'Terraform v1.13.0'", 'is not tofu'],
])('OpenTofu 1.11.0 will do, also with a warning before it, and %s is passed over', async (other, why) => {
  await using machine = await FakeMachine.create();
  await machine.put('bin1/tofu', other);
  const path = await machine.put(
    'bin2/tofu',
    "printf 'Warning: none\\nOpenTofu v1.11.0\\non linux_amd64\\n'",
  );
  expect(await ensureTofu(machine.options)).toEqual({ path, version: '1.11.0', source: 'PATH' });
  expect(machine.lines[0]).toContain(why);
});

test.each([
  ['linux', 'x64', 'tofu_1.12.6_linux_amd64.tar.gz'],
  ['darwin', 'arm64', 'tofu_1.12.6_darwin_arm64.tar.gz'],
])('the archive for %s on %s is %s', (platform, arch, file) => {
  expect(TOFU.release.archiveFor({ platform, arch })).toEqual({ file, executable: 'tofu' });
});

test('there is no archive for Windows', () => {
  expect(TOFU.release.archiveFor({ platform: 'win32', arch: 'x64' })).toBeUndefined();
});
