import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { FAKE_SERVER, FakeMachine, serverScript } from '../../test/support/fake-machine.ts';
import { closeServer, listenOnLoopback } from '../listen.ts';
import type { BinarySpec } from './binary-spec.ts';
import { ensureBinary } from './ensure-binary.ts';
import { checksumOf } from './release-archive.ts';

type Files = Readonly<Record<string, Buffer | string>>;

/** `FAKE_SERVER` with its releases on loopback: these files, and 404 for all others. */
async function publish(files: Files): Promise<{ spec: BinarySpec } & AsyncDisposable> {
  const server = createServer((request, response) => {
    const content = files[request.url?.slice(1) ?? ''];
    response.writeHead(content === undefined ? 404 : 200).end(content);
  });
  const port = await listenOnLoopback(server);
  return {
    spec: { ...FAKE_SERVER, release: { ...FAKE_SERVER.release, baseUrl: `http://127.0.0.1:${port}` } },
    [Symbol.asyncDispose]: () => closeServer(server),
  };
}

async function archiveOf(machine: FakeMachine, executable: string, script: string): Promise<Buffer> {
  await machine.put(`release/${executable}`, script);
  const file = join(machine.root, 'fake.tar.gz');
  await promisify(execFile)('tar', ['-czf', file, '-C', join(machine.root, 'release'), '.']);
  return readFile(file);
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

test('without go, the archive is downloaded, checked, unpacked and kept', async () => {
  await using machine = await FakeMachine.create();
  const archive = await archiveOf(machine, 'fake/fake-server', serverScript('1.15.1'));
  const sums = `${'0'.repeat(64)}  other.tar.gz\n${sha256(archive)}  fake.tar.gz\n`;
  await using release = await publish({ 'fake.tar.gz': archive, SHA256SUMS: sums });
  const path = join(machine.root, 'cache/bin/fake-server-1.15.1');
  const binary = await ensureBinary(release.spec, machine.options);
  expect(binary).toEqual({ path, version: '1.15.1', source: 'release archive' });
  expect(machine.lines[0]).toContain('downloading fake-server 1.15.1 from http://127.0.0.1');
  expect(await machine.cached()).toEqual(['fake-server-1.15.1']);
  expect(await ensureBinary(release.spec, machine.options)).toMatchObject({ path, source: 'cache' });
});

test('after a go install that fails, the archive is taken', async () => {
  await using machine = await FakeMachine.create();
  await machine.put('bin1/go', 'exit 1');
  const archive = await archiveOf(machine, 'fake/fake-server', serverScript('1.15.1'));
  await using release = await publish({
    'fake.tar.gz': archive,
    SHA256SUMS: `${sha256(archive)}  fake.tar.gz`,
  });
  expect(await ensureBinary(release.spec, machine.options)).toMatchObject({ source: 'release archive' });
});

test('an archive with another checksum is refused and nothing is kept', async () => {
  await using machine = await FakeMachine.create();
  const archive = await archiveOf(machine, 'fake/fake-server', serverScript('1.15.1'));
  const sums = `${'0'.repeat(64)}  fake.tar.gz\n`;
  await using release = await publish({ 'fake.tar.gz': archive, SHA256SUMS: sums });
  await expect(ensureBinary(release.spec, machine.options)).rejects.toThrow(
    `fake.tar.gz has the SHA-256 ${sha256(archive)}, but SHA256SUMS says ${'0'.repeat(64)}: refused`,
  );
  expect(await machine.cached()).toEqual([]);
});

test('an archive that is not listed is not even downloaded', async () => {
  await using machine = await FakeMachine.create();
  await using release = await publish({ SHA256SUMS: `${'0'.repeat(64)}  other.tar.gz\n` });
  await expect(ensureBinary(release.spec, machine.options)).rejects.toThrow(
    'SHA256SUMS has no checksum of fake.tar.gz',
  );
});

test('a release that is not there is said with its address and status', async () => {
  await using machine = await FakeMachine.create();
  await using release = await publish({});
  await expect(ensureBinary(release.spec, machine.options)).rejects.toThrow(
    /127\.0\.0\.1:\d+\/SHA256SUMS answered 404/,
  );
});

test.each([
  ['holds no such executable', 'fake/other', serverScript('1.15.1'), 'the result does not exist'],
  ['holds another version', 'fake/fake-server', serverScript('1.14.0'), 'is version 1.14.0, not 1.15.1'],
])('an archive that %s is not kept', async (_what, executable, script, problem) => {
  await using machine = await FakeMachine.create();
  const archive = await archiveOf(machine, executable, script);
  await using release = await publish({
    'fake.tar.gz': archive,
    SHA256SUMS: `${sha256(archive)}  fake.tar.gz`,
  });
  await expect(ensureBinary(release.spec, machine.options)).rejects.toThrow(problem);
  expect(await machine.cached()).toEqual([]);
});

test('what is no archive is not kept, though its checksum is right', async () => {
  await using machine = await FakeMachine.create();
  const page = Buffer.from('<html>please sign in</html>');
  await using release = await publish({ 'fake.tar.gz': page, SHA256SUMS: `${sha256(page)}  fake.tar.gz` });
  await expect(ensureBinary(release.spec, machine.options)).rejects.toThrow(
    'release archive: tar ended with status',
  );
  expect(await machine.cached()).toEqual([]);
});

const SUM = 'AB'.repeat(32);

test.each([
  ['two spaces', `${SUM}  a.tar.gz`],
  ['a star, for binary', `${SUM} *a.tar.gz`],
  ['line ends of Windows', `${SUM}  b.tar.gz\r\n${SUM}  a.tar.gz\r\n`],
])('a checksum is found in lines with %s', (_what, text) => {
  expect(checksumOf('a.tar.gz', text)).toBe(SUM.toLowerCase());
});

test.each([
  '',
  `${SUM}  a.tar.gz.asc`,
  `${SUM}  xa.tar.gz`,
  `${SUM.slice(1)}  a.tar.gz`,
  `${SUM}0  a.tar.gz`,
  'a.tar.gz',
])('no checksum is found in %j', (text) => {
  expect(checksumOf('a.tar.gz', text)).toBeUndefined();
});
