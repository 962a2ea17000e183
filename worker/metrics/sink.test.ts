import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AT, snapshotOf, up } from '../../test/support/data/sample-snapshot.ts';
import type { Batch } from './batch.ts';
import { DEFAULT_MAX_SERIES, samplesIn } from './render.ts';
import { ANSWER_WITHIN_MS, LONGEST_WAIT_MS, MOST_QUEUED_BYTES, Sink } from './sink.ts';
import { TEXT_WITHIN_MS } from './sink-answer.ts';
import { sinkMetrics } from './sink-metrics.ts';
import { Sinks } from './sinks.ts';

const CONFIG = { type: 'otlp', url: 'https://sink.example/v1/metrics?key=k', every: '60s' } as const;
const SECRET = 'MERIDIAN_EXPORT_TEST';

let warnings: unknown[][];

beforeEach(() => {
  vi.useFakeTimers({ now: AT });
  warnings = [];
  vi.spyOn(console, 'warn').mockImplementation((...words) => void warnings.push(words));
});
afterEach(() => {
  vi.useRealTimers();
});

const batch = (samples: number, bytes = 10): Batch => ({ headers: {}, body: new Uint8Array(bytes), samples });

interface Call {
  readonly url: string;
  readonly init: RequestInit;
}

/** A sink that gives these answers in turn, and then takes everything. */
function sinkWith(
  answers: readonly (() => Response | Promise<Response>)[],
  more: { readonly secret?: string; readonly value?: string } = {},
) {
  const calls: Call[] = [];
  const means = {
    fetch: async (url: string, init: RequestInit) => {
      calls.push({ url, init });
      return (answers[calls.length - 1] ?? (() => new Response()))();
    },
    now: Date.now,
    random: () => 0,
    secretOf: () => more.value,
  };
  const config = { ...CONFIG, ...(more.secret !== undefined && { secret: more.secret }) };
  return { sink: new Sink(config, means), calls };
}

const status =
  (code: number, headers: Record<string, string> = {}, body = '') =>
  () =>
    new Response(body === '' ? null : body, { status: code, headers });
const broken = () => Promise.reject(new Error('connection refused'));

test('what it takes is counted as sent, with the secret as a header', async () => {
  const { sink, calls } = sinkWith([], { secret: SECRET, value: 'Authorization: Bearer abc\n' });
  sink.put(batch(3));
  await sink.flush();
  expect(calls.map(({ url }) => url)).toEqual([CONFIG.url]);
  expect(calls[0]?.init).toMatchObject({
    method: 'POST',
    redirect: 'manual',
    headers: { Authorization: 'Bearer abc' },
  });
  expect(sink.status).toEqual({
    type: 'otlp',
    url: 'https://sink.example/v1/metrics',
    secret: SECRET,
    sent: 3,
    queued: 0,
    dropped: { full: 0, refused: 0, redirected: 0, 'no-secret': 0, rejected: 0 },
    retries: 0,
    lastSentAt: AT,
  });
});

test('one that is down gets everything later, the oldest first, after waits that grow up to a limit', async () => {
  const { sink, calls } = sinkWith(Array.from({ length: 8 }, () => broken));
  sink.put(batch(1, 1));
  const waits: number[] = [];
  let last = AT;
  while (calls.length < 8) {
    const before = calls.length;
    await sink.flush();
    if (calls.length > before) {
      waits.push(Date.now() - last);
      last = Date.now();
    }
    vi.advanceTimersByTime(10_000);
  }
  expect(waits.map((ms) => ms / 1_000)).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
  expect(LONGEST_WAIT_MS).toBe(300_000);
  sink.put(batch(2, 2));
  expect(sink.status).toMatchObject({ sent: 0, queued: 3, retries: 8 });
  vi.advanceTimersByTime(LONGEST_WAIT_MS);
  await sink.flush();
  const sizes = calls.slice(8).map(({ init }) => (init.body as Uint8Array).length);
  expect(sizes).toEqual([1, 2]);
  expect(sink.status).toMatchObject({ sent: 3, queued: 0, retries: 8 });
  expect(warnings).toHaveLength(1);
});

