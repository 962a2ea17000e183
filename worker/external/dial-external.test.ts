import { expect, test } from 'vitest';
import { type ExternalRegion, externalRegions } from '../../regions/config.ts';
import { externalRegion } from '../../test/support/data/external-region.ts';
import { configOf, region } from '../../test/support/data/sample-config.ts';
import { dialExternal } from './dial-external.ts';

const [office] = externalRegions(configOf([region('weur'), externalRegion()])) as readonly [ExternalRegion];

const refusedWith = (status: number, client: Headers | undefined) =>
  dialExternal(
    office,
    { fetch: async () => new Response('no', { status }), secretOf: () => undefined },
    client,
    new AbortController().signal,
  );

test.each([
  [
    'a 403 to a client may be for what it sent',
    403,
    new Headers({ origin: 'https://elsewhere.example.com' }),
    true,
  ],
  ['a 403 to the edge itself is not for what a client sent', 403, undefined, false],
  ['a 500 to a client says something of the region', 500, new Headers(), false],
] as const)('%s', async (_what, status, client, isSo) => {
  await expect(refusedWith(status, client)).rejects.toMatchObject({ isOfTheClient: isSo });
});
