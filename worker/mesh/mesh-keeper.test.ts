import { describe, expect, test, vi } from 'vitest';
import { STABLE_LINK_MS } from '../backoff.ts';
import { concatenated } from '../s2/bytes.ts';
import { STREAM_IDENTIFIER } from '../s2/chunks.ts';
import { READABLE_LINK_MS } from './compression-attempts.ts';
import {
  HEARD_WITHIN_MS,
  MAX_SOCKETS,
  type MeshHost,
  MeshKeeper,
  type MeshOptions,
  TURN_MS,
} from './mesh-keeper.ts';
import { refusalLine } from './route-handshake.ts';
import type { ByteChannel } from './splice.ts';
import { turnOf } from './topology.ts';
import type { TransportSetting } from './transport.ts';

/** `enam` dials `weur`, and is dialled by `apac`. */
const REGIONS = ['apac', 'enam', 'weur'];
const START = 1_000_000;

/** A little longer than a link may be up without a route in the server. */
const GRACE_MS = 5_000;

test('a server that comes up dials those that are its own to dial and tells the others', async () => {
  const { mesh, host } = makeMesh();
  mesh.serverUp();
  await eventually(() => expect(linkOf(mesh)).toMatchObject({ peer: 'weur', state: 'up' }));
  expect(host.dialPeer.mock.calls).toEqual([['weur', 'connect']]);
  expect(host.announceTo.mock.calls).toEqual([['apac']]);
});

test('before its server is up a region dials and tells no one', () => {
  const { mesh, host } = makeMesh();
  mesh.peerUp('weur');
  mesh.reconcile(new Set());
  expect(host.dialPeer).not.toHaveBeenCalled();
  expect(host.announceTo).not.toHaveBeenCalled();
  expect(mesh.reports()).toEqual([]);
});

test('an announcement that fails is reported with the peer it was for', async () => {
  const failure = new Error('the object was reset');
  const { mesh, host } = makeMesh({ announceTo: async () => Promise.reject(failure) });
  mesh.serverUp();
  await eventually(() => expect(host.onFailure).toHaveBeenCalledWith('apac', failure));
});

test('it is linked once all that are up are connected: those that sleep or do not answer are not waited for', async () => {
  const answer = Promise.withResolvers<boolean>();
  const { mesh } = makeMesh({ announceTo: () => answer.promise });
  mesh.serverUp();
  await eventually(() => expect(linkOf(mesh)?.state).toBe('up'));
  const isLinked = (...connected: string[]) => mesh.isLinked((region) => connected.includes(region));
  expect([isLinked(), isLinked('weur'), isLinked('weur', 'apac')]).toEqual([false, false, true]);
  answer.resolve(false);
  await eventually(() => expect(isLinked('weur')).toBe(true));
  expect(isLinked('apac')).toBe(false);
});

test.each([
  ['sleeps', { greeting: refusalLine('asleep') }],
  [
    'cannot be reached',
    {
      dialPeer: () => {
        throw new Error('no');
      },
    },
  ],
])('it does not wait for a peer that %s', async (_, fakes) => {
  const { mesh } = makeMesh({ ...fakes, announceTo: () => Promise.reject(new Error('no')) });
  mesh.serverUp();
  await eventually(() => expect(mesh.isLinked(() => false)).toBe(true));
  mesh.serverDown();
});

test('a dial that throws is a failed try, not an exception', async () => {
  const failure = new Error('region weur is not in the configuration');
  const { mesh, host } = makeMesh({
    dialPeer: () => {
      throw failure;
    },
  });
  mesh.serverUp();
  await eventually(() => expect(host.onFailure).toHaveBeenCalledWith('weur', failure));
  expect(linkOf(mesh)?.state).toBe('down');
  mesh.serverDown();
});

test('a server that goes takes its links with it', async () => {
  const { mesh, peers } = makeMesh();
  mesh.serverUp();
  await eventually(() => expect(linkOf(mesh)?.state).toBe('up'));
  mesh.serverDown();
  expect(mesh.reports()).toEqual([]);
  await eventually(() => expect(peers[0]?.isClosed()).toBe(true));
});

