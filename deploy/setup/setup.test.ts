// What a set-up makes of its answers, without a file: the configuration, wrangler.toml and the secrets.

import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { GENERATED_FILES } from '../../cli/generated-files.ts';
import { type Deployed, deployedFrom } from './deployed.ts';
import { domainIn, domainProblem, withDomain } from './domain.ts';
import { withAnswers } from './edit-regions.ts';
import { PLACES } from './places.ts';
import { planSetup, REGIONS_PATH } from './plan.ts';
import { nextCommands, nextText } from './plan-text.ts';
import { SECRETS_FILE, withSecrets } from './secrets-file.ts';

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
const REGIONS = await read(REGIONS_PATH);
const WRANGLER = await read('wrangler.toml');
const TEXTS = new Map(
  await Promise.all(
    [REGIONS_PATH, ...GENERATED_FILES].map(async (path) => [path, await read(path)] as const),
  ),
);

const plan = (answers: Parameters<typeof planSetup>[1]) => planSetup(TEXTS, answers, () => 'made');
const regionsOf = (text: string) => JSON.parse(text).regions as Record<string, unknown>[];

test('the places are the regions that are checked out', () => {
  const checkedIn = regionsOf(REGIONS).map(({ id, name, hint, placement, latitude, longitude }) => ({
    ...{ id, name, hint, placement, latitude, longitude },
  }));
  expect(PLACES).toEqual(checkedIn);
});

test('nothing asked for: nothing would be written', () => {
  expect(plan({})).toMatchObject({ files: [], changes: [], domain: null });
});

test('regions that stay, JetStream among them: the rest of the file keeps its form', () => {
  const text = withAnswers(REGIONS, { regions: ['wnam', 'enam', 'weur'] });
  expect(regionsOf(text).map(({ id }) => id)).toEqual(['wnam', 'enam', 'weur']);
  expect(REGIONS.startsWith(text.slice(0, text.indexOf('"weur"')))).toBe(true);
  expect(plan({ regions: ['wnam', 'enam', 'weur'] }).notes.join()).toContain(
    'If an edge is deployed already, deploying it there DELETES NatsEeur, NatsApac, NatsOc',
  );
});

test('a region that was taken out comes back, for the linter too', () => {
  const fewer = withAnswers(REGIONS, { regions: ['wnam', 'enam', 'weur'] });
  const text = withAnswers(fewer, { regions: ['wnam', 'enam', 'weur', 'oc'] });
  expect(text).toContain(
    '"id": "oc",\n      "name": "Oceania",\n      "hint": "oc",\n      "placement": ["OC", "APAC"],',
  );
  expect(regionsOf(text).at(-1)).toEqual(regionsOf(REGIONS).find(({ id }) => id === 'oc'));
});

test('the default region goes with its region, and external regions stay', () => {
  const external = { id: 'ngs', kind: 'external', url: 'wss://a.example', latitude: 1, longitude: 1 };
  const file = JSON.parse(REGIONS);
  const text = JSON.stringify({ ...file, regions: [external, ...file.regions] });
  const edited = JSON.parse(withAnswers(text, { regions: ['weur'], jetstream: [] }));
  expect(edited.regions.map(({ id }: { readonly id: string }) => id)).toEqual(['ngs', 'weur']);
  expect(edited.defaultRegion).toBeUndefined();
});

test('JetStream in other regions: those wake up and grow, and the ones before let go', () => {
  const sleeping = withAnswers(REGIONS, { awake: ['wnam', 'enam', 'weur'] });
  const byId = new Map(
    regionsOf(withAnswers(sleeping, { jetstream: ['eeur', 'apac', 'oc'] })).map((each) => [each.id, each]),
  );
  expect(byId.get('oc')).toMatchObject({ jetstream: true, keepAwake: true, instanceType: 'standard-1' });
  expect(byId.get('weur')).toMatchObject({ keepAwake: true, instanceType: 'standard-1' });
  expect(byId.get('weur')).not.toHaveProperty('jetstream');
});

test.each([
  ['too few for JetStream', { regions: ['wnam', 'weur'] }, 'regions:'],
  ['JetStream that may sleep', { awake: ['enam'] }, 'keepAwake'],
  ['an Access application that is none', { operators: { team: 'me', audience: 'x' } }, 'accessTeamDomain'],
] as const)('%s is refused in words', (_what, answers, words) => {
  expect(() => plan(answers)).toThrow(words);
  expect(() => plan(answers)).toThrow('Nothing was written: these answers do not go together.');
});

test.each([
  ['nats.example.com', undefined],
  ['a.co', undefined],
  ['https://nats.example.com/', 'write nats.example.com.'],
  ['NATS.example.com', 'write nats.example.com.'],
  ['nats.münchen.example', 'write nats.xn--mnchen-3ya.example.'],
  ['*.example.com', 'is a wildcard'],
  ['meridian.me.workers.dev', "is Cloudflare's own"],
  ['10.0.0.1', 'is an address'],
  ['localhost', 'is no name of a host'],
  ['-a.example.com', 'is no name of a host'],
  [`${'a'.repeat(63)}.example.com`, undefined],
  [`${'a'.repeat(64)}.example.com`, 'is no name of a host'],
] as const)('the domain %s', (text, words) => {
  if (words === undefined) expect(domainProblem(text)).toBeUndefined();
  else expect(domainProblem(text)).toContain(words);
});

