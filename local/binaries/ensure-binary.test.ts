import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FAKE_SERVER, FakeMachine, goScript, serverScript } from '../../test/support/fake-machine.ts';
import { BinaryError } from './binary-error.ts';
import { ensureBinary } from './ensure-binary.ts';

async function failureOf(promise: Promise<unknown>): Promise<BinaryError> {
  const outcome = await promise.catch((error: unknown) => error);
  if (!(outcome instanceof BinaryError)) expect.fail(`expected a BinaryError, got ${outcome}`);
  return outcome;
}

function interruption(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort(new Error('Ctrl-C')) };
}

test('the option is used before anything else', async () => {
  await using machine = await FakeMachine.create();
  const path = await machine.put('mine', serverScript('1.12.3'));
  await machine.put('bin1/fake-server', serverScript('1.15.1'));
  const env = { ...machine.env, FAKE_SERVER: '/nowhere' };
  const binary = await ensureBinary(FAKE_SERVER, { ...machine.options, env, path });
  expect(binary).toEqual({ path, version: '1.12.3', source: 'option' });
  expect(machine.lines).toEqual([`fake-server 1.12.3 from option (${path})`]);
});

test('the environment variable is used before PATH', async () => {
  await using machine = await FakeMachine.create();
  const path = await machine.put('mine', serverScript('1.10.0'));
  await machine.put('bin1/fake-server', serverScript('1.15.1'));
  const env = { ...machine.env, FAKE_SERVER: path };
  expect(await ensureBinary(FAKE_SERVER, { ...machine.options, env })).toMatchObject({
    path,
    source: 'environment',
  });
});

test.each(['cache/bin', 'cache'])(
  'where others can write to %s it is not used, nor written',
  async (path) => {
    await using machine = await FakeMachine.create();
    await machine.put('cache/bin/fake-server-1.15.1', serverScript('1.15.1'));
    await machine.put('tools/go', goScript('1.15.1'));
    await chmod(join(machine.root, path), 0o777);
    const failure = await failureOf(ensureBinary(FAKE_SERVER, machine.options));
    expect(failure.message).toContain(`cache: ${machine.root}/${path} can be written by other users`);
    expect(failure.message).toContain('run chmod go-w, or set MERIDIAN_CACHE');
  },
);

test('a program in the cache that others can write to is replaced', async () => {
  await using machine = await FakeMachine.create();
  await machine.put('cache/bin/fake-server-1.15.1', serverScript('1.15.1'), 0o777);
  await machine.put('tools/go', goScript('1.15.1'));
  const { path, source } = await ensureBinary(FAKE_SERVER, machine.options);
  expect(source).toBe('go install');
  expect((await stat(path)).mode & 0o022).toBe(0);
});

test('an empty environment variable is as good as none', async () => {
  await using machine = await FakeMachine.create();
  const path = await machine.put('bin1/fake-server', serverScript('1.15.1'));
  const env = { ...machine.env, FAKE_SERVER: '' };
  expect(await ensureBinary(FAKE_SERVER, { ...machine.options, env })).toMatchObject({
    path,
    source: 'PATH',
  });
});

test.each([
  ['too old', serverScript('1.9.25'), 'is version 1.9.25, older than 1.10.0'],
  ['another program', 'echo hello', 'is not fake-server: run with --version it says "hello"'],
  [
    'broken',
    'echo no such library >&2; exit 7',
    'ended with status 7: no such library when run with --version',
  ],
])('a given path that is %s is refused, whatever else there is', async (_what, script, problem) => {
  await using machine = await FakeMachine.create();
  const path = await machine.put('mine', script);
  await machine.put('bin1/fake-server', serverScript('1.15.1'));
  const byOption = await failureOf(ensureBinary(FAKE_SERVER, { ...machine.options, path }));
  expect(byOption.message).toContain(`${path}, given as fake-server by the option "path", ${problem}.`);
  const env = { ...machine.env, FAKE_SERVER: path };
  const byVariable = await failureOf(ensureBinary(FAKE_SERVER, { ...machine.options, env }));
  expect(byVariable.message).toContain(`by the environment variable FAKE_SERVER, ${problem}.`);
});

test('a given path that can not be run is refused, and says why', async () => {
  await using machine = await FakeMachine.create();
  const options = machine.options;
  const plain = await machine.put('plain', serverScript('1.15.1'), 0o644);
  const orphan = await machine.put('orphan', '');
  await writeFile(orphan, '#!/no/such/interpreter\n');
  const message = async (path: string) =>
    (await failureOf(ensureBinary(FAKE_SERVER, { ...options, path }))).message;
  expect(await message('/nowhere/server')).toContain('does not exist');
  expect(await message('')).toContain('is not a file');
  expect(await message(machine.root)).toContain('is not a file');
  expect(await message(`${plain}/server`)).toContain("can't be reached (ENOTDIR)");
  expect(await message(plain)).toContain('is not executable');
  expect(await message(orphan)).toContain('could not be run (ENOENT)');
});

test('an older one on PATH is passed over, and said, for a newer one further on', async () => {
  await using machine = await FakeMachine.create();
  const old = await machine.put('bin1/fake-server', serverScript('1.9.0'));
  const path = await machine.put('bin2/fake-server', serverScript('1.11.0'));
  expect(await ensureBinary(FAKE_SERVER, machine.options)).toEqual({
    path,
    version: '1.11.0',
    source: 'PATH',
  });
  expect(machine.lines[0]).toBe(`skipping ${old}: it is version 1.9.0, older than 1.10.0`);
});

