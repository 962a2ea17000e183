// Whether JetStream serves its clients now, as far as the servers say. A region can be up, and serve all others, while
// its JetStream waits for a majority.

import { orphansText, quorumOf } from './admission.ts';
import type { Holdings } from './holdings.ts';
import { namesOf, waitsFor } from './loss.ts';
import type { AdmissionRecord, KnownStream, Loss, Sighting } from './record.ts';

const PHASES: Readonly<Record<Exclude<Loss['phase'], 'waiting'>, string>> = {
  deciding: 'whether they can be restored is being found out',
  forming: 'the servers start, to be filled from the backup',
  restoring: 'they are being restored from the backup',
  incomplete:
    'some could not be restored: it is tried again until they are, or are given up with "npm run regions -- jetstream accept-loss"',
};

/**
 * Why JetStream, or some of its streams, serve nobody; undefined if all do.
 *
 * @param sightings what was seen last of each region
 * @param regions all that take part in JetStream
 */
export function troubleIn(
  record: AdmissionRecord,
  sightings: ReadonlyMap<string, Sighting>,
  regions: readonly string[],
): string | undefined {
  const { isFormed, loss, streams, orphans = [] } = record;
  if (regions.length === 0) return undefined;
  if (loss !== undefined) return lossIn(loss);
  const running = [...sightings.values()].filter((each) => typeof each === 'object');
  const led = running.filter(({ hasLeader }) => hasLeader).length;
  const needed = quorumOf(regions.length);
  if (led < needed) {
    const before = isFormed ? '' : 'not formed yet: ';
    return `${before}${led} of ${regions.length} JetStream servers run and know a leader, and ${needed} are needed`;
  }
  if (orphans.length > 0) return orphansText(record);
  const answering = new Set(running.map(({ server }) => server));
  const unserved = streams.filter(
    (stream) => !running.some((server) => answering.has(leaderOf(server, stream))),
  );
  if (unserved.length === 0) return undefined;
  return `no server that answers leads ${namesOf(unserved)}`;
}

function lossIn(loss: Loss): string {
  const { phase, failed } = loss;
  const [problem] = failed?.failures ?? [];
  const details = problem === undefined ? '' : ` (${problem})`;
  return `no server holds the streams any more; ${phase === 'waiting' ? waitsFor(loss) : PHASES[phase]}${details}`;
}

/** Empty if the server knows none. */
function leaderOf({ streams }: Holdings, { account, stream }: KnownStream): string {
  return streams.find((held) => held.account === account && held.stream === stream)?.leader ?? '';
}
