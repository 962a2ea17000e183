// What is wrong with the bytes of an archive or of a segment.

/** The bytes are not what they should be: cut off, changed, or of something else. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}
