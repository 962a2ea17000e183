// `GET /api/jetstream` and `POST /api/jetstream/accept-loss`: which JetStream servers hold the streams, what the others
// wait for, and what was lost.

import type { JetStream, JetStreamMember } from '../../api/jetstream.ts';
import { UNREACHABLE } from '../../api/states.ts';
import { ownRegions, type RegionConfig } from '../../regions/config.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import type { EdgeContext } from '../edge-context.ts';
import type { Env } from '../env.ts';
import { errorResponse } from '../error-response.ts';
import { givenUpBy } from '../jetstream/admission/loss.ts';
import type { KnownStream, Loss, Member } from '../jetstream/admission/record.ts';
import { BackupBucket } from '../jetstream/bucket/backup-bucket.ts';
import type { AdmissionView } from '../jetstream/keeper-stub.ts';
import { messageOf } from '../message-of.ts';
import { regionStub } from '../region/region-stub.ts';
import type { Caller } from './admin-route.ts';
import { fromKeeper } from './from-keeper.ts';

/** Whoever looks has more to see than the bucket: one that takes longer is said to be unknown. */
const BUCKET_WAIT_MS = 3_000;

/** An entry of the audit log keeps 1,000 characters. */
const NAMES_CHARACTERS = 900;

export function jetStreamStatus(_request: Request, edge: EdgeContext): Promise<Response> {
  return fromKeeper(
    edge.env,
    (keeper) => keeper.admission(),
    async (view) => Response.json(await viewOf(edge, view)),
  );
}

export function acceptLoss(
  _request: Request,
  edge: EdgeContext,
  { note }: Pick<Caller, 'note'>,
): Promise<Response> {
  return fromKeeper(
    edge.env,
    async (keeper) => {
      const { loss } = await keeper.admission();
      if (loss?.phase !== 'waiting' && loss?.phase !== 'incomplete') return undefined;
      // Before it is done: if it breaks it may have been done all the same.
      note({ detail: `accept-loss of ${streamsText(givenUpBy(loss))}` });
      return keeper.acceptLoss();
    },
    async (view) =>
      view === undefined
        ? errorResponse(
            'nothing_lost',
            'no loss waits to be accepted: GET /api/jetstream shows what there is',
          )
        : Response.json(await viewOf(edge, view)),
  );
}

/** Of all names what the audit log takes, and how many more there are. */
function streamsText(streams: readonly KnownStream[]): string {
  const named: string[] = [];
  let characters = 0;
  for (const { account, stream, messages } of streams) {
    const name = `${stream} of ${account} (${messages} messages)`;
    characters += name.length;
    if (characters > NAMES_CHARACTERS) break;
    named.push(name);
  }
  const more = streams.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

async function viewOf(
  { env, config }: EdgeContext,
  { members, problem, loss, lastRestore }: AdmissionView,
): Promise<JetStream> {
  const regions = ownRegions(config).filter(({ enabled, jetstream }) => enabled && jetstream);
  const [memberViews, lossView] = await Promise.all([
    Promise.all(
      regions.map((region) =>
        memberOf(
          env,
          region,
          members.find((each) => each.region === region.id),
        ),
      ),
    ),
    loss === undefined ? null : lossOf(env, config.cluster, loss),
  ]);
  return {
    members: memberViews,
    problem: problem ?? null,
    loss: lossView,
    lastRestore: restoredView(lastRestore),
  };
}

function restoredView(restored: AdmissionView['lastRestore']): JetStream['lastRestore'] {
  if (restored === undefined) return null;
  const { at, streams, problems, failures } = restored;
  return { at, streams, problems: [...problems, ...failures] };
}

/** What the Keeper knows of it, and what the region says itself. */
async function memberOf(
  env: Env,
  region: RegionConfig,
  member: Member | undefined,
): Promise<JetStreamMember> {
  const { state = 'empty', since = null, lacks } = member ?? {};
  const { server, problem } = await serverOf(env, region);
  const why = state === 'full' ? undefined : (lacks ?? problem);
  return { region: region.id, state, since, server, ...(why !== undefined && { why }) };
}

async function serverOf(env: Env, region: RegionConfig) {
  try {
    const { state, problem } = await regionStub(env, region).status();
    return { server: state, problem };
  } catch (error) {
    return { server: UNREACHABLE, problem: `its object does not answer: ${messageOf(error)}` } as const;
  }
}

async function lossOf(
  env: Env,
  cluster: string,
  { since, phase, streams, failed, unreadable }: Loss,
): Promise<JetStream['loss']> {
  const { backups, problem } = unreadable === undefined ? await backupsOf(env, cluster) : {};
  const restoring = failed?.failures ?? (unreadable === undefined ? [] : [unreadable]);
  const problems = problem === undefined ? restoring : [...restoring, problem];
  return {
    since,
    phase,
    streams: (failed?.missing ?? streams).map(({ account, stream, lastSeq, messages }) => {
      return {
        account,
        stream,
        lastSeq,
        messages,
        backup: backups?.has(JSON.stringify([account, stream])) ?? null,
      };
    }),
    ...(problems.length > 0 && { problems }),
  };
}

/** Which streams have one; or why that is unknown. */
async function backupsOf(
  env: Env,
  cluster: string,
): Promise<{ readonly backups?: ReadonlySet<string>; readonly problem?: string }> {
  if (env.BACKUPS === undefined) return { backups: new Set() };
  try {
    const asked = new BackupBucket(env.BACKUPS).streams(cluster);
    const late = `R2 has not answered for ${BUCKET_WAIT_MS / 1000} s`;
    const names = await withTimeout(asked, BUCKET_WAIT_MS, late);
    return { backups: new Set(names.map(({ account, stream }) => JSON.stringify([account, stream]))) };
  } catch (error) {
    return { problem: `which streams have a backup is unknown: ${messageOf(error)}` };
  }
}
