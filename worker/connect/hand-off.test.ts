import { describe, expect, test, vi } from 'vitest';
import {
  type Dialable,
  type Handoff,
  type HandoffOptions,
  handOff,
  type Lesson,
  type TakenAt,
} from './hand-off.ts';
import { DEADLINE_MS, HEDGE_MIN_MS } from './hedge.ts';

describe('the first region that takes the client gets it', () => {
  test('without any other being dialled', async () => {
    const { dial, dialled } = regions({ weur: () => upgrade(), enam: () => upgrade() });
    const { handoff } = await handed(dial, 'weur', 'enam');
    expect(handoff).toMatchObject({ taken: { region: 'weur' }, missed: [] });
    expect(dialled).toEqual(['weur']);
  });

  test('in the order of the candidates, after those that refused it', async () => {
    const { dial, dialled } = regions({
      weur: () => json(503, 'it is being restarted', 'restarting'),
      enam: () => Promise.reject(new Error('object reset')),
      apac: () => upgrade(),
    });
    const { handoff } = await handed(dial, 'weur', 'enam', 'apac');
    expect(handoff).toMatchObject({
      taken: { region: 'apac' },
      missed: [
        { region: 'weur', code: 'restarting', reason: 'it is being restarted', ms: expect.any(Number) },
        { region: 'enam', code: undefined, reason: 'object reset', ms: expect.any(Number) },
      ],
    });
    expect(dialled).toEqual(['weur', 'enam', 'apac']);
  });

  test('and its response comes as it is', async () => {
    const response = upgrade();
    const { dial } = regions({ weur: () => response });
    expect((await handed(dial, 'weur')).handoff.taken?.response).toBe(response);
  });

  test('may start for the client if it answers that it sleeps and is the first choice', async () => {
    const { dial, dialled } = regions({
      weur: (wakes) => (wakes ? upgrade() : json(503, 'it sleeps', 'asleep')),
    });
    expect((await handed(dial, 'weur', 'enam')).handoff.taken?.region).toBe('weur');
    expect(dialled).toEqual(['weur', 'weur']);
  });
});

test('those behind the first are prepared only once it has not taken the client', async () => {
  const first = vi.fn(() => json(503, 'it is full', 'full'));
  const { dial } = regions({ weur: first, enam: () => upgrade() });
  const others = vi.fn(() => candidates(dial, 'enam'));
  const refused = { candidates: candidates(dial, 'weur'), others, now: Date.now, learn: () => {} };
  expect((await handOff(refused)).taken?.region).toBe('enam');
  expect(others).toHaveBeenCalledOnce();
  first.mockImplementation(() => upgrade());
  expect((await handOff(refused)).taken?.region).toBe('weur');
  expect(others).toHaveBeenCalledOnce();
});

describe('no region', () => {
  test('takes the client when there is no candidate', async () => {
    const { handoff } = await handed(regions({}).dial);
    expect(handoff).toMatchObject({ missed: [] });
    expect(handoff.taken).toBeUndefined();
  });

  test('does when all refuse it: each was tried, more than once, and is told once', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const { handoff, dialled } = await withFakeTime(async () => {
      const { dial, ...rest } = regions({});
      const result = handed(dial, ...ids);
      await vi.advanceTimersByTimeAsync(DEADLINE_MS);
      return { ...(await result), ...rest };
    });
    expect(handoff.taken).toBeUndefined();
    expect(handoff.missed.map(({ region }) => region)).toEqual(ids);
    expect(dialled.slice(0, 2 * ids.length)).toEqual([...ids, ...ids]);
  });
});

