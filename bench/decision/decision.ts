// What a warm decision costs in workerd, beside two controls that only look for the nearest point.

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { convertV4MiniflareOptions } from 'miniflare';
import { startMiniflare } from '../../local/miniflare.ts';
import { alternating } from '../alternating.ts';
import type { Context } from '../context.ts';
import type { BenchResult, Measure } from '../result.ts';
import { CONTESTANTS } from './contestants.ts';

const REGIONS = [6, 20, 100];

/** Regions evaluated in a round, over all its decisions: enough that a request's own cost is negligible. */
const REGIONS_PER_ROUND = 600_000;
const QUICK_REGIONS_PER_ROUND = 60_000;

/** One contestant is so much slower that it gets fewer. */
const SLOWER: Readonly<Record<string, number>> = { 'geolib findNearest': 50 };

const CONTROL = 'haversine loop';
const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));

export async function decision(context: Context): Promise<BenchResult> {
  const settings = convertV4MiniflareOptions({
    cf: false,
    workers: [
      {
        name: 'bench',
        compatibilityDate: '2026-11-01',
        modules: [{ type: 'ESModule', path: 'worker.js', contents: await bundle() }],
      },
    ],
  });
  const { url, close } = await startMiniflare(settings);
  try {
    const measures: Measure[] = [];
    for (const regions of REGIONS) measures.push(...(await measure(url, regions, context)));
    return {
      name: 'decision',
      title: 'Choosing a region',
      rounds: context.rounds,
      notes: [
        'Nanoseconds of one decision in workerd, without the cost of the request that runs many of them.',
      ],
      measures,
    };
  } finally {
    await close();
  }
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [WORKER],
    bundle: true,
    format: 'esm',
    target: 'es2024',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

async function measure(url: URL, regions: number, context: Context): Promise<readonly Measure[]> {
  const perRound = context.quick ? QUICK_REGIONS_PER_ROUND : REGIONS_PER_ROUND;
  const contestants = CONTESTANTS.map((name) => ({ name }));
  return alternating(context, contestants)(
    [{ what: `${regions} regions`, unit: 'ns', control: CONTROL }],
    async ({ name }) => {
      const times = Math.ceil(perRound / regions / (SLOWER[name] ?? 1));
      const empty = await timeOf(url, name, regions, 0);
      return [((await timeOf(url, name, regions, times)) - empty) / times];
    },
  );
}

/** Nanoseconds that a request with so many iterations takes. */
async function timeOf(url: URL, name: string, regions: number, times: number): Promise<number> {
  const target = new URL(`/?run=${encodeURIComponent(name)}&regions=${regions}&times=${times}`, url);
  const started = process.hrtime.bigint();
  const response = await fetch(target);
  await response.text();
  if (!response.ok) throw new Error(`the benchmark Worker answered ${response.status}`);
  return Number(process.hrtime.bigint() - started);
}
