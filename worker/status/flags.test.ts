import { describe, expect, test } from 'vitest';
import type { ErrorAnswer } from '../../api/error-answer.ts';
import type { FlagsAnswer } from '../../api/flags.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { planOf } from '../../test/support/data/checked-in.ts';
import { edgeOf, requestFrom } from '../../test/support/workerd/edge-context.ts';
import { flags } from './flags.ts';

const TABLE: MeridianConfig['flags'] = {
  'for-all': { on: true },
  half: { on: true, percent: 50 },
  off: { on: false },
  'in-sydney': { on: true, colos: ['SYD'] },
  'in-germany': { on: true, countries: ['DE'] },
  'gold-only': { on: true, header: 'x-tier', headerValues: ['gold'] },
};

function ask(query = '', headers: Readonly<Record<string, string>> = {}, table = TABLE): Promise<Response> {
  const plan = planOf((config) => ({ ...config, flags: table }));
  const from = requestFrom('LHR', headers);
  const request = Object.defineProperty(
    new Request(`https://edge.example/api/flags${query}`, { headers }),
    'cf',
    {
      value: from.cf,
    },
  );
  return flags(request, { ...edgeOf().edge, plan, config: plan.config, version: 7 });
}

const answerTo = async (...asked: Parameters<typeof ask>) =>
  (await (await ask(...asked)).json()) as FlagsAnswer;

async function valuesOf(...asked: Parameters<typeof ask>): Promise<Readonly<Record<string, boolean>>> {
  const { flags: all } = await answerTo(...asked);
  return Object.fromEntries(all.map(({ flag, value }) => [flag, value]));
}

test('all flags are evaluated for the request, by name, with the reason of each', async () => {
  const { version, client, flags: all } = await answerTo('', { 'cf-connecting-ip': '192.0.2.1' });
  expect([version, client]).toEqual([7, { colo: 'LHR', country: 'GB', key: '192.0.2.1' }]);
  expect(all.map(({ flag, reason, variant }) => [flag, reason, variant])).toEqual([
    ['for-all', 'STATIC', 'on'],
    ['gold-only', 'DEFAULT', 'off'],
    ['half', 'SPLIT', expect.stringMatching(/^(on|off)$/)],
    ['in-germany', 'DEFAULT', 'off'],
    ['in-sydney', 'DEFAULT', 'off'],
    ['off', 'DISABLED', 'off'],
    ['wait-for-busy-regions', 'DEFAULT', 'on'],
  ]);
  expect(all.find(({ flag }) => flag === 'in-sydney')?.why).toBe('it is not for clients that enter at LHR');
});

test('parameters describe another client; a header is always that of the request', async () => {
  expect(await valuesOf('?colo=SYD')).toMatchObject({ 'in-sydney': true, 'in-germany': false });
  expect(await valuesOf('?country=DE')).toMatchObject({ 'in-sydney': false, 'in-germany': true });
  expect(await valuesOf('', { 'x-tier': 'gold' })).toMatchObject({ 'gold-only': true });
  expect((await answerTo('?country=DE')).client).toMatchObject({ colo: null, country: 'DE' });
});

test('a client is drawn by its name, wherever it is', async () => {
  const drawn = await Promise.all(
    Array.from({ length: 200 }, async (_, n) => {
      const [here, there] = [
        await valuesOf(`?client=user-${n}`),
        await valuesOf(`?client=user-${n}&colo=SYD`),
      ];
      expect(here.half).toBe(there.half);
      return here.half;
    }),
  );
  const on = drawn.filter(Boolean).length;
  expect(on).toBeGreaterThan(70);
  expect(on).toBeLessThan(130);
});

test('one flag is asked for by its name', async () => {
  expect((await answerTo('?flag=half&client=a')).flags).toMatchObject([{ flag: 'half' }]);
  expect((await answerTo('?flag=wait-for-busy-regions')).flags).toMatchObject([{ value: true }]);
  const table = { 'wait-for-busy-regions': { on: false } };
  expect((await answerTo('', {}, table)).flags).toMatchObject([{ value: false, reason: 'DISABLED' }]);
});

describe('is refused, with words', () => {
  test.each([
    ['?flag=haf', 404, 'no_such_flag', 'there is no flag "haf": did you mean "half"?'],
    ['?flag=', 404, 'no_such_flag', 'GET /api/flags has those that there are'],
    ['?flag=constructor', 404, 'no_such_flag', 'there is no flag "constructor"'],
    [`?flag=${'x'.repeat(4000)}`, 404, 'no_such_flag', 'there is no flag'],
    ['?colo=sydney', 400, 'bad_request', 'colo should be the code of a data center'],
    ['?country=de', 400, 'bad_request', 'country should be the ISO 3166 code'],
    ['?country=DE&country=FR', 400, 'bad_request', 'country is given 2 times'],
    ['?client=', 400, 'bad_request', 'client should be of 1 to 200 characters'],
    [`?client=${'x'.repeat(201)}`, 400, 'bad_request', 'client should be of 1 to 200 characters'],
    [
      '?clientt=a',
      400,
      'bad_request',
      'there is no parameter "clientt": it takes flag, colo, country, client',
    ],
    ['?__proto__=a', 400, 'bad_request', 'there is no parameter'],
  ])('%s', async (query, status, code, words) => {
    const response = await ask(query);
    const { error } = (await response.json()) as ErrorAnswer;
    expect([response.status, error.code]).toEqual([status, code]);
    expect(error.message).toContain(words);
    expect(error.message.length).toBeLessThan(200);
  });

  test.each([
    `?client=${'x'.repeat(200)}`,
    '?client=%00',
    '?client=%F0%9F%98%80',
    '?colo=ZZZ&country=XX',
    '?country=T1',
  ])('not %s', async (query) => {
    expect((await ask(query)).status).toBe(200);
  });
});
