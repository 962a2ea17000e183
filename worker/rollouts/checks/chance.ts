// How probable it is that something happens at least so often by chance. Pure.

/** Beyond it the normal distribution is as good, and takes no loop. */
const MOST_EXACT = 2_000;

/** Abramowitz and Stegun, 7.1.26: the error function to 1.5e-7. */
const ERF = [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429] as const;
const ERF_P = 0.3275911;

/** The probability of `times` or more of `tries`, each of which has this chance. */
export function chanceOfAtLeast(times: number, tries: number, chance: number): number {
  if (times <= 0) return 1;
  if (times > tries || chance <= 0) return 0;
  if (chance >= 1) return 1;
  if (tries > MOST_EXACT) return normalTail(times, tries, chance);
  // The probability of 0, then of each number after it from that before.
  let log = tries * Math.log1p(-chance);
  let below = 0;
  for (let n = 0; n < times; n += 1) {
    below += Math.exp(log);
    log += Math.log(tries - n) - Math.log(n + 1) + Math.log(chance) - Math.log1p(-chance);
  }
  return Math.max(0, 1 - below);
}

function normalTail(times: number, tries: number, chance: number): number {
  const deviation = Math.sqrt(tries * chance * (1 - chance));
  const x = (times - 0.5 - tries * chance) / deviation / Math.SQRT2;
  const t = 1 / (1 + ERF_P * Math.abs(x));
  const series = ERF.reduceRight((sum, factor) => (sum + factor) * t, 0);
  const upper = (series * Math.exp(-x * x)) / 2;
  return x >= 0 ? upper : 1 - upper;
}