test('a server that comes up anew drops the links of its earlier life', async () => {
  const { mesh, peers } = makeMesh();
  mesh.serverUp();
  await eventually(() => expect(linkOf(mesh)?.state).toBe('up'));
  mesh.serverUp();
  await eventually(() => expect(peers[0]?.isClosed()).toBe(true));
  await eventually(() => expect(linkOf(mesh)?.state).toBe('up'));
  expect(peers).toHaveLength(2);
  expect(mesh.reports()).toHaveLength(1);
});

test('two that must not be linked are not, until they may be and the link is retried', async () => {
  const { mesh, host } = makeMesh();
  host.whyNotLink.mockResolvedValue('not yet');
  mesh.serverUp();
  await eventually(() => expect(linkOf(mesh)?.state).toBe('down'));
  expect(host.dialPeer).not.toHaveBeenCalled();
  host.whyNotLink.mockResolvedValue(undefined);
  host.announceTo.mockClear();
  await mesh.retry();
  await eventually(() => expect(linkOf(mesh)?.state).toBe('up'));
  expect(host.announceTo).toHaveBeenCalledWith('apac');
});

test('a peer that sleeps is dialled again when it says that it is up', async () => {
  const { mesh, host, peers } = makeMesh({ greeting: refusalLine('asleep') });
  mesh.serverUp();
  await eventually(() => expect(linkOf(mesh)?.state).toBe('asleep'));
  expect(host.dialPeer).toHaveBeenCalledTimes(1);
  peers.length = 0;
  mesh.peerUp('weur');
  expect(host.dialPeer).toHaveBeenCalledTimes(2);
});

test.each(['apac', 'nowhere'])('%s, which is not dialled, changes nothing by being up', (peer) => {
  const { mesh, host } = makeMesh();
  mesh.serverUp();
  mesh.peerUp(peer);
  expect(host.dialPeer.mock.calls).toEqual([['weur', 'connect']]);
});

test('reconcile tries a link that is not up', async () => {
  const { mesh, host } = makeMesh({ greeting: refusalLine('asleep') });
  mesh.serverUp();
  await eventually(() => expect(linkOf(mesh)?.state).toBe('asleep'));
  expect(mesh.reconcile(new Set())).toBe(true);
  expect(host.dialPeer).toHaveBeenCalledTimes(2);
});

test('reconcile leaves a link that the server knows', async () => {
  const { mesh, peers, clock } = makeMesh();
  mesh.serverUp();
  await eventually(() => expect(linkOf(mesh)?.state).toBe('up'));
  clock.now += 10 * GRACE_MS;
  expect(mesh.reconcile(new Set(['PEER1']))).toBe(true);
  expect(linkOf(mesh)?.state).toBe('up');
  expect(peers).toHaveLength(1);
});

test('reconcile leaves a link that the server does not know yet, and is to look again soon', async () => {
  const { mesh, peers, clock } = makeMesh();
  mesh.serverUp();
  await eventually(() => expect(linkOf(mesh)?.state).toBe('up'));
  clock.now += GRACE_MS;
  expect(mesh.reconcile(new Set())).toBe(false);
  expect(linkOf(mesh)?.state).toBe('up');
  expect(peers).toHaveLength(1);
});

test('reconcile breaks a link that the server should know by now, and it is re-established', async () => {
  const { mesh, peers, clock } = makeMesh();
  mesh.serverUp();
  await eventually(() => expect(linkOf(mesh)?.state).toBe('up'));
  clock.now += GRACE_MS + 1;
  mesh.reconcile(new Set(['ANOTHER']));
  await eventually(() =>
    expect(linkOf(mesh)).toMatchObject({ state: 'up', remade: 1, remoteServerId: 'PEER2' }),
  );
  expect(peers).toHaveLength(2);
  expect(peers[0]?.isClosed()).toBe(true);
});

