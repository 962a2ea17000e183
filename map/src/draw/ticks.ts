// Where the lines of a scale are. Pure.

/** Round numbers from 0 up to at least the highest, about so many. */
export function ticksTo(highest: number, about = 3): readonly number[] {
  const rough = Math.max(highest, 1) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10) * power;
  const whole = Math.max(1, step);
  return Array.from({ length: Math.ceil(Math.max(highest, 1) / whole) + 1 }, (_, n) => n * whole);
}

const STEPS_MINUTES = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360];

/** Whole minutes and hours between two times, at most so many. @param from in ms since the epoch, as what comes back */
export function timesBetween(from: number, to: number, most: number): readonly number[] {
  const minutes = (to - from) / 60_000;
  const step = (STEPS_MINUTES.find((each) => minutes / each <= most) ?? 720) * 60_000;
  // Whole hours of the clock on the wall, not of UTC.
  const shift = new Date(from).getTimezoneOffset() * 60_000;
  const first = Math.ceil((from - shift) / step) * step + shift;
  return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, n) => first + n * step);
}
