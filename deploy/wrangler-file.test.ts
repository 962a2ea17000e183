// wrangler.toml as deploys read it, and with other images.

import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { imageTag } from './canary/image-tag.ts';
import { withDomain } from './setup/domain.ts';
import { readWranglerFile, withImages } from './wrangler-file.ts';

const FILE = await readFile(new URL('../wrangler.toml', import.meta.url), 'utf8');

test('what is in the checked-in file', () => {
  expect(readWranglerFile(FILE)).toMatchObject({
    ...{ worker: 'meridian', domains: [], bucket: 'meridian-backups', migration: 'rollouts-1' },
    containers: expect.arrayContaining(['nats-verify', 'nats-weur', 'session-server']),
  });
  expect(readWranglerFile(withDomain(FILE, 'nats.example.com')).domains).toEqual(['nats.example.com']);
});

test('an image of each container, and nothing else', () => {
  const { containers } = readWranglerFile(FILE);
  const all = withImages(FILE, new Map(containers.map((name) => [name, `r/m:${name}`])));
  expect([...all.matchAll(/^image = "(.*)"$/gm)].map(([, image]) => image)).toEqual(
    containers.map((name) => `r/m:${name}`),
  );
  expect(all.replaceAll(/^image = .*$/gm, 'image = "./container/Dockerfile"')).toBe(FILE);
  const one = withImages(FILE, new Map([['nats-weur', 'new']]));
  expect(one.split('\n').filter((line) => !FILE.includes(line))).toEqual(['image = "new"']);
});

test('the tag of the image is that of its sources', async () => {
  const folder = new URL('../container', import.meta.url).pathname;
  const tag = await imageTag(folder);
  expect(tag).toMatch(/^[0-9a-f]{16}$/);
  expect(await imageTag(folder)).toBe(tag);
  expect(await imageTag(new URL('../regions', import.meta.url).pathname)).not.toBe(tag);
});