test('reconcile breaks a link over which the server has heard nothing, once it should have', async () => {
  const { mesh, peers, clock } = makeMesh();
  mesh.serverUp();
  await eventually(() => expect(linkOf(mesh)?.state).toBe('up'));
  clock.now += HEARD_WITHIN_MS;
  expect(mesh.reconcile(new Set(['PEER1']), new Set(['PEER1']))).toBe(false);
  expect(peers).toHaveLength(1);
  clock.now += 1;
  mesh.reconcile(new Set(['PEER1']), new Set(['PEER1']));
  await eventually(() => expect(linkOf(mesh)).toMatchObject({ state: 'up', remoteServerId: 'PEER2' }));
  expect(peers[0]?.isClosed()).toBe(true);
});

test('after an edit of the setting a link is made again with it, when it has its turn', async () => {
  const regions = ['aa', ...REGIONS];
  const { mesh, host, clock } = makeMesh({ regions });
  mesh.serverUp();
  await eventually(() => expect(linkOf(mesh)).toMatchObject({ state: 'up', compression: 'off' }));
  // A link that held is made again at once.
  clock.now += STABLE_LINK_MS;
  host.compressionWith.mockReturnValue('s2_fast');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    mesh.recompress();
    await vi.advanceTimersByTimeAsync(turnOf('enam', 'weur', regions) * TURN_MS - 1);
    expect(linkOf(mesh)).toMatchObject({ state: 'up', remade: 0 });
    await vi.advanceTimersByTimeAsync(1);
  } finally {
    vi.useRealTimers();
  }
  await eventually(() => expect(linkOf(mesh)).toMatchObject({ state: 'up', remade: 1 }));
  // These servers say nothing of compression.
  expect(linkOf(mesh)).toMatchObject({ compression: 'off', plainBecause: expect.stringContaining('runs') });
});

test('a link that is being made when it has its turn is made again with the new setting', async () => {
  const dialled: PromiseWithResolvers<ByteChannel>[] = [];
  const dialPeer = () => {
    const next = Promise.withResolvers<ByteChannel>();
    dialled.push(next);
    return next.promise;
  };
  const { mesh, host } = makeMesh({ dialPeer });
  mesh.serverUp();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    host.compressionWith.mockReturnValue('s2_fast');
    mesh.recompress();
    await vi.advanceTimersByTimeAsync(turnOf('enam', 'weur', REGIONS) * TURN_MS);
  } finally {
    vi.useRealTimers();
  }
  dialled[0]?.resolve(new FakeServer('INFO {"server_id":"OLD"}\r\n'));
  await eventually(() => expect(dialled).toHaveLength(2));
  dialled[1]?.resolve(new FakeServer('INFO {"server_id":"NEW"}\r\n'));
  await eventually(() =>
    expect(linkOf(mesh)).toMatchObject({ remoteServerId: 'NEW', plainBecause: expect.any(String) }),
  );
});

test('an edit tries compression again where it was given up, even if the link is to be compressed as before', async () => {
  const offers = (id: string) => `INFO {"server_id":"${id}","compression":"accept"}\r\n`;
  const { mesh, host, peers } = makeMesh({ own: offers('OWN'), greeting: `${offers('PEER')}nonsense\r\n` });
  host.compressionWith.mockReturnValue('s2_fast');
  mesh.serverUp();
  await eventually(() =>
    expect(linkOf(mesh)).toMatchObject({
      state: 'up',
      plainBecause: expect.stringContaining('failed with compression 4 times'),
    }),
  );
  const before = peers.length;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    // Such as from `s2_auto` to what that had chosen.
    mesh.recompress();
    await vi.advanceTimersByTimeAsync(turnOf('enam', 'weur', REGIONS) * TURN_MS);
  } finally {
    vi.useRealTimers();
  }
  await eventually(() => expect(peers.length).toBeGreaterThan(before));
  mesh.serverDown();
});