describe('an answer', () => {
  test.each([101, 400, 401, 403, 404, 426, 428, 430, 499])("of %i is the client's own", async (status) => {
    const { dial, dialled } = regions({ weur: () => json(status, 'no'), enam: () => upgrade() });
    const { handoff } = await handed(dial, 'weur', 'enam');
    expect(handoff.taken?.response.status).toBe(status);
    expect(dialled).toEqual(['weur']);
  });

  test.each([200, 204, 301, 399, 429, 451, 500, 502, 503, 599])(
    'of %i is followed by the next region',
    async (status) => {
      const { dial, dialled } = regions({ weur: () => json(status, 'no'), enam: () => upgrade() });
      const { handoff } = await handed(dial, 'weur', 'enam');
      expect(handoff).toMatchObject({ taken: { region: 'enam' }, missed: [{ reason: 'no' }] });
      expect(dialled).toEqual(['weur', 'enam']);
    },
  );

  test.each(['', 'not JSON', '{}', '[]', 'null', '{"error":"no"}', '{"error":{}}', '{"error":{"code":1}}'])(
    'of 503 with the body %j is told by its status',
    async (body) => {
      const { dial } = regions({ weur: () => new Response(body, { status: 503 }), enam: () => upgrade() });
      const { handoff, lessons } = await handed(dial, 'weur', 'enam');
      expect(handoff.missed[0]?.reason).toBe('the upgrade was answered with status 503');
      expect(lessons[0]).toMatchObject({ kind: 'failed', region: 'weur' });
    },
  );

  test('that is no error but a throw, in the dial itself, is followed by the next region', async () => {
    const dial: Dial = (region) => {
      if (region === 'weur') throw new Error('region weur has no binding REGION_WEUR');
      return Promise.resolve(upgrade());
    };
    const { handoff } = await handed(dial, 'weur', 'enam');
    expect(handoff).toMatchObject({
      taken: { region: 'enam' },
      missed: [{ region: 'weur', reason: 'region weur has no binding REGION_WEUR' }],
    });
  });
});

describe('a region that hangs', () => {
  test('is known to be slow before anyone takes the client, or gives up', async () => {
    await withFakeTime(async () => {
      const lessons: Lesson[] = [];
      void handOff({
        candidates: candidates(hanging().dial, 'weur'),
        now: Date.now,
        takenAt: new Map(),
        learn: (it) => lessons.push(it),
      });
      await vi.advanceTimersByTimeAsync(HEDGE_MIN_MS);
      expect(lessons).toMatchObject([{ kind: 'failed', region: 'weur', ms: HEDGE_MIN_MS }]);
    });
  });

  test('is aborted as soon as another takes the client', async () => {
    const { handoff, aborts } = await withFakeTime(async () => {
      const { dial, aborts } = hanging({ enam: () => upgrade() });
      const result = handed(dial, 'weur', 'enam');
      await vi.advanceTimersByTimeAsync(HEDGE_MIN_MS);
      return { ...(await result), aborts };
    });
    expect(handoff).toMatchObject({
      taken: { region: 'enam' },
      missed: [{ region: 'weur', reason: `no answer within ${HEDGE_MIN_MS} ms`, ms: HEDGE_MIN_MS }],
    });
    expect(aborts).toEqual([`weur ${HEDGE_MIN_MS}`]);
    await handoff.leftBehind;
  });

  test('may be the one that takes the client after all, and was then missed by nobody', async () => {
    const late = Promise.withResolvers<Response>();
    const { handoff, lessons } = await withFakeTime(async () => {
      const { dial } = hanging({ weur: () => late.promise });
      const result = handed(dial, 'weur', 'enam');
      await vi.advanceTimersByTimeAsync(HEDGE_MIN_MS);
      late.resolve(upgrade());
      return await result;
    });
    expect(handoff).toMatchObject({ taken: { region: 'weur' }, missed: [] });
    expect(lessons.map(({ kind }) => kind)).toEqual(['failed', 'taken']);
  });

  test('while it starts is slow for a good reason', async () => {
    const { handoff, lessons } = await withFakeTime(async () => {
      const { dial } = hanging({ enam: () => upgrade() });
      const result = handedTo({ firstSleeps: true }, dial, 'weur', 'enam');
      await vi.advanceTimersByTimeAsync(2 * HEDGE_MIN_MS);
      await vi.advanceTimersByTimeAsync(1_000);
      return await result;
    });
    expect(handoff).toMatchObject({ taken: { region: 'enam' }, missed: [{ region: 'weur' }] });
    expect(lessons).toMatchObject([{ kind: 'taken', region: 'enam', hasStarted: false }]);
  });

  test('and does not even heed the abort, or hangs in the middle of its refusal, is left behind', async () => {
    const endless = new Response(new ReadableStream(), { status: 503 });
    for (const weur of [() => new Promise<Response>(() => {}), () => endless]) {
      const { handoff } = await withFakeTime(async () => {
        const { dial } = regions({ weur, enam: () => upgrade() });
        const result = handed(dial, 'weur', 'enam');
        await vi.advanceTimersByTimeAsync(HEDGE_MIN_MS);
        return await result;
      });
      expect(handoff.taken?.region).toBe('enam');
    }
  });

  test('alone is waited for until the deadline', async () => {
    const { handoff, aborts } = await withFakeTime(async () => {
      const { dial, aborts } = hanging();
      const result = handed(dial, 'weur');
      await vi.advanceTimersByTimeAsync(DEADLINE_MS);
      return { ...(await result), aborts };
    });
    expect(handoff.taken).toBeUndefined();
    expect(aborts).toEqual([`weur ${DEADLINE_MS}`]);
  });
});

