// External regions on the local stack: real nats-servers of somebody else, killed under clients and replaced by what is none.

import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { freePort, LOOPBACK } from '../../local/listen.ts';
import { validateConfig } from '../../regions/validate.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { connectFrom } from '../support/client.ts';
import { temporaryFolder } from '../support/command-process.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cfOf, type Place, standingIn } from '../support/data/places.ts';
import {
  doorAt,
  makeCertificates,
  muteAt,
  natsServerAt,
  type OtherServer,
  speakerAt,
  tlsAt,
  webServerAt,
} from '../support/external-servers.ts';
import { useStack } from '../support/file-stack.ts';
import { rawUpgrade } from '../support/raw-upgrade.ts';
import { runRegions } from '../support/regions-command.ts';

const FRANKFURT: Place = {
  ...{ city: 'Frankfurt', colo: 'FRA', country: 'DE', latitude: 50.1, longitude: 8.7 },
  region: 'office',
};
const AUTHORIZATION = 'Bearer the secret of the vault';
const SEEN_WITHIN = { timeoutMs: 20_000, pollMs: 200 };

const officePort = await freePort();
const vaultPort = await freePort();
const innerPort = await freePort();

const folder = await temporaryFolder();
const certificates = await makeCertificates(folder);
// Read when the stack loads miniflare, as Node reads it.
process.env.NODE_EXTRA_CA_CERTS = certificates.authority;

const own = configOf(['weur', 'oc']);
const where = { latitude: FRANKFURT.latitude, longitude: FRANKFURT.longitude };
const validated = validateConfig({
  ...own,
  doors: { leafnode: true, mqtt: false },
  regions: [
    ...own.regions,
    { id: 'office', kind: 'external', url: `ws://${LOOPBACK}:${officePort}`, ...where },
    // In reserve, so that only those come who ask for it.
    {
      ...{ id: 'vault', kind: 'external', url: `wss://localhost:${vaultPort}/nats`, ...where },
      ...{ secret: 'MERIDIAN_EXTERNAL_VAULT', priority: 9 },
    },
  ],
});
if (!validated.ok) throw new Error(JSON.stringify(validated.problems));

const running = useStack(validated.config, {
  auth: { secrets: { MERIDIAN_EXTERNAL_VAULT: `Authorization: ${AUTHORIZATION}` }, login: {} },
});

let office: OtherServer;
let undo = new AsyncDisposableStack();

const startOffice = async (more?: string) => {
  office = await natsServerAt(officePort, 'office-1', more);
};

beforeAll(() => startOffice());
afterEach(async () => {
  const done = undo;
  undo = new AsyncDisposableStack();
  await done.disposeAsync();
});
afterAll(async () => {
  await office.close();
  await rm(folder, { recursive: true, force: true });
});

const viewOf = async (id: string) => {
  const found = (await running.stack.regions()).find((region) => region.id === id);
  if (found === undefined) throw new Error(`there is no region ${id}`);
  return found;
};

const untilState = (id: string, state: string) =>
  waitFor(`${id} to be ${state}`, SEEN_WITHIN, async () => {
    const view = await viewOf(id);
    return view.state === state ? view : undefined;
  });

/** What is told of a moment before is true for a few seconds more. */
const untilTold = (id: string, words: RegExp) =>
  waitFor(`${id} to be told as it is`, SEEN_WITHIN, async () => {
    const view = await viewOf(id);
    return view.state === 'unreachable' && words.test(view.problem ?? '') ? view : undefined;
  });

const clientIn = async (place: Place = FRANKFURT, headers: Readonly<Record<string, string>> = {}) => {
  const client = await connectFrom(running.stack.url, place, { headers });
  undo.defer(() => client.close());
  return client;
};

const regionOf = (headers: Readonly<Record<string, string>>) => headers['x-nats-region'];

/** Has the office's server replaced by something else for one test. */
async function inPlaceOfOffice(start: () => Promise<OtherServer>): Promise<void> {
  await office.close();
  const other = await start();
  undo.defer(async () => {
    await other.close();
    await startOffice();
    await untilState('office', 'up');
  });
}

async function set(...assignments: readonly string[]): Promise<void> {
  const { code, err } = await runRegions(['set', ...assignments, '--yes', '--message', 'try'], {
    edge: running.stack,
  });
  if (code !== 0) throw new Error(err);
}