describe('compressed links of servers that compress', () => {
  const offers = (id: string) => `INFO {"server_id":"${id}","compression":"accept"}\r\n`;
  const compressed = () => {
    const made = makeMesh({ own: offers('OWN'), greeting: offers('PEER'), follows: STREAM_IDENTIFIER });
    made.host.compressionWith.mockReturnValue('s2_fast');
    made.mesh.serverUp();
    return made;
  };
  const upAs = (mesh: MeshKeeper, compression: string) =>
    eventually(() => expect(linkOf(mesh)).toMatchObject({ state: 'up', compression }));

  test('that fail over either transport end without compression, over the first transport', async () => {
    const { mesh, host } = makeMesh({
      own: offers('OWN'),
      greeting: `${offers('PEER')}nonsense\r\n`,
      transport: 'auto',
    });
    host.compressionWith.mockReturnValue('s2_fast');
    mesh.serverUp();
    await upAs(mesh, 'off');
    expect(linkOf(mesh)).toMatchObject({ transport: 'connect', plainBecause: expect.any(String) });
    expect(host.dialPeer.mock.calls.map(([, transport]) => transport)).toEqual([
      'connect',
      'rpc',
      'connect',
      'rpc',
      'connect',
    ]);
    mesh.serverDown();
  });

  test('that end soon four times are linked without', async () => {
    const { mesh, peers, clock } = compressed();
    for (let count = 1; count <= 4; count += 1) {
      await eventually(() => expect(peers).toHaveLength(count));
      await upAs(mesh, 's2_fast');
      clock.now += READABLE_LINK_MS - 1;
      peers.at(-1)?.end();
    }
    await upAs(mesh, 'off');
    expect(linkOf(mesh)?.plainBecause).toContain('4 times');
  });

  test('over which nothing is heard four times are linked without', async () => {
    const { mesh, clock } = compressed();
    for (let count = 1; count <= 4; count += 1) {
      await eventually(() => expect(linkOf(mesh)).toMatchObject({ state: 'up', remade: count - 1 }));
      expect(linkOf(mesh)?.compression).toBe('s2_fast');
      clock.now += HEARD_WITHIN_MS + 1;
      mesh.reconcile(new Set([`PEER`]), new Set(['PEER']));
    }
    await upAs(mesh, 'off');
    expect(linkOf(mesh)?.plainBecause).toContain('nothing was heard');
  });

  test('that hold in between have four attempts again', async () => {
    const { mesh, peers, clock } = compressed();
    const endsSoon = async (count: number) => {
      await eventually(() => expect(linkOf(mesh)).toMatchObject({ state: 'up', remade: count - 1 }));
      expect(linkOf(mesh)?.compression).toBe('s2_fast');
      clock.now += STABLE_LINK_MS;
      if (count !== 4) return peers.at(-1)?.end();
      mesh.reconcile(new Set(['PEER']));
      clock.now += READABLE_LINK_MS;
      peers.at(-1)?.end();
    };
    for (let count = 1; count <= 7; count += 1) await endsSoon(count);
    await eventually(() => expect(linkOf(mesh)).toMatchObject({ state: 'up', remade: 7 }));
    expect(linkOf(mesh)?.compression).toBe('s2_fast');
  });

  test('that an edit has cut are not held against compression', async () => {
    const { mesh, host, peers } = compressed();
    await upAs(mesh, 's2_fast');
    host.compressionWith.mockReturnValue('s2_best');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      mesh.recompress();
      await vi.advanceTimersByTimeAsync(turnOf('enam', 'weur', REGIONS) * TURN_MS);
    } finally {
      vi.useRealTimers();
    }
    for (let count = 2; count <= 5; count += 1) {
      await eventually(() => expect(peers).toHaveLength(count));
      await upAs(mesh, 's2_best');
      if (count < 5) peers.at(-1)?.end();
    }
    mesh.serverDown();
  });
});

test('of edits that follow each other at once the first and the last make a link anew', async () => {
  // Their link has the first turn.
  const regions = ['enam', 'weur'];
  const { mesh, host, peers, clock } = makeMesh({ regions });
  expect(turnOf('enam', 'weur', regions)).toBe(0);
  mesh.serverUp();
  await eventually(() => expect(linkOf(mesh)?.state).toBe('up'));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    for (const setting of ['s2_fast', 's2_better', 's2_best', 's2_fast', 's2_better'] as const) {
      host.compressionWith.mockReturnValue(setting);
      mesh.recompress();
      await vi.advanceTimersByTimeAsync(100);
      clock.now += 100;
    }
    await vi.advanceTimersByTimeAsync(TURN_MS);
  } finally {
    vi.useRealTimers();
  }
  await eventually(() => expect(linkOf(mesh)).toMatchObject({ state: 'up', remade: 2 }));
  expect(peers).toHaveLength(3);
});

