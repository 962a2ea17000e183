import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { baseOf, hasEnded, imageOf, newOwner, processOfImage } from './ownership.ts';

const owner = newOwner();

test('what this process made belongs to one that lives', () => {
  expect(hasEnded(owner.process)).toBe(false);
});

test('each run has an id of its own, with the same process', () => {
  const other = newOwner();
  expect(other.run).not.toBe(owner.run);
  expect(other.process).toBe(owner.process);
});

test('what a process made that has ended is left over', async () => {
  const child = spawn('true');
  await once(child, 'exit');
  const [machine, , start] = owner.process.split('-');
  expect(hasEnded(`${machine}-${child.pid}-${start}`)).toBe(true);
});

test('a process with the same id that started at another time is another one', () => {
  const [machine, pid] = owner.process.split('-');
  expect(hasEnded(`${machine}-${pid}-000000000000`)).toBe(true);
});

test.each(['000000000000-1-000000000000', '', 'nonsense'])(
  'of %j, which is not from this machine, nothing is known, so it is left alone',
  (process) => {
    expect(hasEnded(process)).toBe(false);
  },
);

test.each([
  imageOf(owner),
  baseOf(owner),
  `localhost/${imageOf(owner)}`,
  `docker.io/library/${baseOf(owner)}`,
])('the image %s tells whose it is', (name) => {
  expect(processOfImage(name)).toBe(owner.process);
});

test.each(['nats:2.15.1-alpine', 'meridian:local', 'meridian-run:latest', `other-${imageOf(owner)}`])(
  'the image %s is of no run',
  (name) => {
    expect(processOfImage(name)).toBeUndefined();
  },
);
