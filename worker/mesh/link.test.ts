import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LinkTransport } from '../../api/states.ts';
import { FIRST_RETRY_MS, STABLE_LINK_MS } from '../backoff.ts';
import { ASLEEP, Link } from './link.ts';
import { RouteRefusedError } from './route-handshake.ts';
import type { Splice } from './splice.ts';
import { PROVEN_LINK_MS, type TransportSetting } from './transport.ts';

const RETRY_MAX_MS = 1_000;

/** Longer than any wait of a link. */
const LONG_MS = 100 * RETRY_MAX_MS;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a link that comes up', () => {
  test('is dialled at once, and connecting until the splice is there', async () => {
    const { link, tries } = makeLink();
    expect(tries).toHaveLength(1);
    expect(link.state).toBe('connecting');
    expect(link.remoteServerId).toBeUndefined();

    await tries[0]?.succeed('NPEER');

    expect(link.state).toBe('up');
    expect(link.remoteServerId).toBe('NPEER');
    expect(link.remade).toBe(0);
  });

  test('says since when it is in its state', async () => {
    const { link, tries } = makeLink();
    expect(link.since).toBe(1_000_000);
    await vi.advanceTimersByTimeAsync(250);
    await tries[0]?.succeed();
    expect(link.since).toBe(1_000_250);
  });
});

describe('a link that ends', () => {
  test('is re-established at once if it was stable', async () => {
    const { link, tries } = makeLink();
    await tries[0]?.succeed();
    await vi.advanceTimersByTimeAsync(STABLE_LINK_MS);
    await tries[0]?.end();
    expect(tries).toHaveLength(2);
    await tries[1]?.succeed();
    expect(link.state).toBe('up');
    expect(link.remade).toBe(1);
  });

  test('just before it counts as stable waits first', async () => {
    const { link, tries } = makeLink();
    await tries[0]?.succeed();
    await vi.advanceTimersByTimeAsync(STABLE_LINK_MS - 1);
    await tries[0]?.end();
    expect(tries).toHaveLength(1);
    expect(link.state).toBe('down');
    expect(link.remoteServerId).toBeUndefined();
    await vi.advanceTimersByTimeAsync(FIRST_RETRY_MS);
    expect(tries).toHaveLength(2);
  });

  test('after short lives again and again waits twice as long each time, up to the most', async () => {
    const { tries } = makeLink();
    for (const [index, wait] of [100, 200, 400, 800, RETRY_MAX_MS, RETRY_MAX_MS].entries()) {
      await tries[index]?.succeed();
      await tries[index]?.end();
      await vi.advanceTimersByTimeAsync(wait - 1);
      expect(tries).toHaveLength(index + 1);
      await vi.advanceTimersByTimeAsync(1);
      expect(tries).toHaveLength(index + 2);
    }
  });

  test('after one stable life has its short waits back', async () => {
    const { tries } = makeLink();
    for (const wait of [100, 200, 400]) {
      await tries.at(-1)?.fail();
      await vi.advanceTimersByTimeAsync(wait);
    }
    await tries.at(-1)?.succeed();
    await vi.advanceTimersByTimeAsync(STABLE_LINK_MS);
    await tries.at(-1)?.end();
    expect(tries).toHaveLength(5);
    await tries.at(-1)?.fail();
    await vi.advanceTimersByTimeAsync(FIRST_RETRY_MS);
    expect(tries).toHaveLength(6);
  });
});