test('what is in the cache is used and nothing is built', async () => {
  await using machine = await FakeMachine.create();
  const path = await machine.put('cache/bin/fake-server-1.15.1', serverScript('1.15.1'));
  await machine.put('bin1/go', 'exit 1');
  expect(await ensureBinary(FAKE_SERVER, machine.options)).toEqual({
    path,
    version: '1.15.1',
    source: 'cache',
  });
});

test('with go it is built once, into the cache, and nothing else stays there', async () => {
  await using machine = await FakeMachine.create();
  await machine.put('bin1/go', goScript('1.15.1'));
  const path = join(machine.root, 'cache/bin/fake-server-1.15.1');
  expect(await ensureBinary(FAKE_SERVER, machine.options)).toEqual({
    path,
    version: '1.15.1',
    source: 'go install',
  });
  expect(machine.lines[0]).toContain('building fake-server 1.15.1 with go install, once');
  expect(await ensureBinary(FAKE_SERVER, machine.options)).toMatchObject({ path, source: 'cache' });
  expect(await machine.cached()).toEqual(['fake-server-1.15.1']);
  const calls = await readFile(join(machine.root, 'cache/go-was-here'), 'utf8');
  expect(calls).toBe(
    'install -mod=mod fake.example/server\nmodule build\ngo 1.17\nrequire fake.example/server v1.15.1\n',
  );
});

test('a damaged file in the cache is replaced', async () => {
  await using machine = await FakeMachine.create();
  await machine.put('cache/bin/fake-server-1.15.1', 'exit 1');
  await machine.put('bin1/go', goScript('1.15.1'));
  expect(await ensureBinary(FAKE_SERVER, machine.options)).toMatchObject({ source: 'go install' });
  expect(await ensureBinary(FAKE_SERVER, machine.options)).toMatchObject({ source: 'cache' });
});

test('several that build at once do not break each other', async () => {
  await using machine = await FakeMachine.create();
  await machine.put('bin1/go', goScript('1.15.1'));
  const all = await Promise.all(Array.from({ length: 5 }, () => ensureBinary(FAKE_SERVER, machine.options)));
  expect(new Set(all.map((binary) => binary.path)).size).toBe(1);
  expect(await machine.cached()).toEqual(['fake-server-1.15.1']);
});

test('a build that gives another version is not kept', async () => {
  await using machine = await FakeMachine.create();
  await machine.put('bin1/go', goScript('1.15.0'));
  const error = await failureOf(ensureBinary(FAKE_SERVER, machine.options));
  expect(error.message).toContain('go install: the result is version 1.15.0, not 1.15.1');
  expect(await machine.cached()).toEqual([]);
});

test('an interrupted build is ended, deletes what it has made, and nothing else is tried', async () => {
  await using machine = await FakeMachine.create();
  const said = join(machine.root, 'said');
  const script = `trap 'echo interrupted >> ${said}; exit 1' INT\necho building > ${said}\nread -r _`;
  await machine.put('bin1/go', script);
  const { signal, abort } = interruption();
  const outcome = expect(ensureBinary(FAKE_SERVER, { ...machine.options, signal })).rejects.toThrow('Ctrl-C');
  await expect.poll(() => readFile(said, 'utf8').catch(() => ''), { timeout: 20_000 }).toBe('building\n');
  abort();
  await outcome;
  expect(await readFile(said, 'utf8')).toBe('building\ninterrupted\n');
  expect(machine.lines).not.toContainEqual(expect.stringContaining('download'));
  expect(await machine.cached()).toEqual([]);
});

test('when everything fails, one error lists what was tried and the fix', async () => {
  await using machine = await FakeMachine.create();
  const old = await machine.put('bin1/fake-server', serverScript('1.9.0'));
  const go = await machine.put('bin1/go', 'echo module lookup disabled >&2; exit 1');
  const error = await failureOf(ensureBinary(FAKE_SERVER, machine.options));
  expect(error).toMatchObject({ name: 'BinaryError', binary: 'fake-server' });
  expect(error.tried).toEqual([
    `PATH: ${old} is version 1.9.0, older than 1.10.0`,
    `cache: ${machine.root}/cache/bin/fake-server-1.15.1 does not exist`,
    `go install: ${go} ended with status 1: module lookup disabled`,
    expect.stringMatching(
      /^release archive: http:\/\/127\.0\.0\.1:1\/releases\/SHA256SUMS could not be downloaded \(.+\)$/,
    ),
  ]);
  for (const line of error.tried) expect(error.message).toContain(line);
  expect(error.message).toContain('Install fake-server 1.10.0 or later');
  expect(error.message).toContain('name it in FAKE_SERVER');
  expect(machine.lines).toContain(`go install failed: ${go} ended with status 1: module lookup disabled`);
});

test('without go, and without an archive for the platform, it says both', async () => {
  await using machine = await FakeMachine.create();
  const target = { platform: 'win32', arch: 'x64' };
  const error = await failureOf(ensureBinary(FAKE_SERVER, { ...machine.options, target }));
  expect(error.tried).toContain('go install: no go on PATH');
  expect(error.tried).toContain('release archive: there is none for win32 on x64');
});

test('a directory on PATH that is called go is not taken for the program', async () => {
  await using machine = await FakeMachine.create();
  await mkdir(join(machine.root, 'bin1/go'), { recursive: true });
  const error = await failureOf(ensureBinary(FAKE_SERVER, machine.options));
  expect(error.tried).toContain('go install: no go on PATH');
});

test('a cache that can not be written is said, with the fix', async () => {
  await using machine = await FakeMachine.create();
  await machine.put('bin1/go', goScript('1.15.1'));
  await machine.put('cache', 'a file where the directory should be');
  const error = await failureOf(ensureBinary(FAKE_SERVER, machine.options));
  expect(error.message).toMatch(/go install: the cache can't be written \(.+\): set MERIDIAN_CACHE/);
});
