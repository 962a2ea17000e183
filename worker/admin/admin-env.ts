// What the admin endpoints read from the bindings. All of it may be absent: without any credential configured,
// admin is off.

/** Calls from one address in a period; the numbers of wrangler.toml's entry `ADMIN_RATE_LIMIT`. */
export const CALLS_PER_PERIOD = 60;
export const PERIOD_SECONDS = 60;

export interface AdminEnv {
  /** Secret. Its bearer may do everything. */
  readonly MERIDIAN_ADMIN_TOKEN?: string;
  /** Secret. Its bearer may look at everything. */
  readonly MERIDIAN_READ_TOKEN?: string;
  /** Cloudflare's counter; where it is absent, nothing is counted. */
  readonly ADMIN_RATE_LIMIT?: RateLimit;
}