describe('a try that fails', () => {
  test('is reported with its reason and followed by another one', async () => {
    const { link, tries, failures } = makeLink();
    await tries[0]?.fail(new Error('reset by peer'));
    expect(failures).toEqual([['weur', new Error('reset by peer')]]);
    expect(link.state).toBe('down');
    await vi.advanceTimersByTimeAsync(FIRST_RETRY_MS);
    expect(tries).toHaveLength(2);
  });

  test('waits less by chance, down to half', async () => {
    const { tries } = makeLink({ random: () => 0.999_999 });
    await tries[0]?.fail();
    await vi.advanceTimersByTimeAsync(FIRST_RETRY_MS / 2 - 1);
    expect(tries).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(tries).toHaveLength(2);
  });

  test('since the peer refuses for another reason than sleep is followed by another one', async () => {
    const { link, tries } = makeLink();
    await tries[0]?.fail(new RouteRefusedError('starting'));
    expect(link.state).toBe('down');
    await vi.advanceTimersByTimeAsync(FIRST_RETRY_MS);
    expect(tries).toHaveLength(2);
  });
});

describe('a link whose peer sleeps', () => {
  test('is not tried again', async () => {
    const { link, tries, failures } = makeLink();
    await tries[0]?.fail(new RouteRefusedError(ASLEEP));
    expect(link.state).toBe('asleep');
    expect(failures).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(tries).toHaveLength(1);
  });

  test('is tried at once when it is kicked', async () => {
    const { link, tries } = makeLink();
    await tries[0]?.fail(new RouteRefusedError(ASLEEP));
    link.kick();
    expect(tries).toHaveLength(2);
    await tries[1]?.succeed();
    expect(link.state).toBe('up');
  });

  test('is tried once more when the peer came up while its refusal was under way', async () => {
    // Sent: dial. Peer: "asleep", wakes, announces itself. Arriving here: the announcement, then the refusal.
    const { link, tries } = makeLink();
    link.kick();
    await tries[0]?.fail(new RouteRefusedError(ASLEEP));
    expect(tries).toHaveLength(2);
    // The second refusal counts: there was no announcement since.
    await tries[1]?.fail(new RouteRefusedError(ASLEEP));
    expect(link.state).toBe('asleep');
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(tries).toHaveLength(2);
  });
});

describe('a kick', () => {
  test('during a wait goes at once, and only once', async () => {
    const { link, tries } = makeLink();
    await tries[0]?.fail();
    link.kick();
    expect(tries).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(tries).toHaveLength(2);
  });

  test('gives the short waits back', async () => {
    const { link, tries } = makeLink();
    for (const wait of [100, 200, 400]) {
      await tries.at(-1)?.fail();
      await vi.advanceTimersByTimeAsync(wait);
    }
    await tries.at(-1)?.fail();
    link.kick();
    await tries.at(-1)?.fail();
    await vi.advanceTimersByTimeAsync(FIRST_RETRY_MS);
    expect(tries).toHaveLength(6);
  });

  test('changes nothing while the link is up', async () => {
    const { link, tries } = makeLink();
    await tries[0]?.succeed();
    link.kick();
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(tries).toHaveLength(1);
    expect(link.state).toBe('up');
  });

  test('starts no second try beside one that is under way', async () => {
    const { link, tries } = makeLink();
    link.kick();
    link.kick();
    expect(tries).toHaveLength(1);
    await tries[0]?.succeed();
    expect(link.state).toBe('up');
    expect(tries).toHaveLength(1);
  });

  test('changes nothing once the link is closed', async () => {
    const { link, tries } = makeLink();
    await tries[0]?.fail();
    link.close();
    link.kick();
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(tries).toHaveLength(1);
  });
});

describe('closing', () => {
  test('a link that is up ends its splice, for good', async () => {
    const { link, tries } = makeLink();
    await tries[0]?.succeed();
    link.close();
    expect(tries[0]?.isClosed()).toBe(true);
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(tries).toHaveLength(1);
  });

  test('a link that waits ends the waiting', async () => {
    const { link, tries } = makeLink();
    await tries[0]?.fail();
    link.close();
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(tries).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a link that is being made closes the splice once it is there', async () => {
    const { link, tries } = makeLink();
    link.close();
    await tries[0]?.succeed();
    expect(tries[0]?.isClosed()).toBe(true);
    expect(link.state).not.toBe('up');
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(tries).toHaveLength(1);
  });

  test('a link whose try fails afterwards tries no more', async () => {
    const { link, tries } = makeLink();
    link.close();
    await tries[0]?.fail();
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(tries).toHaveLength(1);
  });
});

