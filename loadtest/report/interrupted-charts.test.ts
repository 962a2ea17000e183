// What charts show of a run whose edge went away: clients that are gone from the moment of their loss, outages over their
// time, and shades that the legend explains.

import { DOMParser, onWarningStopParsing } from '@xmldom/xmldom';
import { expect, test } from 'vitest';
import type { Written } from '../../test/support/data/sample-file.ts';
import { FINISHED, summaryOfSamples } from '../../test/support/data/summary.ts';
import { drawCharts } from './charts.ts';
import { PATTERN_COLOURS, UNMEASURED } from './colours.ts';
import type { Summary } from './summary.ts';

const GONE_AT = 5_000;
const END = 20_000;

function connected(at: number, region: string): Written {
  return { metric: 'nats_connect', at, value: 20, tags: { region } };
}

function lost(at: number, region: string): Written {
  return { metric: 'nats_disconnects', at, value: 1, tags: { region, phase: 'idle', code: '1006' } };
}

function outage(at: number, value: number, tags: Readonly<Record<string, string>>): Written {
  return { metric: 'nats_outage', at, value, tags };
}

/** The edge goes away for good: every outage is known at the end only. */
const GONE: readonly Written[] = [
  { metric: 'nats_clients', at: 0, value: 0 },
  ...[0, 1, 2].map((n) => connected(1_000 + n, 'weur')),
  connected(1_010, 'oc'),
  { metric: 'nats_ping', at: 2_000, value: 1, tags: { region: 'weur' } },
  { metric: 'nats_clients', at: 4_000, value: 4 },
  ...[0, 1, 2].map((n) => lost(GONE_AT + n, 'weur')),
  lost(GONE_AT + 3, 'oc'),
  { metric: 'nats_disconnects', at: 9_000, value: 1, tags: { region: '', phase: 'connecting' } },
  ...[0, 1, 2].map((n) => outage(END, END - GONE_AT - n, { region: 'weur', kind: 'gone' })),
  outage(END, END - GONE_AT - 3, { region: 'oc', kind: 'gone' }),
];

const PLANNED = { ...FINISHED, plannedMs: END };

function chart(summary: Summary, name: string): string {
  const svg = drawCharts(summary).find((each) => each.name === name)?.svg;
  if (svg === undefined) throw new Error(`no chart ${name}`);
  return svg;
}

type Point = readonly [x: number, y: number];

