// What Cloudflare charges, as far as anything here counts with it: list prices in dollars, without what a plan includes.
// The only place of them.

/** Read on these pages. */
export const PRICES_READ = '2026-11';

/** https://developers.cloudflare.com/containers/pricing/ Memory and disk that it was given while it runs, CPU that it uses. */
export const CONTAINER_PRICES = {
  perGibSecondOfMemory: 0.000_002_5,
  perGbSecondOfDisk: 0.000_000_07,
  perCpuSecond: 0.000_02,
  /** By where it runs. */
  perGbSent: { northAmericaAndEurope: 0.025, oceaniaKoreaTaiwan: 0.05, elsewhere: 0.04 },
} as const;

/** https://developers.cloudflare.com/r2/pricing/ Of the standard class. */
export const R2_PRICES = {
  perMillionClassAOperations: 4.5,
  freeClassAOperationsPerMonth: 1_000_000,
} as const;
