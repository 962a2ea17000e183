// A canary as a sequence of steps: what is deployed when, and what is taken back if a step fails. The steps only record.

import { expect, test } from 'vitest';
import checkedIn from '../../regions/regions.json' with { type: 'json' };
import { validateConfig } from '../../regions/validate.ts';
import { type Canary, type CanarySteps, runCanary } from './canary.ts';
import { canaryRegion } from './canary-region.ts';

const CANARY: Canary = {
  region: 'weur',
  application: 'nats-weur',
  applications: ['nats-weur', 'nats-oc', 'nats-new'],
  migration: 'regions-1',
  present: {
    version: 'v1',
    migration: 'regions-1',
    images: new Map([
      ['nats-weur', 'old'],
      ['nats-oc', 'old'],
    ]),
  },
};

function recording(failing?: string): { readonly steps: CanarySteps; readonly done: string[] } {
  const done: string[] = [];
  const step = async (what: string) => {
    done.push(what);
    if (what === failing) throw new Error(`${what} broke`);
  };
  const steps: CanarySteps = {
    build: async () => {
      await step('build');
      return 'new';
    },
    deploy: (images) => step(`deploy ${[...images.values()].join(' ')}`),
    waitForRegion: () => step('wait'),
    contract: () => step('contract'),
    serveVersion: (version) => step(`serve ${version}`),
    setImage: (application, image) => step(`${application} ${image}`),
    tell: () => undefined,
  };
  return { steps, done };
}

const never = new AbortController().signal;

test('one region, the contract suite, then the others; what is not there yet is made at once', async () => {
  const { steps, done } = recording();
  await runCanary(CANARY, steps, never);
  expect(done).toEqual(['build', 'deploy new old new', 'wait', 'contract', 'deploy new new new']);
});

test('a build that fails has changed nothing, and takes nothing back', async () => {
  const { steps, done } = recording('build');
  await expect(runCanary(CANARY, steps, never)).rejects.toThrow('build broke');
  expect(done).toEqual(['build']);
});

test.each([
  ['deploy new old new', ['serve v1', 'nats-weur old']],
  ['wait', ['serve v1', 'nats-weur old']],
  ['contract', ['serve v1', 'nats-weur old']],
  ['deploy new new new', ['serve v1', 'nats-weur old', 'nats-oc old']],
] as const)('when this fails it is taken back: %s', async (failing, back) => {
  const { steps, done } = recording(failing);
  const failed = runCanary(CANARY, steps, never);
  await expect(failed).rejects.toThrow(`Canary: ${failing} broke\nTaken back: the Worker, to v1.`);
  expect(done.slice(done.indexOf(failing) + 1)).toEqual(back);
});

test('across a migration the image goes back, and it is said that the Worker does not', async () => {
  const { steps, done } = recording('contract');
  const failed = runCanary({ ...CANARY, migration: 'regions-2' }, steps, never);
  await expect(failed).rejects.toThrow(/NOT taken back: the Worker\. A migration of objects \(regions-2\)/);
  expect(done).not.toContain('serve v1');
  expect(done.at(-1)).toBe('nats-weur old');
});

test('what cannot be taken back is said, and the rest is', async () => {
  const { steps, done } = recording('contract');
  const serveVersion = async () => {
    throw new Error('Cloudflare is away');
  };
  const failed = runCanary(CANARY, { ...steps, serveVersion }, never);
  await expect(failed).rejects.toThrow(
    'NOT taken back: the Worker, to v1: Cloudflare is away\nTaken back: the image of nats-weur.',
  );
  expect(done.at(-1)).toBe('nats-weur old');
});

test('interrupted between two steps, it takes back what it did', async () => {
  const { steps, done } = recording();
  const stop = new AbortController();
  const waitForRegion = async () => stop.abort();
  const failed = runCanary(CANARY, { ...steps, waitForRegion }, stop.signal);
  await expect(failed).rejects.toThrow('Canary: it was interrupted\nTaken back: the Worker, to v1.');
  expect(done).not.toContain('contract');
});

const CONFIG = (() => {
  const result = validateConfig(checkedIn);
  if (!result.ok) throw new Error('regions.json is not valid');
  return result.config;
})();
const asleep = (...ids: readonly string[]) => ({
  ...CONFIG,
  regions: CONFIG.regions.map((each) => (ids.includes(each.id) ? { ...each, keepAwake: false } : each)),
});

test('any: one that stays awake, without JetStream if there is one', () => {
  expect(canaryRegion(CONFIG, true).id).toBe('eeur');
  expect(canaryRegion(asleep('eeur', 'apac', 'oc'), true).id).toBe('wnam');
  expect(canaryRegion(CONFIG, 'weur').id).toBe('weur');
});

test.each([
  ['wuer', 'Did you mean weur?'],
  ['oc', 'oc may sleep, so it has no server to be watched: choose wnam, enam, weur, eeur, apac.'],
] as const)('%s is no canary', (id, words) => {
  expect(() => canaryRegion(asleep('oc'), id)).toThrow(words);
});
