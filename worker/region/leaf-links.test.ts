import { expect, test } from 'vitest';
import { isLeafAddress, LeafLinks, type LeafLinksHost } from './leaf-links.ts';

function linksWith(host: Partial<LeafLinksHost> = {}, kept = new Map<string, string>()) {
  return new LeafLinks({
    env: {},
    kv: { get: (key) => kept.get(key), put: (key, value) => void kept.set(key, value) },
    wake: async () => undefined,
    refusal: () => undefined,
    dial: () => {
      throw new Error('nobody dials');
    },
    ...host,
  });
}

test('a session is admitted with the password of the latest start, also by an object that was reset', async () => {
  const kept = new Map<string, string>();
  const links = linksWith({}, kept);
  const [first, second] = [links.newPassword(), links.newPassword()];
  expect(second).not.toBe(first);
  for (const each of [links, linksWith({}, kept)])
    expect(await each.admit()).toEqual({ kind: 'admitted', password: second });
});

test('the region is woken for it', async () => {
  let wakes = 0;
  const links = linksWith({
    wake: async () => {
      wakes += 1;
      return undefined;
    },
  });
  links.newPassword();
  await links.admit();
  expect(wakes).toBe(1);
});

test.each<[string, Partial<LeafLinksHost>, RegExp]>([
  ['that is drained', { wake: async () => 'it is drained' }, /^it is drained$/],
  ['that is up and takes nobody', { refusal: () => 'streams are being restored' }, /restored/],
  ['that does not start', { wake: () => Promise.reject(new Error('no host')) }, /no host/],
  ['with an operator', { env: { NATS_OPERATOR_JWT: 'eyJ' } }, /below an operator/],
])('a region %s says why not', async (_what, host, reason) => {
  const links = linksWith(host);
  links.newPassword();
  expect(await links.admit()).toEqual({ kind: 'refused', reason: expect.stringMatching(reason) });
});

test('a server that was started before there were such links takes none', async () => {
  expect(await linksWith().admit()).toMatchObject({ kind: 'refused' });
});

test.each([
  ['weur:7422', true],
  ['eeur.weur:6222', false],
  ['weur:17422', false],
  ['', false],
  [undefined, false],
])('%j as the address that was dialled: %s', (address, isLeaf) => {
  expect(isLeafAddress(address)).toBe(isLeaf);
});