test('what there is no room for is dropped, the oldest first, and counted', async () => {
  const { sink, calls } = sinkWith([broken]);
  const size = MOST_QUEUED_BYTES / 2;
  sink.put(batch(1, size));
  await sink.flush();
  sink.put(batch(10, size));
  expect(sink.status).toMatchObject({ queued: 11, dropped: { full: 0 } });
  sink.put(batch(100, size));
  expect(sink.status).toMatchObject({ queued: 110, dropped: { full: 1 } });
  // One that is too large by itself is not sent worse than any other.
  sink.put(batch(1_000, 2 * MOST_QUEUED_BYTES));
  expect(sink.status).toMatchObject({ queued: 1_000, dropped: { full: 111 } });
  vi.advanceTimersByTime(10_000);
  await sink.flush();
  expect(calls).toHaveLength(2);
  expect(sink.status).toMatchObject({ sent: 1_000, queued: 0 });
});

test('what it does not take is not sent again, but counted, and what follows is sent', async () => {
  const { sink, calls } = sinkWith([status(400, {}, 'out of bounds')]);
  sink.put(batch(5));
  sink.put(batch(7));
  await sink.flush();
  expect(calls).toHaveLength(2);
  expect(sink.status).toMatchObject({ sent: 7, queued: 0, retries: 0, dropped: { refused: 5 } });
  expect(warnings).toEqual([
    ['metrics to otlp https://sink.example/v1/metrics: it answered 400 out of bounds'],
  ]);
});

test.each([
  [429, '120', 120_000],
  [503, new Date(AT + 90_000).toUTCString(), 90_000],
  [503, 'soon', 10_000],
  [429, '999999', 3_600_000],
])('an answer of %i with Retry-After %s is obeyed', async (code, retryAfter, ms) => {
  const { sink, calls } = sinkWith([status(code, { 'retry-after': retryAfter })]);
  sink.put(batch(1));
  await sink.flush();
  vi.advanceTimersByTime(ms - 1);
  await sink.flush();
  expect(calls).toHaveLength(1);
  vi.advanceTimersByTime(1);
  await sink.flush();
  expect(calls).toHaveLength(2);
  expect(sink.status).toMatchObject({ sent: 1, retries: 1 });
});

test('one that is elsewhere is not followed', async () => {
  const { sink, calls } = sinkWith([status(307, { location: 'https://elsewhere.example/' })], {
    secret: SECRET,
    value: 'Authorization: Bearer abc',
  });
  sink.put(batch(4));
  await sink.flush();
  expect(calls.map(({ url }) => url)).toEqual([CONFIG.url]);
  expect(sink.status).toMatchObject({ sent: 0, queued: 0, dropped: { redirected: 4 } });
});

test('one that is slow is given up for now, and nothing else is sent to it meanwhile', async () => {
  const hanging = (init: RequestInit | undefined) =>
    new Promise<Response>((_, reject) =>
      init?.signal?.addEventListener('abort', () => reject(new Error('x'))),
    );
  const { sink, calls } = sinkWith([() => hanging(calls[0]?.init)]);
  sink.put(batch(1));
  const first = sink.flush();
  sink.put(batch(1));
  await sink.flush();
  expect(calls).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(ANSWER_WITHIN_MS);
  await first;
  expect(sink.status).toMatchObject({ sent: 0, queued: 2, retries: 1 });
  expect(warnings[0]?.[0]).toContain('no answer within 10000 ms');
});

test.each([undefined, '', 'abc', 'Authorization: a\nX: b'])(
  'without a secret that is a header nothing is sent: %j',
  async (value) => {
    const { sink, calls } = sinkWith([], { secret: SECRET, ...(value !== undefined && { value }) });
    sink.put(batch(2));
    await sink.flush();
    expect(calls).toEqual([]);
    expect(sink.status).toMatchObject({ sent: 0, dropped: { 'no-secret': 2 } });
    expect(JSON.stringify(warnings)).not.toContain('abc');
  },
);

