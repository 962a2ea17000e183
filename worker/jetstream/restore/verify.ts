// Verifies a backup: restores it into a server of its own, reads it back, and compares.

import type { NatsConnection } from '@nats-io/nats-core';
import { MAGIC } from '../archive/archive-files.ts';
import { EntryParser } from '../archive/entry-parser.ts';
import { readChunks } from '../archive/s2-decoder.ts';
import type { BackupBucket } from '../bucket/backup-bucket.ts';
import { ask, streamInfo } from './api.ts';
import { type Digest, Digester, TTL_HEADER } from './digest.ts';
import { messagesOf } from './read-stream.ts';
import { archiveFrom, type RestoreSource, requestStateOf } from './source.ts';
import { scratchTarget } from './target.ts';
import { transferArchive } from './transfer.ts';

/** The server holds one stream at a time. */
const SCRATCH = 'VERIFY';

/**
 * Returns what was found to be right, in words.
 *
 * @param connection to a server that holds nothing else
 * @throws Error if the backup does not restore, or comes back differently
 */
export async function verifyBackup(
  connection: NatsConnection,
  bucket: BackupBucket,
  source: RestoreSource,
  onProgress: (bytes: number) => void,
): Promise<string> {
  const target = scratchTarget(SCRATCH, source.selection);
  const written = new Digester();
  await transferArchive(connection, {
    stream: SCRATCH,
    config: target.filling,
    state: requestStateOf(source, target.consumers.length),
    archive: observed(archiveFrom(bucket, source, target.consumers), written),
    onProgress,
  });
  try {
    const digest = await written.end();
    await compare(connection, source, digest);
    return `${digest.messages} messages and ${target.consumers.length} consumers restored as they were`;
  } finally {
    await ask(connection, `STREAM.DELETE.${SCRATCH}`).catch(() => {});
  }
}

async function compare(
  connection: NatsConnection,
  { selection }: RestoreSource,
  written: Digest,
): Promise<void> {
  const info = await streamInfo(connection, SCRATCH);
  if (info === undefined) throw new Error('the stream was gone as soon as it was restored');
  const { extent, consumers } = selection;
  if (extent.lastSeq > 0 && info.state.last_seq !== extent.lastSeq) {
    throw new Error(`its last sequence came back as ${info.state.last_seq}, not as ${extent.lastSeq}`);
  }
  if (info.state.consumer_count !== consumers.length) {
    throw new Error(`${info.state.consumer_count} of ${consumers.length} consumers came back`);
  }
  const back = new Digester();
  for await (const message of messagesOf(connection, SCRATCH)) await back.add(message);
  const read = await back.end();
  for (const what of ['messages', 'first', 'last', 'sum'] as const) {
    if (read[what] !== written[what]) {
      throw new Error(
        `the messages came back differently: ${what} ${read[what]} where ${written[what]} was written`,
      );
    }
  }
}

/** The archive as it is, with its messages digested as they pass. */
async function* observed(archive: AsyncIterable<Uint8Array>, digester: Digester): AsyncGenerator<Uint8Array> {
  const parser = new EntryParser();
  let toSkip = MAGIC.length;
  for await (const { bytes, data } of readChunks(archive)) {
    const skipped = Math.min(toSkip, data.length);
    toSkip -= skipped;
    for (const { sequence, timestampNs, name, header, payload } of parser.push(data.subarray(skipped))) {
      const isMessage = sequence > 0 && !new TextDecoder().decode(header).includes(`\r\n${TTL_HEADER}:`);
      if (isMessage) await digester.add({ sequence, timestampNs, subject: name, payload });
    }
    yield bytes;
  }
  parser.end();
}
