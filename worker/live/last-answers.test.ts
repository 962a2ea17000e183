import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LastAnswers } from './last-answers.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const WITHIN_MS = 800;

/** Each question's answer is given by the test. */
function questions() {
  const asked: { id: string; answer: (text: string) => void }[] = [];
  const ask = (id: string) => new Promise<string>((answer) => asked.push({ id, answer }));
  const answer = (id: string, text: string) => asked.findLast((each) => each.id === id)?.answer(text);
  return { asked, ask, answer };
}

test('one that has answered before delays nobody, and holds until it answers', async () => {
  const answers = new LastAnswers<string>();
  const { asked, ask, answer } = questions();
  const first = answers.of(['a', 'b'], ask, WITHIN_MS);
  answer('a', 'a1');
  answer('b', 'b1');
  expect([...(await first)]).toEqual([
    ['a', 'a1'],
    ['b', 'b1'],
  ]);
  const second = answers.of(['a', 'b'], ask, WITHIN_MS);
  answer('a', 'a2');
  await vi.advanceTimersByTimeAsync(WITHIN_MS);
  expect((await second).get('a')).toBe('a2');
  expect((await second).get('b')).toBe('b1');
  const third = answers.of(['a', 'b'], ask, WITHIN_MS);
  expect(asked.filter(({ id }) => id === 'b')).toHaveLength(2);
  answer('b', 'b2');
  answer('a', 'a3');
  expect((await third).get('b')).toBe('b2');
});

test('one that never has is waited for', async () => {
  const answers = new LastAnswers<string>();
  const { ask, answer } = questions();
  let isDone = false;
  const all = answers.of(['a'], ask, WITHIN_MS).finally(() => {
    isDone = true;
  });
  await vi.advanceTimersByTimeAsync(3_000);
  expect(isDone).toBe(false);
  answer('a', 'a1');
  expect((await all).get('a')).toBe('a1');
});

test('what is forgotten is asked and waited for anew', async () => {
  const answers = new LastAnswers<string>();
  const { ask, answer } = questions();
  const first = answers.of(['a'], ask, WITHIN_MS);
  answer('a', 'a1');
  await first;
  answers.forget();
  const second = answers.of(['a'], ask, WITHIN_MS);
  await vi.advanceTimersByTimeAsync(WITHIN_MS);
  answer('a', 'a2');
  expect((await second).get('a')).toBe('a2');
});
