// What Cloudflare charges, as far as anything here counts with it: list prices in dollars, without what a plan includes.
// The only place of them.

/** Read on these pages. */
export const PRICES_READ = '2026-11';

/** https://developers.cloudflare.com/containers/pricing/ While a container runs, for what it was given. */
export const CONTAINER_PRICES = {
  perGibSecondOfMemory: 0.000_002_5,
  perGbSecondOfDisk: 0.000_000_07,
} as const;

/** https://developers.cloudflare.com/r2/pricing/ Of the standard class. */
export const R2_PRICES = {
  perMillionClassAOperations: 4.5,
  freeClassAOperationsPerMonth: 1_000_000,
} as const;
