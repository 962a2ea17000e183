// Restores and verifications: what they would do, starting one, and how far each is. The Keeper carries them out.

import type { Job, Jobs, RestoreBody, RestorePlan } from '../../api/backups.ts';
import { RestoreBodySchema } from '../../api/backups.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import type { StreamName } from '../jetstream/manifest/manifest.ts';
import type { Job as KeeperJob } from '../jetstream/restore/jobs.ts';
import type { RestorePlan as KeeperPlan, PlannedRestore } from '../jetstream/restore/plan.ts';
import type { AskedRestore } from '../jetstream/restore/restorer.ts';
import type { Caller } from './admin-route.ts';
import { backupErrorResponse, fromBackup, type StreamRequest } from './from-bucket.ts';
import { fromKeeper } from './from-keeper.ts';
import { readJsonBody } from './json-body.ts';

/** `POST /api/backups/{account}/{stream}/restore/dry-run` */
export function planRestore(request: StreamRequest, edge: EdgeContext): Promise<Response> {
  return withRestore(request, edge, (asked) =>
    fromKeeper(
      edge.env,
      (keeper) => keeper.planRestore(asked),
      (planned) => (planned.ok ? Response.json(planView(asked, planned.plan)) : backupErrorResponse(planned)),
    ),
  );
}

/** `POST /api/backups/{account}/{stream}/restore` */
export function restore(
  request: StreamRequest,
  edge: EdgeContext,
  caller: Pick<Caller, 'note'>,
): Promise<Response> {
  return withRestore(request, edge, (asked) => {
    caller.note({ detail: `restore ${wordsOf(asked)}` });
    return fromKeeper(
      edge.env,
      async (keeper) => {
        // Asked for again when it begins: this only answers at once.
        const planned = await keeper.planRestore(asked);
        return refusalOf(asked, planned) ?? jobView(await keeper.startRestore(asked));
      },
      (answer) => (answer instanceof Response ? answer : Response.json(answer, { status: 202 })),
    );
  });
}

/** `POST /api/backups/{account}/{stream}/verify` */
export function verify(
  request: StreamRequest,
  edge: EdgeContext,
  caller: Pick<Caller, 'note'>,
): Promise<Response> {
  return fromBackup(request, edge, async ({ manifest: { account, stream } }) => {
    caller.note({ detail: `verify ${wordsOf({ account, stream })}` });
    return fromKeeper(
      edge.env,
      (keeper) => keeper.startVerify({ account, stream }),
      (job) => Response.json(jobView(job), { status: 202 }),
    );
  });
}

/** `GET /api/backups/jobs` */
export function listJobs(_request: Request, { env }: EdgeContext): Promise<Response> {
  return fromKeeper(
    env,
    (keeper) => keeper.jobs(),
    (jobs) => Response.json({ jobs: jobs.map(jobView) } satisfies Jobs),
  );
}

/** `GET /api/backups/jobs/{id}` */
export function showJob(id: string, { env }: EdgeContext): Promise<Response> {
  return fromKeeper(
    env,
    (keeper) => keeper.job(id),
    (job) =>
      job === undefined
        ? errorResponse('no_such_job', `there is no job ${JSON.stringify(id)}, or it is not kept any more`)
        : Response.json(jobView(job)),
  );
}

async function withRestore(
  request: StreamRequest,
  edge: EdgeContext,
  answer: (asked: AskedRestore) => Promise<Response>,
): Promise<Response> {
  const read = await readJsonBody(request, RestoreBodySchema);
  if (!read.ok) return read.response;
  const { body } = read;
  if (body.at !== undefined && body.seq !== undefined) {
    return errorResponse('bad_request', 'at and seq exclude each other');
  }
  return fromBackup(request, edge, async ({ manifest }) => {
    const { account, stream } = manifest;
    const begun = manifest.epochs[0]?.begunAt;
    if (body.at !== undefined && begun !== undefined && body.at < begun) {
      return tooEarly(manifest, begun);
    }
    return answer({ account, stream, ...body });
  });
}

function tooEarly({ stream }: StreamName, begun: number): Response {
  const since = new Date(begun).toISOString();
  return errorResponse(
    'no_such_backup',
    `the backup of ${JSON.stringify(stream)} begins at ${since}, after that time`,
  );
}

function refusalOf(asked: AskedRestore, planned: PlannedRestore): Response | undefined {
  if (!planned.ok) return backupErrorResponse(planned);
  const { targetExists, takenBy } = planned.plan;
  if (targetExists) return streamExists(asked);
  return takenBy.length > 0 ? subjectsTaken(asked, planned.plan) : undefined;
}

function subjectsTaken(
  { account, stream, as = stream }: AskedRestore,
  { subjects, takenBy }: KeeperPlan,
): Response {
  const words = `in the account ${JSON.stringify(account)} ${takenBy.join(', ')} takes messages of the subjects of ${JSON.stringify(as)} (${subjects.join(', ')}), and a subject is of one stream: give that stream other subjects, or delete it`;
  return errorResponse('subjects_taken', words);
}

function streamExists({ account, stream, as = stream }: AskedRestore): Response {
  const words = `the account ${JSON.stringify(account)} has a stream ${JSON.stringify(as)}, and a stream that exists is never touched: restore under another name ("as"), or delete that stream first`;
  return errorResponse('stream_exists', words);
}

function wordsOf({ account, stream, as, at, seq }: AskedRestore): string {
  const words = [`${stream} of ${account}`];
  if (as !== undefined) words.push(`as ${as}`);
  if (at !== undefined) words.push(`at ${new Date(at).toISOString()}`);
  if (seq !== undefined) words.push(`up to ${seq}`);
  return words.join(' ');
}

function planView(
  { account, stream, as = stream }: RestoreBody & AskedRestore,
  plan: KeeperPlan,
): RestorePlan {
  const { messages, bytes, firstSeq, lastSeq, firstAt = null, lastAt = null } = plan;
  const { consumers, notRestored, remarks, subjects, takenBy, targetExists } = plan;
  return {
    ...{ account, stream, as, targetExists, takenBy, messages, bytes, firstSeq, lastSeq },
    ...{ firstAt, lastAt, subjects, consumers, notRestored, remarks },
  };
}

function jobView(job: KeeperJob): Job {
  const { id, kind, account, stream, as, state, doneMessages, totalMessages, doneBytes, totalBytes } = job;
  const { startedAt, endedAt, problem, result } = job;
  return {
    ...{
      id,
      kind,
      account,
      stream,
      as,
      state,
      doneMessages,
      totalMessages,
      doneBytes,
      totalBytes,
      startedAt,
    },
    ...(endedAt !== undefined && { endedAt }),
    ...(problem !== undefined && { problem }),
    ...(result !== undefined && { result }),
  };
}
