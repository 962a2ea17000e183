import { describe, expect, test, vi } from 'vitest';
import { type Dialable, type Handoff, handOff, MAX_ATTEMPTS } from './hand-off.ts';

const DEADLINE_MS = 1_000;

describe('the first region that takes the client gets it', () => {
  test('without any other being dialled', async () => {
    const { dial, dialled } = regions({ weur: () => upgrade(), enam: () => upgrade() });
    const handoff = await handOff({ candidates: candidates(dial, 'weur', 'enam'), now: Date.now });
    expect(handoff).toMatchObject({ ok: true, region: 'weur', failed: [] });
    expect(dialled).toEqual(['weur']);
  });

  test('in the order of the candidates, after those that failed', async () => {
    const { dial, dialled } = regions({
      weur: () => json(503, 'region weur: it is being started again'),
      enam: () => Promise.reject(new Error('object reset')),
      apac: () => upgrade(),
    });
    const handoff = await handOff({ candidates: candidates(dial, 'weur', 'enam', 'apac'), now: () => 0 });
    expect(handoff).toMatchObject({
      ok: true,
      region: 'apac',
      failed: [
        { region: 'weur', reason: 'region weur: it is being started again', ms: 0 },
        { region: 'enam', reason: 'object reset', ms: 0 },
      ],
    });
    expect(dialled).toEqual(['weur', 'enam', 'apac']);
  });

  test('and its response comes as it is', async () => {
    const response = upgrade();
    const { dial } = regions({ weur: () => response });
    const handoff = await handOff({ candidates: candidates(dial, 'weur'), now: Date.now });
    expect(responseOf(handoff)).toBe(response);
  });
});

describe('no region', () => {
  test('takes the client when there is no candidate', async () => {
    expect(await handOff({ candidates: [], now: Date.now })).toEqual({ ok: false, failed: [] });
  });

  test(`is dialled after ${MAX_ATTEMPTS} that failed`, async () => {
    const ids = ['a', 'b', 'c', 'd'].slice(0, MAX_ATTEMPTS + 1);
    const { dial, dialled } = regions({ d: () => upgrade() });
    const handoff = await handOff({ candidates: candidates(dial, ...ids), now: Date.now });
    expect(handoff.ok).toBe(false);
    expect(dialled).toEqual(['a', 'b', 'c']);
    expect(handoff.failed.map(({ region }) => region)).toEqual(['a', 'b', 'c']);
  });

  test('is dialled when the deadline is over', async () => {
    const clock = { now: 0 };
    const { dial, dialled } = regions({
      weur: () => {
        clock.now = DEADLINE_MS;
        return json(503, 'full');
      },
      enam: () => upgrade(),
    });
    const options = { candidates: candidates(dial, 'weur', 'enam'), deadlineMs: DEADLINE_MS };
    expect(await handOff({ ...options, now: () => clock.now })).toMatchObject({ ok: false });
    expect(dialled).toEqual(['weur']);
  });
});

describe('an answer', () => {
  test.each([101, 400, 401, 403, 404, 426, 428, 430, 499])("of %i is the client's own", async (status) => {
    const { dial, dialled } = regions({ weur: () => json(status, 'no'), enam: () => upgrade() });
    const handoff = await handOff({ candidates: candidates(dial, 'weur', 'enam'), now: Date.now });
    expect(responseOf(handoff)?.status).toBe(status);
    expect(dialled).toEqual(['weur']);
  });

  test.each([200, 204, 301, 399, 429, 500, 502, 503, 599])(
    'of %i is followed by the next region',
    async (status) => {
      const { dial, dialled } = regions({ weur: () => json(status, 'no'), enam: () => upgrade() });
      const handoff = await handOff({ candidates: candidates(dial, 'weur', 'enam'), now: Date.now });
      expect(handoff).toMatchObject({ ok: true, region: 'enam', failed: [{ reason: 'no' }] });
      expect(dialled).toEqual(['weur', 'enam']);
    },
  );

  test.each(['', 'not JSON', '{}', '[]', 'null', '{"error":"no"}', '{"error":{}}'])(
    'of 503 with the body %j is told by its status',
    async (body) => {
      const { dial } = regions({ weur: () => new Response(body, { status: 503 }) });
      const handoff = await handOff({ candidates: candidates(dial, 'weur'), now: Date.now });
      expect(handoff.failed[0]?.reason).toBe('the upgrade was answered with status 503');
    },
  );

  test('that is no error but a throw, in the dial itself, is followed by the next region', async () => {
    const dial: Dial = (region) => {
      if (region === 'weur') throw new Error('region weur has no binding REGION_WEUR');
      return Promise.resolve(upgrade());
    };
    const handoff = await handOff({ candidates: candidates(dial, 'weur', 'enam'), now: () => 0 });
    expect(handoff).toMatchObject({
      ok: true,
      region: 'enam',
      failed: [{ region: 'weur', reason: 'region weur has no binding REGION_WEUR' }],
    });
  });
});

