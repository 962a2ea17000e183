import { expect, test } from 'vitest';
import { FakeMachine } from '../../test/support/fake-machine.ts';
import { ensureNatsServer, NATS_SERVER } from './nats-server.ts';

test.each(['2.12.0', '2.12.1', '2.15.1', '2.16.0-RC.1'])('nats-server %s will do', async (version) => {
  await using machine = await FakeMachine.create();
  const path = await machine.put('bin1/nats-server', `echo 'nats-server: v${version}'`);
  const [number] = version.split('-');
  expect(await ensureNatsServer(machine.options)).toEqual({ path, version: number, source: 'PATH' });
});

test('nats-server 2.11.9 is passed over', async () => {
  await using machine = await FakeMachine.create();
  await machine.put('bin1/nats-server', "echo 'nats-server: v2.11.9'");
  const path = await machine.put('bin2/nats-server', "echo 'nats-server: v2.14.4'");
  expect(await ensureNatsServer(machine.options)).toMatchObject({ path, version: '2.14.4' });
  expect(machine.lines[0]).toContain('is version 2.11.9, older than 2.12.0');
});

test('another program by that name is refused where NATS_SERVER names it', async () => {
  await using machine = await FakeMachine.create();
  const env = { ...machine.env, NATS_SERVER: await machine.put('nats', "echo 'nats: v2.15.1'") };
  await expect(ensureNatsServer({ ...machine.options, env })).rejects.toThrow(
    'NATS_SERVER, is not nats-server',
  );
});

test.each([
  ['linux', 'x64', 'linux-amd64'],
  ['linux', 'arm64', 'linux-arm64'],
  ['darwin', 'x64', 'darwin-amd64'],
  ['darwin', 'arm64', 'darwin-arm64'],
])('the archive for %s on %s is the one for %s', (platform, arch, name) => {
  expect(NATS_SERVER.release.archiveFor({ platform, arch })).toEqual({
    file: `nats-server-v2.15.1-${name}.tar.gz`,
    executable: `nats-server-v2.15.1-${name}/nats-server`,
  });
});

test.each([
  ['win32', 'x64'],
  ['linux', 'ia32'],
  ['freebsd', 'x64'],
])('there is no archive for %s on %s', (platform, arch) => {
  expect(NATS_SERVER.release.archiveFor({ platform, arch })).toBeUndefined();
});