describe('a region that takes other clients meanwhile', () => {
  const handedWhileBusy = (options: Pick<HandoffOptions, 'waitsForBusy'>) =>
    withFakeTime(async () => {
      const takenAt: TakenAt = new Map();
      const late = Promise.withResolvers<Response>();
      const { dial, dialled } = regions({ weur: () => late.promise, enam: () => upgrade() });
      const result = handedTo({ takenAt, ...options }, dial, 'weur', 'enam');
      await vi.advanceTimersByTimeAsync(HEDGE_MIN_MS - 1);
      await handedTo({ takenAt }, () => Promise.resolve(upgrade()), 'weur');
      await vi.advanceTimersByTimeAsync(HEDGE_MIN_MS - 1);
      late.resolve(upgrade());
      return { ...(await result), dialled };
    });

  test('is waited for: it is busy', async () => {
    const { handoff, dialled } = await handedWhileBusy({});
    expect(handoff).toMatchObject({ taken: { region: 'weur' }, missed: [] });
    expect(dialled).toEqual(['weur']);
  });

  test('is slow like any other where that is switched off', async () => {
    const { handoff, dialled } = await handedWhileBusy({ waitsForBusy: false });
    expect(handoff).toMatchObject({ taken: { region: 'enam' }, missed: [{ region: 'weur' }] });
    expect(dialled).toEqual(['weur', 'enam']);
  });
});

test('a client that has left has no other region dialled, and those that were are aborted', async () => {
  const { handoff, aborts } = await withFakeTime(async () => {
    const { dial, aborts } = hanging({ apac: () => upgrade() });
    const client = new AbortController();
    const result = handedTo({ signal: client.signal }, dial, 'weur', 'enam', 'apac');
    await vi.advanceTimersByTimeAsync(HEDGE_MIN_MS);
    client.abort();
    await vi.advanceTimersByTimeAsync(DEADLINE_MS);
    return { ...(await result), aborts };
  });
  expect(handoff.taken).toBeUndefined();
  expect(aborts).toEqual([`weur ${HEDGE_MIN_MS}`, `enam ${HEDGE_MIN_MS}`]);
});

test('a client that leaves before its region takes it has no connection left there', async () => {
  const webSocket = { accept: vi.fn(), close: vi.fn() };
  const client = new AbortController();
  const dial = async () => {
    client.abort();
    return upgrade(webSocket);
  };
  const { handoff } = await handedTo({ signal: client.signal }, dial, 'weur', 'enam');
  expect(handoff.taken).toBeUndefined();
  await handoff.leftBehind;
  expect(webSocket.close).toHaveBeenCalledOnce();
});

test('a client that has left is handed to nobody else when its region refuses it', async () => {
  const { dial, dialled } = regions({ weur: () => json(503, 'it is full', 'full'), enam: () => upgrade() });
  const client = new AbortController();
  client.abort();
  const { handoff } = await handedTo({ signal: client.signal }, dial, 'weur', 'enam');
  expect(handoff.taken).toBeUndefined();
  expect(dialled).toEqual(['weur']);
});

describe('a region that takes the client too late', () => {
  test('has its WebSocket accepted and closed', async () => {
    const webSocket = { accept: vi.fn(), close: vi.fn() };
    await answerLate(() => upgrade(webSocket));
    expect(webSocket.accept).toHaveBeenCalledOnce();
    expect(webSocket.close).toHaveBeenCalledExactlyOnceWith(1001, expect.any(String));
    expect(webSocket.accept).toHaveBeenCalledBefore(webSocket.close);
  });

  test('has the body of its answer cancelled', async () => {
    const cancel = vi.fn();
    await answerLate(() => new Response(new ReadableStream({ cancel }), { status: 404 }));
    expect(cancel).toHaveBeenCalledOnce();
  });

  test('by a failure is nothing to clean up, and nothing more to learn', async () => {
    const { handoff, lessons } = await answerLate(() => Promise.reject(new Error('object reset')));
    expect(handoff.taken?.region).toBe('enam');
    expect(lessons.map(({ kind }) => kind)).toEqual(['failed', 'taken']);
  });
});

