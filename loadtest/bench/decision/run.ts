// `npm run bench:decision`: what a warm decision costs in workerd, beside two controls that only look for the
// nearest point. Rounds alternate between the contestants; the median of the rounds is shown, and its ratio to
// the haversine loop of the same run.

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { formatTable } from '../../../regions/table.ts';
import { CONTESTANTS } from './worker.ts';

const REGIONS = [6, 20, 100];
const ROUNDS = 7;

/** Regions looked at in a round, over all its decisions: enough that a request's own cost does not show. */
const REGIONS_PER_ROUND = 600_000;

/** One contestant is so slow that it gets fewer. */
const SLOWER: Readonly<Record<string, number>> = { 'geolib findNearest': 50 };

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));

const bundle = await build({
  entryPoints: [WORKER],
  bundle: true,
  format: 'esm',
  target: 'es2024',
  write: false,
});
const script = bundle.outputFiles[0]?.text ?? '';
const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    cf: false,
    workers: [
      {
        name: 'bench',
        compatibilityDate: '2026-11-01',
        modules: [{ type: 'ESModule', path: 'worker.js', contents: script }],
      },
    ],
  }),
);
try {
  const url = await miniflare.ready;
  const rows = [];
  for (const regions of REGIONS) rows.push(...(await measure(url, regions)));
  if (process.argv.includes('--json')) console.log(JSON.stringify(rows, null, 2));
  else {
    console.log(`workerd, node ${process.version}, medians of ${ROUNDS} rounds\n`);
    console.log(
      formatTable([
        ['regions', 'contestant', 'ns per decision', 'x haversine loop'],
        ...rows.map(({ regions, name, ns, ratio }) => [
          String(regions),
          name,
          ns.toFixed(0),
          ratio.toFixed(2),
        ]),
      ]),
    );
  }
} finally {
  await miniflare.dispose();
}

async function measure(url: URL, regions: number) {
  const timesOf = (name: string) => Math.ceil(REGIONS_PER_ROUND / regions / (SLOWER[name] ?? 1));
  for (const name of CONTESTANTS) await timeOf(url, name, regions, timesOf(name));
  const samples = new Map<string, number[]>(CONTESTANTS.map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of CONTESTANTS)
      samples.get(name)?.push(await nsPerDecision(url, name, regions, timesOf(name)));
  }
  const control = median(samples.get('haversine loop') ?? []);
  return CONTESTANTS.map((name) => {
    const ns = median(samples.get(name) ?? []);
    return { regions, name, ns, ratio: ns / control };
  });
}

async function nsPerDecision(url: URL, name: string, regions: number, times: number): Promise<number> {
  const empty = await timeOf(url, name, regions, 0);
  return ((await timeOf(url, name, regions, times)) - empty) / times;
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

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
