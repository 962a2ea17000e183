// Reads a whole archive, as nats-server's snapshot or an export of ours has it.

import { ArchiveError } from './archive-error.ts';
import { isEnd, MAGIC } from './archive-files.ts';
import { ByteQueue } from './byte-queue.ts';
import type { ArchiveEntry } from './entry.ts';
import { EntryParser } from './entry-parser.ts';
import { readChunks } from './s2-decoder.ts';

/**
 * Its entries in their order: `state.json`, the consumers, the messages; without the end.
 *
 * @param source of any size of pieces, compressed or not
 * @throws ArchiveError if it is no archive, is damaged, or ends too early
 */
export async function* readArchive(source: AsyncIterable<Uint8Array>): AsyncGenerator<ArchiveEntry> {
  const beginning = new ByteQueue();
  const parser = new EntryParser();
  let magicSeen = false;
  let ended = false;
  for await (const { data } of readChunks(source)) {
    let bytes = data;
    if (!magicSeen) {
      beginning.push(data);
      const magic = beginning.take(MAGIC.length);
      if (magic === undefined) continue;
      if (!MAGIC.every((byte, n) => byte === magic[n])) {
        throw new ArchiveError(
          'This is no backup in the format of nats-server 2.15 (it begins without NATSARC1).',
        );
      }
      magicSeen = true;
      bytes = beginning.take(beginning.length) as Uint8Array;
    }
    for (const entry of parser.push(bytes)) {
      if (ended) throw new ArchiveError('The archive goes on behind its end.');
      ended = isEnd(entry);
      if (!ended) yield entry;
    }
  }
  parser.end();
  if (!ended) throw new ArchiveError('The archive is cut off: its end is missing.');
}
