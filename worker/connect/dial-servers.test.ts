import { expect, test } from 'vitest';
import { errorResponse } from '../error-response.ts';
import { membersHeaders } from '../region/members-header.ts';
import { dialServers } from './dial-servers.ts';

const refuses = (code: 'full' | 'draining', members: readonly number[] = []) => {
  const headers = membersHeaders(code, members);
  return errorResponse(code, 'no', headers && { headers });
};
/** Stands for an upgrade: a server's own answer to the client. */
const takes = () => new Response('taken', { status: 400 });

async function dialled(answers: Readonly<Record<number, () => Response>>, tried: readonly number[] = []) {
  const numbers: number[] = [];
  const answer = await dialServers(1, tried, async (number) => {
    numbers.push(number);
    const make = answers[number];
    if (make === undefined) throw new Error('it is lost');
    return make();
  });
  return { numbers, answered: answer.number, text: await answer.answer.text() };
}

test('a server that takes the client is the only one', async () => {
  expect(await dialled({ 1: takes })).toEqual({ numbers: [1], answered: 1, text: 'taken' });
});

test('a refusal that names nobody is the answer', async () => {
  const { numbers, text } = await dialled({ 1: () => refuses('full') });
  expect(numbers).toEqual([1]);
  expect(JSON.parse(text)).toMatchObject({ error: { code: 'full' } });
});

test('those that a full one names are tried in its order, but those that were', async () => {
  const answers = { 1: () => refuses('full', [4, 2, 5, 3]), 2: () => refuses('full'), 3: takes };
  expect(await dialled(answers, [4])).toEqual({ numbers: [1, 2, 5, 3], answered: 3, text: 'taken' });
});

test('when all are full the answer is that of the first', async () => {
  const { numbers, text } = await dialled({ 1: () => refuses('full', [2]), 2: () => refuses('draining') });
  expect(numbers).toEqual([1, 2]);
  expect(JSON.parse(text)).toMatchObject({ error: { code: 'full' } });
});

test('a region that is out of service names nobody', async () => {
  expect((await dialled({ 1: () => refuses('draining', [2]), 2: takes })).numbers).toEqual([1]);
});