test('a region that takes the client in time is never aborted or closed, and no timer is left', async () => {
  const webSocket = { accept: vi.fn(), close: vi.fn() };
  const { aborts } = await withFakeTime(async () => {
    const { dial, aborts } = hanging({ weur: () => upgrade(webSocket) });
    await handed(dial, 'weur', 'enam');
    await vi.advanceTimersByTimeAsync(2 * DEADLINE_MS);
    expect(vi.getTimerCount()).toBe(0);
    return { aborts };
  });
  expect(aborts).toEqual([]);
  expect(webSocket.accept).not.toHaveBeenCalled();
  expect(webSocket.close).not.toHaveBeenCalled();
});

type Answer = (wakes: boolean) => Response | Promise<Response>;

/** Dials regions that answer so; all others fail. */
function regions(answers: Readonly<Record<string, Answer>>) {
  const dialled: string[] = [];
  const dial: Dial = async (region, wakes) => {
    dialled.push(region);
    const answer = answers[region];
    if (answer === undefined) throw new Error('unreachable');
    return answer(wakes);
  };
  return { dial, dialled };
}

/** Dials regions of which all that are not named hang until they are aborted. */
function hanging(answers: Readonly<Record<string, Answer>> = {}) {
  const aborts: string[] = [];
  const start = Date.now();
  const dial: Dial = (region, wakes, signal) =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => {
        aborts.push(`${region} ${Date.now() - start}`);
        reject(signal.reason);
      });
      const answer = answers[region];
      if (answer !== undefined) resolve(answer(wakes));
    });
  return { dial, aborts };
}

/** Hands off to enam, since weur takes too long; then weur answers after all. */
async function answerLate(late: Answer): Promise<Handed> {
  return withFakeTime(async () => {
    const weur = Promise.withResolvers<Response>();
    const { dial } = regions({ weur: () => weur.promise, enam: () => upgrade() });
    const result = handed(dial, 'weur', 'enam');
    await vi.advanceTimersByTimeAsync(HEDGE_MIN_MS);
    const { handoff, lessons } = await result;
    expect(handoff.taken?.region).toBe('enam');
    weur.resolve(late(false));
    await handoff.leftBehind;
    return { handoff, lessons };
  });
}

interface Handed {
  readonly handoff: Handoff;
  readonly lessons: readonly Lesson[];
}

function handed(dial: Dial, ...ids: readonly string[]): Promise<Handed> {
  return handedTo({}, dial, ...ids);
}

async function handedTo(
  options: Pick<HandoffOptions, 'firstSleeps' | 'signal' | 'takenAt' | 'waitsForBusy'>,
  dial: Dial,
  ...ids: readonly string[]
): Promise<Handed> {
  const lessons: Lesson[] = [];
  const learn = (lesson: Lesson) => void lessons.push(lesson);
  const handoff = await handOff({
    takenAt: new Map(),
    ...options,
    candidates: candidates(dial, ...ids),
    now: Date.now,
    learn,
  });
  return { handoff, lessons };
}

async function withFakeTime<T>(run: () => Promise<T>): Promise<T> {
  vi.useFakeTimers();
  try {
    return await run();
  } finally {
    vi.useRealTimers();
  }
}

type Dial = (region: string, wakes: boolean, signal: AbortSignal) => Promise<Response>;

function candidates(dial: Dial, ...ids: readonly string[]): readonly Dialable[] {
  return ids.map((region) => ({
    region,
    estimateMs: 10,
    dial: async (wakes, signal) => dial(region, wakes, signal),
  }));
}

/** What Node cannot construct: a response with status 101 and a WebSocket. */
function upgrade(webSocket: object = { accept: () => {}, close: () => {} }): Response {
  return { status: 101, webSocket, body: null } as unknown as Response;
}

function json(status: number, message: string, code?: string): Response {
  if (status === 101) return upgrade();
  // Node refuses a body for 204; the status is all that counts.
  const response = Response.json({ error: { code, message } });
  return Object.defineProperty(response, 'status', { value: status });
}
