// A number as people write one: `0x10` and `1_000` are mistakes more often than numbers. Pure.

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** NaN if it is none; never infinite. */
export function decimal(text: string): number {
  const value = DECIMAL.test(text.trim()) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}
