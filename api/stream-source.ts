// What a stream that mirrors or sources another one has lately heard of it.

/** A source says something every few seconds, though it has nothing new: what is known of one that does not is old. */
const SILENT_NS = 15e9;

/** Whether nothing is known of a source by now. @param activeNs how long ago it was heard of, nanoseconds; below 0 if never */
export function isSilent(activeNs: number): boolean {
  return activeNs < 0 || activeNs > SILENT_NS;
}
