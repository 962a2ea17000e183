// Values that were stored before each write had an id: they are read, replaced by compare-and-set, and then have one.

import { writeFile } from 'node:fs/promises';
import { AwsClient } from 'aws4fetch';
import { expect, test } from 'vitest';
import { bytes, useStatePlaces } from '../test/support/state-places.ts';
import { ACCESS_KEY, SECRET_KEY } from '../test/support/state-stores.ts';
import type { StateBackend } from './backend.ts';
import { StateConflictError } from './errors.ts';

const places = useStatePlaces();

/** Puts a value there as it was put before. */
const PUTS = {
  R2: async (url: string) => {
    const path = new URL(url).href.replace('r2://', '');
    const client = new AwsClient({
      ...{ accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
      ...{ service: 's3', region: 'auto' },
    });
    const { ok } = await client.fetch(`${places.stores.s3}/${path}/a`, { method: 'PUT', body: 'one' });
    expect(ok).toBe(true);
  },
  file: (url: string) => writeFile(new URL(`${url}/a`), 'one'),
};

test.each(['R2', 'file'] as const)('%s', async (kind) => {
  const url = await places.urls[kind]();
  await PUTS[kind](url);
  const state: StateBackend = await places.at(url);
  const found = await state.load('a');
  expect(found?.value).toEqual(bytes('one'));
  const other = await state.store('a', bytes('two'), found?.etag ?? null);
  await state.store('a', bytes('one'), other);
  await expect(state.store('a', bytes('three'), found?.etag ?? null)).rejects.toThrow(StateConflictError);
  expect((await state.load('a'))?.value).toEqual(bytes('one'));
});
