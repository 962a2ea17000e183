// `GET /api/backups/{account}/{stream}/archive`: a backup as one archive, as it comes from the bucket. The answer begins
// before all of it is read: an archive that is cut off lacks its end, and nats-server refuses it.

import { ARCHIVE_TYPE, archiveHead } from '../../api/archive.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { archiveOf, stateOf } from '../jetstream/bucket/archive-of.ts';
import { selectFrom } from '../jetstream/bucket/point-in-time.ts';
import { lackingOf, type RestorePoint } from '../jetstream/manifest/selection.ts';
import { epochFor } from '../jetstream/restore/source.ts';
import type { Caller } from './admin-route.ts';
import { fromBackup, noSuchBackup, type StreamRequest } from './from-bucket.ts';

const WHOLE_NUMBER = /^[0-9]{1,15}$/;

/** `?at=MS` or `?seq=N`; the latest without. */
export async function exportArchive(
  request: StreamRequest,
  edge: EdgeContext,
  caller: Pick<Caller, 'note'>,
): Promise<Response> {
  const point = pointOf(request);
  if (point === undefined) {
    return errorResponse(
      'bad_request',
      'at (ms since the epoch) and seq are whole numbers, and exclude each other',
    );
  }
  return fromBackup(request, edge, async ({ bucket, manifest }) => {
    const { account, stream } = manifest;
    caller.note({ detail: `export ${stream} of ${account}` });
    const epoch = await epochFor(bucket, manifest, point);
    if (epoch === undefined) return noSuchBackup(manifest);
    const result = await selectFrom(bucket, manifest, epoch, point);
    if (!result.ok) return errorResponse('no_such_backup', result.problem);
    const { selection } = result;
    const lacking = lackingOf(selection);
    if (lacking > 0) {
      return errorResponse(
        'backup_damaged',
        `the backup of ${stream} lacks ${lacking} messages that the stream had`,
      );
    }
    const state = { ...stateOf(selection), consumer_count: selection.consumers.length };
    const head = archiveHead({ config: { ...selection.config, name: stream }, state });
    const body = streamOf(head, archiveOf(bucket, manifest, selection, Date.now()));
    return new Response(body, { headers: { 'content-type': ARCHIVE_TYPE } });
  });
}

/** Undefined if the query has no form of a point. */
function pointOf({ url }: Request): RestorePoint | undefined {
  const query = new URL(url).searchParams;
  const [at, seq] = [query.get('at'), query.get('seq')];
  if (at !== null && seq !== null) return undefined;
  if ([at, seq].some((text) => text !== null && !WHOLE_NUMBER.test(text))) return undefined;
  return { ...(at !== null && { at: Number(at) }), ...(seq !== null && { seq: Number(seq) }) };
}

/** An error of the source breaks the stream off. */
function streamOf(head: Uint8Array, source: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(head),
    async pull(controller) {
      const { done, value } = await source.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => void (await source.return(undefined)),
  });
}
