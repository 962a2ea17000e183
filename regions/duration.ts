// Durations as they are written in the configuration: a whole number and a unit, `30s`, `10m`, `24h`.

/** The form of a duration, exactly as `parseDurationMs` accepts it. */
export const DURATION_PATTERN = /^[1-9][0-9]*[smh]$/;

const UNIT_MS = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** Converts a duration such as `10m` to milliseconds. Throws a RangeError on any other form. */
export function parseDurationMs(duration: string): number {
  const unitMs = UNIT_MS.get(duration.slice(-1));
  if (unitMs === undefined || !DURATION_PATTERN.test(duration)) {
    throw new RangeError(
      `"${duration}" is not a duration: write a whole number followed by s, m or h, such as "10m".`,
    );
  }
  return Number(duration.slice(0, -1)) * unitMs;
}
