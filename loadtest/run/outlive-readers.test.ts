import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const MODULE = fileURLToPath(new URL('outlive-readers.ts', import.meta.url));

/** Writes to a pipe that nobody reads, more often than once, and then does what it was to do. */
const WORK = `
  import { once } from 'node:events';
  const { outliveReaders } = await import(${JSON.stringify(MODULE)});
  outliveReaders(process);
  process.on('message', () => {
    for (let line = 0; line < 3; line += 1) console.log(line);
    setImmediate(() => { process.exitCode = 7; process.disconnect(); });
  });
  process.send('ready');
`;

test('who reads no more ends nothing: it is said once on standard error, and the work goes on to its end', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', WORK], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('it has no pipes');
  const said = text(stderr);
  const ended = once(child, 'exit');
  await once(child, 'message');
  stdout.destroy();
  await once(stdout, 'close');
  child.send('go');
  expect(await ended).toEqual([7, null]);
  expect(await said).toBe(
    'standard output cannot be written (EPIPE): the command goes on without it, and a run still writes its report\n',
  );
});