describe('a reset', () => {
  test('breaks the link, which is re-established', async () => {
    const { link, tries } = makeLink();
    await tries[0]?.succeed();
    await vi.advanceTimersByTimeAsync(STABLE_LINK_MS);
    link.reset();
    await vi.advanceTimersByTimeAsync(0);
    expect(tries[0]?.isClosed()).toBe(true);
    expect(tries).toHaveLength(2);
    await tries[1]?.succeed('NOTHER');
    expect(link.remoteServerId).toBe('NOTHER');
    expect(link.remade).toBe(1);
  });

  test('of a link that is not up does nothing', async () => {
    const { link, tries } = makeLink();
    link.reset();
    await vi.advanceTimersByTimeAsync(0);
    expect(link.state).toBe('connecting');
    expect(tries).toHaveLength(1);
  });
});

describe('a link that is to be made anew, though nothing is wrong with it', () => {
  test('is at once, however short it was up, and over the same transport', async () => {
    const { link, tries, transports } = makeLink({ transport: 'auto' });
    await tries[0]?.succeed();
    await vi.advanceTimersByTimeAsync(1);
    link.remake();
    await vi.advanceTimersByTimeAsync(0);
    expect(tries[0]?.isClosed()).toBe(true);
    await tries[1]?.succeed('NOTHER');
    expect(link).toMatchObject({ state: 'up', remoteServerId: 'NOTHER', transport: 'connect' });
    expect(transports).toEqual(['connect', 'connect']);
  });

  test('while it is being made is as soon as it is there', async () => {
    const { link, tries, transports } = makeLink({ transport: 'auto' });
    link.remake();
    await tries[0]?.succeed();
    await vi.advanceTimersByTimeAsync(0);
    expect(tries[0]?.isClosed()).toBe(true);
    await tries[1]?.succeed();
    expect(link.state).toBe('up');
    expect(transports).toEqual(['connect', 'connect']);
  });

  test('while it waits is with its next try, and not once more', async () => {
    const { link, tries } = makeLink();
    await tries[0]?.fail();
    link.remake();
    await vi.advanceTimersByTimeAsync(FIRST_RETRY_MS);
    await tries[1]?.succeed();
    await vi.advanceTimersByTimeAsync(0);
    expect(link.state).toBe('up');
    expect(tries[1]?.isClosed()).toBe(false);
  });

  test('and breaks by itself afterwards is held against its transport as ever', async () => {
    const { link, tries, transports } = makeLink({ transport: 'auto' });
    await tries[0]?.succeed();
    link.remake();
    await vi.advanceTimersByTimeAsync(0);
    await tries[1]?.succeed();
    await vi.advanceTimersByTimeAsync(PROVEN_LINK_MS - 1);
    await tries[1]?.end();
    expect(transports).toEqual(['connect', 'connect', 'rpc']);
  });
});