/** The corners of the first path that is drawn with it. */
function pathOf(svg: string, look: RegExp): readonly Point[] {
  const path = [...svg.matchAll(/<path d="([^"]*)"[^>]*>/g)].find(([tag]) => look.test(tag))?.[1];
  if (path === undefined) throw new Error(`nothing is drawn with ${look}`);
  return [...path.matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
}

test('the clients by their own count fall when the edge goes away, and stay so until the end', async () => {
  const summary = await summaryOfSamples(GONE, { ending: PLANNED });
  expect(summary.clients?.connected?.at(-1)).toEqual({ atMs: GONE_AT + 3, clients: 0 });
  expect(Math.max(...(summary.clients?.connected ?? []).map(({ clients }) => clients))).toBe(4);
  const svg = chart(summary, 'clients');
  expect(svg).toContain('>by their own count<');
  const line = pathOf(svg, /fill="none" stroke="#0b84c6" stroke-width="2" stroke-linejoin/);
  const [first, last] = [line[0], line.at(-1)];
  if (first === undefined || last === undefined) throw new Error('there is a line');
  const [bottom, top] = [Math.max(...line.map(([, y]) => y)), Math.min(...line.map(([, y]) => y))];
  // From the left edge at 0, up to all, and down again a quarter of the way, to stay there.
  expect(first[1]).toBe(bottom);
  expect(last[1]).toBe(bottom);
  const fallsAt = line.filter(([, y]) => y === top).at(-1)?.[0] ?? 0;
  expect((fallsAt - first[0]) / (last[0] - first[0])).toBeCloseTo(GONE_AT / END, 2);
});

test('a client whose attempt to connect failed was not lost a second time', async () => {
  const { clients } = await summaryOfSamples(GONE, { ending: PLANNED });
  expect(Math.min(...(clients?.connected ?? []).map((level) => level.clients))).toBe(0);
});

test('an outage is drawn over its time, though all of them are known at the end', async () => {
  const summary = await summaryOfSamples(GONE, { ending: PLANNED });
  expect(summary.clients?.withoutService).toEqual({
    weur: [
      { atMs: GONE_AT, clients: 1 },
      { atMs: GONE_AT + 1, clients: 2 },
      { atMs: GONE_AT + 2, clients: 3 },
    ],
    oc: [{ atMs: GONE_AT + 3, clients: 1 }],
  });
  const svg = chart(summary, 'without-service');
  for (const [colour, name] of [
    ['#009e73', 'weur'],
    ['#d55e00', 'oc'],
  ] as const) {
    expect(svg).toContain(`>${name}<`);
    const area = pathOf(svg, new RegExp(`fill="${colour}"`));
    const bottom = Math.max(...area.map(([, y]) => y));
    const right = Math.max(...area.map(([x]) => x));
    const left = Math.min(...area.map(([x]) => x));
    const from = Math.min(...area.filter(([, y]) => y < bottom).map(([x]) => x));
    expect((from - left) / (right - left), name).toBeCloseTo(GONE_AT / END, 2);
    expect(area.filter(([x, y]) => x === right && y < bottom).length, name).toBeGreaterThan(0);
  }
  expect(drawCharts(summary).map(({ name }) => name)).not.toContain('outage-over-time');
});

test('clients that come back are without service no longer, and those of several regions lie on one another', async () => {
  const samples = [
    connected(0, 'weur'),
    outage(4_000, 1_000, { region: 'weur', peer: 'oc' }),
    outage(6_000, 4_000, { region: 'oc', peer: 'weur' }),
    connected(10_000, 'weur'),
  ];
  const { clients } = await summaryOfSamples(samples);
  expect(clients).toEqual({
    withoutService: {
      weur: [
        { atMs: 3_000, clients: 1 },
        { atMs: 4_000, clients: 0 },
      ],
      oc: [
        { atMs: 2_000, clients: 1 },
        { atMs: 6_000, clients: 0 },
      ],
    },
  });
});

test('of very many outages the worst of each moment is kept', async () => {
  const samples = Array.from({ length: 4_000 }, (_, n) => outage(n * 10 + 5, 5, { region: 'weur' }));
  const busy = outage(20_000, 500, { region: 'weur' });
  const { clients } = await summaryOfSamples([...samples, busy].toSorted((a, b) => a.at - b.at));
  const levels = clients?.withoutService.weur ?? [];
  expect(levels.length).toBeLessThanOrEqual(2_400);
  expect(Math.max(...levels.map((level) => level.clients))).toBe(2);
  expect(levels.at(-1)?.clients).toBe(0);
});

test('each kind of shade has a pattern of its own, and the legend has the same ones', async () => {
  const gap: Written = { metric: 'nats_gap', at: END, value: 12_000, tags: { region: 'oc', peer: 'weur' } };
  const svg = chart(await summaryOfSamples([...GONE, gap], { ending: PLANNED }), 'clients');
  expect(svg).not.toMatch(/rgba|opacity="0?\.[1-9]/);
  const patterns = [...svg.matchAll(/<pattern [^>]*id="([^"]*)"[\s\S]*?stroke="([^"]*)"/g)];
  expect(patterns.map(([, , colour]) => colour).toSorted()).toEqual(
    Object.values(PATTERN_COLOURS).toSorted(),
  );
  // In the chart, and in the legend.
  for (const [, id] of patterns) expect(svg.split(`fill="url(#${id})"`)).toHaveLength(3);
  expect(svg.split(`fill="${UNMEASURED}"`)).toHaveLength(3);
});

test('the legend shows the dashes of a line', async () => {
  const times = [0, 1_000, 2_000].flatMap((at): readonly Written[] => [
    { metric: 'nats_delivery', at, value: 8, tags: { region: 'oc', peer: 'weur' } },
    { metric: 'nats_delivery_service', at, value: 7, tags: { region: 'oc', peer: 'weur' } },
  ]);
  const svg = chart(await summaryOfSamples(times), 'delivery-due-and-service');
  const paths = [...svg.matchAll(/<path [^>]*stroke="#0b84c6"[^>]*>/g)].map(([tag]) => tag);
  const looks = paths
    .filter((tag) => !tag.includes('stroke-opacity="0"'))
    .map((tag) => /stroke-dasharray="([^"]*)"/.exec(tag)?.[1] ?? 'solid');
  // A line and its entry, with dashes and without.
  expect(looks.toSorted()).toEqual(['6,3', '6,3', 'solid', 'solid']);
});

test('what names no region is a line of all', async () => {
  const times = [0, 1_000, 2_000].map((at) => ({
    metric: 'nats_delivery',
    at,
    value: 8,
    tags: { region: '' },
  }));
  const svg = chart(await summaryOfSamples(times), 'delivery-over-time');
  expect(svg).toContain('>all p50<');
  expect(svg).not.toMatch(/> ?p50</);
});

test('what JetStream acknowledged is beside what was due', async () => {
  const samples = [0, 1_000, 2_000].flatMap((at): readonly Written[] => [
    { metric: 'nats_due', at, value: 1, tags: { region: 'weur', kind: 'request' } },
    { metric: 'nats_journal_acknowledged', at, value: 1 },
  ]);
  const svg = chart(await summaryOfSamples(samples, { script: 'failover' }), 'answers');
  expect(svg).toContain('>requests due<');
  expect(svg).toContain('>acknowledged by JetStream<');
});

test('entries of a legend do not touch, and many of them move the chart down', async () => {
  const ids = ['wnam', 'enam', 'sam', 'weur', 'eeur', 'afr', 'me', 'apac', 'oc'];
  const regions = ids.map((id) => ({ id, name: id, latitude: 0, longitude: 0 }));
  const times = [0, 1_000, 2_000].flatMap((at) =>
    ids.map((region) => ({ metric: 'nats_ping', at, value: 8, tags: { region } })),
  );
  const svg = chart(await summaryOfSamples(times, { regions }), 'ping-over-time');
  const texts = [...svg.matchAll(/<text [^>]*transform="translate\(([\d.]+) ([\d.]+)\)"[^>]*>([^<]*)</g)]
    .map(([, x, y, text = '']) => ({ x: Number(x), y: Number(y), text }))
    .filter(({ text }) => / p50$| p95$/.test(text));
  expect(texts.map(({ text }) => text)).toEqual([...ids.map((id) => `${id} p50`), 'all p95']);
  expect(new Set(texts.map(({ y }) => y)).size).toBe(2);
  for (const [index, { x, y, text }] of texts.entries()) {
    const next = texts[index + 1];
    if (next?.y === y) expect(next.x - x, text).toBeGreaterThan(text.length * 6);
  }
});

test('between two clients that lose their service in turn nothing is shaded', async () => {
  const inTurn = [4_000, 4_900].map((at) => outage(at, 100, { region: 'weur', peer: 'oc' }));
  const summary = await summaryOfSamples([connected(0, 'weur'), ...inTurn, connected(END, 'weur')]);
  expect(summary.outages).toHaveLength(1);
  const svg = chart(summary, 'without-service');
  expect(svg.split('<polygon')).toHaveLength(1 + inTurn.length);
});

test('every chart is a file that an image viewer can read', async () => {
  const summary = await summaryOfSamples(GONE, { ending: PLANNED });
  const charts = drawCharts(summary);
  expect(charts.length).toBeGreaterThan(3);
  for (const { name, svg } of charts) {
    const parser = new DOMParser({ onError: onWarningStopParsing });
    expect(parser.parseFromString(svg, 'image/svg+xml').documentElement?.tagName, name).toBe('svg');
  }
});