describe('a region that hangs', () => {
  test('has half of the time that is left, the last one all of it', async () => {
    const { handoff, aborted } = await withFakeTime(async () => {
      const { dial, aborts } = hanging();
      const result = handOff({
        candidates: candidates(dial, 'weur', 'enam', 'apac'),

        now: Date.now,
        deadlineMs: DEADLINE_MS,
      });
      await vi.advanceTimersByTimeAsync(DEADLINE_MS);
      return { handoff: await result, aborted: aborts };
    });
    expect(handoff).toEqual({
      ok: false,
      failed: [
        { region: 'weur', reason: 'no answer within 500 ms', ms: 500 },
        { region: 'enam', reason: 'no answer within 250 ms', ms: 250 },
        { region: 'apac', reason: 'no answer within 250 ms', ms: 250 },
      ],
    });
    expect(aborted).toEqual(['weur 500', 'enam 750', 'apac 1000']);
  });

  test('leaves the time it did not use to the next', async () => {
    const handoff = await withFakeTime(async () => {
      const { dial } = hanging({ weur: () => json(503, 'full') });
      const result = handOff({
        candidates: candidates(dial, 'weur', 'enam', 'apac'),

        now: Date.now,
        deadlineMs: DEADLINE_MS,
      });
      await vi.advanceTimersByTimeAsync(DEADLINE_MS);
      return result;
    });
    expect(handoff.failed.map(({ region, ms }) => [region, ms])).toEqual([
      ['weur', 0],
      ['enam', 500],
      ['apac', 500],
    ]);
  });

  test('and does not even heed the abort is left behind', async () => {
    const handoff = await withFakeTime(async () => {
      const { dial } = regions({ weur: () => new Promise(() => {}), enam: () => upgrade() });
      const result = handOff({
        candidates: candidates(dial, 'weur', 'enam'),

        now: Date.now,
        deadlineMs: DEADLINE_MS,
      });
      await vi.advanceTimersByTimeAsync(DEADLINE_MS / 2);
      return result;
    });
    expect(handoff).toMatchObject({ ok: true, region: 'enam' });
  });

  test('in the middle of its refusal is left behind as well', async () => {
    const handoff = await withFakeTime(async () => {
      const endless = new Response(new ReadableStream(), { status: 503 });
      const { dial } = regions({ weur: () => endless, enam: () => upgrade() });
      const result = handOff({
        candidates: candidates(dial, 'weur', 'enam'),

        now: Date.now,
        deadlineMs: DEADLINE_MS,
      });
      await vi.advanceTimersByTimeAsync(DEADLINE_MS / 2);
      return result;
    });
    expect(handoff).toMatchObject({ ok: true, region: 'enam' });
  });
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

  test('by a failure is nothing to clean up', async () => {
    expect(await answerLate(() => Promise.reject(new Error('object reset')))).toMatchObject({
      region: 'enam',
    });
  });
});

test('a region that takes the client in time is never aborted or closed', async () => {
  const webSocket = { accept: vi.fn(), close: vi.fn() };
  const { aborts } = await withFakeTime(async () => {
    const { dial, aborts } = hanging({ weur: () => upgrade(webSocket) });
    await handOff({ candidates: candidates(dial, 'weur', 'enam'), now: Date.now, deadlineMs: DEADLINE_MS });
    await vi.advanceTimersByTimeAsync(2 * DEADLINE_MS);
    expect(vi.getTimerCount()).toBe(0);
    return { aborts };
  });
  expect(aborts).toEqual([]);
  expect(webSocket.accept).not.toHaveBeenCalled();
  expect(webSocket.close).not.toHaveBeenCalled();
});

type Answer = () => Response | Promise<Response>;

/** Dials regions that answer so; all others fail. */
function regions(answers: Readonly<Record<string, Answer>>) {
  const dialled: string[] = [];
  const dial: Dial = async (region) => {
    dialled.push(region);
    const answer = answers[region];
    if (answer === undefined) throw new Error('unreachable');
    return answer();
  };
  return { dial, dialled };
}

/** Dials regions of which all that are not named hang until they are aborted. */
function hanging(answers: Readonly<Record<string, Answer>> = {}) {
  const aborts: string[] = [];
  const start = Date.now();
  const dial: Dial = (region, signal) =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => {
        aborts.push(`${region} ${Date.now() - start}`);
        reject(signal.reason);
      });
      const answer = answers[region];
      if (answer !== undefined) resolve(answer());
    });
  return { dial, aborts };
}

/** Hands off to enam, since weur takes too long; then weur answers after all. */
async function answerLate(late: Answer): Promise<Handoff> {
  return withFakeTime(async () => {
    const weur = Promise.withResolvers<Response>();
    const { dial } = regions({ weur: () => weur.promise, enam: () => upgrade() });
    const result = handOff({
      candidates: candidates(dial, 'weur', 'enam'),

      now: Date.now,
      deadlineMs: DEADLINE_MS,
    });
    await vi.advanceTimersByTimeAsync(DEADLINE_MS / 2);
    const handoff = await result;
    expect(handoff).toMatchObject({ ok: true, region: 'enam' });
    weur.resolve(late());
    await vi.advanceTimersByTimeAsync(0);
    return handoff;
  });
}

async function withFakeTime<T>(run: () => Promise<T>): Promise<T> {
  vi.useFakeTimers();
  try {
    return await run();
  } finally {
    vi.useRealTimers();
  }
}

type Dial = (region: string, signal: AbortSignal) => Promise<Response>;

function candidates(dial: Dial, ...ids: readonly string[]): readonly Dialable[] {
  return ids.map((region) => ({ region, dial: (signal) => dial(region, signal) }));
}

function responseOf(handoff: Handoff): Response | undefined {
  return handoff.ok ? handoff.response : undefined;
}

/** What Node cannot construct: a response with status 101 and a WebSocket. */
function upgrade(webSocket: object = { accept: () => {}, close: () => {} }): Response {
  return { status: 101, webSocket, body: null } as unknown as Response;
}

function json(status: number, message: string): Response {
  if (status === 101) return upgrade();
  // Node refuses a body for 204; the status is all that counts.
  const response = Response.json({ error: { code: 'test', message } });
  return Object.defineProperty(response, 'status', { value: status });
}