describe('a link that may go over either transport', () => {
  test('goes over connect() while that works', async () => {
    const { link, tries, transports } = makeLink({ transport: 'auto' });
    await tries[0]?.succeed();
    expect([link.transport, transports]).toEqual(['connect', ['connect']]);
  });

  test('goes over RPC at once where connect() fails, and says so', async () => {
    const { link, tries, transports } = makeLink({ transport: 'auto' });
    await tries[0]?.fail(new Error('connect is not supported'));
    expect(transports).toEqual(['connect', 'rpc']);
    await tries[1]?.succeed();
    expect([link.state, link.transport]).toEqual(['up', 'rpc']);
  });

  test('that fails over both waits, and takes turns', async () => {
    const { tries, transports } = makeLink({ transport: 'auto' });
    await tries[0]?.fail();
    await tries[1]?.fail();
    for (const [index, wait] of [100, 200, 400].entries()) {
      await vi.advanceTimersByTimeAsync(wait - 1);
      expect(tries).toHaveLength(index + 2);
      await vi.advanceTimersByTimeAsync(1);
      await tries[index + 2]?.fail();
    }
    expect(transports).toEqual(['connect', 'rpc', 'connect', 'rpc', 'connect']);
  });

  test('goes over RPC after a connection that broke soon', async () => {
    const { tries, transports } = makeLink({ transport: 'auto' });
    await tries[0]?.succeed();
    await vi.advanceTimersByTimeAsync(PROVEN_LINK_MS - 1);
    await tries[0]?.end();
    expect(transports).toEqual(['connect', 'rpc']);
  });

  test('stays with a transport that has carried it long enough', async () => {
    const { tries, transports } = makeLink({ transport: 'auto' });
    await tries[0]?.succeed();
    await vi.advanceTimersByTimeAsync(PROVEN_LINK_MS);
    await tries[0]?.end();
    expect(transports).toEqual(['connect', 'connect']);
  });

  test.each([ASLEEP, 'starting'])(
    'learns nothing about the transport from a peer that is %s',
    async (reason) => {
      const { link, tries, transports } = makeLink({ transport: 'auto' });
      await tries[0]?.fail(new RouteRefusedError(reason));
      link.kick();
      expect(transports).toEqual(['connect', 'connect']);
    },
  );

  test('begins with connect() again when the peer says that it is up', async () => {
    const { link, tries, transports } = makeLink({ transport: 'auto' });
    await tries[0]?.fail();
    await tries[1]?.fail(new RouteRefusedError(ASLEEP));
    expect(link.state).toBe('asleep');
    link.kick();
    expect(transports).toEqual(['connect', 'rpc', 'connect']);
  });
});

test.each(['connect', 'rpc'] as const)(
  'a link that is to go over %s goes over nothing else',
  async (transport) => {
    const { tries, transports } = makeLink({ transport });
    await tries[0]?.fail();
    await vi.advanceTimersByTimeAsync(FIRST_RETRY_MS);
    await tries[1]?.succeed();
    await tries[1]?.end();
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(transports).toEqual([transport, transport, transport]);
  },
);

/** One call of `open`, answered by the test. */
class Try {
  readonly #opened = Promise.withResolvers<Splice>();
  readonly #ended = Promise.withResolvers<void>();
  #closed = false;

  get splice(): Promise<Splice> {
    return this.#opened.promise;
  }

  succeed(remoteServerId = 'NPEER'): Promise<unknown> {
    this.#opened.resolve({
      remoteServerId,
      ended: this.#ended.promise,
      close: () => {
        this.#closed = true;
        this.#ended.resolve();
      },
    });
    return settle();
  }

  fail(error: unknown = new Error('no route')): Promise<unknown> {
    this.#opened.reject(error);
    return settle();
  }

  end(): Promise<unknown> {
    this.#ended.resolve();
    return settle();
  }

  isClosed(): boolean {
    return this.#closed;
  }
}

/** Lets pending promises settle, without any time passing. */
function settle(): Promise<unknown> {
  return vi.advanceTimersByTimeAsync(0);
}

function makeLink({
  random = () => 0,
  transport = 'connect',
}: {
  readonly random?: () => number;
  readonly transport?: TransportSetting;
} = {}) {
  const tries: Try[] = [];
  const transports: LinkTransport[] = [];
  const failures: [string, unknown][] = [];
  const link = new Link({
    peer: 'weur',
    transport,
    open: (over) => {
      transports.push(over);
      const next = new Try();
      tries.push(next);
      return next.splice;
    },
    retryMaxMs: RETRY_MAX_MS,
    random,
    now: Date.now,
    onFailure: (peer, error) => failures.push([peer, error]),
  });
  return { link, tries, failures, transports };
}
