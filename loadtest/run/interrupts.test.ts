import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { watchInterrupts } from './interrupts.ts';

function watched(): {
  press: (at: number, signal?: string) => void;
  interrupts: ReturnType<typeof watchInterrupts>;
} {
  const source = new EventEmitter();
  let time = 0;
  const interrupts = watchInterrupts(source, () => time);
  return {
    interrupts,
    press: (at, signal = 'SIGINT') => {
      time = at;
      source.emit(signal);
    },
  };
}

test('the first asks to stop, the second to stop now', () => {
  const { press, interrupts } = watched();
  press(0);
  expect([interrupts.stop.aborted, interrupts.now.aborted]).toEqual([true, false]);
  press(1_000);
  expect(interrupts.now.aborted).toBe(true);
});

test('one press that comes twice, from the terminal and from npm, is one', () => {
  const { press, interrupts } = watched();
  press(0);
  press(3);
  press(400);
  expect(interrupts.now.aborted).toBe(false);
  press(401);
  expect(interrupts.now.aborted).toBe(true);
});

test.each(['SIGTERM', 'SIGHUP', 'disconnect'])('%s asks to stop as well', (signal) => {
  const { press, interrupts } = watched();
  press(0, signal);
  expect(interrupts.stop.aborted).toBe(true);
});
