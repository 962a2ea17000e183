// What the answer says of clients that lost their connection: a median of two groups is of neither.

import { expect, test } from 'vitest';
import { summaryOfSamples } from '../../test/support/data/summary.ts';
import { answerOf } from './answer.ts';

function outage(peer: string, value: number, at = 9_000) {
  return { metric: 'nats_outage', at, value, tags: { region: 'weur', peer, kind: 'kill' } };
}

async function answerTo(...samples: readonly ReturnType<typeof outage>[]): Promise<string | undefined> {
  return answerOf(await summaryOfSamples(samples, { script: 'reconnect' }));
}

test('those that moved and those that came back are told apart', async () => {
  expect(
    await answerTo(outage('eeur', 100), outage('eeur', 120), outage('eeur', 140), outage('weur', 2_000)),
  ).toMatch(
    /were without service for .* \(3 from weur to eeur 120 ms at p50, 1 back to weur 2000 ms at p50\)\.$/,
  );
});

test('where all went one way there is one figure, and of many ways the largest are told', async () => {
  expect(await answerTo(outage('eeur', 100), outage('eeur', 120))).not.toContain('(');
  const ways = ['eeur', 'oc', 'enam', 'wnam', 'weur'].map((peer) => outage(peer, 100));
  expect(await answerTo(...ways, outage('eeur', 100))).toMatch(
    /\(2 from weur to eeur .*, and 2 other ways\)/,
  );
});
