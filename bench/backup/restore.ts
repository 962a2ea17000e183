// How long it takes to bring a stream back: messages are backed up, the stream is deleted, and restored.

import { waitFor } from '../../waiting/wait-for.ts';
import { alternating } from '../alternating.ts';
import { startContestant } from '../contestants/start.ts';
import type { Context } from '../context.ts';
import { LoadClients } from '../load/clients.ts';
import type { BenchResult } from '../result.ts';
import { waitUntilWhole } from './backup.ts';

const ACCOUNT = '$G';
const STREAM = 'LOST';
const AS = 'FOUND';
const KIB = 1024;
const MS_PER_SECOND = 1000;

const BYTES = 1_000_000_000;
const QUICK_BYTES = 50_000_000;
const SIZES = [1, 4, 16, 64].map((size) => size * KIB);
const LOAD = { streams: [STREAM], sizes: SIZES, inFlight: 64, durationMs: 170_000 };
const EVERY_SECONDS = 2;
const GOAL_SECONDS = 60;
const RESTORE_TIMEOUT_MS = 300_000;

export async function restore(context: Context): Promise<BenchResult> {
  // A gigabyte takes minutes to publish and to back up: once.
  const once = { ...context, rounds: 1 };
  const bytes = context.quick ? QUICK_BYTES : BYTES;
  const megabytes = bytes / 1_000_000;
  const notes: string[] = [];
  const measures = await alternating(
    once,
    [{ name: 'Meridian' }],
    0,
  )(
    [
      { what: `publishing ${megabytes} MB with acknowledgements`, unit: 's', control: 'Meridian' },
      { what: 'from the last of them until all is backed up', unit: 's', control: 'Meridian' },
      {
        what: `restoring ${megabytes} MB`,
        unit: 's',
        control: 'Meridian',
        goals: context.quick ? [] : [{ of: 'Meridian', atMost: GOAL_SECONDS }],
      },
    ],
    async ({ name }) => {
      const request = {
        kind: 'meridian',
        jetstream: { backup: true, everySeconds: EVERY_SECONDS },
      } as const;
      await using undo = new AsyncDisposableStack();
      const { url, child, close } = await startContestant(name, request, context);
      undo.defer(close);
      const clients = undo.use(new LoadClients(context));
      await clients.near.call.openStreams({ url, names: [STREAM], replicas: 3 });
      const published = await clients.near.call.publishAcked({ ...LOAD, bytes });
      if (published.bytes < bytes) throw new Error(`only ${published.bytes} bytes were stored in time`);
      const publishedAt = performance.now();
      context.progress('until all is backed up');
      const { backup } = await waitUntilWhole(child, STREAM);
      const wholeAt = performance.now();
      await clients.near.call.deleteStream({ name: STREAM });
      context.progress('restoring');
      const restoringAt = performance.now();
      const { id } = await child.call.restore({ account: ACCOUNT, stream: STREAM, as: AS });
      const job = await waitFor('the restore', { timeoutMs: RESTORE_TIMEOUT_MS, pollMs: 100 }, async () => {
        const now = await child.call.job({ id });
        return now.state !== 'running' && now;
      });
      const restoredAt = performance.now();
      if (job.state !== 'done' || job.doneMessages !== backup.messages)
        throw new Error(
          `${job.doneMessages} of ${backup.messages} messages are back: ${job.problem ?? job.state}`,
        );
      notes.push(
        `${backup.messages} messages of 1, 4, 16 and 64 KiB in turn, ${published.failed} without an acknowledgement in time; all that was backed up is back.`,
      );
      return [published.elapsedMs, wholeAt - publishedAt, restoredAt - restoringAt].map(
        (ms) => ms / MS_PER_SECOND,
      );
    },
  );
  return {
    name: 'restore',
    title: 'Bringing a stream back',
    rounds: 1,
    notes: [
      `A stream of three replicas on the three regions with JetStream, backed up every ${EVERY_SECONDS} s, then deleted. Until the job is done, as \`regions backup restore\` waits for it.`,
      ...notes,
    ],
    measures,
  };
}
