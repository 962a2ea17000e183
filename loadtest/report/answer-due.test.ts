// What the answer says of messages that were due and never sent, or whose fate nobody knows.

import { expect, test } from 'vitest';
import type { Written } from '../../test/support/data/sample-file.ts';
import { FINISHED, summaryOfSamples } from '../../test/support/data/summary.ts';
import { answerOf } from './answer.ts';

function counted(metric: string, value: number, kind?: string): Written {
  return { metric, at: 1_000, value, tags: { region: 'weur', ...(kind !== undefined && { kind }) } };
}

const DUE = [counted('nats_due', 3_600, 'message'), counted('nats_due', 3_582, 'request')];

test('what was never sent is in the answer, of what was due', async () => {
  const samples = [
    ...DUE,
    counted('nats_missing', 18),
    counted('nats_unsent', 1_853, 'message'),
    counted('nats_unsent', 1_854, 'request'),
    counted('nats_unanswered', 9, 'request'),
  ];
  expect(answerOf(await summaryOfSamples(samples, { script: 'latency' }))).toBe(
    '18 messages are missing; 1,853 of 3,600 messages and 1,854 of 3,582 requests that were due were never sent; 9 of 3,582 requests that were due were under way at a disconnect.',
  );
});

test('where there is none, nothing is said of it', async () => {
  const samples = [...DUE, counted('nats_missing', 0), counted('nats_unsent', 0)];
  expect(answerOf(await summaryOfSamples(samples, { script: 'latency' }))).toBe('Nothing is missing.');
});

test('what is missing of a run that was ended early is not all that is', async () => {
  const ending = { ...FINISHED, kind: 'cut-off' as const };
  const of = async (missing: number) =>
    answerOf(
      await summaryOfSamples([...DUE, counted('nats_missing', missing)], { script: 'latency', ending }),
    );
  expect(await of(55_400)).toBe('At least 55,400 messages are missing.');
  expect(await of(0)).toBe('Nothing is missing as far as it was counted.');
});

test('of nothing that was sent it is not said that nothing is missing', async () => {
  const samples = [...DUE, counted('nats_missing', 0), counted('nats_unsent', 3_600, 'message')];
  expect(answerOf(await summaryOfSamples(samples, { script: 'latency' }))).toBe(
    '3,600 of 3,600 messages that were due were never sent.',
  );
});

test('one of them is one', async () => {
  const of = async (...samples: readonly Written[]) =>
    answerOf(await summaryOfSamples([...samples], { script: 'latency' }));
  expect(await of(counted('nats_missing', 1))).toBe('1 message is missing.');
  expect(await of(counted('nats_unsent', 1, 'ping'))).toBe('1 PING that was due was never sent.');
  expect(await of(counted('nats_due', 9, 'ping'), counted('nats_unsent', 1, 'ping'))).toBe(
    '1 of 9 PINGs that were due was never sent.',
  );
  expect(await of(counted('nats_due', 9, 'message'), counted('nats_unanswered', 1, 'request'))).toBe(
    '1 request that was due was under way at a disconnect.',
  );
});
