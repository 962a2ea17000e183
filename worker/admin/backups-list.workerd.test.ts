// The list of many backups, a page at a time, with R2 (miniflare's) that takes no more calls than Cloudflare lets one request
// make.

import { env as bindings } from 'cloudflare:workers';
import * as v from 'valibot';
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type Backups, BackupsSchema } from '../../api/backups.ts';
import '../../test/support/workerd/config-bindings.ts';
import { message, writeBackup } from '../../test/support/workerd/backups.ts';
import { activeConfig } from '../config/active-config.ts';
import type { EdgeContext } from '../edge-context.ts';
import type { Env } from '../env.ts';
import { BackupBucket } from '../jetstream/bucket/backup-bucket.ts';
import { listBackups } from './backups-list.ts';

const { BACKUPS } = bindings as unknown as { BACKUPS: R2Bucket };
const { cluster } = activeConfig({}).config;
const bucket = new BackupBucket(BACKUPS);
const STREAMS = 320;
const CALLS_OF_A_REQUEST = 1_000;
/** Names of which one begins with another, and accounts likewise, in the order of the bucket's keys. */
const ACCOUNTS = ['$G', 'A', 'A-B'] as const;
const calls: number[] = [];

beforeAll(async () => {
  for (let n = 0; n < STREAMS; n += 20) {
    await Promise.all(Array.from({ length: 20 }, (_, at) => writeOne(n + at)));
  }
});

beforeEach(() => calls.splice(0));

test('every stream is in one page, no page makes more calls than one request may', async () => {
  const pages = await allPages(edgeOf(limited()));
  expect(pages.length).toBeGreaterThan(1);
  const listed = pages.flatMap(({ streams }) => streams);
  expect(listed.filter(({ messages }) => messages !== 1)).toEqual([]);
  const names = listed.map(({ account, stream }) => `${account} ${stream}`);
  expect(new Set(names).size).toBe(STREAMS);
  expect(names).toHaveLength(STREAMS);
  expect(Math.max(...calls)).toBeLessThan(CALLS_OF_A_REQUEST);
});

test('a stream without a backup is in the page of its place, once', async () => {
  const streams = [
    { account: '$G', stream: '0' },
    { account: 'A', stream: 'M' },
    { account: 'Z', stream: 'LAST' },
  ];
  const pages = await allPages(edgeOf(limited(), { streams: async () => streams }));
  const missing = pages.map((page) => page.streams.filter(({ epochs }) => epochs === 0));
  expect(missing.flat().map(({ stream }) => stream)).toEqual(['0', 'M', 'LAST']);
  expect(missing.at(0)?.map(({ stream }) => stream)).toContain('0');
  expect(missing.at(-1)?.map(({ stream }) => stream)).toContain('LAST');
});

test('whoever asks with what is no `next` is told', async () => {
  const response = await listBackups(get('x'.repeat(1025)), edgeOf(BACKUPS));
  expect(response.status).toBe(400);
  const behindAll = v.parse(BackupsSchema, await (await listBackups(get('zzz'), edgeOf(BACKUPS))).json());
  expect(behindAll).toMatchObject({ streams: [], next: null });
});

test('of R2 that hangs it is told within the time that whoever asks waits', async () => {
  const hanging = new Proxy(BACKUPS, {
    get(r2, property) {
      if (property === 'get') return () => new Promise(() => {});
      const value: unknown = Reflect.get(r2, property);
      return typeof value === 'function' ? value.bind(r2) : value;
    },
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  try {
    let answer: Response | undefined;
    const listing = Promise.resolve(listBackups(get(), edgeOf(hanging))).then((response) => {
      answer = response;
    });
    for (let ms = 0; ms < 19_000 && answer === undefined; ms += 1_000) {
      await vi.advanceTimersByTimeAsync(1_000);
      await BACKUPS.head('nothing');
    }
    expect(answer).toBeDefined();
    await listing;
    const { streams } = v.parse(BackupsSchema, await answer?.json());
    expect(streams).toHaveLength(STREAMS);
    expect(streams[0]?.problems.join()).toContain('it has not answered for 5 s');
    expect(streams.at(-1)?.problems.join()).toContain('it was not read');
  } finally {
    vi.useRealTimers();
  }
});

async function writeOne(n: number): Promise<void> {
  const account = ACCOUNTS[n % ACCOUNTS.length] ?? '$G';
  const name = { cluster, account, stream: `S${'-'.repeat(n % 2)}${n}` };
  await writeBackup(bucket, name, {
    config: { name: name.stream },
    extent: { firstSeq: 1, lastSeq: 1, deleted: [] },
    segments: [[message(1, 'o.x', 'x')]],
  });
}

async function allPages(edge: EdgeContext): Promise<readonly Backups[]> {
  const pages: Backups[] = [];
  let after: string | undefined;
  do {
    calls.push(0);
    const response = await listBackups(get(after), edge);
    expect(response.status).toBe(200);
    const page = v.parse(BackupsSchema, await response.json());
    pages.push(page);
    after = page.next ?? undefined;
  } while (after !== undefined);
  return pages;
}

function get(after?: string): Request {
  const query = after === undefined ? '' : `?after=${encodeURIComponent(after)}`;
  return new Request(`https://meridian.example/api/backups${query}`);
}

/** As on Cloudflare: the call that is one too many fails, and so does what the request does then. */
function limited(): R2Bucket {
  return new Proxy(BACKUPS, {
    get(r2, property) {
      const value: unknown = Reflect.get(r2, property);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        const made = (calls.pop() ?? 0) + 1;
        calls.push(made);
        if (made > CALLS_OF_A_REQUEST) throw new Error('Too many subrequests.');
        return Reflect.apply(value, r2, args);
      };
    },
  });
}

function edgeOf(r2: R2Bucket, methods: object = {}): EdgeContext {
  const none = async () => [];
  const keeper = { verifications: none, streams: none, deleted: none, ...methods };
  const env = { BACKUPS: r2, JETSTREAM_KEEPER: { getByName: () => keeper } } as unknown as Env;
  const active = activeConfig(env);
  const regions = active.config.regions.map((region) => ({ ...region, jetstream: false }));
  return { ...active, config: { ...active.config, regions }, env, audit: () => {}, background: () => {} };
}