test('a domain is set, moved and taken out again, and the rest of wrangler.toml stays', () => {
  const set = withDomain(WRANGLER, 'nats.example.com');
  expect(domainIn(set)).toBe('nats.example.com');
  expect(set.indexOf('workers_dev')).toBeLessThan(set.indexOf('[triggers]'));
  expect(withDomain(set, 'a.example.com')).toBe(set.replace('nats.example.com', 'a.example.com'));
  expect(withDomain(set, null)).toBe(WRANGLER);
  expect(domainIn(WRANGLER)).toBeNull();
});

test("routes of somebody's own are left alone", () => {
  const own = `workers_dev = false\nroutes = []\n${WRANGLER}`;
  expect(() => withDomain(own, 'a.example.com')).toThrow(
    'wrangler.toml has routes and workers_dev of its own',
  );
  expect(withDomain(own, null)).toBe(own);
});

test('secrets are made once; what is there stays', () => {
  let count = 0;
  const random = () => `made${++count}`;
  const first = withSecrets(undefined, { clients: 'token', operators: 'tokens' }, random);
  expect(first.text).toContain('\nNATS_TOKEN=made1\nMERIDIAN_ADMIN_TOKEN=made2\nMERIDIAN_READ_TOKEN=made3\n');
  const again = withSecrets(first.text, { clients: 'token', operators: 'tokens' }, random);
  expect(again).toEqual({ text: first.text, added: [], removed: [] });
  const mine = `${first.text}MINE=1\n`;
  const other = withSecrets(mine, { clients: 'password' }, random);
  expect(other).toMatchObject({ added: ['NATS_USER', 'NATS_PASSWORD'], removed: ['NATS_TOKEN'] });
  expect(other.text).toMatch(/MERIDIAN_READ_TOKEN=made3\nMINE=1\nNATS_USER=meridian\nNATS_PASSWORD=made4\n$/);
  expect(withSecrets(undefined, {}, random).text).toBeUndefined();
});

test('what wrangler says of the secrets at the edge', () => {
  expect(deployedFrom(true, '[{"name":"NATS_TOKEN","type":"secret_text"}]', '')).toEqual(['NATS_TOKEN']);
  expect(deployedFrom(true, '[]', '')).toEqual([]);
  expect(deployedFrom(true, 'something else', '')).toBe('unknown');
  expect(deployedFrom(false, '', 'ERROR Worker "meridian" not found.')).toBe('none');
  expect(deployedFrom(false, '', 'it is necessary to set a CLOUDFLARE_API_TOKEN')).toBe('unknown');
});

test('secrets that are made anew are said to replace those of an edge, and what that does to whom', () => {
  const notes = (deployed: Deployed, texts = TEXTS) =>
    planSetup(texts, { clients: 'token', operators: 'tokens' }, () => 'made', deployed).notes.join('\n');
  expect(notes('none')).not.toContain('replaces');
  expect(notes('unknown')).toMatch(
    /If an edge is deployed already.* replaces its NATS_TOKEN\. .*are refused/,
  );
  expect(notes('unknown')).toMatch(
    /replaces its MERIDIAN_ADMIN_TOKEN and MERIDIAN_READ_TOKEN, .*refused at once/,
  );
  expect(notes(['NATS_TOKEN'])).toMatch(/^There is an edge with others.*rotate NATS_TOKEN/m);
  expect(notes(['NATS_TOKEN'])).not.toContain('MERIDIAN_ADMIN_TOKEN');
  expect(notes(['NATS_USER', 'NATS_PASSWORD'])).toContain(
    'NATS_USER is deployed. Servers refuse to start with both: npx wrangler secret delete NATS_USER.',
  );
  const kept = new Map([
    ...TEXTS,
    [SECRETS_FILE, 'NATS_TOKEN=a\nMERIDIAN_ADMIN_TOKEN=b\nMERIDIAN_READ_TOKEN=c\n'],
  ]);
  expect(notes(['NATS_TOKEN', 'MERIDIAN_ADMIN_TOKEN'], kept)).not.toContain('replaces');
});

test('what comes next has the address and the file of secrets, if there is one', () => {
  const all = plan({ domain: 'nats.example.com', clients: 'token' });
  expect(all.files.find(({ path }) => path === SECRETS_FILE)).toMatchObject({ mode: 0o600 });
  expect(nextText(all)).toContain('MERIDIAN_URL=https://nats.example.com');
  const commands = nextCommands(all).map(({ command }) => command);
  expect(commands).toContain('npm run deploy -- -- --secrets-file .secrets.env');
  expect(nextText(plan({}))).not.toContain('--secrets-file');
  expect(nextText(plan({ clients: 'token' }))).toContain('MERIDIAN_NATS_TOKEN=');
  expect(nextText(plan({ clients: 'password' }))).toContain('MERIDIAN_NATS_USER=');
});