test('what an OTLP sink rejects of a batch that it takes is counted', async () => {
  const { sink } = sinkWith([status(200, {}, '{"partialSuccess":{"rejectedDataPoints":"2"}}')]);
  sink.put(batch(5));
  await sink.flush();
  expect(sink.status).toMatchObject({ sent: 3, dropped: { rejected: 2 } });
});

test('each sink is given what is known at the first look of its interval, and keeps its counts when others change', async () => {
  const calls: string[] = [];
  const means = {
    fetch: async (url: string) => {
      calls.push(url);
      return new Response();
    },
    now: Date.now,
    random: () => 0,
    secretOf: () => undefined,
  };
  const sinks = new Sinks(means);
  const often = { type: 'json', url: 'https://often.example/', every: '20s' } as const;
  const rarely = { type: 'json', url: 'https://rarely.example/', every: '1m' } as const;
  vi.setSystemTime(Math.ceil(AT / 60_000) * 60_000);
  const look = async () => {
    if (sinks.areDue) sinks.put(snapshotOf(up([])));
    await sinks.flush();
    vi.advanceTimersByTime(10_000);
  };
  sinks.configure([often, rarely]);
  for (let count = 0; count < 7; count += 1) await look();
  const of = (url: string) => calls.filter((each) => each === url).length;
  expect([of(often.url), of(rarely.url)]).toEqual([4, 2]);
  const sent = sinks.statuses[0]?.sent ?? 0;
  expect(sent).toBeGreaterThan(0);
  sinks.configure([{ ...often, every: '30s' }]);
  expect(sinks.statuses).toMatchObject([{ url: often.url, sent }]);
});

test('/metrics shows what became of the samples', () => {
  const { sink } = sinkWith([], { secret: SECRET });
  const snapshot = { ...snapshotOf(), sinks: [sink.status] };
  const samples = samplesIn(snapshot, { dialect: 'helm', maxSeries: DEFAULT_MAX_SERIES });
  const shown = samples.filter(({ family }) => family.name.startsWith('meridian_export_'));
  const labels = { type: 'otlp', url: 'https://sink.example/v1/metrics', secret: SECRET };
  expect(shown.map(({ family, value }) => [family.name, value])).toContainEqual([
    'meridian_export_samples_total',
    0,
  ]);
  expect(shown.map((sample) => sample.labels)).toContainEqual({ ...labels, reason: 'full' });
  expect(shown.map(({ family }) => family.name)).not.toContain('meridian_export_last_sent_timestamp_seconds');
});

const chunked = (code: number, chunks: readonly string[], end: 'closes' | 'breaks' | 'never ends') => () => {
  const left = [...chunks];
  const body = new ReadableStream({
    pull: (controller) => {
      const chunk = left.shift();
      if (chunk !== undefined) controller.enqueue(new TextEncoder().encode(chunk));
      else if (end === 'closes') controller.close();
      else if (end === 'breaks') controller.error(new Error('connection lost'));
      else return new Promise<void>(() => {});
    },
  });
  return new Response(body, { status: code });
};

test.each([
  [200, 'breaks', { sent: 1, refused: 0 }],
  [200, 'never ends', { sent: 1, refused: 0 }],
  [400, 'breaks', { sent: 0, refused: 1 }],
  [400, 'never ends', { sent: 0, refused: 1 }],
] as const)('an answer of %i counts, though its text %s', async (code, end, { sent, refused }) => {
  const { sink, calls } = sinkWith([chunked(code, ['par'], end)]);
  sink.put(batch(1));
  const flushed = sink.flush();
  await vi.advanceTimersByTimeAsync(TEXT_WITHIN_MS);
  await flushed;
  expect(calls).toHaveLength(1);
  expect(sink.status).toMatchObject({ sent, queued: 0, retries: 0, dropped: { refused } });
});

test('what an OTLP sink rejects is counted though it says so in pieces, and why is in the log', async () => {
  const text = ['{"partialSuccess":{"rejectedDataPo', 'ints":2,"errorMessage":"too old"}}'];
  const { sink } = sinkWith([chunked(200, text, 'closes')]);
  sink.put(batch(5));
  await sink.flush();
  expect(sink.status).toMatchObject({ sent: 3, dropped: { rejected: 2 } });
  expect(warnings[0]?.[0]).toMatch(/: it rejected 2 samples: too old$/);
});