test('it is listed with what is known of it, and with nothing else', async () => {
  expect(await untilState('office', 'up')).toEqual({
    ...{ id: 'office', name: 'office', kind: 'external', enabled: true, ...where },
    ...{ region: 'office', state: 'up', since: expect.any(Number), clients: null },
    serverVersion: expect.stringMatching(/^2\./),
  });
  const { links } = await running.stack.api.mesh();
  expect(links.map(({ a, b }) => `${a}-${b}`)).toEqual(['oc-weur']);
  expect((await running.stack.api.health()).regions).toContain('office');
  const metrics = await waitFor('metrics', SEEN_WITHIN, async () => {
    const answer = await fetch(`${running.stack.url}/metrics`, {
      headers: { authorization: `Bearer ${running.stack.adminToken}` },
    });
    return answer.ok ? answer.text() : undefined;
  });
  expect(metrics).toContain('meridian_region_state{region="office",state="up"} 1');
  expect(metrics).toContain('meridian_external_look_seconds{region="office"}');
  expect(metrics).not.toMatch(/meridian_region_clients\{region="office"/);
  const checks = (await running.stack.api.inspection()).checks.flatMap(({ findings }) => findings);
  expect(checks.filter(({ region }) => region === 'office')).toEqual([]);
});

test('who is near is sent there, and those who are there hear each other', async () => {
  await untilState('office', 'up');
  const [one, other] = [await clientIn(), await clientIn()];
  expect([one.region, other.region]).toEqual(['office-1', 'office-1']);
  expect(regionOf(one.upgradeHeaders)).toBe('office');
  other.nats.subscribe('hello', { callback: (_, message) => void message.respond('from there') });
  await other.nats.flush();
  expect((await one.nats.request('hello', '', { timeout: 2_000 })).string()).toBe('from there');
});

test('when it is killed its clients are in the next region, and new ones come back once it is there again', async () => {
  await untilState('office', 'up');
  const client = await clientIn();
  expect(client.region).toBe('office-1');
  const killedAt = Date.now();
  await office.close();
  await waitFor('it to be elsewhere', SEEN_WITHIN, () => client.region === 'weur');
  console.log(
    `a client was in the next region ${Date.now() - killedAt} ms after its external one was killed`,
  );
  expect((await untilTold('office', /nothing takes connections at its address/)).clients).toBeNull();
  await startOffice();
  await untilState('office', 'up');
  await waitFor('a new client to be there', SEEN_WITHIN, async () => {
    await using comer = await connectFrom(running.stack.url, FRANKFURT);
    return comer.region === 'office-1';
  });
  await running.stack.engine.beginOutage('nats-weur');
  undo.defer(() => running.stack.engine.endOutage('nats-weur'));
  await waitFor('it to be taken by the external region', SEEN_WITHIN, () => client.region === 'office-1');
});

test('it is dialled, drained and undrained by the configuration, and neither started nor stopped', async () => {
  await untilState('office', 'up');
  const stays = await clientIn();
  await set('office.dial=0');
  await waitFor('new ones to be elsewhere', SEEN_WITHIN, async () => {
    await using comer = await connectFrom(running.stack.url, FRANKFURT);
    return comer.region === 'weur';
  });
  expect(stays.region).toBe('office-1');
  await set('office.dial=100');
  const drained = await runRegions(['drain', 'office', '--yes'], { edge: running.stack });
  expect(drained).toMatchObject({ code: 0, out: expect.stringContaining('stay until they leave') });
  await untilState('office', 'draining');
  await waitFor('new ones to be elsewhere', SEEN_WITHIN, async () => {
    await using comer = await connectFrom(running.stack.url, FRANKFURT);
    return comer.region === 'weur';
  });
  await stays.nats.flush();
  expect(stays.region).toBe('office-1');
  const waits = await runRegions(['drain', 'office', '--yes', '--wait'], { edge: running.stack });
  expect(waits).toMatchObject({ code: 1, err: expect.stringContaining('without --wait') });
  for (const operation of ['wake', 'stop'] as const)
    await expect(running.stack.api.operate('office', operation)).rejects.toThrow(/not started or stopped/);
  const restart = await runRegions(['restart', 'office', '--yes'], { edge: running.stack });
  expect(restart.out + restart.err).toContain('it is external');
  await runRegions(['undrain', 'office', '--yes'], { edge: running.stack });
  await untilState('office', 'up');
});

test('a forecast says that it does not know its clients, and no limit of it is invented', async () => {
  const { config } = await running.stack.api.config();
  const regions = config.regions.map((each) => (each.id === 'office' ? { ...each, dial: 50 } : each));
  const { forecast } = await running.stack.api.dryRun({ ...config, regions });
  expect(forecast.limits).toEqual([]);
  expect(JSON.stringify(forecast)).not.toContain('"region":"office","clients":0');
});

describe('what is at its address and is none', () => {
  const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi';
  // Each is met by clients of a data center that has not seen the region before.
  test.each<[string, string, () => Promise<OtherServer>, RegExp]>([
    ['a web server', 'MUC', () => webServerAt(officePort, OK), /answered 200 in place of 101/],
    [
      'a server that closes after INFO',
      'HAM',
      () => speakerAt(officePort, 'INFO {"version":"2.15.1"}\r\n'),
      /closes after INFO \(1008 not you\)/,
    ],
    [
      'a server that asks for TLS',
      'DUS',
      () => speakerAt(officePort, 'INFO {"tls_required":true}\r\n'),
      /asks for TLS in its INFO/,
    ],
    ['another kind of server', 'STR', () => speakerAt(officePort, 'hello'), /does not begin with INFO/],
    ['a server that does not speak', 'TXL', () => muteAt(officePort), /did not answer within/],
  ])('%s is told in words, and clients go elsewhere', async (_what, colo, start, words) => {
    await inPlaceOfOffice(start);
    await untilTold('office', words);
    const listed = await runRegions(['list'], { edge: running.stack });
    expect(listed.out.replaceAll(/\s+/g, ' ')).toMatch(words);
    const { others } = await running.stack.api.health();
    expect(others.find(({ region }) => region === 'office')?.reason).toMatch(words);
    await waitFor('clients to be elsewhere', SEEN_WITHIN, async () => {
      const comer = await rawUpgrade(running.stack.url, standingIn(cfOf({ ...FRANKFURT, colo })));
      comer.socket?.destroy();
      return comer.headers['x-nats-region'] === 'weur';
    });
    // The record of a decision says why, whether the client tried it or was told before.
    await waitFor('the decision to say why', SEEN_WITHIN, async () => {
      const routed = await runRegions(['route', colo], { edge: running.stack });
      return words.test(routed.out.replaceAll(/\s+/g, ' '));
    });
  });

  test('a page whose origin it does not take goes elsewhere, and keeps nobody from it', async () => {
    const origins = `websocket { host: ${LOOPBACK}, port: ${officePort}, no_tls: true, allowed_origins: ["http://127.0.0.1"] }`;
    await inPlaceOfOffice(() => natsServerAt(officePort, 'office-2', origins));
    await untilState('office', 'up');
    const nuremberg = standingIn(cfOf({ ...FRANKFURT, colo: 'NUE' }));
    const comes = async (origin: string) => {
      const comer = await rawUpgrade(running.stack.url, { ...nuremberg, origin });
      comer.socket?.destroy();
      return comer.headers['x-nats-region'];
    };
    await waitFor(
      'clients to be there',
      SEEN_WITHIN,
      async () => (await comes('http://127.0.0.1')) === 'office',
    );
    for (let count = 0; count < 10; count += 1) {
      expect(await comes('http://localhost')).toBe('weur');
      expect(await comes('http://127.0.0.1')).toBe('office');
    }
  });

  test('who wants no other region is told why it does not get this one', async () => {
    await inPlaceOfOffice(() => webServerAt(officePort, OK));
    const refused = await rawUpgrade(running.stack.url, {
      ...standingIn(cfOf(FRANKFURT)),
      'x-nats-force-region': 'office',
    });
    expect(refused).toMatchObject({
      status: 503,
      body: expect.stringContaining('answered 200 in place of 101'),
    });
  });

  test('a redirect is not followed', async () => {
    const elsewhere = await webServerAt(innerPort, OK);
    undo.defer(elsewhere.close);
    const moved = `HTTP/1.1 301 Moved\r\nlocation: http://${LOOPBACK}:${innerPort}/\r\ncontent-length: 0\r\n\r\n`;
    await inPlaceOfOffice(() => webServerAt(officePort, moved));
    await untilTold('office', /301 and redirects/);
    expect(elsewhere.asked).toEqual([]);
  });
});

describe('TLS and secrets', () => {
  const forced = { 'x-nats-force-region': 'vault' };
  const headers = () => ({ ...standingIn(cfOf(FRANKFURT)), ...forced, cookie: 'CF_Authorization=mine' });

  test('the secret reaches its door and no client, and no cookie of the edge reaches it', async () => {
    const behind = await freePort();
    const nats = await natsServerAt(behind, 'vault-1');
    const door = await doorAt(innerPort, behind, AUTHORIZATION);
    const tls = await tlsAt(vaultPort, innerPort, certificates.trusted);
    for (const each of [nats, door, tls]) undo.defer(each.close);
    await untilState('vault', 'up');
    const client = await clientIn(FRANKFURT, forced);
    expect(client.region).toBe('vault-1');
    door.asked.length = 0;
    const { status, socket, headers: received } = await rawUpgrade(running.stack.url, headers());
    socket?.destroy();
    expect(status).toBe(101);
    expect(door.asked[0]).toMatchObject({ url: '/nats', headers: { authorization: AUTHORIZATION } });
    expect(door.asked[0]?.headers).not.toHaveProperty('cookie');
    expect(JSON.stringify(received)).not.toContain('the secret');
    const shown = await Promise.all([running.stack.regions(), running.stack.api.config()]);
    expect(JSON.stringify(shown)).not.toContain('the secret');
  });

  test.each([
    ['a certificate of nobody', (inner: number) => tlsAt(vaultPort, inner, certificates.unknown)],
    ['no TLS', (inner: number) => doorAt(vaultPort, inner, AUTHORIZATION)],
  ])('%s is told in words', async (_what, start) => {
    const behind = await freePort();
    const nats = await natsServerAt(behind, 'vault-1');
    const front = await start(behind);
    for (const each of [nats, front]) undo.defer(each.close);
    const refused = await rawUpgrade(running.stack.url, headers());
    expect(refused).toMatchObject({
      status: 503,
      body: expect.stringContaining('its certificate is not valid'),
    });
    await untilTold('vault', /its certificate is not valid/);
  });
});

describe('a leaf link between the mesh and the external region', () => {
  const leafOf = () =>
    `leafnodes { remotes: [ { urls: ["${running.stack.url.replace('http', 'ws')}/leafnode"] } ] }`;

  test('carries messages both ways, before and after clients have moved', { timeout: 120_000 }, async () => {
    await office.close();
    await startOffice(leafOf());
    undo.defer(async () => {
      await set('office.dial=100');
      await office.close();
      await startOffice();
      await untilState('office', 'up');
    });
    await untilState('office', 'up');
    // The leaf node is never sent to an external region, though that is the nearest.
    await waitFor('their server to have joined the mesh', SEEN_WITHIN, async () => {
      const regions = await running.stack.regions();
      return regions.some(({ id, leafs = 0 }) => id === 'weur' && leafs === 1);
    });
    await waitFor('clients to be there', SEEN_WITHIN, async () => {
      await using comer = await connectFrom(running.stack.url, FRANKFURT);
      return comer.region === 'office-1';
    });
    const [mover, there] = [await clientIn(), await clientIn()];
    const here = await clientIn({
      ...FRANKFURT,
      colo: 'SYD',
      country: 'AU',
      latitude: -33.9,
      longitude: 151.2,
    });
    expect([mover.region, there.region, here.region]).toEqual(['office-1', 'office-1', 'oc']);
    here.nats.subscribe('to.mesh', { callback: (_, message) => void message.respond('mesh') });
    there.nats.subscribe('to.office', { callback: (_, message) => void message.respond('office') });
    await Promise.all([here.nats.flush(), there.nats.flush()]);
    const ask = (from: typeof here, subject: string) =>
      waitFor(`an answer to ${subject}`, SEEN_WITHIN, async () =>
        (await from.nats.request(subject, '', { timeout: 1_000 })).string(),
      );
    expect([await ask(there, 'to.mesh'), await ask(here, 'to.office')]).toEqual(['mesh', 'office']);
    // Each once, without another try. Right after a move a reply may find no way yet: NATS delivers at most once.
    const answers: string[] = [];
    const missed: number[] = [];
    for (let count = 0; count < 200; count += 1) {
      if (count === 50) await set('office.dial=0');
      if (count === 100) await mover.nats.reconnect();
      for (const subject of ['to.mesh', 'to.office'])
        await mover.nats.request(subject, '', { timeout: 2_000 }).then(
          (answer) => answers.push(answer.string()),
          () => missed.push(count),
        );
    }
    console.log(
      `${answers.length} of 400 requests of a client that moved were answered, not at ${missed.join()}`,
    );
    expect(missed.filter((count) => count !== 100)).toEqual([]);
    expect(new Set(answers)).toEqual(new Set(['mesh', 'office']));
    expect(mover.region).toBe('weur');
    expect(there.region).toBe('office-1');
  });
});
