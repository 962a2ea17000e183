import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { wsconnect } from '@nats-io/nats-core';
import { render } from './worker/metrics/render.ts';
import { readServerMetrics } from './worker/region/server-metrics.ts';

const folder = mkdtempSync('/work/scratch/h18/streams-');
const conf = join(folder, 'c.conf');
writeFileSync(conf, `server_name: nats-weur\nhost: 127.0.0.1\nport: 14222\nhttp: 127.0.0.1:18222\nwebsocket { host: 127.0.0.1, port: 18080, no_tls: true }\njetstream { store_dir: "${folder}/js" }\n`);
const server = spawn('/root/.cache/meridian/bin/nats-server-2.15.1', ['-c', conf], { stdio: 'ignore' });
const port = { fetch: (url: string, init?: RequestInit) => fetch(url.replace('http://nats-server', 'http://127.0.0.1:18222'), init) } as unknown as Fetcher;
try {
  for (let i = 0; i < 100; i += 1) { try { await fetch('http://127.0.0.1:18222/varz'); break; } catch { await new Promise((r) => setTimeout(r, 100)); } }
  const nats = await wsconnect({ servers: 'ws://127.0.0.1:18080' });
  const manager = await jetstreamManager(nats);
  let made = 0;
  for (const goal of [1000, 2300]) {
    const began = Date.now();
    while (made < goal) {
      await Promise.all(Array.from({ length: Math.min(20, goal - made) }, async (_, i) => {
        const n = made + i;
        const name = n === 7 ? 'a"quote"' : n === 8 ? "o'clock\\x" .replace('\\', '') : `S${n}`;
        await manager.streams.add({ name, subjects: [`s.${n}`], storage: 'memory', description: 'line\nbreak "q"' } as never);
        await manager.consumers.add(name, { durable_name: 'd', description: 'reads "orders"\nof C:\\new', ack_policy: 'explicit' } as never);
      }));
      made += Math.min(20, goal - made);
    }
    const madeIn = Date.now() - began;
    const sizes: Record<string, number> = {};
    const t = performance.now();
    const metrics = await readServerMetrics(port, { details: true, ephemeral: false });
    const readMs = performance.now() - t;
    const light = performance.now();
    await readServerMetrics(port, { details: false, ephemeral: false });
    const lightMs = performance.now() - light;
    const raw = await (await fetch('http://127.0.0.1:18222/jsz?accounts=1&streams=1&consumers=1&config=1&raft=1')).text();
    const region = { region: 'weur', jetstream: true, drained: false, askedAt: Date.now(), metrics: { status: { region: 'weur', state: 'up', since: 1, clients: 1, objectAgeMs: 1 }, links: [], server: metrics } };
    const snapshot = { at: Date.now(), cluster: 'meridian', version: 0, regions: [region], surveys: { count: 1, seconds: 1 } } as never;
    for (const maxSeries of [20_000, 1_000_000]) {
      const r = performance.now();
      const text = render(snapshot, { dialect: 'helm', format: 'prometheus', maxSeries });
      const ms = performance.now() - r;
      const lines = text.split('\n').filter((l) => l && !l.startsWith('#'));
      const streams = new Set(lines.filter((l) => l.startsWith('nats_stream_total_messages')).map((l) => /stream_name="((?:[^"\\]|\\.)*)"/.exec(l)?.[1]));
      let promtool = 'not run';
      try { execFileSync('/work/scratch/h18/deb/x/usr/bin/promtool', ['check', 'metrics'], { input: text, stdio: ['pipe', 'ignore', 'pipe'], maxBuffer: 1e9 }); promtool = 'clean'; } catch (e) { promtool = String((e as { stderr: Buffer }).stderr).split('\n').filter((l) => !/^(nats|gnatsd|jetstream)_/.test(l)).slice(0, 3).join(' | ') || 'only names of others'; }
      console.log(JSON.stringify({ made, madeIn, readMs: Math.round(readMs), lightMs: Math.round(lightMs), jszBytes: raw.length, maxSeries, series: lines.length, bytes: text.length, renderMs: Math.round(ms), streams: streams.size, quoted: [...streams].filter((s) => s?.includes('"') || s?.includes("'")), leftOut: lines.filter((l) => l.startsWith('meridian_metrics_')), promtool }));
    }
  }
  await nats.close();
} finally {
  server.kill('SIGKILL');
  await new Promise((r) => server.once('exit', r));
  rmSync(folder, { recursive: true });
}