test.each([
  '',
  'null',
  '[]',
  '{"partialSuccess":null}',
  '{"partialSuccess":{"rejectedDataPoints":1.5}}',
  '\u0000',
])('an answer of 200 with %j rejects nothing', async (text) => {
  const { sink } = sinkWith([chunked(200, [text], 'closes')]);
  sink.put(batch(5));
  await sink.flush();
  expect(sink.status).toMatchObject({ sent: 5, dropped: { rejected: 0 } });
});

test('what a sink repeats of what it was sent in confidence is not in the log, nor what a terminal obeys', async () => {
  const said = 'POST /?key=k123456789 Bearer s3cret-of-this-test\r\n\u001b[31mmetrics: forged\u2028line';
  const url = 'https://sink.example/v1?key=k123456789';
  const sink = new Sink(
    { type: 'json', url, secret: SECRET, every: '60s' },
    {
      fetch: async () => new Response(said, { status: 400 }),
      now: Date.now,
      random: () => 0,
      secretOf: () => 'Authorization: Bearer s3cret-of-this-test',
    },
  );
  sink.put(batch(1));
  await sink.flush();
  expect(warnings).toEqual([
    [
      'metrics to json https://sink.example/v1: it answered 400 POST /?[hidden] [hidden] [31mmetrics: forged line',
    ],
  ]);
});

test('one that is taken out of the configuration gets nothing more, not even what waits', async () => {
  const calls: string[] = [];
  let answer: (response: Response) => void = () => {};
  const aborted: boolean[] = [];
  const sinks = new Sinks({
    fetch: (url, { signal }) => {
      calls.push(url);
      signal?.addEventListener('abort', () => aborted.push(true));
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
    now: Date.now,
    random: () => 0,
    secretOf: () => undefined,
  });
  const gone = { type: 'json', url: 'https://gone.example/', every: '10s' } as const;
  sinks.configure([gone]);
  sinks.put(snapshotOf(up([])));
  const flushed = sinks.flush();
  vi.advanceTimersByTime(10_000);
  sinks.put(snapshotOf(up([])));
  sinks.configure([]);
  answer(new Response());
  await flushed;
  expect([calls, aborted]).toEqual([[gone.url], [true]]);
  expect(sinks.statuses).toEqual([]);
});

test('a clock that is set back by hours holds nothing up', async () => {
  const { sink, calls } = sinkWith([status(429, { 'retry-after': '60' })]);
  sink.put(batch(1));
  await sink.flush();
  vi.setSystemTime(AT - 2 * 3_600_000);
  await sink.flush();
  expect(calls).toHaveLength(2);
  const sinks = new Sinks({
    fetch: async () => new Response(),
    now: Date.now,
    random: () => 0,
    secretOf: () => undefined,
  });
  sinks.configure([CONFIG]);
  sinks.put(snapshotOf(up([])));
  expect(sinks.areDue).toBe(false);
  vi.setSystemTime(AT - 4 * 3_600_000);
  expect(sinks.areDue).toBe(true);
});

test('those that differ only in what is not shown are added up', () => {
  const { sink } = sinkWith([]);
  const one = { ...sink.status, sent: 1, dropped: { ...sink.status.dropped, full: 2 }, lastSentAt: AT };
  const shown = (...sinks: readonly (typeof one)[]) =>
    sinkMetrics(sinks).map(({ family, labels, value }) => [family.name, labels.reason, value]);
  const both = shown(one, { ...one, sent: 10, lastSentAt: AT - 5_000 });
  expect(both).toContainEqual(['meridian_export_samples_total', undefined, 11]);
  expect(both).toContainEqual(['meridian_export_dropped_samples_total', 'full', 4]);
  expect(both).toContainEqual(['meridian_export_last_sent_timestamp_seconds', undefined, AT / 1_000 - 5]);
  const { lastSentAt: _lastSentAt, ...never } = one;
  expect(sinkMetrics([one, never]).map(({ family }) => family.name)).not.toContain(
    'meridian_export_last_sent_timestamp_seconds',
  );
});
