// The client program with nats.js over Node's own WebSocket: `node main.ts <spec>`, see ../client-spec.ts.

import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { TimeoutError, withTimeout } from '../../../../waiting/with-timeout.ts';
import type { City, ClientCommand } from '../client-spec.ts';
import { dueAt, dueBy } from '../due-times.ts';
import { connect, RETRY_MS, regionOf } from './connect.ts';
import { LastingClient } from './lasting-client.ts';
import { emit, spec } from './program.ts';

/** Lasting clients that connect at the same time. */
const CONCURRENT = 32;

const TICK_MS = 5;

const stopped = new AbortController();

const lines = createInterface({ input: process.stdin });
lines.on('close', () => process.exit());
const go = heard('go');
void heard('stop').then(() => stopped.abort());

const lasting = await connectLasting();
emit({ type: 'ready' });
await go;
await arrivals();
for (const client of lasting) client.end();
// What was written to a pipe may still be on its way.
await new Promise((resolve) => process.stdout.write('', resolve));
process.exit();

function heard(command: ClientCommand): Promise<void> {
  return new Promise((resolve) => lines.on('line', (line) => line === command && resolve()));
}

async function arrivals(): Promise<void> {
  const start = Date.now();
  const underWay: Promise<void>[] = [];
  for (let n = 0; !stopped.signal.aborted; ) {
    for (const due = dueBy(Date.now(), start, spec.arrivalsPerSecond); n < due; n += 1) {
      const city = spec.cities[n % spec.cities.length];
      if (city !== undefined) underWay.push(arrive(city, dueAt(start, spec.arrivalsPerSecond, n)));
    }
    await delay(TICK_MS);
  }
  await Promise.all(underWay);
}

async function arrive(city: City, due: number): Promise<void> {
  const failures: { at: number; why: string }[] = [];
  const giveUp = due + spec.giveUpMs;
  const emitArrival = (region: string) =>
    emit({ type: 'arrival', city: city.city, due, ms: Date.now() - due, region, failures });
  while (Date.now() < giveUp) {
    const connecting = connect(city);
    const connection = await withTimeout(connecting, giveUp - Date.now(), 'no answer').catch(
      async (error: unknown) => {
        failures.push({ at: Date.now(), why: error instanceof Error ? error.message : String(error) });
        if (error instanceof TimeoutError) connecting.then((late) => late.close()).catch(() => {});
        else await delay(RETRY_MS);
      },
    );
    if (!connection) continue;
    emitArrival(regionOf(connection));
    await delay(spec.stayMs);
    await connection.close();
    return;
  }
  emitArrival('');
}

async function connectLasting(): Promise<readonly LastingClient[]> {
  const all = spec.cities.flatMap((city) => Array.from({ length: city.lasting }, () => city));
  const clients = all.map((city, n) => new LastingClient(city, `nats.js-${n}`));
  const left = clients.values();
  const connectSome = async () => {
    for (const client of left) await client.start();
  };
  await Promise.all(Array.from({ length: CONCURRENT }, connectSome));
  return clients;
}
