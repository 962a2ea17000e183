// Ctrl-C as it comes to a command: once, twice from one press, and a second time from somebody who does not want to wait.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { SAME_PRESS_MS } from './interrupt.ts';

const MODULE = fileURLToPath(new URL('interrupt.ts', import.meta.url));

/** Says `working`, at Ctrl-C `putting`, and ends with `in order` when it reads a line. */
const COMMAND = `
import { once } from 'node:events';
import { interruptible } from ${JSON.stringify(MODULE)};
const line = once(process.stdin, 'data');
await interruptible(
  (interrupted) => {
    console.log('working');
    return once(interrupted, 'abort').then(() => line);
  },
  async () => {
    console.log('putting');
    await line;
    console.log('in order');
  },
);`;

function start() {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', COMMAND], { stdio: 'pipe' });
  let out = '';
  const said = (words: string) =>
    new Promise<void>((resolve) => {
      const look = () => out.includes(words) && resolve();
      child.stdout.on('data', look);
      look();
    });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  return { child, said, out: () => out, exited: once(child, 'exit') as Promise<[number | null]> };
}

async function interrupt(child: ChildProcess, said: (words: string) => Promise<void>): Promise<void> {
  await said('working');
  child.kill('SIGINT');
  await said('putting');
}

test('one press that comes twice is one: what has to be put in order is', async () => {
  const { child, said, out, exited } = start();
  await interrupt(child, said);
  child.kill('SIGINT');
  child.stdin.write('go on\n');
  const [code] = await exited;
  expect({ code, out: out() }).toEqual({ code: 130, out: 'working\nputting\nin order\n' });
});

test('a SIGTERM is one too, and one that follows waits until all is in order', async () => {
  const { child, said, out, exited } = start();
  await said('working');
  child.kill('SIGTERM');
  await said('putting');
  await new Promise((resolve) => setTimeout(resolve, SAME_PRESS_MS + 100));
  child.kill('SIGTERM');
  child.stdin.write('go on\n');
  const [code] = await exited;
  expect({ code, out: out() }).toEqual({ code: 143, out: 'working\nputting\nin order\n' });
});

test('whoever presses it again, later, does not wait', async () => {
  const { child, said, out, exited } = start();
  await interrupt(child, said);
  const pressAgain = setInterval(() => child.kill('SIGINT'), SAME_PRESS_MS / 2);
  const [code] = await exited;
  clearInterval(pressAgain);
  expect({ code, out: out() }).toEqual({ code: 130, out: 'working\nputting\n' });
});
