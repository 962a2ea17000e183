import { expect, test } from 'vitest';
import { withTeardown } from './teardown.ts';

test('what was started is undone in reverse order, once', async () => {
  const undone: string[] = [];
  const started = await withTeardown(async (undo) => {
    undo.defer(() => void undone.push('first'));
    undo.defer(() => void undone.push('second'));
    return { name: 'it' };
  });
  expect(started.name).toBe('it');
  expect(undone).toEqual([]);
  await started.close();
  await started.close();
  expect(undone).toEqual(['second', 'first']);
});

test('a step whose undoing fails keeps no other from being undone, and all failures are told together', async () => {
  const undone: string[] = [];
  const started = await withTeardown(async (undo) => {
    undo.defer(() => void undone.push('first'));
    undo.defer(() => Promise.reject(new Error('the second stays')));
    undo.defer(() => void undone.push('third'));
    undo.defer(() => Promise.reject(new Error('the fourth stays')));
    return {};
  });
  await expect(started.close()).rejects.toThrow('the fourth stays; the second stays');
  expect(undone).toEqual(['third', 'first']);
});

test('a single failure is told as it is', async () => {
  const failure = new Error('it stays');
  const started = await withTeardown(async (undo) => {
    undo.defer(() => Promise.reject(failure));
    return {};
  });
  await expect(started.close()).rejects.toBe(failure);
});

test('a start that fails undoes the steps before it, and fails as it did', async () => {
  const undone: string[] = [];
  const failure = new Error('no third step');
  const starting = withTeardown(async (undo) => {
    undo.defer(() => void undone.push('first'));
    undo.defer(() => void undone.push('second'));
    throw failure;
  });
  await expect(starting).rejects.toBe(failure);
  expect(undone).toEqual(['second', 'first']);
});

test('a start that fails and cannot be undone tells both, the start first', async () => {
  const starting = withTeardown(async (undo) => {
    undo.defer(() => Promise.reject(new Error('the first stays')));
    throw new Error('no second step');
  });
  await expect(starting).rejects.toThrow('no second step; the first stays');
});