test('an edit that is taken back before the turn of a link leaves it alone', async () => {
  const { mesh, host, peers } = makeMesh();
  mesh.serverUp();
  await eventually(() => expect(linkOf(mesh)?.state).toBe('up'));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    for (const setting of ['s2_fast', 'off'] as const) {
      host.compressionWith.mockReturnValue(setting);
      mesh.recompress();
    }
    await vi.advanceTimersByTimeAsync(100 * TURN_MS);
  } finally {
    vi.useRealTimers();
  }
  expect(linkOf(mesh)).toMatchObject({ state: 'up', remade: 0 });
  expect(peers).toHaveLength(1);
});

test('a server that goes before the turn of its links takes their turns with it', async () => {
  const { mesh, host } = makeMesh();
  mesh.serverUp();
  await eventually(() => expect(linkOf(mesh)?.state).toBe('up'));
  host.compressionWith.mockReturnValue('s2_fast');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    mesh.recompress();
    expect(vi.getTimerCount()).toBe(1);
    mesh.serverDown();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('a link is as many routes as the larger pool of its servers, and one for the system account', async () => {
  const pooled = (size: number) => `INFO {"server_id":"PEER","route_pool_size":${size}}\r\n`;
  const { mesh, peers } = makeMesh({ own: pooled(1), greeting: pooled(3) });
  mesh.serverUp();
  await eventually(() => expect(linkOf(mesh)).toMatchObject({ state: 'up' }));
  expect(peers).toHaveLength(4);
  peers[2]?.end();
  await eventually(() => expect(linkOf(mesh)).toMatchObject({ state: 'up', remade: 1 }));
  expect(peers.slice(0, 4).map((peer) => peer.isClosed())).toEqual([true, true, true, true]);
  expect(peers).toHaveLength(8);
  mesh.serverDown();
});

test('a server without a pool is linked by one route with one that has a pool', async () => {
  const { mesh, peers } = makeMesh({ greeting: 'INFO {"server_id":"PEER","route_pool_size":3}\r\n' });
  mesh.serverUp();
  await eventually(() => expect(linkOf(mesh)).toMatchObject({ state: 'up' }));
  expect(peers).toHaveLength(1);
  mesh.serverDown();
});

test('a link whose second route fails does not stay with the first, and is made again', async () => {
  const pooled = (id: string) => `INFO {"server_id":"${id}","route_pool_size":1}\r\n`;
  const dialled: FakeServer[] = [];
  const { mesh, host } = makeMesh({
    own: pooled('OWN'),
    dialPeer: () => {
      const server = new FakeServer(dialled.length === 1 ? 'HELLO\r\n' : pooled('PEER'));
      dialled.push(server);
      return server;
    },
  });
  mesh.serverUp();
  await eventually(() => expect(host.onFailure).toHaveBeenCalledOnce());
  await eventually(() => expect(dialled[0]?.isClosed()).toBe(true));
  await eventually(() => expect(linkOf(mesh)).toMatchObject({ state: 'up' }));
  expect(dialled).toHaveLength(4);
});

describe('with more peers than an object may have sockets', () => {
  // r06 is in the middle of thirteen, of which it dials six.
  const many = (count: number) => Array.from({ length: count }, (_, n) => `r${`${n}`.padStart(2, '0')}`);
  const dialled = async (count: number, transport: TransportSetting, routesPerLink = 1) => {
    const { mesh, host } = makeMesh({ region: 'r06', regions: many(count), transport, routesPerLink });
    mesh.serverUp();
    await eventually(() => expect(mesh.reports().every(({ state }) => state === 'up')).toBe(true));
    mesh.serverDown();
    return host.dialPeer.mock.calls.map(([, transport]) => transport);
  };

  test('all links are sockets as long as they are six', async () => {
    expect(await dialled(13, 'auto')).toEqual(Array(MAX_SOCKETS).fill('connect'));
  });

  test('the others go over RPC', async () => {
    const transports = await dialled(15, 'auto');
    expect(transports).toHaveLength(7);
    expect(transports.filter((transport) => transport === 'connect')).toHaveLength(MAX_SOCKETS);
    expect(transports.at(-1)).toBe('rpc');
  });

  test('links of two routes are two sockets: from the fourth on they go over RPC', async () => {
    const three = Array(MAX_SOCKETS / 2).fill('connect');
    expect(await dialled(13, 'auto', 2)).toEqual([...three, 'rpc', 'rpc', 'rpc']);
  });

  test('links of more routes than an object has sockets left go over RPC', async () => {
    const rpc = (count: number) => Array(count).fill('rpc');
    expect(await dialled(13, 'auto', 4)).toEqual(['connect', ...rpc(5)]);
    expect(await dialled(13, 'auto', 6)).toEqual(['connect', ...rpc(5)]);
  });

  test('what is set goes for all', async () => {
    expect(new Set(await dialled(15, 'connect'))).toEqual(new Set(['connect']));
    expect(new Set(await dialled(15, 'rpc'))).toEqual(new Set(['rpc']));
  });
});

/** The connection to a server that sent its first line and accepts all input, until it is closed. */
class FakeServer implements ByteChannel {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly #in = new TransformStream<Uint8Array, Uint8Array>();
  readonly #writer = this.#in.writable.getWriter();
  #closed = false;

  constructor(firstLine: string, follows: Uint8Array = new Uint8Array(0)) {
    this.readable = this.#in.readable;
    this.writable = new WritableStream({
      close: () => {
        this.#closed = true;
      },
    });
    // A side that closes early leaves it unread.
    this.#writer.write(concatenated([new TextEncoder().encode(firstLine), follows])).catch(() => {});
  }

  end(): void {
    this.#writer.close().catch(() => {});
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  isClosed(): boolean {
    return this.#closed;
  }
}

interface Fakes extends Partial<Pick<MeshOptions, 'region' | 'regions' | 'transport' | 'routesPerLink'>> {
  readonly announceTo?: MeshHost['announceTo'];
  readonly dialPeer?: MeshHost['dialPeer'];
  /** First line of the peer, in place of its INFO. */
  readonly greeting?: string;
  /** What follows the first line of either. */
  readonly follows?: Uint8Array;
  /** First line of the own server, in place of its INFO. */
  readonly own?: string;
  readonly regions?: readonly string[];
}

function makeMesh({
  announceTo = async () => true,
  dialPeer,
  follows,
  greeting,
  own = 'INFO {"server_id":"OWN"}\r\n',
  region = 'enam',
  regions = REGIONS,
  transport = 'connect',
  routesPerLink = 1,
}: Fakes = {}) {
  const clock = { now: START };
  const peers: FakeServer[] = [];
  const dial = (): FakeServer => {
    const peer = new FakeServer(greeting ?? `INFO {"server_id":"PEER${peers.length + 1}"}\r\n`, follows);
    peers.push(peer);
    return peer;
  };
  const host = {
    dialLocal: () => new FakeServer(own, follows),
    dialPeer: vi.fn<MeshHost['dialPeer']>(dialPeer ?? dial),
    compressionWith: vi.fn<MeshHost['compressionWith']>(() => 'off'),
    whyNotLink: vi.fn<MeshHost['whyNotLink']>(() => undefined),
    announceTo: vi.fn<MeshHost['announceTo']>(announceTo),
    onFailure: vi.fn<MeshHost['onFailure']>(),
    now: () => clock.now,
    random: () => 0,
  };
  const mesh = new MeshKeeper(host, {
    region,
    regions,
    routesPerLink,
    retryMaxMs: 1_000,
    handshakeTimeoutMs: 1_000,
    transport,
  });
  return { mesh, host, peers, clock };
}

function linkOf(mesh: MeshKeeper) {
  return mesh.reports().find(({ peer }) => peer === 'weur');
}

function eventually(assertion: () => void): Promise<void> {
  return vi.waitFor(assertion, { timeout: 5_000, interval: 5 });
}
